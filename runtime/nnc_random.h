/* SPDX-License-Identifier: MIT-0
 *
 * nnc_random.h - Philox random numbers a vector at a time, as uniform and normal reals.
 *
 * The same words as nnc_random_block of nnc.h, which documents the numbering, for every number of LANES.
 */
#ifndef NNC_RANDOM_H_INCLUDED
#define NNC_RANDOM_H_INCLUDED

#include "nnc.h"
#include "nnc_math.h"

/* @part PAIRS vec_pair vec_pair_at */

/* A vector of 64-bit lanes: a product of two words, or a word with its upper half to be ignored. */
#if VECTOR_BYTES == 0
#define PAIRS 1
typedef uint64_t vec_pair;
#else
#define PAIRS (VECTOR_BYTES / 8)
typedef uint64_t vec_pair __attribute__((vector_size(VECTOR_BYTES)));
#endif

/* @part v_random_block */

/** The 64 words of block `block`: word w of lane l, whose counter is block * 16 + l, in bits[16 * w + l]. */
static inline void v_random_block(const nnc_random *random, uint32_t block, uint32_t bits[64]) {
    const uint64_t low = 0xffffffff;
    for (uint32_t lane = 0; lane < 16; lane += PAIRS) {
        uint64_t counter[PAIRS];
        for (uint32_t i = 0; i < PAIRS; i++) {
            counter[i] = (block * 16 + lane + i) & low;
        }
        uint32_t key0 = random->key[0], key1 = random->key[1];
        vec_pair x0, x1, x2, x3;
        memcpy(&x0, counter, sizeof x0);
        x1 = (x0 ^ x0) + random->purpose;
        x2 = (x0 ^ x0) + random->batch[0];
        x3 = (x0 ^ x0) + random->batch[1];
        for (int round = 0; round < 10; round++) {
            vec_pair product0 = (x0 & low) * 0xd2511f53, product2 = (x2 & low) * 0xcd9e8d57;
            x0 = product2 >> 32 ^ x1 ^ key0;
            x1 = product2;
            x2 = product0 >> 32 ^ x3 ^ key1;
            x3 = product0;
            key0 += 0x9e3779b9;
            key1 += 0xbb67ae85;
        }
        uint64_t words[4][PAIRS];
        memcpy(words[0], &x0, sizeof x0);
        memcpy(words[1], &x1, sizeof x1);
        memcpy(words[2], &x2, sizeof x2);
        memcpy(words[3], &x3, sizeof x3);
        for (uint32_t w = 0; w < 4; w++) {
            for (uint32_t i = 0; i < PAIRS; i++) {
                bits[w * 16 + lane + i] = (uint32_t)words[w][i];
            }
        }
    }
}

/* @part v_uniform */

/** n <= LANES numbers of [0, 1), zeros after them: the upper 24 bits of each word times 2^-24, in a double all 32 times
 * 2^-32. */
INLINE vec v_uniform(const uint32_t *bits, size_t n) {
    real u[LANES] = {0};
    if (n > LANES) {
        n = LANES;
    }
    for (size_t i = 0; i < n; i++) {
#ifdef NNC_DOUBLE
        u[i] = (real)bits[i] * 2.3283064365386963e-10;
#else
        u[i] = (real)(int32_t)(bits[i] >> 8) * 5.9604644775390625e-08f;
#endif
    }
    return v_load_all(u);
}

/* @part v_normal */

/** n <= LANES normal numbers of mean 0 and variance 1 (Box and Muller 1958): sqrt(-2 log(1 - u)) cos(2 pi v), with the
 * uniform u from bits and v from more_bits. */
INLINE vec v_normal(const uint32_t *bits, const uint32_t *more_bits, size_t n) {
    vec radius = v_sqrt(REAL(-2.0) * v_log(1 - v_uniform(bits, n)));
    return v_head(radius * v_cos(v_uniform(more_bits, n) * REAL(6.2831853071795865)), n);
}

/* @end */

#endif
