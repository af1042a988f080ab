/* SPDX-License-Identifier: MIT-0
 *
 * nnc_packed.h - products with a matrix that many products read: its columns are first packed into strips.
 *
 * A strip is as wide as a register tile, and its rows lie together, so that a product reads memory in one direction.
 * Rows of a matrix of 2^n columns lie in few sets of the caches, which cannot hold what one strip needs. As in
 * nnc_product.h each output is the plain sum over the depth, ascending.
 */
#ifndef NNC_PACKED_H_INCLUDED
#define NNC_PACKED_H_INCLUDED

#include "nnc_tile.h"
#include "nnc_vec.h"

/* @part STRIP */

/* As wide as a tile; PANEL is a multiple of it. */
#define STRIP (TILE_COLS * LANES) /* columns */

/* @part PACKED_ROWS PACKED_DEPTH */

/* The most rows that product_packed makes at a time, and about how deep it goes at a time. */
#if VECTOR_BYTES == 0
#define PACKED_ROWS 4
#else
#define PACKED_ROWS 48
#endif
#if VECTOR_BYTES == 64
#define PACKED_DEPTH 96
#else
#define PACKED_DEPTH 256
#endif

/* @part pack */

/** b, depth x cols, in strips, and zeros after them to the end of a panel: depth * cols reals, cols rounded up to
 * PANEL. */
static inline void pack(size_t depth, size_t cols, const real *b, size_t b_row, real *to) {
    const size_t end = (cols + PANEL - 1) / PANEL * PANEL;
    for (size_t strip = 0; strip < end; strip += STRIP) {
        for (size_t k = 0; k < depth; k++) {
            for (size_t c = strip; c < strip + STRIP; c += LANES) {
                v_store_all(to, c < cols ? v_load(b + k * b_row + c, v_lanes(cols - c)) : v_zero());
                to += LANES;
            }
        }
    }
}

/* @part packed_operands */

/* c[r * PANEL + j] = sum of a[r * a_row + k] * strip[k * STRIP + j] over k < depth, and over all pieces of the walk in
 * a; added to c where `add`. */
typedef struct packed_operands {
    product_walk walk;
    size_t depth;
    const real *a;
    size_t a_row;
    const real *strip;
    real *c;
    int add;
} packed_operands;

/* @part SHORT_DEPTH IS_SHORT */

/* Of a depth that is known to be so short all steps are written out. */
#define SHORT_DEPTH 4
#ifdef __GNUC__
#define IS_SHORT(depth) (__builtin_constant_p(depth) && (depth) <= SHORT_DEPTH)
#else
#define IS_SHORT(depth) 0
#endif

/* @part packed_tile */

FORCE_INLINE void packed_tile(const int rows, const int vectors, const packed_operands *x) {
    const size_t depth = x->depth, a_row = x->a_row;
    const real *b = x->strip;
    vec sum[TILE_ROWS * TILE_COLS];
    UNROLL for (int r = 0; r < rows; r++) {
        UNROLL for (int v = 0; v < vectors; v++) {
            sum[r * vectors + v] = x->add ? v_load_all(x->c + r * PANEL + v * LANES) : v_zero();
        }
    }
    for (size_t i = 0; i < x->walk.count[0]; i++) {
        for (size_t j = 0; j < x->walk.count[1]; j++) {
            for (size_t k = 0; k < x->walk.count[2]; k++, b += depth * STRIP) {
                const real *a = x->a + i * x->walk.stride[0] + j * x->walk.stride[1] + k * x->walk.stride[2];
                if (IS_SHORT(depth)) {
                    UNROLL for (size_t n = 0; n < SHORT_DEPTH; n++) {
                        if (n < depth) {
                            tile_step(rows, vectors, a + n, a_row, b + n * STRIP, NULL, sum);
                        }
                    }
                } else {
                    for (size_t n = 0; n < depth; n++) {
                        tile_step(rows, vectors, a + n, a_row, b + n * STRIP, NULL, sum);
                    }
                }
            }
        }
    }
    UNROLL for (int r = 0; r < rows; r++) {
        UNROLL for (int v = 0; v < vectors; v++) { v_store_all(x->c + r * PANEL + v * LANES, sum[r * vectors + v]); }
    }
}

