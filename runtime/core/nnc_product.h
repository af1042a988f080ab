/* SPDX-License-Identifier: MIT-0
 *
 * nnc_product.h - matrix products in register tiles.
 *
 * Each output is the plain sum over k, ascending, so that (without contraction to FMA) every instruction set and tile
 * size gives the same bits. The caller walks over blocks of at most BLOCK_ROWS x PANEL outputs (convolutions: TILE_ROWS
 * x PANEL) and finishes each block (bias, activation, update) while it is in the cache.
 */
#ifndef NNC_PRODUCT_H_INCLUDED
#define NNC_PRODUCT_H_INCLUDED

#include "nnc_tile.h"
#include "nnc_vec.h"

/* @part product_operands */

/* c[r * c_row + j] = sum over k < depth of a[r * a_row + k * a_depth] * b[k * b_depth + j], added to c where `add`;
 * and this over all pieces of the walk. */
typedef struct product_operands {
    size_t depth;
    const real *a;
    size_t a_row, a_depth;
    const real *b;
    size_t b_depth;
    real *c;
    size_t c_row;
    int add;
    product_walk walk;
} product_operands;

/* @part product_tile */

/* One tile of `rows` x `cols` vectors, all of them full. After `whole` rows of b the others are read from `rest`, whose
 * rows are `cols` vectors long. */
FORCE_INLINE void product_tile(const int rows, const int cols, product_operands x, size_t whole, const real *rest) {
    const product_walk walk = x.walk;
    vec sum[TILE_ROWS * TILE_COLS];
    UNROLL for (int r = 0; r < rows; r++) {
        UNROLL for (int j = 0; j < cols; j++) {
            sum[r * cols + j] = x.add ? v_load_all(x.c + (size_t)r * x.c_row + j * LANES) : v_zero();
        }
    }
    const size_t pieces = walk.count[0] * walk.count[1] * walk.count[2];
    for (size_t piece = 0, i = 0, j = 0, k = 0; piece < pieces; piece++) {
        const real *a = x.a + i * walk.stride[0] + j * walk.stride[1] + k * walk.stride[2];
        for (size_t left = x.depth; left > 0;) {
            if (whole == 0) {
                whole = (size_t)-1;
                x.b = rest;
                x.b_depth = (size_t)cols * LANES;
            }
            const size_t depth = left < whole ? left : whole;
            for (size_t row = 0; row < depth; row++) {
                tile_step(rows, cols, a + row * x.a_depth, x.a_row, x.b + row * x.b_depth, NULL, sum);
            }
            a += depth * x.a_depth;
            x.b += depth * x.b_depth;
            left -= depth;
            whole -= depth;
        }
        if (++k == walk.count[2]) {
            k = 0;
            if (++j == walk.count[1]) {
                j = 0;
                i++;
            }
        }
    }
    UNROLL for (int r = 0; r < rows; r++) {
        UNROLL for (int j = 0; j < cols; j++) { v_store_all(x.c + (size_t)r * x.c_row + j * LANES, sum[r * cols + j]); }
    }
}

/* @part product_tiles */

/* `rows` (a constant) x `cols` outputs as tiles side by side. Where the last vector of a tile is not full, the outputs
 * go through `edge`, and the last rows of b, where whole vectors would reach beyond b's end, through `rest`. */
