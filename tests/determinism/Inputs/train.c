/* SPDX-License-Identifier: MIT-0 */
/* train SEED: three steps of training on fixed data. Prints the losses, then a hash of all weights and states, bit for
 * bit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "m.h"

static float x[M_BATCH * M_IN];
static int32_t y[M_BATCH * M_TARGET];
static m_trainer trainer;

/* FNV-1a. */
static uint64_t hash(uint64_t seed, const void *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) seed = (seed ^ ((const unsigned char *)bytes)[i]) * UINT64_C(0x100000001b3);
    return seed;
}

int main(int argc, char **argv) {
    float sums[M_SUMS];
    uint64_t state = 1, digest = UINT64_C(0xcbf29ce484222325);
    for (int i = 0; i < M_BATCH * M_IN; i++) {
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
        x[i] = (float)(state >> 40) * 1.1920929e-07f - 1; /* [-1, 1) */
    }
    for (int i = 0; i < M_BATCH * M_TARGET; i++) y[i] = i % 5;
    m_train_init(&trainer, argc > 1 ? strtoull(argv[1], NULL, 10) : 0);
    for (int step = 0; step < 3; step++) {
        const size_t batch = M_BATCH - (size_t)step; /* 7, 6, 5 */
        if (m_train_step(&trainer, x, y, NULL, batch, sums) != NNC_OK) return 1;
        printf("%.9g\n", (double)sums[0]);
    }
    digest = hash(digest, &trainer.params, sizeof trainer.params);
    digest = hash(digest, &trainer.m, sizeof trainer.m);
    digest = hash(digest, &trainer.v, sizeof trainer.v);
    printf("%08lx%08lx\n", (unsigned long)(digest >> 32), (unsigned long)(digest & 0xffffffff));
    return 0;
}
