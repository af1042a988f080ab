/* SPDX-License-Identifier: MIT-0
 *
 * nnc_column.h - products of a single column, and sums down columns.
 */
#ifndef NNC_COLUMN_H_INCLUDED
#define NNC_COLUMN_H_INCLUDED

#include "nnc_tile.h"
#include "nnc_vec.h"

/* @part COLUMN_SUMS */

/* Sums that the terms of a column go into in turn, whatever the number of lanes. */
#define COLUMN_SUMS 16

/* @part column_add */

/* Adds n <= COLUMN_SUMS terms x[i] * w[i], one to each sum; x holds COLUMN_SUMS elements. */
FORCE_INLINE void column_add(vec sum[COLUMN_SUMS / LANES], const real *x, const real *w, size_t n) {
    UNROLL for (size_t v = 0; v < COLUMN_SUMS / LANES; v++) {
        const size_t at = v * LANES;
        if (at < n) {
            sum[v] += v_load_all(x + at) * v_load(w + at, v_lanes(n - at));
        }
    }
}

/* @part product_column */

/**
 * One column: y[r] = sum over k < depth of a[r * a_row + k] * b[k], and over all pieces of `walk` in a, r < rows; as 16
 * sums (of every 16th term), which are then added as a balanced tree.
 */
static inline void product_column(size_t rows, const product_walk *walk, size_t depth, const real *a, size_t a_row,
                                  const real *b, real *y) {
    real rest[COLUMN_SUMS] = {0}; /* terms that are too few for all sums, until the next piece */
    for (size_t r = 0; r < rows; r++, a += a_row) {
        const real *w = b;
        size_t few = 0;
        vec sum[COLUMN_SUMS / LANES];
        UNROLL for (int v = 0; v < COLUMN_SUMS / LANES; v++) { sum[v] = v_zero(); }
        for (size_t i = 0; i < walk->count[0]; i++) {
            for (size_t j = 0; j < walk->count[1]; j++) {
                for (size_t k = 0; k < walk->count[2]; k++) {
                    const real *x = a + i * walk->stride[0] + j * walk->stride[1] + k * walk->stride[2];
                    size_t left = depth;
                    if (few > 0) {
                        const size_t more = left < COLUMN_SUMS - few ? left : COLUMN_SUMS - few;
                        product_copy(1, more, rest + few, 0, x, 0);
                        x += more;
                        left -= more;
                        few += more;
                        if (few == COLUMN_SUMS) {
                            column_add(sum, rest, w, COLUMN_SUMS);
                            w += COLUMN_SUMS;
                            few = 0;
                        }
                    }
                    for (; left >= COLUMN_SUMS; left -= COLUMN_SUMS) {
                        column_add(sum, x, w, COLUMN_SUMS);
                        x += COLUMN_SUMS;
                        w += COLUMN_SUMS;
                    }
                    if (left > 0) {
                        product_copy(1, left, rest, 0, x, 0);
                        few = left;
                    }
                }
            }
        }
        if (few > 0) {
            memset(rest + few, 0, (COLUMN_SUMS - few) * sizeof *rest);
            column_add(sum, rest, w, few);
        }
        UNROLL for (int half = COLUMN_SUMS / LANES / 2; half >= 1; half /= 2) {
            UNROLL for (int v = 0; v < half; v++) { sum[v] += sum[v + half]; }
        }
        y[r] = v_sum(sum[0]);
    }
}

/* @part column_sums */

/** sums[c] = sum over r < rows, ascending, of x[r * x_row + c], for c < cols (at most PANEL), and zero up to the next
 * whole vector. */
static inline void column_sums(size_t rows, size_t cols, const real *x, size_t x_row, real *sums) {
    enum { WIDE = 4 }; /* vectors side by side: one would wait for each addition */
    const size_t whole = cols - cols % (WIDE * LANES);
    for (size_t c = 0; c < whole; c += WIDE * LANES) {
        vec sum[WIDE];
        UNROLL for (int j = 0; j < WIDE; j++) { sum[j] = v_zero(); }
        for (size_t r = 0; r < rows; r++) {
            UNROLL for (int j = 0; j < WIDE; j++) { sum[j] += v_load_all(x + r * x_row + c + j * LANES); }
        }
        UNROLL for (int j = 0; j < WIDE; j++) { v_store_all(sums + c + j * LANES, sum[j]); }
    }
    for (size_t c = whole; c < cols; c += LANES) {
        const size_t n = v_lanes(cols - c);
        vec sum = v_zero();
        for (size_t r = 0; r < rows; r++) {
            sum += v_load(x + r * x_row + c, n);
        }
        v_store_all(sums + c, sum);
    }
}

/* @end */

#endif