/* @part packed_rows */

/* One strip, or its first vectors. */
FORCE_INLINE void packed_rows(size_t rows, const int vectors, packed_operands x) {
    for (size_t high; rows > 0; rows -= high) {
        high = tile_rows(rows);
        switch (high) {
        case 1: packed_tile(1, vectors, &x); break;
        case 2: packed_tile(2, vectors, &x); break;
#if TILE_ROWS >= 4
        case 3: packed_tile(3, vectors, &x); break;
        case 4: packed_tile(4, vectors, &x); break;
#endif
#if TILE_ROWS >= 6
        case 5: packed_tile(5, vectors, &x); break;
        case 6: packed_tile(6, vectors, &x); break;
#endif
        }
        x.a += high * x.a_row;
        x.c += high * PANEL;
    }
}

/* @part PACKED_INLINE product_packed */

/* With vectors a copy for the constants of each call, unless that is too large. */
#if VECTOR_BYTES == 0 || defined __OPTIMIZE_SIZE__
#define PACKED_INLINE static inline
#else
#define PACKED_INLINE FORCE_INLINE
#endif

/**
 * block[r * PANEL + c] = sum of a[r * a_row + k] * b[k][c] over k < depth, and over all pieces of `walk` in a, each
 * `depth` deep; for r < rows (at most PACKED_ROWS) and the first c < cols of the panel, and up to the next whole
 * vector. Added to what the block has where `add`.
 */
PACKED_INLINE void product_packed(size_t rows, size_t cols, const product_walk *walk, size_t depth, const real *a,
                                  size_t a_row, const real *panel, real *block, int add) {
    const size_t pieces = walk->count[1] * walk->count[2], whole = walk->count[0] * pieces * depth;
    product_walk part = *walk;
    size_t deep = depth;
    if (whole > PACKED_DEPTH) {
        part.count[0] = 1;
        deep = pieces == 1 && depth > PACKED_DEPTH ? PACKED_DEPTH : depth;
    }
    for (size_t col = 0; col < cols; col += STRIP) {
        packed_operands x = {part, deep, a, a_row, panel + col * whole, block + col, add};
        for (size_t i = 0; i < walk->count[0]; i += part.count[0]) {
            size_t k = 0;
            do { /* once for a depth of 0 */
                x.depth = depth - k < deep ? depth - k : deep;
                x.a = a + i * walk->stride[0] + k;
                switch ((cols - col + LANES - 1) / LANES) {
                case 1: packed_rows(rows, 1, x); break;
#if TILE_COLS > 2
                case 2: packed_rows(rows, 2, x); break;
                case 3: packed_rows(rows, 3, x); break;
#endif
                default: packed_rows(rows, TILE_COLS, x); break;
                }
                x.strip += part.count[0] * pieces * x.depth * STRIP;
                x.add = 1;
                k += deep;
            } while (k < depth);
        }
    }
}

/* @part LINES_DEPTH */

/* How much of b product_lines takes at a time: 16 KB at most, so that it stays in the first cache beside a. */
#if VECTOR_BYTES == 0
#define LINES_DEPTH 32
#elif VECTOR_BYTES == 64
#define LINES_DEPTH 64
#else
#define LINES_DEPTH 256
#endif

/* @part lines_operands */

/* c[r * c_row + j] += sum of a[k * step + r] * b[k * b_row + j] over k < width and over `lines` lines, of which `inner`
 * lie stride[1] apart, and such groups stride[0]; `at` is the number of the first in its group. */
typedef struct lines_operands {
    size_t lines, inner, at, stride[2], width;
    const real *a;
    size_t step;
    const real *b;
    size_t b_row;
    real *c;
    size_t c_row, cols;
    int add;
} lines_operands;

