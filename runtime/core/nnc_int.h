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
#if SIZE_MAX <= UINT32_MAX
    if (shift > 32) { /* what is added has no low half: the high one is enough */
        const int32_t rounded = ((int32_t)(total >> 32) + (INT32_C(1) << (shift - 33))) >> (shift - 32);
        const int32_t kept = rounded < low - zero ? low - zero : rounded > high - zero ? high - zero : rounded;
        return kept + zero;
    }
#endif
    const int64_t value = ((total + ((int64_t)1 << (shift - 1))) >> shift) + zero;
    return value < low ? low : value > high ? high : (int32_t)value;
}

/* @part int_pairs int_dot_pairs int_dot */

#if defined __ARM_FEATURE_DSP && defined __GNUC__
/* x[0] and x[2], and x[1] and x[3], as pairs of 16 bits. */
static inline void int_pairs(const int8_t *x, uint32_t *even, uint32_t *odd) {
    uint32_t four;
    memcpy(&four, x, sizeof four);
    __asm__("sxtb16 %0, %1" : "=r"(*even) : "r"(four));
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(*odd) : "r"(four));
}

/* sum + four products with such pairs. */
static inline int32_t int_dot_pairs(uint32_t even, uint32_t odd, const int8_t *kernel, int32_t sum) {
    uint32_t weights, odd_weights;
    int_pairs(kernel, &weights, &odd_weights);
    __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(even), "r"(weights));
    __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(odd), "r"(odd_weights));
    return sum;
}
#endif

/** sum + the sum over k < depth of x[k] * kernel[k]. */
static inline int32_t int_dot(size_t depth, const int8_t *x, const int8_t *kernel, int32_t sum) {
    size_t k = 0;
#if defined __ARM_FEATURE_DSP && defined __GNUC__
    for (; k + 4 <= depth; k += 4) {
        uint32_t even, odd;
        int_pairs(x + k, &even, &odd);
        sum = int_dot_pairs(even, odd, kernel + k, sum);
    }
#endif
    for (; k < depth; k++) {
        sum += (int32_t)x[k] * kernel[k];
    }
    return sum;
}

/* @part INT_UNITS int_dots */

#define INT_UNITS 4 /* whose products one reading of x makes */

/** sums[u] += the sum over k < depth of x[k] * kernel[u * stride + k], for u < units, which is at most INT_UNITS. */
static inline void int_dots(size_t units, size_t depth, const int8_t *x, const int8_t *kernel, size_t stride,
                            int32_t *sums) {
    if (units == INT_UNITS) {
        const int8_t *const second = kernel + stride, *const third = second + stride, *const fourth = third + stride;
        int32_t a = sums[0], b = sums[1], c = sums[2], d = sums[3];
        size_t k = 0;
#if defined __ARM_FEATURE_DSP && defined __GNUC__
        for (; k + 4 <= depth; k += 4) {
            uint32_t even, odd;
            int_pairs(x + k, &even, &odd);
            a = int_dot_pairs(even, odd, kernel + k, a);
            b = int_dot_pairs(even, odd, second + k, b);
            c = int_dot_pairs(even, odd, third + k, c);
            d = int_dot_pairs(even, odd, fourth + k, d);
        }
#endif
        for (; k < depth; k++) {
            const int32_t value = x[k];
            a += value * kernel[k];
            b += value * second[k];
            c += value * third[k];
            d += value * fourth[k];
        }
        sums[0] = a;
        sums[1] = b;
        sums[2] = c;
        sums[3] = d;
    } else {
        for (size_t u = 0; u < units; u++) {
            sums[u] = int_dot(depth, x, kernel + u * stride, sums[u]);
        }
    }
}

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
