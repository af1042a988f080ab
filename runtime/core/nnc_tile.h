/* SPDX-License-Identifier: MIT-0
 *
 * nnc_tile.h - register tiles, of which products are made: their size, one step of a tile, and how operands are walked
 * over and copied.
 */
#ifndef NNC_TILE_H_INCLUDED
#define NNC_TILE_H_INCLUDED

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
#elif VECTOR_BYTES == 16 && (defined __SSE2__ || defined __wasm_simd128__) /* no FMA: one more register */
#define TILE_ROWS 4
#define TILE_COLS 2
#else
#define TILE_ROWS 6
#define TILE_COLS 2
#endif

/* @part tile_rows */

/** How many of the rows that are left go into the next tile; the last two tiles are about equal. */
static inline size_t tile_rows(size_t left) {
    return left <= TILE_ROWS ? left : left < 2 * TILE_ROWS ? (left + 1) / 2 : TILE_ROWS;
}

/* @part product_walk */

/* A depth in count[0] * count[1] * count[2] pieces, such as the rows of a window of an image: piece (i, j, k) of a
 * begins at i * stride[0] + j * stride[1] + k * stride[2]; in b the pieces follow each other. */
typedef struct product_walk {
    size_t count[3], stride[3];
} product_walk;

/* @part tile_step */

/* sum[r][j] += a[r * a_row] * b[j] for a tile of `rows` x `cols` vectors, sum[r * cols + j]. Copies b to `copy`, unless
 * that is NULL. */
FORCE_INLINE void tile_step(const int rows, const int cols, const real *a, size_t a_row, const real *b, real *copy,
                            vec *sum) {
    vec w[TILE_COLS];
    UNROLL for (int j = 0; j < cols; j++) {
        w[j] = v_load_all(b + j * LANES);
        V_HOLD(w[j]);
        if (copy != NULL) {
            v_store_all(copy + j * LANES, w[j]);
        }
    }
    UNROLL for (int r = 0; r < rows; r++) {
        vec element = v_splat(a[(size_t)r * a_row]);
        V_HOLD(element);
        UNROLL for (int j = 0; j < cols; j++) { sum[r * cols + j] += element * w[j]; }
    }
}

/* @part product_copy */

/* rows x cols reals; the rows of `to` begin to_row apart, those of `from` from_row. */
static inline void product_copy(size_t rows, size_t cols, real *to, size_t to_row, const real *from, size_t from_row) {
    for (; rows > 0; rows--) {
        size_t c = 0;
        for (; c + LANES <= cols; c += LANES) {
            v_store_all(to + c, v_load_all(from + c));
        }
        v_copy(to + c, from + c, cols - c);
        to += to_row;
        from += from_row;
    }
}

/* @part block_edge */

/* Copies columns of b, `width` of them, to where they lie together and fill whole vectors, with zeros after them. */
static inline void block_edge(size_t width, size_t vectors, size_t depth, const real *b, size_t b_depth, real *edge) {
    for (; depth > 0; depth--) {
        for (size_t c = 0; c < vectors * LANES; c += LANES) {
            v_store_all(edge + c, c < width ? v_load(b + c, v_lanes(width - c)) : v_zero());
        }
        b += b_depth;
        edge += vectors * LANES;
    }
}

/* @end */

#endif
