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
#include "nnc_sqrt.h"
#include "nnc_vec.h"

/* @part vec_pair PAIRS RANDOM_STREAMS */

enum { RANDOM_STREAMS = 2 }; /* vectors in flight: one would wait for each multiplication */

/* A vector of 64-bit lanes: two 32-bit words multiplied, or one word and an upper half to ignore. */
#if VECTOR_BYTES == 0
#define PAIRS 1
typedef uint64_t vec_pair;
#else
#define PAIRS (VECTOR_BYTES / 8)
typedef uint64_t vec_pair __attribute__((vector_size(VECTOR_BYTES)));
#endif

/* @part v_pair_index */

/** Lane numbers: 0, 1, 2, ... */
INLINE vec_pair v_pair_index(void) {
#if PAIRS == 1
    return 0;
#else
#if PAIRS == 2
    const vec_pair index = {0, 1};
#elif PAIRS == 4
    const vec_pair index = {0, 1, 2, 3};
#else
    const vec_pair index = {0, 1, 2, 3, 4, 5, 6, 7};
#endif
    return index;
#endif
}

/* @part v_store_words EVEN_WORDS vec_word vec_word_at */

/* Words are put together in registers where the compiler has shuffles: what is stored in parts and read as a whole has
 * to wait for the memory. */
#if defined SHUFFLES && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
typedef uint32_t vec_word __attribute__((vector_size(VECTOR_BYTES)));
typedef uint32_t vec_word_at __attribute__((vector_size(VECTOR_BYTES), aligned(4), may_alias));
#if PAIRS == 2
#define EVEN_WORDS 0, 2, 4, 6
#elif PAIRS == 4
#define EVEN_WORDS 0, 2, 4, 6, 8, 10, 12, 14
#else
#define EVEN_WORDS 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#endif
#endif

/* to[i] = the lower half of lane i, of all streams one after the other. */
INLINE void v_store_words(uint32_t *to, const vec_pair x[RANDOM_STREAMS]) {
#ifdef EVEN_WORDS
    *(vec_word_at *)(void *)to = __builtin_shufflevector((vec_word)x[0], (vec_word)x[1], EVEN_WORDS);
#else
    uint64_t words[RANDOM_STREAMS * PAIRS];
    memcpy(words, x, sizeof words);
    for (size_t i = 0; i < RANDOM_STREAMS * PAIRS; i++) {
        to[i] = (uint32_t)words[i];
    }
#endif
}

/* @part v_multiply_words vec_words vec_products */

/* The lower halves of a times `factor`. */
#if defined __AVX512F__ && VECTOR_BYTES == 64 && !defined __clang__ /* gcc would multiply the upper halves too */
typedef int vec_words __attribute__((vector_size(64)));
typedef long long vec_products __attribute__((vector_size(64)));
INLINE vec_pair v_multiply_words(vec_pair a, uint32_t factor) {
    return (vec_pair)__builtin_ia32_pmuludq512_mask((vec_words)a, (vec_words)((a ^ a) + factor), (vec_products)a, 0xff);
}
#elif defined __AVX2__ && VECTOR_BYTES == 32 && !defined __clang__
typedef int vec_words __attribute__((vector_size(32)));
INLINE vec_pair v_multiply_words(vec_pair a, uint32_t factor) {
    return (vec_pair)__builtin_ia32_pmuludq256((vec_words)a, (vec_words)((a ^ a) + factor));
}
#elif defined __SSE2__ && VECTOR_BYTES == 16 && !defined __clang__
typedef int vec_words __attribute__((vector_size(16)));
INLINE vec_pair v_multiply_words(vec_pair a, uint32_t factor) {
    return (vec_pair)__builtin_ia32_pmuludq128((vec_words)a, (vec_words)((a ^ a) + factor));
}
#else
INLINE vec_pair v_multiply_words(vec_pair a, uint32_t factor) { return (a & 0xffffffff) * factor; }
#endif

