/* SPDX-License-Identifier: MIT-0
 *
 * nnc_transpose.h - transposition.
 */
#ifndef NNC_TRANSPOSE_H_INCLUDED
#define NNC_TRANSPOSE_H_INCLUDED

#include "nnc_vec.h"

/* @part TRANSPOSE_STEP INTERLEAVE_LOW INTERLEAVE_HIGH */

/* Matrices are transposed square by square: in registers where the compiler has shuffles. */
#ifdef SHUFFLES
#define TRANSPOSE_STEP LANES
#endif

/* The lower, or upper, halves of two vectors lane by lane in turn: a0 b0 a1 b1 ... */
#ifndef TRANSPOSE_STEP
#define TRANSPOSE_STEP 8
#elif LANES == 2
#define INTERLEAVE_LOW 0, 2
#define INTERLEAVE_HIGH 1, 3
#elif LANES == 4
#define INTERLEAVE_LOW 0, 4, 1, 5
#define INTERLEAVE_HIGH 2, 6, 3, 7
#elif LANES == 8
#define INTERLEAVE_LOW 0, 8, 1, 9, 2, 10, 3, 11
#define INTERLEAVE_HIGH 4, 12, 5, 13, 6, 14, 7, 15
#else
#define INTERLEAVE_LOW 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define INTERLEAVE_HIGH 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#endif

/* @part transpose_square */

/* to[c * rows + r] = from[r * from_row + c] for r, c < TRANSPOSE_STEP. Interleaving vector i with vector i + LANES / 2
 * moves the top bit of the row number to the bottom of the column number; log2(LANES) times, and they have changed
 * places. */
static inline void transpose_square(size_t rows, const real *from, size_t from_row, real *to) {
#ifndef INTERLEAVE_LOW
    for (size_t r = 0; r < TRANSPOSE_STEP; r++) {
        for (size_t c = 0; c < TRANSPOSE_STEP; c++) {
            to[c * rows + r] = from[r * from_row + c];
        }
    }
#else
    vec now[LANES], next[LANES];
    UNROLL for (int i = 0; i < LANES; i++) { now[i] = v_load_all(from + (size_t)i * from_row); }
    UNROLL for (int step = 1; step < LANES; step *= 2) {
        UNROLL for (int i = 0; i < LANES / 2; i++) {
            next[2 * i] = __builtin_shufflevector(now[i], now[i + LANES / 2], INTERLEAVE_LOW);
            next[2 * i + 1] = __builtin_shufflevector(now[i], now[i + LANES / 2], INTERLEAVE_HIGH);
        }
        UNROLL for (int i = 0; i < LANES; i++) { now[i] = next[i]; }
    }
    UNROLL for (int i = 0; i < LANES; i++) { v_store_all(to + (size_t)i * rows, now[i]); }
#endif
}

/* @part transpose */

/** to[c * rows + r] = from[r * from_row + c] for r < rows, c < cols. The two must not overlap. */
static inline void transpose(size_t rows, size_t cols, const real *from, size_t from_row, real *to) {
    const size_t whole_rows = rows - rows % TRANSPOSE_STEP, whole_cols = cols - cols % TRANSPOSE_STEP;
    for (size_t c = 0; c < whole_cols; c += TRANSPOSE_STEP) {
        for (size_t r = 0; r < whole_rows; r += TRANSPOSE_STEP) {
            transpose_square(rows, from + r * from_row + c, from_row, to + c * rows + r);
        }
        for (size_t r = whole_rows; r < rows; r++) {
            for (size_t i = c; i < c + TRANSPOSE_STEP; i++) {
                to[i * rows + r] = from[r * from_row + i];
            }
        }
    }
    for (size_t c = whole_cols; c < cols; c++) {
        for (size_t r = 0; r < rows; r++) {
            to[c * rows + r] = from[r * from_row + c];
        }
    }
}

/* @end */

#endif
