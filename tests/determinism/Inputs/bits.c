/* SPDX-License-Identifier: MIT-0 */
/* Trains, evaluates and predicts with the model m, also with dropout on, and prints a hash of every bit of what comes
 * of it. */
#include <stdio.h>
#include <string.h>

#include "m.h"

static float x[M_BATCH * M_IN], y[M_BATCH * M_OUT], spread[M_BATCH * M_OUT];
static int32_t target[M_BATCH * M_TARGET];
static m_trainer trainer;
static m_work work;
static uint64_t digest = UINT64_C(0xcbf29ce484222325);

/* FNV-1a over numbers of four bytes, from the lowest on: the same for either order of bytes. */
static void hash(const void *numbers, size_t size) {
    for (size_t at = 0; at < size; at += 4) {
        uint32_t bits;
        memcpy(&bits, (const unsigned char *)numbers + at, 4);
        for (int byte = 0; byte < 4; byte++) digest = (digest ^ (bits >> 8 * byte & 255)) * UINT64_C(0x100000001b3);
    }
}

int main(void) {
    float sums[M_SUMS];
    uint64_t state = 1;
    for (int i = 0; i < M_BATCH * M_IN; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        x[i] = (float)(state >> 40) / 8388608 - 1; /* [-1, 1), exactly */
    }
    for (int i = 0; i < M_BATCH * M_TARGET; i++) target[i] = i % 5;
    m_train_init(&trainer, 5);
    for (size_t step = 0; step < 3; step++) {
        if (m_train_step(&trainer, x, target, NULL, M_BATCH - step, sums) != NNC_OK) return 1;
        hash(sums, sizeof sums);
    }
    hash(&trainer.params, sizeof trainer.params);
    hash(&trainer.m, sizeof trainer.m);
    hash(&trainer.v, sizeof trainer.v);
    memset(sums, 0, sizeof sums);
    m_evaluate(&trainer.params, &work, x, target, NULL, M_BATCH, sums);
    hash(sums, sizeof sums);
    m_predict(&trainer.params, &work, x, y, M_BATCH);
    hash(y, sizeof y);
    m_predict_mc(&trainer.params, &work, x, y, spread, M_BATCH, 0, 3, 7);
    hash(y, sizeof y);
    hash(spread, sizeof spread);
    printf("%08lx%08lx\n", (unsigned long)(digest >> 32), (unsigned long)(digest & 0xffffffff));
    return 0;
}
