/* SPDX-License-Identifier: MIT-0
 *
 * nnc_math.h - exp, log, tanh, erf, sin and their kin on vectors of reals.
 *
 * Own polynomials and no tables or branches, so that a loop over vectors stays in vector registers and every target
 * computes the same. NaN gives NaN, infinities the limits. tests/runtime/vec/fit_math.py fits the polynomials, whose
 * greatest errors stand beside them; the errors of whole functions, in units in the last place (ulp), are what
 * tests/runtime/vec/math.test finds.
 */
#ifndef NNC_MATH_H_INCLUDED
#define NNC_MATH_H_INCLUDED

#include "nnc_vec.h"

/* @part v_polynomial V_POLYNOMIAL */

/** c[0] + c[1] x + c[2] x^2 + ...: Horner's scheme. V_POLYNOMIAL takes an array and counts for itself. */
FORCE_INLINE vec v_polynomial(vec x, const real *c, int count) {
    vec y = v_splat(c[count - 1]);
#ifdef NNC_SMALL
    UNROLL for (int i = count - 2; i >= 0; i--) { y = MULTIPLY_ADD(y, x, c[i]); }
#else
    UNROLL for (int i = count - 2; i >= 0; i--) { y = y * x + c[i]; }
#endif
    return y;
}
#define V_POLYNOMIAL(x, c) v_polynomial(x, c, (int)(sizeof(c) / sizeof *(c)))

/* @part BITS FRACTION_BITS EXPONENT_BIAS REAL_BITS FRACTION_MASK INFINITY_BITS */

/* The format of a real. */
#ifdef NNC_DOUBLE
#define BITS 64
#define FRACTION_BITS 52
#define EXPONENT_BIAS 1023
#define REAL_BITS(literal) UINT64_C(literal)
#else
#define BITS 32
#define FRACTION_BITS 23
#define EXPONENT_BIAS 127
#define REAL_BITS(literal) UINT32_C(literal)
#endif
#define FRACTION_MASK ((REAL_BITS(1) << FRACTION_BITS) - 1)
#define INFINITY_BITS ((REAL_BITS(2) * EXPONENT_BIAS + 1) << FRACTION_BITS)

/* @part V_KEEP */

/* A value that -ffast-math must not mix with the rest of its expression. */
#if defined __FAST_MATH__ && defined __has_builtin
#if __has_builtin(__builtin_assoc_barrier) /* gcc since 12 */
#define V_KEEP(x) __builtin_assoc_barrier(x)
#elif __has_builtin(__arithmetic_fence) /* clang since 14 */
#define V_KEEP(x) __arithmetic_fence(x)
#endif
#endif
#ifndef V_KEEP
#define V_KEEP(x) (x)
#endif

/* @part LN2_HIGH LN2_LOW */

/* ln 2 in two parts; n * LN2_HIGH is exact for every exponent n. */
#ifdef NNC_DOUBLE
#define LN2_HIGH 6.93147180369123816490e-01
#define LN2_LOW 1.90821492927058770002e-10
#else
#define LN2_HIGH 0.693359375f
#define LN2_LOW (-2.12194440e-4f)
#endif

/* @part v_round */

/* The integer nearest to x, |x| < 2^20. Adding 3/2 * 2^FRACTION_BITS leaves it in the lowest bits. */
INLINE vec_int v_round(vec x) {
    const real magic = REAL(1.5) * (real)((int64_t)1 << FRACTION_BITS);
    return (vec_int)(v_bits(x + magic) - v_bits(v_splat(magic)));
}

/* @part v_from_int */

/* n as reals, |n| < 2^20. */
INLINE vec v_from_int(vec_int n) {
#if LANES == 1
    return (real)n;
#elif defined NNC_DOUBLE /* before AVX-512 no instruction converts 64-bit integers: put n into the fraction of 2^52 */
    const real base = 0x100000, two_52 = 4503599627370496.0;
    return V_KEEP(v_from_bits((vec_bits)(n + 0x100000) | v_bits(v_splat(two_52))) - (two_52 + base));
#else
    return __builtin_convertvector(n, vec);
#endif
}

/* @part v_floor */

/** The greatest integer that is not greater than x, |x| < 2^20. */
INLINE vec v_floor(vec x) {
    const real magic = REAL(1.5) * (real)((int64_t)1 << FRACTION_BITS); /* its sum with x is an integer */
    vec whole = V_KEEP(x + magic) - magic;
    return whole - v_select(whole > x, 1, 0);
}

/* @part v_exp_parts */

