/* SPDX-License-Identifier: MIT-0 */
/* Steps through a sequence with the model m, and holds the outputs against those of the whole sequence: the same
 * bits. */
#include <stdio.h>
#include <string.h>

#include "m.h"

#ifndef REAL
#define REAL float
#endif
enum { STEPS = M_IN / M_STEP_IN, EACH = M_OUT == STEPS * M_STEP_OUT };

static m_params p;
static m_work w;
static m_state s, other;
static REAL x[M_IN], y[M_OUT], stepped[STEPS * M_STEP_OUT], again[STEPS * M_STEP_OUT], ignored[M_STEP_OUT];
static uint32_t noise = 1;

static REAL draw(void) {
    noise = noise * 1664525u + 1013904223u;
    return (REAL)(noise >> 8) / (REAL)(1 << 23) - 1;
}

int main(void) {
    REAL *const weights = (REAL *)(void *)&p;
    int differ = 0;
    for (size_t i = 0; i < sizeof p / sizeof(REAL); i++) weights[i] = draw();
    for (size_t i = 0; i < M_IN; i++) x[i] = draw();
    for (size_t i = 0; i < M_STEP_IN && STEPS > 3; i++) x[2 * M_STEP_IN + i] = 0; /* a step that Masking passes over */
    memset(&s, 255, sizeof s);
    memset(&w, 0, sizeof w);
    m_predict(&p, &w, x, y, 1);
    m_reset(&s);
    m_reset(&other);
    for (size_t t = 0; t < STEPS; t++) { /* two streams at a time know nothing of each other */
        m_step(&p, &s, x + t * M_STEP_IN, stepped + t * M_STEP_OUT);
        m_step(&p, &other, x + (STEPS - 1 - t) * M_STEP_IN, ignored);
    }
    m_reset(&s);
    m_block(&p, &s, x, again, 1);
    m_block(&p, &s, x + M_STEP_IN, again + M_STEP_OUT, STEPS - 1);
    differ += memcmp(stepped, again, sizeof again) != 0;
    differ += memcmp(EACH ? stepped : stepped + (STEPS - 1) * M_STEP_OUT, y, sizeof y) != 0;
    for (size_t i = 0; i < M_OUT && differ; i++)
        printf("%d: %.9g stepped, %.9g at once\n", (int)i, (double)stepped[(EACH ? 0 : (STEPS - 1) * M_STEP_OUT) + i],
               (double)y[i]);
    printf("%d steps, %d outputs: %s\n", STEPS, M_OUT, differ ? "differ" : "the same bits");
    return differ != 0;
}
