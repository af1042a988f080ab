/* SPDX-License-Identifier: MIT-0
 *
 * nnc_winner.h - convolutions with max pooling: the greatest outputs of windows, and gradients that go to these only.
 */
#ifndef NNC_WINNER_H_INCLUDED
#define NNC_WINNER_H_INCLUDED

#include "nnc_tile.h"
#include "nnc_vec.h"

/* @part keep_peaks */

/**
 * peaks[p * PANEL + c] = the greatest of block[(p * across + i) * PANEL + c], i < size, and winners[...] = its number,
 * counted from `first`: of equal ones the lowest. Where first > 0, only what is greater than the peak that there was.
 * For p < places, and c < cols rounded up to whole vectors; winners may be NULL.
 */
INLINE void keep_peaks(size_t places, size_t cols, size_t size, size_t across, const real *block, size_t first,
                       real *peaks, real *winners) {
    for (size_t p = 0; p < places; p++) {
        for (size_t c = 0; c < cols; c += LANES) {
            const real *from = block + p * across * PANEL + c;
            real *peak = peaks + p * PANEL + c;
            vec best = first ? v_load_all(peak) : v_load_all(from);
            vec number = first && winners ? v_load_all(winners + p * PANEL + c) : v_zero();
            for (size_t i = first ? 0 : 1; i < size; i++) {
                const vec next = v_load_all(from + i * PANEL);
                number = v_select(next > best, (real)(first + i), number);
                best = v_max(best, next);
            }
            v_store_all(peak, best);
            if (winners) {
                v_store_all(winners + p * PANEL + c, number);
            }
        }
    }
}

/* @part unpool */

/**
 * Gradients d[p * all + f], f < filters, of windows p < places back to their winners, in `lines` lines of
 * (places - 1) * across + size columns of `filters` reals; zeros elsewhere. A window has `size` columns and begins
 * `across` behind the one before.
 */
INLINE void unpool(size_t places, size_t filters, size_t all, size_t lines, size_t size, size_t across, const real *d,
                   const real *winner, real *to) {
    for (size_t line = 0; line < lines; line++) {
        for (size_t p = 0; p < places; p++) {
            for (size_t i = 0; i < (p + 1 < places ? across : size); i++, to += filters) {
                for (size_t f = 0; f < filters; f += LANES) {
                    const size_t n = v_lanes(filters - f);
                    const vec back = i < size ? v_load(d + p * all + f, n) : v_zero();
                    const vec won_by = v_load(winner + p * all + f, n);
                    v_store(to + f, v_select(won_by == v_splat((real)(line * size + i)), back, 0), n);
                }
            }
        }
    }
}

/* @part WINNERS */

enum { WINNERS = 64 }; /* windows at a time */

/* @part winners_of */

/**
 * The windows p < places of one filter whose gradient d[p * filters] is not 0: back[i] becomes that of the i-th, and
 * at[i] the place of its winner, taps[winner[p * filters]] behind the window's corner. Returns how many there are.
 */
static inline size_t winners_of(size_t places, size_t filters, const real *d, const real *winner, const size_t *corners,
                                const size_t *taps, size_t *at, real *back) {
    size_t count = 0;
    for (size_t p = 0; p < places; p++) { /* without a branch that nobody could foresee */
        back[count] = d[p * filters];
        at[count] = corners[p] + taps[(int)winner[p * filters]];
        count += back[count] != 0;
    }
    return count;
}

/* @part nonzeros_of */

/** The same of gradients that are in their places: at[i] is the corner of the i-th that is not 0. */
static inline size_t nonzeros_of(size_t places, size_t filters, const real *d, const size_t *corners, size_t *at,
                                 real *back) {
    size_t count = 0;
    for (size_t p = 0; p < places; p++) {
        back[count] = d[p * filters];
        at[count] = corners[p];
        count += back[count] != 0;
    }
    return count;
}

/* @part WINNER_VECTORS winner_vectors */

/* Sums at a time; each takes in an element of memory, so that they are all the registers needed. */
#define WINNER_VECTORS 8

/* How many vectors to take when so many remain: about equal parts. */
static inline size_t winner_vectors(size_t left) {
    const size_t parts = (left + WINNER_VECTORS - 1) / WINNER_VECTORS;
    return (left + parts - 1) / parts;
}

/* @part winner_sums */

/* to[k] += sum of back[i] * x[at[i] + k]. */
FORCE_INLINE void winner_sums(const int vectors, size_t count, const size_t *at, const real *back, const real *x,
                              real *to) {
    vec sum[WINNER_VECTORS];
    UNROLL for (int v = 0; v < vectors; v++) { sum[v] = v_load_all(to + v * LANES); }
    for (size_t i = 0; i < count; i++) {
        const real *from = x + at[i];
        const vec d = v_splat(back[i]);
        UNROLL for (int v = 0; v < vectors; v++) { sum[v] += d * v_load_all(from + v * LANES); }
    }
    UNROLL for (int v = 0; v < vectors; v++) { v_store_all(to + v * LANES, sum[v]); }
}

