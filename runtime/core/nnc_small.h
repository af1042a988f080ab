/* SPDX-License-Identifier: MIT-0
 *
 * nnc_small.h - products for cores without vectors, where flash and RAM count first (nnc --for=small).
 *
 * One loop serves dense layers, steps of recurrent ones and windows of convolutions. It reads the kernel where it is,
 * and needs no memory of its own.
 */
#ifndef NNC_SMALL_H_INCLUDED
#define NNC_SMALL_H_INCLUDED

#include "nnc_vec.h"

/* @part MULTIPLY_ADD */

/* x * w + sum, in one instruction where there is one. (--portable: the same bits whether there is one or not.) */
#if defined NNC_PORTABLE || defined NNC_DOUBLE || !(defined __FP_FAST_FMAF || defined __ARM_FEATURE_FMA)
#define MULTIPLY_ADD(x, w, sum) ((x) * (w) + (sum))
#else
#define MULTIPLY_ADD(x, w, sum) __builtin_fmaf(x, w, sum)
#endif

/* @part weighted_sums */

/** y[c] = start[c] + the sum over k < depth of x[k] * kernel[k * row + c], for c < count. y may be start, but not x. */
static inline void weighted_sums(size_t count, size_t depth, const real *x, const real *kernel, size_t row,
                                 const real *start, real *y) {
    const real *const end = x + depth;
    for (; count >= 4; count -= 4) { /* as many sums as stay in registers */
        real sum0 = start[0], sum1 = start[1], sum2 = start[2], sum3 = start[3];
        const real *w = kernel;
        for (const real *from = x; from < end; from++) {
            const real element = *from;
            sum0 = MULTIPLY_ADD(element, w[0], sum0);
            sum1 = MULTIPLY_ADD(element, w[1], sum1);
            sum2 = MULTIPLY_ADD(element, w[2], sum2);
            sum3 = MULTIPLY_ADD(element, w[3], sum3);
            w += row;
        }
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
        const real *w = kernel++;
        for (const real *from = x; from < end; from++) {
            sum = MULTIPLY_ADD(*from, *w, sum);
            w += row;
        }
        *y++ = sum;
    }
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

/* @end */

#endif
