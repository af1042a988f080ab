/* SPDX-License-Identifier: MIT-0 */
/* test_random.c - Philox4x32-10 against the known answers of Random123, and what is built on it. */
#include "check.h"

#include <math.h>

static void test_known_answers(void) {
    /* kat_vectors of Random123 1.14: philox 4x32 10 */
    static const struct {
        uint32_t counter[4], key[2], words[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        uint32_t words[4];
        nnc_philox(known[i].key, known[i].counter, words);
        CHECK(memcmp(words, known[i].words, sizeof words) == 0);
    }
}

/* The mapping that nnc.h documents. */
static void test_block(void) {
    const uint64_t seed = UINT64_C(0x0123456789abcdef), batch = UINT64_C(0xfedcba9876543210);
    nnc_random random = nnc_random_for(seed, 77, batch);
    uint32_t bits[NNC_RANDOM_BLOCK];
    nnc_random_block(&random, 5, bits);
    const uint32_t key[2] = {0x89abcdef, 0x01234567};
    for (uint32_t column = 0; column < NNC_RANDOM_BLOCK; column++) {
        const uint32_t counter[4] = {5 * 16 + column % 16, 77, 0x76543210, 0xfedcba98};
        uint32_t words[4];
        nnc_philox(key, counter, words);
        CHECK(bits[column] == words[column / 16]);
    }
}

static void test_shuffle(void) {
    enum { COUNT = 1000 };
    static uint32_t order[COUNT], again[COUNT], other[COUNT];
    static int seen[COUNT];
    int places = 0, differ = 0;
    nnc_shuffle(7, 3, order, COUNT);
    nnc_shuffle(7, 3, again, COUNT);
    nnc_shuffle(7, 4, other, COUNT);
    for (int i = 0; i < COUNT; i++) {
        CHECK(order[i] < COUNT && seen[order[i]]++ == 0);
        places += order[i] == (uint32_t)i;
        differ += order[i] != other[i];
    }
    CHECK(memcmp(order, again, sizeof order) == 0);
    CHECK(places < 10); /* 1 is expected */
    CHECK(differ > 900);
    nnc_shuffle(7, 3, order, 1);
    CHECK(order[0] == 0);
    nnc_shuffle(7, 3, order, 0);
}

/* All 24 orders of four are equally likely: chi-square with 23 degrees of freedom exceeds 49.7 once in a thousand. */
static void test_shuffle_is_fair(void) {
    enum { RUNS = 24000 };
    int counts[256] = {0}, orders = 0;
    double chi = 0;
    for (uint64_t epoch = 0; epoch < RUNS; epoch++) {
        uint32_t order[4];
        nnc_shuffle(1, epoch, order, 4);
        counts[order[0] << 6 | order[1] << 4 | order[2] << 2 | order[3]]++;
    }
    for (int i = 0; i < 256; i++) {
        if (counts[i] > 0) {
            orders++;
            chi += pow(counts[i] - RUNS / 24.0, 2) / (RUNS / 24.0);
        }
    }
    CHECK(orders == 24);
    CHECK(chi < 49.7);
}

static void test_stream(void) {
    enum { DRAWS = 100000 };
    nnc_stream stream = nnc_stream_for(5, NNC_PURPOSE_DATA, 0);
    double sum = 0, squares = 0, low = 1, high = 0;
    for (int i = 0; i < DRAWS; i++) {
        double uniform = nnc_stream_uniform(&stream), normal = nnc_stream_normal(&stream);
        low = fmin(low, uniform);
        high = fmax(high, uniform);
        sum += normal;
        squares += normal * normal;
        CHECK(nnc_stream_below(&stream, 3) < 3);
    }
    CHECK(low > 0 && low < 1e-3 && high < 1 && high > 0.999);
    CHECK(fabs(sum / DRAWS) < 4 / sqrt(DRAWS));
    CHECK(fabs(squares / DRAWS - 1) < 4 * sqrt(2.0 / DRAWS));
    CHECK(nnc_stream_below(&stream, 1) == 0);
}

int main(void) {
    test_known_answers();
    test_block();
    test_shuffle();
    test_shuffle_is_fair();
    test_stream();
    return check_end();
}