FORCE_INLINE void product_tiles(const int rows, size_t cols, product_operands x) {
    while (cols > 0) {
        size_t left = (cols + LANES - 1) / LANES; /* of vectors; the last two tiles are about equal */
        size_t vectors = left <= TILE_COLS ? left : left < 2 * TILE_COLS ? (left + 1) / 2 : TILE_COLS;
        size_t row = vectors * LANES, width = LANES == 1 || row < cols ? row : cols, missing = row - width;
        const size_t depth = x.depth * x.walk.count[0] * x.walk.count[1] * x.walk.count[2];
        size_t whole = depth;
        real edge[TILE_ROWS * TILE_COLS * LANES], rest[(LANES + TILE_COLS) * LANES];
        product_operands tile = x;
        if (missing > 0) {
            size_t beyond = (missing + x.b_depth - 1) / x.b_depth;
            whole = depth > beyond ? depth - beyond : 0;
            memset(rest, 0, (depth - whole) * row * sizeof *rest);
            product_copy(depth - whole, width, rest, row, x.b + whole * x.b_depth, x.b_depth);
            tile.c = edge;
            tile.c_row = row;
            if (x.add) {
                memset(edge, 0, (size_t)rows * row * sizeof *edge);
                product_copy((size_t)rows, width, edge, row, x.c, x.c_row);
            }
        }
        switch (vectors) {
        case 1: product_tile(rows, 1, tile, whole, rest); break;
#if TILE_COLS > 2
        case 2: product_tile(rows, 2, tile, whole, rest); break;
#endif
#if TILE_COLS > 3
        case 3: product_tile(rows, 3, tile, whole, rest); break;
#endif
        default: product_tile(rows, TILE_COLS, tile, whole, rest); break;
        }
        if (missing > 0) {
            product_copy((size_t)rows, width, x.c, x.c_row, edge, row);
        }
        x.b += width;
        x.c += width;
        cols -= width;
    }
}

/* @part product_block */

/* At most TILE_ROWS rows. */
static inline void product_block(size_t rows, size_t cols, product_operands x) {
    switch (rows) {
    case 1: product_tiles(1, cols, x); break;
    case 2: product_tiles(2, cols, x); break;
#if TILE_ROWS >= 4
    case 3: product_tiles(3, cols, x); break;
    case 4: product_tiles(4, cols, x); break;
#endif
#if TILE_ROWS >= 6
    case 5: product_tiles(5, cols, x); break;
    case 6: product_tiles(6, cols, x); break;
#endif
    }
}

/* @part BLOCK_ROWS BLOCK_DEPTH */

/* Rows of a block, and how deep it is worked on at a time: then the columns of b below a tile stay in the first cache
 * while all rows of the block pass over them. A block takes 36 KB of stack; less, and more passes, where threads have
 * little (wasm, small cores), and next to none where there are no vectors. */
#if VECTOR_BYTES == 0
#define BLOCK_ROWS TILE_ROWS
#elif VECTOR_BYTES >= 32 || defined __aarch64__
#define BLOCK_ROWS 144
#else
#define BLOCK_ROWS 48
#endif
#if VECTOR_BYTES == 64
#define BLOCK_DEPTH 96
#else
#define BLOCK_DEPTH 128
#endif

/* @part block_operands */

/* c[r * PANEL + j] = sum over k < depth of a[r * a_row + k * a_depth] * b[k * b_depth + j], added to c where `add`. */
typedef struct block_operands {
    size_t depth;
    const real *a;
    size_t a_row, a_depth;
    const real *b;
    size_t b_depth;
    real *c;
    int add;
} block_operands;

/* @part block_tile */

/* One tile of `rows` x `cols` vectors. Copies what it reads of b to `copy`, unless that is NULL. */
FORCE_INLINE void block_tile(const int rows, const int cols, block_operands x, real *copy) {
    vec sum[TILE_ROWS * TILE_COLS];
    UNROLL for (int r = 0; r < rows; r++) {
        UNROLL for (int j = 0; j < cols; j++) {
            sum[r * cols + j] = x.add ? v_load_all(x.c + r * PANEL + j * LANES) : v_zero();
        }
    }
    for (; x.depth > 0; x.depth--) {
        tile_step(rows, cols, x.a, x.a_row, x.b, copy, sum);
        if (copy != NULL) {
            copy += cols * LANES;
        }
        x.a += x.a_depth;
        x.b += x.b_depth;
    }
    UNROLL for (int r = 0; r < rows; r++) {
        UNROLL for (int j = 0; j < cols; j++) { v_store_all(x.c + r * PANEL + j * LANES, sum[r * cols + j]); }
    }
}

