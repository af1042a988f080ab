/* SPDX-License-Identifier: MIT-0 */
/* test_math.c - the functions of nnc_math.h: errors against libm in a wider type, limits, and the bits of results.
 *
 *   test_math        checks; prints the greatest error of each function
 *   test_math fast   checks what still holds when math_calls.c is compiled with -ffast-math
 *   test_math bits   prints a hash of each function's results, to compare builds
 */
#include "../../Inputs/check.h"

#include <float.h>
#include <math.h>

#include "math_calls.h"

#ifdef NNC_DOUBLE
typedef long double wide;
#define WIDE(function) function##l
#define PICK(for_float, for_double) for_double
enum { REAL_DIGITS = DBL_MANT_DIG, REAL_MIN_EXPONENT = DBL_MIN_EXP };
#else
typedef double wide;
#define WIDE(function) function
#define PICK(for_float, for_double) for_float
enum { REAL_DIGITS = FLT_MANT_DIG, REAL_MIN_EXPONENT = FLT_MIN_EXP };
#endif

static wide wide_sigmoid(wide x) { return 1 / (1 + WIDE(exp)(-x)); }

static wide wide_softplus(wide x) { return x > 0 ? x + WIDE(log1p)(WIDE(exp)(-x)) : WIDE(log1p)(WIDE(exp)(x)); }

static wide wide_normal_pdf(wide x) { return WIDE(exp)(-x * x / 2) * (wide)0.39894228040143267794L; }

static wide wide_exp_decay(wide x) { return WIDE(exp)(-(x < 0 ? -x : x)); }

static const real everything = PICK(FLT_MAX, DBL_MAX), three_pi = REAL(9.42477796);

#define INFINITE ((double)INFINITY)
#define NONE ((double)NAN)

