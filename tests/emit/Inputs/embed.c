/* SPDX-License-Identifier: MIT-0 */
/* A host that trains two models and two instances of one of them, in C or C++: everything is in its own memory. */
#include "check.h"
#include "line.h"
#include "net.h"

#include <string.h>

enum { SAMPLES = 20, STEPS = 300 };

/* The class of a sample is its largest pair of inputs, by sum. */
static void make_samples(float x[SAMPLES][NET_IN], int32_t y[SAMPLES], float sums[SAMPLES]) {
    uint32_t state = 1;
    for (int i = 0; i < SAMPLES; i++) {
        float best = -1;
        sums[i] = 0;
        for (int j = 0; j < NET_IN; j += 2) {
            for (int k = 0; k < 2; k++) {
                state = state * 1664525u + 1013904223u;
                x[i][j + k] = (float)(state >> 8) / 16777216.0f;
                sums[i] += x[i][j + k];
            }
            if (x[i][j] + x[i][j + 1] > best) {
                best = x[i][j] + x[i][j + 1];
                y[i] = j / 2;
            }
        }
    }
}

static float x[SAMPLES][NET_IN];
static int32_t y[SAMPLES];
static float targets[SAMPLES];
static net_trainer first, second, third;
static line_trainer line;

/* The last batch is smaller. */
static size_t rows_from(int row) {
    return SAMPLES - row < NET_BATCH ? (size_t)(SAMPLES - row) : NET_BATCH;
}

static void train(net_trainer *t, float sums[NET_SUMS]) {
    for (int i = 0; i < SAMPLES; i += NET_BATCH) {
        const size_t n = rows_from(i);
        CHECK(net_train_step(t, x[i], y + i, NULL, n, sums) == NNC_OK);
    }
}

static void test_training(void) {
    float sums[NET_SUMS] = {0}, start, total = 0;
    net_work work;
    CHECK(net_train_init(&first, 1) == NNC_OK);
    train(&first, sums);
    start = sums[0];
    for (int step = 0; step < STEPS; step++) train(&first, sums);
    CHECK(start > 0.7f); /* who knows nothing has log 3 = 1.1 and a third right */
    memset(sums, 0, sizeof sums);
    for (int i = 0; i < SAMPLES; i += NET_BATCH) {
        const size_t n = rows_from(i);
        CHECK(net_evaluate(&first.params, &work, x[i], y + i, NULL, n, sums) == NNC_OK);
        total += sums[0] * (float)n; /* the loss of a batch is a mean */
    }
    CHECK(total / (float)SAMPLES < 0.4f);
    CHECK(sums[1] >= 14 && sums[2] == (float)SAMPLES); /* metrics add up */
    CHECK(first.iterations == 3 * (STEPS + 1) && first.batches == first.iterations);
}

/* Any number of samples, in the compiled batch's memory; the same rows whatever they are predicted with. */
static void test_predict(void) {
    net_work work;
    float whole[SAMPLES][NET_OUT], part[SAMPLES][NET_OUT];
    memset(whole, 0xff, sizeof whole);
    memset(&work, 0xff, sizeof work); /* scratch needs no initialisation */
    CHECK(net_predict(&first.params, &work, x[0], whole[0], SAMPLES) == NNC_OK);
    for (int i = 0; i < SAMPLES; i++) CHECK(net_predict(&first.params, &work, x[i], part[i], 1) == NNC_OK);
    CHECK(memcmp(whole, part, sizeof whole) == 0);
    memset(part, 0, sizeof part);
    CHECK(net_predict(&first.params, &work, x[0], part[0], 0) == NNC_OK);
    CHECK(part[0][0] == 0 && part[0][1] == 0);
    CHECK(net_predict(&first.params, &work, x[0], part[0], NET_BATCH + 1) == NNC_OK);
    CHECK(memcmp(whole, part, (NET_BATCH + 1) * sizeof whole[0]) == 0);
    CHECK(part[NET_BATCH + 1][0] == 0); /* nothing beyond n is written */
    for (int i = 0; i < SAMPLES; i++) {
        float sum = 0;
        for (int c = 0; c < NET_OUT; c++) sum += whole[i][c];
        CHECK(sum > 0.99999f && sum < 1.00001f);
    }
}

/* Two instances in turn learn what each learns alone, and a second model between them changes nothing. */
static void test_instances(void) {
    float sums[NET_SUMS] = {0}, line_sums[LINE_SUMS];
    net_train_init(&second, 7);
    net_train_init(&third, 8);
    CHECK(memcmp(&second.params, &third.params, sizeof second.params) != 0);
    net_train_init(&third, 7);
    CHECK(memcmp(&second.params, &third.params, sizeof second.params) == 0);
    for (int step = 0; step < 3; step++) train(&second, sums);
    line_train_init(&line, 1);
    line.learning_rate = 0.05f;
    for (int step = 0; step < 3; step++) {
        float other[NET_SUMS] = {0};
        train(&third, other);
        train(&first, other);
        CHECK(line_train_step(&line, x[0], targets, NULL, LINE_BATCH, line_sums) == NNC_OK);
    }
    CHECK(memcmp(&second.params, &third.params, sizeof second.params) == 0);
}

/* A regression of the inputs' sum behind a frozen layer, which keeps its weights. */
static void test_regression(void) {
    float sums[LINE_SUMS], start;
    line_params before;
    line_train_init(&line, 3);
    line.learning_rate = 0.05f;
    memcpy(&before, &line.params, sizeof before);
    line_train_step(&line, x[0], targets, NULL, 4, sums);
    start = sums[0];
    for (int step = 0; step < STEPS; step++) line_train_step(&line, x[0], targets, NULL, 4, sums);
    CHECK(sums[0] < start / 10);
    CHECK(memcmp(before.dense_kernel, line.params.dense_kernel, sizeof before.dense_kernel) == 0);
    CHECK(memcmp(before.dense_1_kernel, line.params.dense_1_kernel, sizeof before.dense_1_kernel) != 0);
}

int main(void) {
    make_samples(x, y, targets);
    test_training();
    test_predict();
    test_instances();
    test_regression();
    printf("%d failed\n", failures);
    return failures > 0;
}