/* @part block_strip */

/* All rows of a block, `cols` vectors of it. The last tiles have 4, 2 and 1 rows. Where there are many rows, the first
 * tile copies b to `copy`, so that its rows lie together for the others: those of a wide b lie in few sets of the first
 * cache. */
FORCE_INLINE void block_strip(size_t rows, const int cols, block_operands x, real *copy) {
    if (VECTOR_BYTES > 0 && copy != NULL && rows > 2 * TILE_ROWS) {
        block_tile(TILE_ROWS, cols, x, copy);
        x.a += TILE_ROWS * x.a_row;
        x.b = copy;
        x.b_depth = (size_t)cols * LANES;
        x.c += TILE_ROWS * PANEL;
        rows -= TILE_ROWS;
    }
    while (rows > 0) {
        const size_t high = rows >= TILE_ROWS && rows != 8 ? TILE_ROWS : rows >= 4 ? 4 : rows >= 2 ? 2 : 1;
        switch (high) {
        case 1: block_tile(1, cols, x, NULL); break;
        case 2: block_tile(2, cols, x, NULL); break;
#if TILE_ROWS >= 4
        case 4: block_tile(4, cols, x, NULL); break;
#endif
#if TILE_ROWS >= 6
        case 6: block_tile(6, cols, x, NULL); break;
#endif
        }
        x.a += high * x.a_row;
        x.c += high * PANEL;
        rows -= high;
    }
}

/* @part product_walked */

/**
 * block[r * block_row + c] = sum of a[r * a_row + k * a_depth] * b[k * b_depth + c] over k < depth and over all pieces
 * of `walk` in a, for r < rows (at most TILE_ROWS) and c < cols; added to block where `add`. Writes nothing else.
 */
static inline void product_walked(size_t rows, size_t cols, const product_walk *walk, size_t depth, const real *a,
                                  size_t a_row, size_t a_depth, const real *b, size_t b_depth, real *block,
                                  size_t block_row, int add) {
    product_operands x = {depth, a, a_row, a_depth, b, b_depth, block, block_row, add, *walk};
    product_block(rows, cols, x);
}

/* @part product_strip */

/* c[j] = sum over k of a[k * a_depth] * b[k * b_depth + j] for `cols` vectors of one row. */
FORCE_INLINE void product_strip(const int cols, size_t depth, const real *a, size_t a_depth, const real *b,
                                size_t b_depth, real *c) {
    vec sum[4 * TILE_COLS];
    UNROLL for (int j = 0; j < cols; j++) { sum[j] = v_zero(); }
    for (size_t k = 0; k < depth; k++) {
        const real x = a[k * a_depth];
        UNROLL for (int j = 0; j < cols; j++) { sum[j] += x * v_load_all(b + k * b_depth + j * LANES); }
    }
    UNROLL for (int j = 0; j < cols; j++) { v_store_all(c + j * LANES, sum[j]); }
}

/* @part ROW_PANEL ROW_DEPTH */

/* Columns of a block of one row, and the rows of a wide b that it reads at a time. */
#if VECTOR_BYTES == 0
#define ROW_PANEL 64
#else
#define ROW_PANEL 512
#endif
#define ROW_DEPTH 4

/* @part product_rows */

/* c[j] = sum of a[k * a_depth] * b[k * b_depth + j] over k < depth (a constant), added to c where `add`; for whole
 * vectors. */
FORCE_INLINE void product_rows(const int depth, size_t cols, const real *a, size_t a_depth, const real *b,
                               size_t b_depth, real *c, int add) {
    for (size_t j = 0; j < cols; j += LANES) {
        vec sum = add ? v_load_all(c + j) : v_zero();
        UNROLL for (int k = 0; k < depth; k++) {
            sum += a[(size_t)k * a_depth] * v_load_all(b + (size_t)k * b_depth + j);
        }
        v_store_all(c + j, sum);
    }
}

/* @part product_row */

