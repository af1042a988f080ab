/* SPDX-License-Identifier: MIT-0 */
/* test_vec.c - loads, stores, masks and reductions of nnc_vec.h, roots, and the random numbers of nnc_random.h. */
#include "../../Inputs/check.h"

#include "nnc_random.h"
#include "nnc_sqrt.h"

#include <math.h>

enum { MOST = 16 };

/* Lane `i`. */
static real lane(vec v, size_t i) {
    real lanes[LANES];
    v_store_all(lanes, v);
    return lanes[i];
}

static int same_bits(real a, real b) { return memcmp(&a, &b, sizeof a) == 0; }

static vec counting(void) {
    real lanes[LANES];
    for (int i = 0; i < LANES; i++) lanes[i] = (real)(i + 1);
    return v_load_all(lanes);
}

/* In memory of exactly n reals, so that AddressSanitizer sees a read or write beyond. */
static void test_load_store(void) {
    for (size_t n = 0; n <= LANES; n++) {
        real *memory = malloc(n * sizeof *memory + (n == 0));
        for (size_t i = 0; i < n; i++) memory[i] = (real)(i + 1);
        vec v = v_load(memory, n);
        for (size_t i = 0; i < LANES; i++) CHECK(lane(v, i) == (i < n ? (real)(i + 1) : 0));
        v_store(memory, v + 10, n);
        for (size_t i = 0; i < n; i++) CHECK(memory[i] == (real)(i + 11));
        free(memory);
    }
    real guarded[LANES + 1];
    for (size_t n = 0; n <= LANES; n++) {
        for (int i = 0; i <= LANES; i++) guarded[i] = -1;
        v_store(guarded, counting(), n);
        for (size_t i = 0; i <= LANES; i++) CHECK(guarded[i] == (i < n ? (real)(i + 1) : -1));
    }
    CHECK(v_lanes(0) == 0 && v_lanes(LANES) == LANES && v_lanes(1000) == LANES);
    CHECK(lane(v_splat(REAL(0.1)), LANES - 1) == REAL(0.1));
    CHECK(same_bits(lane(v_splat(REAL(-0.0)), 0), REAL(-0.0)));
}

static void test_masks(void) {
    for (int i = -3; i <= 3; i++) {
        vec x = v_splat((real)i);
        CHECK(lane(v_select(x > 0, x, REAL(0.5)), LANES - 1) == (i > 0 ? (real)i : REAL(0.5)));
        CHECK(lane(v_select((x > -2) & (x < 2), 1, x * 2), 0) == (i > -2 && i < 2 ? 1 : (real)(2 * i)));
        CHECK(lane(v_select((x < -2) | (x > 2), 1, 0), 0) == (i < -2 || i > 2));
        CHECK(lane(v_select(x == 1, v_select(x != 1, 5, 6), 7), 0) == (i == 1 ? 6 : 7));
        CHECK(lane(v_abs(x), LANES - 1) == (real)abs(i));
        CHECK(lane(v_sign(x), LANES - 1) == (real)((i > 0) - (i < 0)));
        CHECK(lane(v_clip(x, -1, 2), 0) == (real)(i < -1 ? -1 : i > 2 ? 2 : i));
        CHECK(lane(v_max(x, v_splat(1)), 0) == (real)(i > 1 ? i : 1));
        CHECK(lane(v_min(x, v_splat(1)), 0) == (real)(i < 1 ? i : 1));
        CHECK(lane(v_with_sign(x, v_splat(-1)), 0) == (real)-abs(i) &&
              lane(v_with_sign(x, v_splat(1)), 0) == (real)abs(i));
    }
    const vec nan = v_splat((real)NAN), one = v_splat(1);
    CHECK(isnan(lane(v_max(one, nan), 0)) && lane(v_max(nan, one), 0) == 1);
    CHECK(isnan(lane(v_min(one, nan), 0)) && lane(v_min(nan, one), 0) == 1);
    CHECK(isnan(lane(v_clip(nan, -1, 1), 0)) && isnan(lane(v_abs(nan), 0)) && lane(v_sign(nan), 0) == 0);
    CHECK(isinf(lane(v_abs(v_splat((real)-INFINITY)), 0)) && same_bits(lane(v_abs(v_splat(REAL(-0.0))), 0), 0));
}

static void test_lanes(void) {
    real sum = 0;
    for (int i = 1; i <= LANES; i++) sum += (real)i;
    CHECK(v_sum(counting()) == sum);
    for (size_t n = 0; n <= LANES; n++) {
        vec head = v_head(counting(), n), filled = v_tail_fill(counting(), n, REAL(-0.5));
        for (size_t i = 0; i < LANES; i++) {
            CHECK(lane(head, i) == (i < n ? (real)(i + 1) : 0));
            CHECK(lane(filled, i) == (i < n ? (real)(i + 1) : REAL(-0.5)));
        }
        CHECK(v_max_of(v_head(counting(), n)) == (real)n && v_max_of(-counting()) == -1);
        real lanes[LANES] = {0};
        lanes[n % LANES] = 7;
        CHECK(v_max_of(v_load_all(lanes)) == 7 && v_sum(v_load_all(lanes)) == 7);
    }
}

