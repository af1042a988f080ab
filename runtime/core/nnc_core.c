/* SPDX-License-Identifier: MIT-0 */
/* nnc_core.c - the freestanding part of the runtime: what a status means, counter-based random numbers, and shares of
 * work. */
#include "nnc.h"

/* @part nnc_status_text */

NNC_API const char *nnc_status_text(int status) {
    static const char texts[][76] = { /* by how far below 0 it is; no pointers, which a loader would have to fill in */
        "NNC_OK: done",
        "NNC_E_ARG: a null pointer, or a count, a label or an index out of range",
        "NNC_E_SPACE: the buffer is too short",
        "NNC_E_FORMAT: no safetensors file, or truncated",
        "NNC_E_MODEL: a file of another model",
        "NNC_E_CORRUPT: the file is damaged",
        "NNC_E_NONFINITE: a number is NaN or infinite",
        "NNC_E_RANKS: processes that share the step are gone",
    };
    return status <= NNC_OK && status >= NNC_E_RANKS ? texts[-status] : "not a status of nnc";
}

/* @part nnc_philox_increment */

/* What the key grows by from round to round: golden ratio, sqrt(3) - 1, in units of 2^-32. */
static const uint32_t nnc_philox_increment[2] = {0x9E3779B9u, 0xBB67AE85u};

/* @part nnc_philox */

/* Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011, section 3.3. */
NNC_API void nnc_philox(const uint32_t key[2], const uint32_t counter[4], uint32_t words[4]) {
    uint32_t k0 = key[0], k1 = key[1];
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    for (int round = 0; round < NNC_PHILOX_ROUNDS; round++) {
        uint64_t product0 = (uint64_t)NNC_PHILOX_MULTIPLIER_0 * c0;
        uint64_t product2 = (uint64_t)NNC_PHILOX_MULTIPLIER_2 * c2;
        c0 = (uint32_t)(product2 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)product2;
        c2 = (uint32_t)(product0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)product0;
        k0 += nnc_philox_increment[0];
        k1 += nnc_philox_increment[1];
    }
    words[0] = c0;
    words[1] = c1;
    words[2] = c2;
    words[3] = c3;
}

/* @part nnc_random_for */

NNC_API nnc_random nnc_random_for(uint64_t seed, uint32_t purpose, uint64_t batch) {
    nnc_random random;
    random.key[0] = (uint32_t)seed;
    random.key[1] = (uint32_t)(seed >> 32);
    random.purpose = purpose;
    random.batch[0] = (uint32_t)batch;
    random.batch[1] = (uint32_t)(batch >> 32);
    random.first = 0;
#ifdef NNC_SMALL_ALONE
#else
    for (uint32_t round = 0; round < NNC_PHILOX_ROUNDS; round++) {
        random.round_keys[round][0] = random.key[0] + round * nnc_philox_increment[0];
        random.round_keys[round][1] = random.key[1] + round * nnc_philox_increment[1];
    }
#endif
    return random;
}

/* @part nnc_random_after */

NNC_API nnc_random nnc_random_after(uint64_t seed, uint32_t purpose, uint64_t batch, uint32_t first) {
    nnc_random random = nnc_random_for(seed, purpose, batch);
    random.first = first;
    return random;
}

/* @part nnc_random_words */

NNC_API void nnc_random_words(const nnc_random *random, uint32_t block, uint32_t lane, uint32_t words[4]) {
    uint32_t counter[4];
    counter[0] = (random->first + block) * NNC_RANDOM_LANES + lane;
    counter[1] = random->purpose;
    counter[2] = random->batch[0];
    counter[3] = random->batch[1];
    nnc_philox(random->key, counter, words);
}

/* @part nnc_random_block */

NNC_API void nnc_random_block(const nnc_random *random, uint32_t block, uint32_t bits[NNC_RANDOM_BLOCK]) {
    for (uint32_t lane = 0; lane < NNC_RANDOM_LANES; lane++) {
        uint32_t words[4];
        nnc_random_words(random, block, lane, words);
        for (uint32_t word = 0; word < 4; word++) {
            bits[word * NNC_RANDOM_LANES + lane] = words[word];
        }
    }
}

/* @part nnc_run_alone */

NNC_API void nnc_run_alone(void *pool, void (*make)(const void *job, size_t part), const void *job, size_t parts) {
    (void)pool;
    for (size_t part = 0; part < parts; part++) {
        make(job, part);
    }
}

/* @part nnc_share_of */

NNC_API nnc_share nnc_share_of(size_t length, size_t grain, size_t part, size_t parts) {
    const size_t grains = (length + grain - 1) / grain, each = grains / parts, more = grains % parts;
    const size_t first = (part * each + (part < more ? part : more)) * grain;
    const size_t end = first + (each + (part < more ? 1 : 0)) * grain;
    nnc_share own;
    own.first = first < length ? first : length;
    own.count = (end < length ? end : length) - own.first;
    return own;
}

/* @end */