/* For x = n ln 2 + r with |r| <= ln 2 / 2: *half = 2^(n - 1) and the result is exp(r) - 1 = r + r^2 Q(r). The half lets
 * n reach to where exp overflows. x must not lie beyond that; below, *half is 0. */
INLINE vec v_exp_parts(vec x, vec *half) {
#ifdef NNC_DOUBLE /* error of exp(r): 2^-61.9 */
    static const real q[] = {0.5,
                             0.16666666666666688,
                             0.041666666666666824,
                             0.0083333333333138991,
                             0.001388888888877788,
                             0.00019841269903332409,
                             2.480158755897952e-05,
                             2.7557228769246319e-06,
                             2.7557069293280583e-07,
                             2.5113869062806726e-08,
                             2.097624013789323e-09};
    const real low = -708.39641853226408;
#else /* 2^-28.2 */
    static const real q[] = {0.49999994f, 0.166665167f, 0.0416681021f, 0.00836919248f, 0.00138389028f};
    const real low = -87.3365447f;
#endif
    x = v_max(v_splat(low), x);
#ifdef NNC_SMALL
    /* The sum has n and the exponent's bias in its lowest bits, all others are 0 there. */
    const real magic = REAL(1.5) * (real)((int64_t)1 << FRACTION_BITS) + (EXPONENT_BIAS - 1);
    const vec sum = V_KEEP(x * REAL(1.4426950408889634) + magic);
    const vec whole = sum - magic;
    const vec r = MULTIPLY_ADD(whole, -LN2_LOW, MULTIPLY_ADD(whole, -LN2_HIGH, x));
    *half = v_from_bits(v_bits(sum) << FRACTION_BITS);
    return MULTIPLY_ADD(r * r, V_POLYNOMIAL(r, q), r);
#else
    vec_int n = v_round(x * REAL(1.4426950408889634));
    vec whole = v_from_int(n);
    vec r = V_KEEP(x - whole * LN2_HIGH) - whole * LN2_LOW;
    *half = v_from_bits((vec_bits)(n + (EXPONENT_BIAS - 1)) << FRACTION_BITS);
    return r + r * r * V_POLYNOMIAL(r, q);
#endif
}

/* @part EXP_END */

/* exp is infinite from here on. */
#ifdef NNC_DOUBLE
#define EXP_END 709.8
#else
#define EXP_END 88.73f
#endif

/* @part v_exp */

/** e^x, within 1 ulp. Results below 1.7e-38 (double: 3.2e-308) are 0. */
INLINE vec v_exp(vec x) {
    vec half, p = v_exp_parts(v_min(v_splat(EXP_END), x), &half);
    vec y = V_KEEP(MULTIPLY_ADD(p, half, half));
    return y + y;
}

/* @part v_exp_half */

/** e^x / 2 of what is not above 0: where a factor makes no difference. */
INLINE vec v_exp_half(vec x) {
    vec half, p = v_exp_parts(x, &half);
    return V_KEEP(MULTIPLY_ADD(p, half, half));
}

/* @part v_exp_negative */

/** e^x of what is not above 0, within 1 ulp: a little faster. */
INLINE vec v_exp_negative(vec x) {
    const vec half = v_exp_half(x);
    return half + half;
}

/* @part v_exp_decay */

/** e^-|x|, within 1 ulp: for formulas that are not to overflow. */
INLINE vec v_exp_decay(vec x) { return v_exp_negative(v_from_bits(v_bits(x) | SIGN_BIT)); }

/* @part v_expm1 */

/** e^x - 1, within 2 ulp, near 0 too. */
INLINE vec v_expm1(vec x) {
    vec half, p = v_exp_parts(v_min(v_splat(EXP_END), x), &half);
    vec y = V_KEEP(MULTIPLY_ADD(p, half, V_KEEP(half - REAL(0.5))));
    return y + y;
}

/* @part v_tanh */

/** tanh |x| = -t / (t + 2) with t = e^(-2 |x|) - 1, the form that keeps small results accurate: 2.5 ulp. */
INLINE vec v_tanh(vec x) {
    vec half, p = v_exp_parts(v_abs(x) * REAL(-2.0), &half);
    vec half_t = MULTIPLY_ADD(p, half, V_KEEP(half - REAL(0.5)));
    return v_with_sign(half_t / (half_t + 1), x);
}

/* @part v_sigmoid */

/** 1 / (1 + e^-x), within 2.3 ulp. */
INLINE vec v_sigmoid(vec x) {
    vec z = v_exp_decay(x);
    return v_select(x < 0, z, 1) / (1 + z);
}

/* @part v_log_split */