/* @part v_random_lanes */

/* Philox4x32-10 of RANDOM_STREAMS * PAIRS counters, `counter` and those behind it: word w in
 * bits[NNC_RANDOM_LANES * w ...]. */
static inline void v_random_lanes(const nnc_random *random, uint32_t counter, uint32_t *bits) {
    const vec_pair none = v_pair_index() ^ v_pair_index();
    vec_pair x0[RANDOM_STREAMS], x1[RANDOM_STREAMS], x2[RANDOM_STREAMS], x3[RANDOM_STREAMS];
    UNROLL for (uint32_t s = 0; s < RANDOM_STREAMS; s++) {
        x0[s] = v_pair_index() + (counter + s * PAIRS);
        x1[s] = none + random->purpose;
        x2[s] = none + random->batch[0];
        x3[s] = none + random->batch[1];
    }
    UNROLL for (int round = 0; round < NNC_PHILOX_ROUNDS; round++) {
        UNROLL for (int s = 0; s < RANDOM_STREAMS; s++) {
            const vec_pair product0 = v_multiply_words(x0[s], NNC_PHILOX_MULTIPLIER_0);
            const vec_pair product2 = v_multiply_words(x2[s], NNC_PHILOX_MULTIPLIER_2);
            x0[s] = (product2 >> 32) ^ x1[s] ^ random->round_keys[round][0];
            x1[s] = product2;
            x2[s] = (product0 >> 32) ^ x3[s] ^ random->round_keys[round][1];
            x3[s] = product0;
        }
    }
    v_store_words(bits, x0);
    v_store_words(bits + NNC_RANDOM_LANES, x1);
    v_store_words(bits + 2 * NNC_RANDOM_LANES, x2);
    v_store_words(bits + 3 * NNC_RANDOM_LANES, x3);
}

/* @part v_random_block */

/** The words of block `block`: word w of lane l, whose counter is (first + block) * NNC_RANDOM_LANES + l, in
 * bits[NNC_RANDOM_LANES * w + l]. */
static inline void v_random_block(const nnc_random *random, uint32_t block, uint32_t bits[NNC_RANDOM_BLOCK]) {
#ifdef NNC_SMALL
    nnc_random_block(random, block, bits);
#else
    for (uint32_t lane = 0; lane < NNC_RANDOM_LANES; lane += RANDOM_STREAMS * PAIRS) {
        v_random_lanes(random, (random->first + block) * NNC_RANDOM_LANES + lane, bits + lane);
    }
#endif
}

/* @part v_keep */

/** LANES factors of a mask: 0 with probability `rate`, where a word is below rate * 2^32, else `kept`. */
INLINE vec v_keep(const uint32_t *bits, real rate, real kept) {
    const uint32_t least_kept = (uint32_t)(rate * REAL(4294967296.0));
#ifdef NNC_DOUBLE
    real words[LANES];
    for (size_t i = 0; i < LANES; i++) {
        words[i] = (real)bits[i];
    }
    return v_select(v_load_all(words) >= (real)least_kept, kept, REAL(0.0));
#elif LANES == 1
    return v_select(*bits >= least_kept, kept, REAL(0.0));
#else
    return v_select((vec_bits)v_load_all((const real *)(const void *)bits) >= least_kept, kept, REAL(0.0));
#endif
}

/* @part v_uniform */

/** n <= LANES numbers of [0, 1), zeros after them: the upper 24 bits of each word times 2^-24, in a double all 32 times
 * 2^-32. */
INLINE vec v_uniform(const uint32_t *bits, size_t n) {
#if LANES > 1 && !defined NNC_DOUBLE
    if (n >= LANES) {
        return __builtin_convertvector((vec_int)((vec_bits)v_load_all((const real *)(const void *)bits) >> 8), vec) *
               5.9604644775390625e-08f;
    }
#endif
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
