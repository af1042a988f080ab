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

/* @part ROLLED */

/* A loop over very few elements is one, too: written out it would take more code. */
#if defined __clang__
#define ROLLED _Pragma("clang loop unroll(disable)")
#elif defined __GNUC__ && __GNUC__ >= 8
#define ROLLED _Pragma("GCC unroll 1")
#else
#define ROLLED
#endif

/* @part kernel_real */

/* What kernels are made of. */
#ifdef NNC_FLASH /* AVR: it has addresses of its own */
typedef const __flash real kernel_real;
#else
typedef const real kernel_real;
#endif

/* @part MOST_AT_ONCE */

/* So many sums are made at once: as many as stay in registers, or, since each takes code, fewer. */
#ifdef __OPTIMIZE_SIZE__
#define MOST_AT_ONCE 4
#else
#define MOST_AT_ONCE 16
#endif

/* @part sums_at_once */

/* y[c] = start[c] + the sum over all x before `end` of x[k] * kernel[k * row + c], for c < count <= MOST_AT_ONCE. */
FORCE_INLINE void sums_at_once(int count, const real *x, const real *end, kernel_real *kernel, size_t row,
                               const real *start, real *y) {
    real sums[MOST_AT_ONCE];
    UNROLL for (int c = 0; c < count; c++) { sums[c] = start[c]; }
    do {
        const real element = *x++;
        UNROLL for (int c = 0; c < count; c++) { sums[c] = MULTIPLY_ADD(element, kernel[c], sums[c]); }
        kernel += row;
    } while (x < end);
    UNROLL for (int c = 0; c < count; c++) { y[c] = sums[c]; }
}

/* @part NEXT_SUMS */

#define NEXT_SUMS(count) { \
    sums_at_once(count, x, end, kernel, row, start, y); \
    start += (count); \
    y += (count); \
    kernel += (count); \
}

/* @part sums_of_columns */

/* y[c] = start[c] + the sum over k < depth of x[k] * kernel[k * row + c], for c < count; depth is 1 or more. y may be
 * start, but not x. */
FORCE_INLINE void sums_of_columns(size_t count, size_t depth, const real *x, kernel_real *kernel, size_t row,
                                  const real *start, real *y) {
    const real *const end = x + depth;
    kernel_real *const last = kernel + count;
    while (last - kernel >= MOST_AT_ONCE) NEXT_SUMS(MOST_AT_ONCE)
#ifndef __OPTIMIZE_SIZE__
    if (last - kernel >= 8) NEXT_SUMS(8)
    if (kernel == last) {
        return;
    }
    while (last - kernel >= 3) NEXT_SUMS(3)
#endif
    while (kernel < last) NEXT_SUMS(1)
}

/* @part weighted_sums */

/** The sums of a whole kernel, (depth, count): y[c] = start[c] + the sum over k of x[k] * kernel[k][c]. */
SHARED void weighted_sums(size_t count, size_t depth, const real *x, kernel_real *kernel, const real *start, real *y) {
    sums_of_columns(count, depth, x, kernel, count, start, y);
}

/* @part weighted_columns */

/** The sums of `count` columns of a kernel, (depth, row). */
SHARED void weighted_columns(size_t count, size_t depth, const real *x, kernel_real *kernel, size_t row,
                             const real *start, real *y) {
    sums_of_columns(count, depth, x, kernel, row, start, y);
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

/* @part add_dot_rows */

/** y[i] += the sum over k < depth of x[k] * rows[i * depth + k], term by term, for i < count; both are 1 or more. */
SHARED void add_dot_rows(size_t count, size_t depth, const real *x, kernel_real *rows, real *y) {
    const real *const end = x + depth;
    real *const last = y + count;
    do {
        const real *from = x;
        real sum = *y;
        do { sum = MULTIPLY_ADD(*from++, *rows++, sum); } while (from < end);
        *y++ = sum;
    } while (y < last);
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

/* @part add_scaled */

/** y[k] += factor * x[k], for k < count, which is 1 or more. */
SHARED void add_scaled(size_t count, real factor, const real *x, real *y) {
    const real *const end = x + count;
    do {
        *y = MULTIPLY_ADD(factor, *x++, *y);
        y++;
    } while (x < end);
}

/* @part add_apart */

/** y[k * apart] += factor * x[k], for k < count, which is 1 or more. */
SHARED void add_apart(size_t count, real factor, const real *x, real *y, size_t apart) {
    const real *const end = x + count;
    do {
        *y = MULTIPLY_ADD(factor, *x++, *y);
        y += apart;
    } while (x < end);
}

/* @part first_inside end_inside */

/* A window of `size` places begins `low` before the place `at` of an image: the first of them that lies in the image,
 * and the end of those that do. */
static inline size_t first_inside(size_t at, size_t low) {
    return at < low ? low - at : 0;
}
static inline size_t end_inside(size_t at, size_t low, size_t size, size_t image) {
    return at + size > image + low ? image + low - at : size;
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

/** y[c] = e^x[c] / the sum of all e^x[c], for c < count, which is 1 or more. y may be x. */
static inline void softmax_row(size_t count, const real *x, real *y) {
    const real *const end = x + count;
    real *const last = y + count;
    real peak = *x, sum = 0;
    ROLLED for (const real *from = x; from < end; from++) { peak = v_max(*from, peak); }
    ROLLED do {
        *y = v_exp_half(*x++ - peak);
        sum += *y++;
    } while (x < end);
    sum = 1 / sum;
    y = last - count;
    ROLLED do { *y++ *= sum; } while (y < last);
}

/* @end */

#endif