/* @part lines_tile */

/* Copies what it reads of b to `copy`, a strip, unless that is NULL. */
FORCE_INLINE void lines_tile(const int rows, const int vectors, const lines_operands *x, real *copy) {
    const real *line = x->a, *b = x->b;
    vec sum[TILE_ROWS * TILE_COLS];
    UNROLL for (int r = 0; r < rows; r++) {
        UNROLL for (int v = 0; v < vectors; v++) {
            const size_t n = v_lanes(x->cols - (size_t)v * LANES);
            sum[r * vectors + v] = x->add ? v_load(x->c + (size_t)r * x->c_row + v * LANES, n) : v_zero();
        }
    }
    for (size_t i = 0, at = x->at; i < x->lines; i++) {
        const real *a = line;
        for (size_t k = 0; k < x->width; k++, a += x->step, b += x->b_row) {
            HIDE_POINTER(a);
            tile_step(rows, vectors, a, 1, b, copy, sum);
            if (copy != NULL) {
                copy += STRIP;
            }
        }
        line += x->stride[1];
        if (++at == x->inner) {
            at = 0;
            line += x->stride[0] - x->inner * x->stride[1];
        }
    }
    UNROLL for (int r = 0; r < rows; r++) {
        UNROLL for (int v = 0; v < vectors; v++) {
            const size_t n = v_lanes(x->cols - (size_t)v * LANES);
            v_store(x->c + (size_t)r * x->c_row + v * LANES, sum[r * vectors + v], n);
        }
    }
}

/* @part lines_rows */

/* Where there are many rows, the first tile copies b to `copy`, unless that is NULL, for the others. */
FORCE_INLINE void lines_rows(size_t rows, const int vectors, lines_operands x, real *copy) {
    if (VECTOR_BYTES > 0 && copy != NULL && rows > 2 * TILE_ROWS) {
        lines_tile(TILE_ROWS, vectors, &x, copy);
        x.a += TILE_ROWS;
        x.b = copy;
        x.b_row = STRIP;
        x.c += TILE_ROWS * x.c_row;
        rows -= TILE_ROWS;
    }
    for (size_t high; rows > 0; rows -= high) {
        high = tile_rows(rows);
        switch (high) {
        case 1: lines_tile(1, vectors, &x, NULL); break;
        case 2: lines_tile(2, vectors, &x, NULL); break;
#if TILE_ROWS >= 4
        case 3: lines_tile(3, vectors, &x, NULL); break;
        case 4: lines_tile(4, vectors, &x, NULL); break;
#endif
#if TILE_ROWS >= 6
        case 5: lines_tile(5, vectors, &x, NULL); break;
        case 6: lines_tile(6, vectors, &x, NULL); break;
#endif
        }
        x.a += high;
        x.c += high * x.c_row;
    }
}

/* @part product_lines */

/**
 * c[r * c_row + j] = sum of a[k * step + r] * b[k * b_row + j] over k < width and over count[0] * count[1] lines, where
 * line (i, j) of a begins at i * stride[0] + j * stride[1] and those of b follow each other; added to c where `add`.
 * For all r < rows and j < cols. Writes nothing else.
 */