/* Errors are in units in the last place of the result, measured on [low, high]. */
static const struct function {
    const char *name;
    real (*call)(real);
    wide (*reference)(wide);
    real low, high;
    double limit;
    double at_minus_infinity, at_zero, at_infinity;
} functions[] = {
    {"exp", call_exp, WIDE(exp), PICK(-86.5f, -707.5), PICK(89, 710), 1.1, 0, 1, INFINITE},
    {"exp_decay", call_exp_decay, wide_exp_decay, PICK(-86.5f, -707.5), PICK(86.5f, 707.5), 1.1, 0, 1, 0},
    {"expm1", call_expm1, WIDE(expm1), -everything, PICK(89, 710), 2, -1, 0, INFINITE},
    {"log", call_log, WIDE(log), 0, everything, 1, NONE, -INFINITE, INFINITE},
    {"log1p", call_log1p, WIDE(log1p), -1, everything, 1.4, NONE, 0, INFINITE},
    {"tanh", call_tanh, WIDE(tanh), -everything, everything, 2.6, -1, 0, 1},
    {"sigmoid", call_sigmoid, wide_sigmoid, PICK(-86.5f, -707.5), everything, 2.5, 0, 0.5, 1},
    {"softplus", call_softplus, wide_softplus, PICK(-86.5f, -707.5), everything, 2, 0, 0.69314718055994531, INFINITE},
    {"erf", call_erf, WIDE(erf), -everything, everything, 1.5, -1, 0, 1},
    {"sin", call_sin, WIDE(sin), -three_pi, three_pi, 1.6, NONE, 0, NONE},
    {"cos", call_cos, WIDE(cos), -three_pi, three_pi, 1.6, NONE, 1, NONE},
    {"normal_pdf", call_normal_pdf, wide_normal_pdf, -5, 5, 14, 0, 0.3989422804014327, 0},
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

/* Argument i of the sample: every other one from all bit patterns, the rest even over an interval of its own. */
static real argument(const struct function *f, uint64_t i) {
    uint64_t random = i * UINT64_C(0x9e3779b97f4a7c15);
    if (i % 2 == 0) {
        PICK(uint32_t, uint64_t) bits = (PICK(uint32_t, uint64_t))(random >> (64 - 8 * sizeof bits));
        real x;
        memcpy(&x, &bits, sizeof x);
        return x;
    }
    static const double width[] = {1e-3, 0.1, 1, 3, 20, 1000};
    double reach = width[i / 2 % 6];
    double low = fmax((double)f->low, -reach), high = fmin((double)f->high, reach);
    return (real)(low + (high - low) * ((double)(random >> 11) * 0x1p-53));
}

static double error_in_ulp(real got, wide expected) {
    int exponent;
    (void)WIDE(frexp)(expected, &exponent);
    if (exponent < REAL_MIN_EXPONENT) exponent = REAL_MIN_EXPONENT;
    wide error = WIDE(ldexp)((wide)got - expected, REAL_DIGITS - exponent);
    return (double)(error < 0 ? -error : error);
}

static void test_errors(uint64_t count, double factor) {
    for (int k = 0; k < FUNCTIONS; k++) {
        const struct function *f = &functions[k];
        double worst = 0;
        real where = 0;
        long measured = 0;
        for (uint64_t i = 1; i < count; i++) {
            real x = argument(f, i);
            if (!(x >= f->low && x <= f->high)) continue;
            wide expected = f->reference((wide)x);
            if ((double)expected > (double)everything || (sizeof(real) == 4 && (float)expected > FLT_MAX)) {
                CHECK(f->call(x) > everything);
                continue;
            }
            double error = error_in_ulp(f->call(x), expected);
            measured++;
            if (!(error <= worst)) {
                worst = error;
                where = x;
            }
        }
        printf("%-10s %5.2f ulp at %.9g\n", f->name, worst, (double)where);
        CHECK(worst < f->limit * factor);
        CHECK(measured > (long)count / 8);
    }
}

/* Equal, the sign of zero included; any NaN equals any other. */
static int same(real got, double expected) {
    real rounded = (real)expected;
    return isnan(expected) ? isnan(got) != 0 : memcmp(&got, &rounded, sizeof got) == 0;
}

static void test_limits(void) {
    for (int k = 0; k < FUNCTIONS; k++) {
        const struct function *f = &functions[k];
        CHECK(isnan(f->call((real)NAN)) && isnan(f->call((real)-NAN)));
        int as_expected = same(f->call(0), f->at_zero) && f->call(REAL(-0.0)) == (real)f->at_zero;
        if (f->high != three_pi)
            as_expected &=
                same(f->call((real)-INFINITY), f->at_minus_infinity) && same(f->call((real)INFINITY), f->at_infinity);
        if (!as_expected) printf("%s: wrong limits\n", f->name);
        CHECK(as_expected);
    }
    /* Results below the normal range may become 0, but nothing else. */
    for (real x = PICK(-86, -706); x > PICK(-120, -800); x -= REAL(0.125)) {
        wide expected = WIDE(exp)((wide)x);
        CHECK(call_exp(x) >= 0 && (wide)call_exp(x) <= expected * (wide)1.000001);
        CHECK(call_sigmoid(x) >= 0 && (wide)call_sigmoid(x) <= expected * (wide)1.000001);
        CHECK(call_softplus(x) >= 0 && (wide)call_softplus(x) <= expected * (wide)1.000001);
    }
    CHECK(call_exp(PICK(-86.5f, -707.5)) > 0);
    CHECK(isnan(call_log(-1)) && isnan(call_log(-everything)) && isinf(call_log1p(-1)) && isnan(call_log1p(-2)));
    for (real x = 0; x < 20; x += REAL(0.001)) {
        CHECK(call_tanh(x) <= 1 && call_tanh(-x) == -call_tanh(x) && call_sigmoid(x) <= 1 && call_erf(x) <= 1);
    }
}

/* -ffast-math lets a compiler take any NaN for a number, but the limits at infinity are kept. */
static void test_limits_fast(void) {
    const real inf = (real)INFINITY;
    CHECK(call_exp(inf) == inf && call_exp(-inf) == 0);
    CHECK(call_log(inf) == inf && call_log(0) == -inf);
    CHECK(fabs((double)call_tanh(inf) - 1) < 2e-7 && call_tanh(-inf) == -call_tanh(inf));
    CHECK(fabs((double)call_sigmoid(inf) - 1) < 2e-7 && call_sigmoid(-inf) == 0);
    CHECK(call_softplus(inf) == inf && call_softplus(-inf) == 0);
}

static void print_bits(uint64_t count) {
    for (int k = 0; k < FUNCTIONS; k++) {
        uint64_t hash = 0;
        for (uint64_t i = 0; i < count; i++) {
            real x = argument(&functions[k], i), y = functions[k].call(x);
            PICK(uint32_t, uint64_t) bits = 0;
            if (functions[k].high == three_pi && !(x >= -three_pi && x <= three_pi)) continue;
            if (!isnan(y)) memcpy(&bits, &y, sizeof y);
            hash = (hash ^ bits) * UINT64_C(0x100000001b3);
        }
        printf("%-10s %016llx\n", functions[k].name, (unsigned long long)hash);
    }
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "bits") == 0) {
        print_bits(200000);
        return 0;
    }
    if (argc > 1 && strcmp(argv[1], "fast") == 0) {
        test_errors(PICK(2000000, 500000), 3);
        test_limits_fast();
        return check_end();
    }
    test_errors(PICK(2000000, 500000), 1);
    test_limits();
    return check_end();
}
