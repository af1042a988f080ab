/* SPDX-License-Identifier: MIT-0
 *
 * nnc_small.h - products for cores without vectors, where flash and RAM count first (nnc --for=small).
 *
 * One loop serves dense layers, steps of recurrent ones and windows of convolutions. It reads the kernel where it is,
 * and needs no memory of its own.
 */
#ifndef NNC_SMALL_H_INCLUDED
#define NNC_SMALL_H_INCLUDED

#include "nnc_math.h"
#include "nnc_vec.h"

/* @part SHARED */

/* One function, however often it is called: copies of it would be neither small nor, for want of registers, fast. */
#ifdef __GNUC__
#define SHARED static __attribute__((noinline, unused))
#else
#define SHARED static inline
#endif

/* @part weighted_sums */

/** y[c] = start[c] + the sum over k < depth of x[k] * kernel[k * row + c], for c < count; depth is 1 or more. y may be
 *  start, but not x. */
SHARED void weighted_sums(size_t count, size_t depth, const real *x, const real *kernel, size_t row, const real *start,
                          real *y) {
    const real *const end = x + depth;
    for (; count >= 4; count -= 4) { /* as many sums as stay in registers */
        real sum0 = start[0], sum1 = start[1], sum2 = start[2], sum3 = start[3];
        const real *from = x, *w = kernel;
        do {
            const real element = *from++;
            sum0 = MULTIPLY_ADD(element, w[0], sum0);
            sum1 = MULTIPLY_ADD(element, w[1], sum1);
            sum2 = MULTIPLY_ADD(element, w[2], sum2);
            sum3 = MULTIPLY_ADD(element, w[3], sum3);
            w += row;
        } while (from < end);
        y[0] = sum0;
        y[1] = sum1;
        y[2] = sum2;
        y[3] = sum3;
        kernel += 4;
        start += 4;
        y += 4;
    }
    for (; count > 0; count--) {
        real sum = *start++;
        const real *from = x, *w = kernel++;
        do {
            sum = MULTIPLY_ADD(*from++, *w, sum);
            w += row;
        } while (from < end);
        *y++ = sum;
    }
}

/* @part dot_rows */

/** y[i] = the sum over k < depth of x[k] * rows[i * row + k], for i < count. */
static inline void dot_rows(size_t count, size_t depth, const real *x, const real *rows, size_t row, real *y) {
    for (; count >= 2; count -= 2) {
        const real *a = rows, *b = rows + row;
        real sum0 = 0, sum1 = 0;
        for (const real *from = x; from < x + depth; from++) {
            sum0 = MULTIPLY_ADD(*from, *a++, sum0);
            sum1 = MULTIPLY_ADD(*from, *b++, sum1);
        }
        *y++ = sum0;
        *y++ = sum1;
        rows += 2 * row;
    }
    if (count > 0) {
        real sum = 0;
        for (const real *from = x; from < x + depth; from++) {
            sum = MULTIPLY_ADD(*from, *rows++, sum);
        }
        *y = sum;
    }
}

/* @part outer_sum */

/** The sum over k < depth of x[k * x_row] * d[k * d_row]. */
static inline real outer_sum(size_t depth, const real *x, size_t x_row, const real *d, size_t d_row) {
    real sum = 0;
    for (; depth > 0; depth--) {
        sum = MULTIPLY_ADD(*x, *d, sum);
        x += x_row;
        d += d_row;
    }
    return sum;
}

/* @part keep_greatest */

/** y[c] = the greater of y[c] and x[c]; x[c] where it is the first. */
static inline void keep_greatest(size_t count, const real *x, int first, real *y) {
    for (size_t c = 0; c < count; c++) {
        if (first || x[c] > y[c]) {
            y[c] = x[c];
        }
    }
}

/* @part softmax_row */

/** y[c] = e^x[c] / the sum of all e^x[c], for c < count. y may be x. */
static inline void softmax_row(size_t count, const real *x, real *y) {
    real peak = x[0], sum = 0;
    for (size_t c = 1; c < count; c++) {
        peak = v_max(x[c], peak);
    }
    for (size_t c = 0; c < count; c++) {
        y[c] = v_exp_decay(x[c] - peak);
        sum += y[c];
    }
    sum = 1 / sum;
    for (size_t c = 0; c < count; c++) {
        y[c] *= sum;
    }
}

/* @end */

#endif