static void test_sqrt(void) {
    uint32_t state = 1;
    int wrong = 0;
    for (int i = 0; i < 100000; i++) {
        state = state * 1664525 + 1013904223;
        real x = (real)(state >> 8) * (i % 2 ? REAL(1e-9) : REAL(1e20));
        wrong += !same_bits(lane(v_sqrt(v_splat(x)), LANES - 1), (real)sqrt((double)x));
        uint64_t bits = (uint64_t)state * UINT64_C(0x9e3779b97f4a7c15) >> 1; /* any exponent, also a subnormal's */
        bits >>= 64 - 8 * sizeof x;
        memcpy(&x, &bits, sizeof x); /* the low bytes come first, or the type is as wide */
        x = isnan(x) ? 0 : x;
        wrong += !same_bits(lane(v_sqrt(v_splat(x)), 0), (real)sqrt((double)x));
    }
    CHECK(wrong == 0 && same_bits(lane(v_sqrt(v_splat(REAL(-0.0))), 0), REAL(-0.0)));
    CHECK(isnan(lane(v_sqrt(v_splat((real)NAN)), 0)));
    CHECK(isnan(lane(v_sqrt(v_splat(-1)), 0)) && isinf(lane(v_sqrt(v_splat((real)INFINITY)), 0)));
}

static void test_random_block(void) {
    for (uint32_t i = 0; i < 1000; i++) {
        nnc_random random = nnc_random_for(UINT64_C(0x9e3779b97f4a7c15) * i, i * 48, UINT64_C(0xd1342543de82ef95) * i);
        uint32_t block = i * UINT32_C(2654435761), bits[64], expected[NNC_RANDOM_BLOCK];
        nnc_random_block(&random, block, expected);
        v_random_block(&random, block, bits);
        CHECK(memcmp(bits, expected, sizeof bits) == 0);
    }
}

static void test_keep(void) {
    static const real rates[] = {REAL(0.5), REAL(0.1), REAL(0.999)};
    for (size_t j = 0; j < sizeof rates / sizeof *rates; j++) {
        const double limit = floor((double)rates[j] * 0x1p32);
        for (int side = 0; side < 2; side++) {
            uint32_t bits[MOST];
            for (uint32_t i = 0; i < MOST; i++)
                bits[i] = (i + (uint32_t)side) % 2 ? (uint32_t)limit : (uint32_t)limit - 1;
            const vec mask = v_keep(bits, rates[j], 3);
            for (uint32_t i = 0; i < LANES; i++) CHECK(lane(mask, i) == (bits[i] >= limit ? 3 : 0));
        }
    }
}

static void test_uniform(void) {
    uint32_t bits[MOST];
    for (uint32_t i = 0; i < MOST; i++) bits[i] = i * UINT32_C(0x0fedcba9);
    bits[MOST - 1] = 0xffffffff;
    for (size_t n = 0; n <= LANES; n++) {
        vec u = v_uniform(bits + MOST - n, n);
        for (size_t i = 0; i < LANES; i++) {
            uint32_t word = i < n ? bits[MOST - n + i] : 0;
            double expected = sizeof(real) == 8 ? word * 0x1p-32 : (word >> 8) * 0x1p-24;
            CHECK((double)lane(u, i) == expected && expected < 1);
        }
    }
}

/* The first four moments of many normal numbers, and the extremes of the uniform ones beneath. */
static void test_normal(void) {
    enum { BLOCKS = 10000 };
    double moment[5] = {0};
    for (uint32_t block = 0; block < BLOCKS; block++) {
        uint32_t bits[64], more[64];
        nnc_random random = nnc_random_for(3, 0, 0), other = nnc_random_for(3, 1, 0);
        v_random_block(&random, block, bits);
        v_random_block(&other, block, more);
        for (size_t c = 0; c < 64; c += LANES) {
            real z[LANES];
            v_store_all(z, v_normal(bits + c, more + c, LANES));
            for (int i = 0; i < LANES; i++) {
                double power = 1;
                for (int p = 0; p <= 4; p++, power *= (double)z[i]) moment[p] += power / (BLOCKS * 64);
            }
        }
    }
    /* The standard errors are 1, sqrt(2), sqrt(15), sqrt(96) times 1/800: four of them are allowed. */
    CHECK(fabs(moment[1]) < 0.005 && fabs(moment[2] - 1) < 0.007);
    CHECK(fabs(moment[3]) < 0.02 && fabs(moment[4] - 3) < 0.05);
    uint32_t zeros[MOST] = {0}, ones[MOST];
    memset(ones, 0xff, sizeof ones);
    CHECK(lane(v_normal(zeros, zeros, LANES), 0) == 0);
    double greatest = (double)lane(v_normal(ones, zeros, LANES), 0); /* sqrt(-2 log 2^-24), sqrt(-2 log 2^-32) */
    CHECK(fabs(greatest - (sizeof(real) == 8 ? 6.660436 : 5.768108)) < 1e-5);
    for (size_t n = 0; n < LANES; n++) CHECK(lane(v_normal(ones, zeros, n), n) == 0);
}

int main(void) {
    test_load_store();
    test_masks();
    test_lanes();
    test_sqrt();
    test_random_block();
    test_keep();
    test_uniform();
    test_normal();
    printf("%d lanes\n", (int)LANES);
    return check_end();
}
