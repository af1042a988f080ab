/* SPDX-License-Identifier: MIT-0
 *
 * nnc_product.h - matrix products in register tiles, and transposition.
 *
 * Each output is the plain sum over k, ascending, so that (without contraction to FMA) every instruction set and tile
 * size gives the same bits. The caller walks over blocks of at most TILE_ROWS x PANEL outputs and finishes each block
 * (bias, activation, update) while it is in the cache.
 */
#ifndef NNC_PRODUCT_H_INCLUDED
#define NNC_PRODUCT_H_INCLUDED

#include "nnc_vec.h"

/* @part PANEL TILE_ROWS TILE_COLS */

enum { PANEL = 64 }; /* columns of a block */

/* Rows and vectors of a tile: as many accumulators as registers allow beside a row of b and an element of a. */
#if VECTOR_BYTES == 0
#define TILE_ROWS 2
#define TILE_COLS 4
#elif VECTOR_BYTES == 64 || defined __aarch64__ || defined __VSX__
#define TILE_ROWS 6
#define TILE_COLS 4
#elif VECTOR_BYTES == 32
#define TILE_ROWS 4
#define TILE_COLS 3
#else
#define TILE_ROWS 6
#define TILE_COLS 2
#endif

/* @part product_operands */

/** c[r * c_row + j] = sum over k < depth of a[r * a_row + k * a_depth] * b[k * b_depth + j], added to c where `add`. */
typedef struct product_operands {
    size_t depth;
    const real *a;
    size_t a_row, a_depth;
    const real *b;
    size_t b_depth;
    real *c;
    size_t c_row;
    int add;
} product_operands;

/* @part product_tile */

/* One tile of `rows` x `cols` vectors, the last of which has `last` columns. The vectors read from the last rows of b
 * would reach beyond its end when last < LANES: from k = `whole` on only `last` columns are read. */
FORCE_INLINE void product_tile(const int rows, const int cols, product_operands x, size_t last, size_t whole) {
    vec sum[TILE_ROWS][TILE_COLS];
    UNROLL for (int r = 0; r < rows; r++) {
        real *c = x.c + (size_t)r * x.c_row;
        UNROLL for (int j = 0; j < cols; j++) {
            sum[r][j] = v_zero();
            if (x.add) {
                sum[r][j] = v_load(c + j * LANES, j < cols - 1 ? LANES : last);
            }
        }
    }
    for (size_t k = 0; k < x.depth; k++) {
        vec w[TILE_COLS];
        const real *b = x.b + k * x.b_depth;
        UNROLL for (int j = 0; j < cols; j++) {
            w[j] = v_load(b + j * LANES, j < cols - 1 || k < whole ? LANES : last);
        }
        UNROLL for (int r = 0; r < rows; r++) {
            const real a = x.a[(size_t)r * x.a_row + k * x.a_depth];
            UNROLL for (int j = 0; j < cols; j++) {
                sum[r][j] += a * w[j];
            }
        }
    }
    UNROLL for (int r = 0; r < rows; r++) {
        real *c = x.c + (size_t)r * x.c_row;
        UNROLL for (int j = 0; j < cols; j++) {
            v_store(c + j * LANES, sum[r][j], j < cols - 1 ? LANES : last);
        }
    }
}

/* @part product_row_tiles */

/* `rows` (a constant) by `cols` (any number of) columns, split into tiles. */
FORCE_INLINE void product_row_tiles(const int rows, size_t cols, product_operands x) {
    while (cols > 0) {
        size_t width = cols < TILE_COLS * LANES ? cols : TILE_COLS * LANES;
        size_t vectors = (width + LANES - 1) / LANES;
        size_t last = width - (vectors - 1) * LANES;
        size_t beyond = (LANES - last + x.b_depth - 1) / x.b_depth;
        size_t whole = cols > width || last == LANES ? x.depth : x.depth > beyond ? x.depth - beyond : 0;
        switch (vectors) {
        case 1: product_tile(rows, 1, x, last, whole); break;
        case 2: product_tile(rows, 2, x, last, whole); break;
#if TILE_COLS >= 3
        case 3: product_tile(rows, 3, x, last, whole); break;
#endif
#if TILE_COLS >= 4
        case 4: product_tile(rows, 4, x, last, whole); break;
#endif
        }
        x.b += width;
        x.c += width;
        cols -= width;
    }
}
/* @part product_block */

static inline void product_block(size_t rows, size_t cols, product_operands x) {
    switch (rows) {
    case 1: product_row_tiles(1, cols, x); break;
    case 2: product_row_tiles(2, cols, x); break;
#if TILE_ROWS >= 4
    case 3: product_row_tiles(3, cols, x); break;
    case 4: product_row_tiles(4, cols, x); break;
#endif
#if TILE_ROWS >= 6
    case 5: product_row_tiles(5, cols, x); break;
    case 6: product_row_tiles(6, cols, x); break;
#endif
    }
}

/* @part product */

/**
 * block[r * block_row + c] = sum over k < depth, ascending, of a[r * a_row + k * a_depth] * b[k * b_depth + c],
 * for r < rows (1 ... TILE_ROWS) and c < cols (1 ... PANEL). Reads no element of b beyond the last one named here, and
 * writes nothing else. block must not overlap a or b.
 */
static inline void product(size_t rows, size_t cols, size_t depth, const real *a, size_t a_row, size_t a_depth,
                           const real *b, size_t b_depth, real *block, size_t block_row) {
    product_operands x = {depth, a, a_row, a_depth, b, b_depth, block, block_row, 0};
    product_block(rows, cols, x);
}

/* @part product_add */

/** As product, but each sum starts from what is in block: a depth taken in pieces gives the same bits. */
static inline void product_add(size_t rows, size_t cols, size_t depth, const real *a, size_t a_row, size_t a_depth,
                               const real *b, size_t b_depth, real *block, size_t block_row) {
    product_operands x = {depth, a, a_row, a_depth, b, b_depth, block, block_row, 1};
    product_block(rows, cols, x);
}

/* @end */

#endif