/* @part winner_sums_rest */

/* The same, for k < n only. */
static inline void winner_sums_rest(size_t n, size_t count, const size_t *at, const real *back, const real *x,
                                    real *to) {
    vec sum = v_load(to, n);
    for (size_t i = 0; i < count; i++) {
        sum += back[i] * v_load(x + at[i], n);
    }
    v_store(to, sum, n);
}

/* @part winners_kernel */

/** Adds to the gradient of one filter's weights `to`: the sum of back[i] times the window of x at at[i], whose pieces,
 * each `depth` long, `walk` gives. */
static inline void winners_kernel(size_t count, const size_t *at, const real *back, const real *x,
                                  const product_walk *walk, size_t depth, real *to) {
    for (size_t i = 0; i < walk->count[0]; i++) {
        for (size_t j = 0; j < walk->count[1]; j++) {
            for (size_t k = 0; k < walk->count[2]; k++, to += depth) {
                const real *piece = x + i * walk->stride[0] + j * walk->stride[1] + k * walk->stride[2];
                size_t done = 0;
                for (size_t vectors; done + LANES <= depth; done += vectors * LANES) {
                    vectors = winner_vectors((depth - done) / LANES);
                    switch (vectors) {
                    case 1: winner_sums(1, count, at, back, piece + done, to + done); break;
                    case 2: winner_sums(2, count, at, back, piece + done, to + done); break;
                    case 3: winner_sums(3, count, at, back, piece + done, to + done); break;
                    case 4: winner_sums(4, count, at, back, piece + done, to + done); break;
                    case 5: winner_sums(5, count, at, back, piece + done, to + done); break;
                    case 6: winner_sums(6, count, at, back, piece + done, to + done); break;
                    case 7: winner_sums(7, count, at, back, piece + done, to + done); break;
                    case 8: winner_sums(8, count, at, back, piece + done, to + done); break;
                    }
                }
                if (done < depth) {
                    winner_sums_rest(depth - done, count, at, back, piece + done, to + done);
                }
            }
        }
    }
}

/* @part winner_spread */

/* x[at[i] + k] += back[i] * kernel[k]. */
FORCE_INLINE void winner_spread(const int vectors, size_t count, const size_t *at, const real *back, const real *kernel,
                                real *x) {
    vec w[WINNER_VECTORS];
    UNROLL for (int v = 0; v < vectors; v++) { w[v] = v_load_all(kernel + v * LANES); }
    for (size_t i = 0; i < count; i++) {
        real *to = x + at[i];
        const vec d = v_splat(back[i]);
        UNROLL for (int v = 0; v < vectors; v++) { v_store_all(to + v * LANES, v_load_all(to + v * LANES) + d * w[v]); }
    }
}

/* @part winner_spread_rest */

/* The same, for k < n only. */
static inline void winner_spread_rest(size_t n, size_t count, const size_t *at, const real *back, const real *kernel,
                                      real *x) {
    const vec w = v_load(kernel, n);
    for (size_t i = 0; i < count; i++) {
        v_store(x + at[i], v_load(x + at[i], n) + back[i] * w, n);
    }
}

/* @part winners_input */

/** Adds to the gradient of an image x: the weights `kernel` of one filter times back[i], where its window at at[i]
 * lies. */
static inline void winners_input(size_t count, const size_t *at, const real *back, const real *kernel,
                                 const product_walk *walk, size_t depth, real *x) {
    for (size_t i = 0; i < walk->count[0]; i++) {
        for (size_t j = 0; j < walk->count[1]; j++) {
            for (size_t k = 0; k < walk->count[2]; k++, kernel += depth) {
                real *piece = x + i * walk->stride[0] + j * walk->stride[1] + k * walk->stride[2];
                size_t done = 0;
                for (size_t vectors; done + LANES <= depth; done += vectors * LANES) {
                    vectors = winner_vectors((depth - done) / LANES);
                    switch (vectors) {
                    case 1: winner_spread(1, count, at, back, kernel + done, piece + done); break;
                    case 2: winner_spread(2, count, at, back, kernel + done, piece + done); break;
                    case 3: winner_spread(3, count, at, back, kernel + done, piece + done); break;
                    case 4: winner_spread(4, count, at, back, kernel + done, piece + done); break;
                    case 5: winner_spread(5, count, at, back, kernel + done, piece + done); break;
                    case 6: winner_spread(6, count, at, back, kernel + done, piece + done); break;
                    case 7: winner_spread(7, count, at, back, kernel + done, piece + done); break;
                    case 8: winner_spread(8, count, at, back, kernel + done, piece + done); break;
                    }
                }
                if (done < depth) {
                    winner_spread_rest(depth - done, count, at, back, kernel + done, piece + done);
                }
            }
        }
    }
}

/* @end */

#endif
