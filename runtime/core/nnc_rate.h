/* SPDX-License-Identifier: MIT-0
 *
 * nnc_rate.h - what learning rates are computed with, once in a step: single numbers, in double precision.
 */
#ifndef NNC_RATE_H_INCLUDED
#define NNC_RATE_H_INCLUDED

#include "nnc_vec.h"

/* @part one_minus_power */

/** 1 - base^exponent, by repeated squaring. */
static inline real one_minus_power(double base, uint64_t exponent) {
    double power = 1;
    for (; exponent > 0; exponent >>= 1) {
        if (exponent & 1) {
            power *= base;
        }
        base *= base;
    }
    return (real)(1 - power);
}

/* @part gap_of_power */

/** 1 - base^exponent of gap = 1 - base, by repeated squaring without double precision: to some roundings, however small
 *  the gap is. */
static inline real gap_of_power(real gap, uint64_t exponent) {
    uint64_t bit = 1;
    real sum = 0;
    while (bit <= exponent / 2) {
        bit *= 2;
    }
    for (; bit > 0; bit /= 2) { /* of the power 2n: sum (1 + power); of n + 1: sum + gap power */
        sum = sum * (2 - sum);
        if (exponent & bit) {
            sum += gap * (1 - sum);
        }
    }
    return sum;
}

/* @part smaller_of */

static inline double smaller_of(double a, double b) {
    return a < b ? a : b;
}

/* @part floor_of */

/** The greatest whole number that is not above x, for |x| < 2^63. */
static inline double floor_of(double x) {
    const double whole = (double)(int64_t)x;
    return whole > x ? whole - 1 : whole;
}

/* @part ceiling_of */

static inline double ceiling_of(double x) {
    return -floor_of(-x);
}

/* @part square_root */

/** The square root of x >= 0, not denormal, by Newton's steps from half the exponent. */
static inline double square_root(double x) {
    double root;
    uint64_t bits;
    if (!(x > 0)) {
        return 0;
    }
    memcpy(&bits, &x, sizeof bits);
    bits = (bits >> 1) + ((uint64_t)1023 << 51);
    memcpy(&root, &bits, sizeof root);
    for (int i = 0; i < 5; i++) {
        root = (root + x / root) / 2;
    }
    return root;
}

/* @part natural_exp */

/** e^x = 2^n e^r with |r| <= ln 2 / 2, whose series ends below 1e-17. */
static inline double natural_exp(double x) {
    const double ln2 = 0.69314718055994531;
    double n, r, sum = 1, scale;
    uint64_t bits;
    if (x < -708) {
        return 0;
    }
    n = floor_of((x < 709 ? x : 709) / ln2 + 0.5);
    r = (x < 709 ? x : 709) - n * ln2;
    for (int k = 14; k > 0; k--) {
        sum = 1 + sum * r / k;
    }
    bits = (uint64_t)((int64_t)n + 1023) << 52;
    memcpy(&scale, &bits, sizeof scale);
    return sum * scale;
}

/* @part natural_log */

/** ln x, x > 0 and not denormal: x = 2^n m with m near 1, ln m = 2 artanh((m - 1) / (m + 1)). */
static inline double natural_log(double x) {
    const double ln2 = 0.69314718055994531;
    double m, s, sum = 0;
    uint64_t bits;
    int n;
    memcpy(&bits, &x, sizeof bits);
    n = (int)(bits >> 52) - 1023;
    bits = (bits & 0xfffffffffffff) | (uint64_t)1023 << 52;
    memcpy(&m, &bits, sizeof m);
    if (m > 1.4142135623730951) {
        m /= 2;
        n++;
    }
    s = (m - 1) / (m + 1);
    for (int k = 21; k > 0; k -= 2) {
        sum = sum * s * s + 1.0 / k;
    }
    return n * ln2 + 2 * s * sum;
}

/* @part power_of */

/** base^exponent, base >= 0. */
static inline double power_of(double base, double exponent) {
    if (exponent <= 0 && exponent >= 0) {
        return 1;
    }
    if (exponent >= 1 && exponent <= 1) {
        return base;
    }
    return base > 0 ? natural_exp(exponent * natural_log(base)) : 0;
}

/* @part cos_pi */

/** cos(pi x) = -sin y with y = pi (x - 1/2), for 0 <= x <= 1. */
static inline double cos_pi(double x) {
    const double y = 3.14159265358979324 * (x - 0.5);
    double sum = 1;
    for (int k = 22; k > 0; k -= 2) {
        sum = 1 - sum * y * y / (k * (k + 1));
    }
    return -y * sum;
}

/* @part restarted_cosine */

/** 1 + cos(pi part) at x, times less^i, where the i-th fall, from 0, takes longer^i. Keras finds i by a logarithm. */
static inline double restarted_cosine(double x, double longer, double less) {
    double length = 1, high = 1;
    if (longer >= 1 && longer <= 1) {
        high = power_of(less, floor_of(x));
        x -= floor_of(x);
    }
    while (x >= length && length > 1e-12) {
        x -= length;
        length *= longer;
        high *= less;
    }
    return high * (1 + cos_pi(smaller_of(x / length, 1)));
}

/* @end */

#endif