/**
 * One row, any number of columns: row[c] = sum over k < depth, ascending, of a[k * a_depth] * b[k * b_depth + c]. As
 * fast as b can be read: with more accumulators than a tile; and a few rows at a time, from one end to the other, where
 * b is so wide that the next element of a column lies on another page.
 */
static inline void product_row(size_t cols, size_t depth, const real *a, size_t a_depth, const real *b, size_t b_depth,
                               real *row) {
    if (cols >= ROW_PANEL && depth > 0) {
        const size_t whole = cols - cols % LANES, deep = depth - depth % ROW_DEPTH;
        for (size_t k = 0; k < deep; k += ROW_DEPTH) {
            product_rows(ROW_DEPTH, whole, a + k * a_depth, a_depth, b + k * b_depth, b_depth, row, k > 0);
        }
        for (size_t k = deep; k < depth; k++) {
            product_rows(1, whole, a + k * a_depth, a_depth, b + k * b_depth, b_depth, row, k > 0);
        }
        b += whole;
        row += whole;
        cols -= whole;
    }
    while (cols >= 4 * TILE_COLS * LANES) {
        product_strip(4 * TILE_COLS, depth, a, a_depth, b, b_depth, row);
        b += 4 * TILE_COLS * LANES;
        row += 4 * TILE_COLS * LANES;
        cols -= 4 * TILE_COLS * LANES;
    }
    if (cols >= 2 * TILE_COLS * LANES) {
        product_strip(2 * TILE_COLS, depth, a, a_depth, b, b_depth, row);
        b += 2 * TILE_COLS * LANES;
        row += 2 * TILE_COLS * LANES;
        cols -= 2 * TILE_COLS * LANES;
    }
    if (cols > 0) {
        product_operands rest = {depth, a, 0, a_depth, b, b_depth, row, cols, 0, {{1, 1, 1}, {0, 0, 0}}};
        product_tiles(1, cols, rest);
    }
}

/* @part product */

/**
 * block[r * PANEL + c] = sum over k < depth, ascending, of a[r * a_row + k * a_depth] * b[k * b_depth + c], for r <
 * rows (at most BLOCK_ROWS) and c < cols (at most PANEL), and zero up to the next whole vector. Reads no element of b
 * beyond the last one named here. block must not overlap a or b.
 */
static inline void product(size_t rows, size_t cols, size_t depth, const real *a, size_t a_row, size_t a_depth,
                           const real *b, size_t b_depth, real *block) {
    if (rows == 1) { /* more columns at a time than a tile has keep both multipliers busy */
        if (cols % LANES != 0) {
            v_store_all(block + cols - cols % LANES, v_zero());
        }
        product_row(cols, depth, a, a_depth, b, b_depth, block);
        return;
    }
    real edge[BLOCK_DEPTH * TILE_COLS * LANES];
    for (size_t k = 0; k == 0 || k < depth; k += BLOCK_DEPTH) {
        const size_t deep = depth - k < BLOCK_DEPTH ? depth - k : BLOCK_DEPTH;
        for (size_t c = 0, vectors; c < cols; c += vectors * LANES) {
            const size_t left = (cols - c + LANES - 1) / LANES;
            vectors = left >= TILE_COLS ? TILE_COLS : left >= 2 ? 2 : 1;
            block_operands x = {deep, a + k * a_depth, a_row, a_depth, b + k * b_depth + c, b_depth, block + c, k > 0};
            real *copy = edge;
            if (cols - c < vectors * LANES) {
                block_edge(cols - c, vectors, deep, x.b, b_depth, edge);
                x.b = edge;
                x.b_depth = vectors * LANES;
                copy = NULL;
            }
            switch (vectors) {
            case 1: block_strip(rows, 1, x, copy); break;
            case 2: block_strip(rows, 2, x, copy); break;
#if TILE_COLS > 2
            case 4: block_strip(rows, 4, x, copy); break;
#endif
            }
        }
    }
}

/* @end */

#endif