/* x = 2^n m with m in [sqrt(1/2), sqrt(2)): sets *n and returns m. x is positive and not denormal. */
INLINE vec v_log_split(vec x, vec *n) {
    const vec_bits one = v_bits(v_splat(1)), root = v_bits(v_splat(REAL(0.70710678118654752)));
    vec_bits bits = v_bits(x) + (one - root);
    *n = v_from_int((vec_int)(bits >> FRACTION_BITS) - EXPONENT_BIAS);
    return v_from_bits((bits & FRACTION_MASK) + root);
}

/* @part v_log_join */

/* log(2^n (1 + f)) for 1 + f in [sqrt(1/2), sqrt(2)). As in FreeBSD's e_log.c: with s = f / (2 + f),
 * log(1 + f) = 2 artanh(s) = f - (f^2/2 - s (f^2/2 + R(s^2))). */
INLINE vec v_log_join(vec f, vec n) {
#ifdef NNC_DOUBLE /* error of log(1 + f): 2^-59.5 */
    static const real r[] = {0.6666666666666734,  0.39999999999416413, 0.28571428742112498, 0.22222198593747822,
                             0.18183563553340795, 0.15314064334097025, 0.1479586137476544};
#else /* 2^-30.2 */
    static const real r[] = {0.666667759f, 0.399775803f, 0.298709273f};
#endif
    vec s = f / (2 + f), z = s * s, half = REAL(0.5) * f * f;
    return n * LN2_HIGH - ((half - (s * (half + z * V_POLYNOMIAL(z, r)) + n * LN2_LOW)) - f);
}

/* @part v_log_limits */

/* `result` where 0 < x < infinity; else log's limits. By bits, since -ffast-math denies NaN and infinity. */
INLINE vec v_log_limits(vec x, vec result) {
    const vec_bits bits = v_bits(x), none = bits & 0;
    const vec infinite = v_from_bits(none + INFINITY_BITS);
    const vec nan = v_from_bits(none + (INFINITY_BITS | INFINITY_BITS >> 1));
    vec limit = v_select(bits << 1 == 0, -infinite, v_select((vec_int)bits > 0, x, nan));
    return v_select(bits - 1 < INFINITY_BITS - 1, result, limit);
}

/* @part v_log */

/** The natural logarithm, within 0.8 ulp; log 0 = -infinity, NaN below. */
INLINE vec v_log(vec x) {
#ifdef NNC_DOUBLE
    vec_int denormal = x < 2.2250738585072014e-308;
#else
    vec_int denormal = x < 1.17549435e-38f;
#endif
    vec n, m = v_log_split(v_select(denormal, x * 33554432, x), &n); /* 2^25 */
    return v_log_limits(x, v_log_join(m - 1, v_select(denormal, n - 25, n)));
}

/* @part v_log1p_finite */

/* log(1 + x) for -1 < x < infinity. The fraction of 1 + x = 2^n (1 + f) is taken from x, f = 2^-n x + (2^-n - 1), to
 * keep what the sum loses (but where x is so great that 2^-n might be denormal). */
INLINE vec v_log1p_finite(vec x) {
    vec n, u = 1 + x, m = v_log_split(u, &n);
    vec scale = v_from_bits(v_bits(m) - v_bits(u) + v_bits(v_splat(1)));
    return v_log_join(v_select(x < 1073741824, x * scale + V_KEEP(scale - 1), m - 1), n);
}

/* @part v_log1p */

/** log(1 + x), within 1.4 ulp, near 0 too. */
INLINE vec v_log1p(vec x) { return v_log_limits(1 + x, v_log1p_finite(x)); }

/* @part v_softplus */

/** log(1 + e^x), within 1.7 ulp. */
INLINE vec v_softplus(vec x) { return v_max(v_zero(), x) + v_log1p_finite(v_exp_decay(x)); }

/* @part v_power */

/** x^exponent for x >= 0; 0 where x is 0, unless the exponent is. */
INLINE vec v_power(vec x, real exponent) {
    if (exponent >= 0 && exponent <= 0) {
        return v_splat(REAL(1.0));
    }
    if (exponent >= 1 && exponent <= 1) {
        return x;
    }
    if (exponent >= 2 && exponent <= 2) {
        return x * x;
    }
    return v_select(x > 0, v_exp(exponent * v_log(x)), 0);
}

/* @part v_erf */