static inline void product_lines(size_t rows, size_t cols, const product_walk *walk, size_t width, const real *a,
                                 size_t step, const real *b, size_t b_row, real *c, size_t c_row, int add) {
    const size_t all = walk->count[0] * walk->count[1], inner = walk->count[1];
    const size_t deep = width < LINES_DEPTH ? width : LINES_DEPTH; /* of one line, and … */
    const size_t many = LINES_DEPTH / deep;                        /* … as many lines as fit */
    real strip[LINES_DEPTH * STRIP];
    for (size_t line = 0; line < all; line += many) {
        for (size_t from = 0; from < width; from += deep) {
            const real *lines = b + (line * width + from) * b_row;
            lines_operands x = {all - line < many ? all - line : many, inner, line % inner,
                                {walk->stride[0], walk->stride[1]}, width - from < deep ? width - from : deep,
                                a + line / inner * walk->stride[0] + line % inner * walk->stride[1] + from * step, step,
                                lines, b_row, c, c_row, cols, add || line > 0 || from > 0};
            for (size_t col = 0; col < cols; col += STRIP) {
                x.cols = cols - col;
                x.c = c + col;
                x.b = lines + col;
                x.b_row = b_row;
                real *copy = b_row > STRIP ? strip : NULL;
                if (x.cols < STRIP && x.cols % LANES != 0) {
                    block_edge(x.cols, TILE_COLS, x.lines * x.width, x.b, b_row, strip);
                    x.b = strip;
                    x.b_row = STRIP;
                    copy = NULL;
                }
                switch ((x.cols + LANES - 1) / LANES) {
                case 1: lines_rows(rows, 1, x, copy); break;
#if TILE_COLS > 2
                case 2: lines_rows(rows, 2, x, copy); break;
                case 3: lines_rows(rows, 3, x, copy); break;
#endif
                default: lines_rows(rows, TILE_COLS, x, copy); break;
                }
            }
        }
    }
}

/* @part SUMS_IN_TURN line_tile */

/* Sums that the positions of a line go into in turn: one would wait for each addition. */
#define SUMS_IN_TURN 4

/* Some columns of product_line: `vectors` vectors of n lanes. */
FORCE_INLINE void line_tile(const int vectors, size_t n, const product_walk *walk, size_t width, const real *x,
                            size_t step, const real *d, real *y, int add) {
    vec sum[SUMS_IN_TURN][TILE_COLS];
    UNROLL for (int s = 0; s < SUMS_IN_TURN; s++) {
        UNROLL for (int v = 0; v < vectors; v++) { sum[s][v] = v_zero(); }
    }
    for (size_t i = 0; i < walk->count[0]; i++) {
        for (size_t j = 0; j < walk->count[1]; j++, d += width) {
            const real *line = x + i * walk->stride[0] + j * walk->stride[1];
            for (size_t k = 0; k < width; k += SUMS_IN_TURN) {
                UNROLL for (size_t s = 0; s < SUMS_IN_TURN; s++) {
                    if (k + s < width) {
                        UNROLL for (int v = 0; v < vectors; v++) {
                            sum[s][v] += d[k + s] * v_load(line + (k + s) * step + v * LANES, n);
                        }
                    }
                }
            }
        }
    }
    UNROLL for (int v = 0; v < vectors; v++) {
        const vec total = (sum[0][v] + sum[2][v]) + (sum[1][v] + sum[3][v]);
        v_store(y + v * LANES, add ? v_load(y + v * LANES, n) + total : total, n);
    }
}

/* @part product_line */

/**
 * One filter: y[j] = sum of d[k] * x[k * step + j] over k < width and over count[0] * count[1] lines, where
 * line (i, j) of x begins at i * stride[0] + j * stride[1] and those of d follow each other; added to y where `add`.
 * For all j < cols; as SUMS_IN_TURN sums, of every 4th position of a line.
 */
static inline void product_line(size_t cols, const product_walk *walk, size_t width, const real *x, size_t step,
                                const real *d, real *y, int add) {
    for (size_t wide; cols > 0; cols -= wide, x += wide, y += wide) {
        const size_t whole = cols / LANES; /* vectors */
        wide = whole == 0 ? cols : whole < TILE_COLS ? whole * LANES : TILE_COLS * LANES;
        switch (whole) {
        case 0: line_tile(1, cols, walk, width, x, step, d, y, add); break;
        case 1: line_tile(1, LANES, walk, width, x, step, d, y, add); break;
#if TILE_COLS > 2
        case 2: line_tile(2, LANES, walk, width, x, step, d, y, add); break;
        case 3: line_tile(3, LANES, walk, width, x, step, d, y, add); break;
#endif
        default: line_tile(TILE_COLS, LANES, walk, width, x, step, d, y, add); break;
        }
    }
}

/* @end */

#endif
