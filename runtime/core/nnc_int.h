/* SPDX-License-Identifier: MIT-0 */
/* nnc_int.h - whole numbers that stand for reals: docs/quantization.md. */
#ifndef NNC_INT_H_INCLUDED
#define NNC_INT_H_INCLUDED

#include "nnc_vec.h"

#if (-1 >> 1) != -1
#error "Whole numbers are rounded by shifts of negative ones that keep the sign."
#endif

/* @part int_rounded */

/** total / 2^shift, to the nearest, halves up, and from `zero` on; not beyond low and high. |total| is at most 2^62,
 *  shift 1 to 61. */
static inline int32_t int_rounded(int64_t total, int shift, int32_t zero, int32_t low, int32_t high) {
    const int64_t value = ((total + ((int64_t)1 << (shift - 1))) >> shift) + zero;
    return value < low ? low : value > high ? high : (int32_t)value;
}

/* @part int_dot */

/** sum + the sum over k < depth of x[k] * kernel[k]. */
#if defined __ARM_FEATURE_DSP && defined __GNUC__
static inline int32_t int_dot(size_t depth, const int8_t *x, const int8_t *kernel, int32_t sum) {
    for (; depth >= 4; depth -= 4) { /* two products in each instruction */
        uint32_t four, weights, odd, odd_weights;
        memcpy(&four, x, sizeof four);
        memcpy(&weights, kernel, sizeof weights);
        __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(four));
        __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd_weights) : "r"(weights));
        __asm__("sxtb16 %0, %1" : "=r"(four) : "r"(four));
        __asm__("sxtb16 %0, %1" : "=r"(weights) : "r"(weights));
        __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(four), "r"(weights));
        __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(odd), "r"(odd_weights));
        x += 4;
        kernel += 4;
    }
    for (; depth > 0; depth--) {
        sum += (int32_t)*x++ * *kernel++;
    }
    return sum;
}
#else
static inline int32_t int_dot(size_t depth, const int8_t *x, const int8_t *kernel, int32_t sum) {
    for (size_t k = 0; k < depth; k++) {
        sum += (int32_t)x[k] * kernel[k];
    }
    return sum;
}
#endif

/* @part int_between */

/** What a table of 257 numbers, 256 apart, says of x; between two of them along the line. */
static inline int32_t int_between(const int16_t *table, int32_t x) {
    const int32_t place = x + 32768, from = table[place >> 8];
    return from + (((table[(place >> 8) + 1] - from) * (place & 255) + 128) >> 8);
}

/* @part int_softmax_row */

/** y[c] = 256 e^x[c] / the sum of all e^x[c], less 128, for c < count, which is 1 to 65537; table[d] is 65535 e^-d, of
 *  the distance d from the greatest x. y may be x. */
static inline void int_softmax_row(size_t count, const int8_t *x, const uint16_t *table, int8_t *y) {
    int32_t peak = x[0];
    uint32_t sum = 0;
    for (size_t c = 1; c < count; c++) {
        peak = x[c] > peak ? x[c] : peak;
    }
    for (size_t c = 0; c < count; c++) {
        sum += table[peak - x[c]];
    }
    for (size_t c = 0; c < count; c++) {
        const uint32_t part = (table[peak - x[c]] * UINT32_C(256) + sum / 2) / sum;
        y[c] = (int8_t)((part < 255 ? (int32_t)part : 255) - 128);
    }
}

/* @end */

#endif
