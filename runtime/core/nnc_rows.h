/* SPDX-License-Identifier: MIT-0
 *
 * nnc_rows.h - functions of a row of values, as softmax, losses and metrics over classes need them, and of one number.
 */
#ifndef NNC_ROWS_H_INCLUDED
#define NNC_ROWS_H_INCLUDED

#include "nnc_math.h"
#include "nnc_sqrt.h"
#include "nnc_vec.h"

/* @part least */

static inline size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* @part any_is_valid */

/** Whether any of n parts of a mask is not 0. */
static inline int any_is_valid(const real *mask, size_t n) {
    size_t masked = 0;
    while (masked < n && mask[masked] <= 0) {
        masked++;
    }
    return masked < n;
}

/* @part row_peak */

/** The greatest of n >= 1 values. */
static inline real row_peak(const real *x, size_t n) {
    vec peak = v_splat(x[0]);
    for (size_t c = 0; c < n; c += LANES) {
        const size_t lanes = v_lanes(n - c);
        peak = v_max(peak, v_tail_fill(v_load(x + c, lanes), lanes, x[0]));
    }
    return v_max_of(peak);
}

/* @part row_sum */

static inline real row_sum(const real *x, size_t n) {
    vec sum = v_zero();
    for (size_t c = 0; c < n; c += LANES) {
        sum += v_load(x + c, v_lanes(n - c));
    }
    return v_sum(sum);
}

/* @part log_of */

/** The logarithm of one number. */
static inline real log_of(real x) {
    real lanes[LANES];
    v_store_all(lanes, v_log(v_splat(x)));
    return lanes[0];
}

/* @part power_of_real */

/** The power of one number, as v_power. */
static inline real power_of_real(real x, real exponent) {
    real lanes[LANES];
    v_store_all(lanes, v_power(v_splat(x), exponent));
    return lanes[0];
}

/* @part root_of */

/** The square root of one number. */
static inline real root_of(real x) {
    real lanes[LANES];
    v_store_all(lanes, v_sqrt(v_splat(x)));
    return lanes[0];
}

/* @part inverse_length */

/** 1 / |x| from the sum of squares |x|^2; what is shorter than 1e-7 counts as that long, as in Keras. */
static inline real inverse_length(real squares) {
    const real length = root_of(squares);
    return length > REAL(1e-7) ? 1 / length : REAL(1e7);
}

/* @part row_covariance */

/** The mean of (a - mean a)(b - mean b). */
static inline real row_covariance(const real *a, const real *b, size_t n) {
    const real a_mean = row_sum(a, n) / (real)n, b_mean = row_sum(b, n) / (real)n;
    vec total = v_zero();
    for (size_t c = 0; c < n; c += LANES) {
        const size_t lanes = v_lanes(n - c);
        total += v_head((v_load(a + c, lanes) - a_mean) * (v_load(b + c, lanes) - b_mean), lanes);
    }
    return v_sum(total) / (real)n;
}

/* @part row_is_binary */

/** Whether all n values are 0 or 1. */
static inline int row_is_binary(const real *x, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (!(x[i] <= 0 && x[i] >= 0) && !(x[i] <= 1 && x[i] >= 1)) {
            return 0;
        }
    }
    return 1;
}

/* @part is_finite */

/** By its bits, so that -ffast-math cannot take it away. */
static inline int is_finite(real x) {
#ifdef NNC_DOUBLE
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (bits >> 52 & 0x7ff) != 0x7ff;
#else
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (bits >> 23 & 0xff) != 0xff;
#endif
}

/* @part row_log_sum_exp */

/** log sum e^x, without overflow. */
static inline real row_log_sum_exp(const real *x, size_t n) {
    const real peak = row_peak(x, n);
    vec total = v_zero();
    for (size_t c = 0; c < n; c += LANES) {
        const size_t lanes = v_lanes(n - c);
        total += v_head(v_exp(v_load(x + c, lanes) - peak), lanes);
    }
    return peak + log_of(v_sum(total));
}

/* @part row_softmax */

/** y = scale * softmax x; returns log sum e^x. */
static inline real row_softmax(const real *x, size_t n, real scale, real *y) {
    const real peak = row_peak(x, n);
    vec total = v_zero();
    for (size_t c = 0; c < n; c += LANES) {
        const size_t lanes = v_lanes(n - c);
        const vec power = v_exp(v_load(x + c, lanes) - peak);
        v_store(y + c, power, lanes);
        total += v_head(power, lanes);
    }
    const real sum = v_sum(total);
    scale /= sum;
    for (size_t c = 0; c < n; c += LANES) {
        const size_t lanes = v_lanes(n - c);
        v_store(y + c, v_load(y + c, lanes) * scale, lanes);
    }
    return peak + log_of(sum);
}

/* @part row_clipped_log */

/** z = log of probabilities clipped to [1e-7, 1 - 1e-7]. */
static inline void row_clipped_log(const real *p, size_t n, real *z) {
    for (size_t c = 0; c < n; c += LANES) {
        const size_t lanes = v_lanes(n - c);
        v_store(z + c, v_log(v_clip(v_load(p + c, lanes), REAL(1e-7), REAL(1.0) - REAL(1e-7))), lanes);
    }
}

/* @part row_argmax */

/** The first of the greatest values. */
static inline size_t row_argmax(const real *x, size_t n) {
    size_t best = 0;
    for (size_t c = 1; c < n; c++) {
        if (x[c] > x[best]) {
            best = c;
        }
    }
    return best;
}

/* @part row_above */

/** How many of n values are greater than value i. */
static inline size_t row_above(const real *x, size_t n, size_t i) {
    size_t above = 0;
    for (size_t c = 0; c < n; c++) {
        above += x[c] > x[i] ? 1 : 0;
    }
    return above;
}

/* @part row_rank */

/** The place of value i when n values are sorted, the greatest first and the first of equal ones first. */
static inline size_t row_rank(const real *x, size_t n, size_t i) {
    size_t rank = 0;
    for (size_t c = 0; c < n; c++) {
        rank += x[c] > x[i] || (x[c] >= x[i] && c < i) ? 1 : 0;
    }
    return rank;
}

/* @end */

#endif
