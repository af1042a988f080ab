/* SPDX-License-Identifier: MIT-0 */
/* masks SEED STEPS ROWS: trains a model of one random layer on ones and prints what the layer made of them, a line per
 * sample: . for 0, # for the factor that is kept, which is printed too; other values as they are. */
#include <stdio.h>
#include <stdlib.h>

#include "m.h"

static float x[M_BATCH * M_IN], y[M_BATCH * M_IN];
static m_trainer trainer;

int main(int argc, char **argv) {
    const unsigned long seed = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    const size_t rows = argc > 3 ? strtoul(argv[3], NULL, 10) : M_BATCH;
    float sums[M_SUMS];
    for (int i = 0; i < M_BATCH * M_IN; i++) x[i] = 1;
    m_train_init(&trainer, seed);
    for (int step = 0; step < (argc > 2 ? atoi(argv[2]) : 1); step++) {
        float kept = 0;
        if (m_train_step(&trainer, x, y, NULL, rows, sums) != NNC_OK) return 1;
        for (size_t row = 0; row < rows; row++) {
            for (int i = 0; i < M_IN; i++) { /* the layer's value is the largest, so it lies first */
                const float value = trainer.arena[row * M_IN + (size_t)i];
                if (kept == 0) kept = value;
#ifdef NOISE
                printf("%.9g ", (double)value);
#else
                if (value != 0 && value != kept) return 2;
                putchar(value == 0 ? '.' : '#');
#endif
            }
            putchar('\n');
        }
#ifndef NOISE
        printf("kept %.9g\n", (double)kept);
#endif
    }
    return 0;
}
