/* SPDX-License-Identifier: MIT-0
 *
 * nnc_product.h - matrix products in register tiles, and transposition.
 *
 * Each output is the plain sum over k, ascending (of a single column: 16 sums of every 16th k), so that (without contraction to FMA) every instruction set and tile
 * size gives the same bits. The caller walks over blocks of at most BLOCK_ROWS x PANEL outputs (convolutions: TILE_ROWS x
 * PANEL) and finishes each block (bias, activation, update) while it is in the cache.
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
#elif VECTOR_BYTES == 16 && (defined __SSE2__ || defined __wasm_simd128__) /* no FMA: one more register */
#define TILE_ROWS 4
#define TILE_COLS 2
#else
#define TILE_ROWS 6
#define TILE_COLS 2
#endif

/* @part product_walk */

/* A depth in count[0] * count[1] * count[2] pieces, such as the rows of a window of an image: piece (i, j, k) of a begins at
 * i * stride[0] + j * stride[1] + k * stride[2]; in b the pieces follow each other. */
typedef struct product_walk {
    size_t count[3], stride[3];
} product_walk;

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

/* @part tile_step */

/* sum[r][j] += a[r * a_row] * b[j] for a tile of `rows` x `cols` vectors, sum[r * cols + j]. Copies b to `copy`, unless that is
 * NULL. */
FORCE_INLINE void tile_step(const int rows, const int cols, const real *a, size_t a_row, const real *b, real *copy, vec *sum) {
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

/* Rows of a block, and how deep it is worked on at a time: then the columns of b below a tile stay in the first cache while
 * all rows of the block pass over them. A block takes 36 KB of stack; less, and more passes, where threads have little (wasm,
 * small cores), and next to none where there are no vectors. */
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

/* All rows of a block, `cols` vectors of it. The last tiles have 4, 2 and 1 rows. Where there are many rows, the first tile
 * copies b to `copy`, so that its rows lie together for the others: those of a wide b lie in few sets of the first cache. */
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
 * One column: y[r] = sum over k < depth of a[r * a_row + k] * b[k], and over all pieces of `walk` in a, r < rows; as 16 sums
 * (of every 16th term), which are then added as a balanced tree.
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

/** sums[c] = sum over r < rows, ascending, of x[r * x_row + c], for c < cols (at most PANEL), and zero up to the next whole
 * vector. */
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

/* @part product_walked */

/**
 * For at most TILE_ROWS rows, block[r * block_row + c] is such a sum over all pieces of `walk`, each `depth` deep; with
 * `add` each sum starts from what is in block. Writes nothing else.
 */
static inline void product_walked(size_t rows, size_t cols, const product_walk *walk, size_t depth, const real *a, size_t a_row,
                                  size_t a_depth, const real *b, size_t b_depth, real *block, size_t block_row, int add) {
    product_operands x = {depth, a, a_row, a_depth, b, b_depth, block, block_row, add, *walk};
    product_block(rows, cols, x);
}

/* @part tile_rows */

/** How many of the rows that are left go into the next tile; the last two tiles are about equal. */
static inline size_t tile_rows(size_t left) {
    return left <= TILE_ROWS ? left : left < 2 * TILE_ROWS ? (left + 1) / 2 : TILE_ROWS;
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

/* c[j] = sum of a[k * a_depth] * b[k * b_depth + j] over k < depth (a constant), added to c where `add`; for whole vectors. */
FORCE_INLINE void product_rows(const int depth, size_t cols, const real *a, size_t a_depth, const real *b, size_t b_depth,
                               real *c, int add) {
    for (size_t j = 0; j < cols; j += LANES) {
        vec sum = add ? v_load_all(c + j) : v_zero();
        UNROLL for (int k = 0; k < depth; k++) { sum += a[(size_t)k * a_depth] * v_load_all(b + (size_t)k * b_depth + j); }
        v_store_all(c + j, sum);
    }
}

/* @part product_row */

/**
 * One row, any number of columns: row[c] = sum over k < depth, ascending, of a[k * a_depth] * b[k * b_depth + c]. As fast as
 * b can be read: with more accumulators than a tile; and a few rows at a time, from one end to the other, where b is so wide
 * that the next element of a column lies on another page.
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
 * block[r * PANEL + c] = sum over k < depth, ascending, of a[r * a_row + k * a_depth] * b[k * b_depth + c], for r < rows
 * (at most BLOCK_ROWS) and c < cols (at most PANEL), and zero up to the next whole vector. Reads no element of b beyond
 * the last one named here. block must not overlap a or b.
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

/* to[c * rows + r] = from[r * from_row + c] for r, c < TRANSPOSE_STEP. Interleaving vector i with vector i + LANES / 2 moves
 * the top bit of the row number to the bottom of the column number; log2(LANES) times, and they have changed places. */
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