/** The error function, within 1.4 ulp: x + x P(x^2) below 1, 1 - e^(-x^2) R(x) above. */
INLINE vec v_erf(vec x) {
#ifdef NNC_DOUBLE /* errors 2^-56.2 on [0, 1], 2^-54.7 on [1, 6] */
    static const real p[] = {0.12837916709551259,     -0.37612638903184098,    0.11283791670971098,
                             -0.026866170648031137,   0.0052239776526924742,   -0.00085483285357942787,
                             0.00012055386193280009,  -1.4926881464540577e-05, 1.6481058951767502e-06,
                             -1.6557131603945853e-07, 1.6013252689380303e-08,  -1.6464887548359849e-09,
                             1.4343903870165841e-10};
    static const real r[] = {0.9999961305974735,      -1.1283342463302339,     0.99975340027355264,
                             -0.75140058593288961,    0.49791753300001246,     -0.29706809169909221,
                             0.16113760382940989,     -0.079547734554536953,   0.035530629474166346,
                             -0.014206207917110069,   0.0050166020065911419,   -0.0015417066454647438,
                             0.00040603935957840082,  -9.0160357588460162e-05, 1.6573150434366426e-05,
                             -2.4670492423974676e-06, 2.8898361257783053e-07,  -2.5574576924162539e-08,
                             1.6039434354775349e-09,  -6.3419416137429879e-11, 1.1868870254461096e-12};
    const real end = 6;
#else /* 2^-29.1 on [0, 1], 2^-25.6 on [1, 4] */
    static const real p[] = {0.128379166f,   -0.37612626f,     0.112835787f,   -0.0268533472f,
                             0.00518716453f, -0.000799788686f, 7.80705886e-05f};
    static const real r[] = {0.986291766f, -1.04895425f,   0.794006407f,   -0.433137149f,
                             0.165017083f, -0.0413123257f, 0.00606578728f, -0.000393789087f};
    const real end = 4;
#endif
    vec a = v_min(v_splat(end), v_abs(x)), z = a * a;
    vec outer = 1 - v_exp_decay(z) * V_POLYNOMIAL(a, r);
    return v_with_sign(v_select(a < 1, a + a * V_POLYNOMIAL(z, p), outer), x);
}

/* @part v_normal_pdf */

/** The density of the standard normal distribution, within 2 + x^2 / 2 ulp. */
INLINE vec v_normal_pdf(vec x) { return v_exp_decay(REAL(0.5) * x * x) * REAL(0.39894228040143268); }

/* @part v_sin_quadrant */

/* sin(x + turn * pi / 2), |x| <= 3 pi: the nearest multiple n of pi / 2 is taken off in parts such that n times the
 * first ones is exact; its last two bits tell which series to use and its sign. */
INLINE vec v_sin_quadrant(vec x, int turn) {
#ifdef NNC_DOUBLE /* errors 2^-58 and 2^-64 on [-pi/4, pi/4] */
    static const real s[] = {-0.16666666666666632,  0.008333333333322486,    -0.00019841269829853369,
                             2.755731370506293e-06, -2.5050759888755338e-08, 1.589688642682728e-10};
    static const real c[] = {0.041666666666666602,   -0.001388888888887447,  2.4801587289666919e-05,
                             -2.755731439927396e-07, 2.0875728995917874e-09, -1.1359917439168051e-11};
    const real part[] = {1.57079632673412561417, 6.07710050650619224932e-11, 0};
#else /* 2^-28 and 2^-33 */
    static const real s[] = {-0.166666552f, 0.00833219104f, -0.000195186047f};
    static const real c[] = {0.0416666456f, -0.00138873013f, 2.44306702e-05f};
    const real part[] = {1.5703125f, 4.83751297e-4f, 7.54978995e-8f};
#endif
    vec_int n = v_round(x * REAL(0.63661977236758134));
    vec whole = v_from_int(n);
    vec r = V_KEEP(V_KEEP(x - whole * part[0]) - whole * part[1]) - whole * part[2];
    vec z = r * r;
    vec sine = r + r * z * V_POLYNOMIAL(z, s);
    vec cosine = 1 - (REAL(0.5) * z - z * z * V_POLYNOMIAL(z, c));
    n += turn;
    vec_bits sign = ((vec_bits)n & 2) << (BITS - 2);
    return v_from_bits(v_bits(v_select((n & 1) == 0, sine, cosine)) ^ sign);
}

/* @part v_sin */

/** sin x for |x| <= 3 pi, within 1.5 ulp (beyond, it loses accuracy). */
INLINE vec v_sin(vec x) { return v_sin_quadrant(x, 0); }

/* @part v_cos */

/** cos x for |x| <= 3 pi, within 1.5 ulp (beyond, it loses accuracy). */
INLINE vec v_cos(vec x) { return v_sin_quadrant(x, 1); }

/* @end */

#endif
