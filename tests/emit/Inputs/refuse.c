/* SPDX-License-Identifier: MIT-0 */
/* What every function refuses, and that it has then changed nothing. */
#include "check.h"
#include "line.h"
#include "net.h"

#include <string.h>

static float x[NET_BATCH + 1][NET_IN];
static int32_t y[NET_BATCH + 1];
static float targets[LINE_BATCH];
static net_trainer trainer, before;
static net_work work;
static line_trainer line, line_before;
static float sums[NET_SUMS];

/* Everything but the scratch arena is as it was. */
static void check_unchanged(void) {
    CHECK(memcmp(&trainer.params, &before.params, sizeof trainer.params) == 0);
    CHECK(memcmp(&trainer.momentum, &before.momentum, sizeof trainer.momentum) == 0);
    CHECK(trainer.iterations == before.iterations && trainer.batches == before.batches && trainer.seed == before.seed);
    CHECK(trainer.learning_rate >= before.learning_rate && trainer.learning_rate <= before.learning_rate);
}

#define REFUSED(call)                                                           \
    do {                                                                        \
        CHECK((call) == NNC_E_ARG);                                             \
        check_unchanged();                                                      \
    } while (0)

static void test_arguments(void) {
    REFUSED(net_train_step(NULL, x[0], y, NULL, 1, sums));
    REFUSED(net_train_step(&trainer, NULL, y, NULL, 1, sums));
    REFUSED(net_train_step(&trainer, x[0], NULL, NULL, 1, sums));
    REFUSED(net_train_step(&trainer, x[0], y, NULL, 1, NULL));
    REFUSED(net_train_step(&trainer, x[0], y, NULL, 0, sums));
    REFUSED(net_train_step(&trainer, x[0], y, NULL, NET_BATCH + 1, sums));
    REFUSED(net_train_step(&trainer, x[0], y, NULL, (size_t)-1, sums));
    REFUSED(net_evaluate(NULL, &work, x[0], y, NULL, 1, sums));
    REFUSED(net_evaluate(&trainer.params, NULL, x[0], y, NULL, 1, sums));
    REFUSED(net_evaluate(&trainer.params, &work, x[0], y, NULL, 0, sums));
    REFUSED(net_evaluate(&trainer.params, &work, x[0], y, NULL, NET_BATCH + 1, sums));
    REFUSED(net_evaluate(&trainer.params, &work, x[0], y, NULL, 1, NULL));
    REFUSED(net_train_init(NULL, 0));
    REFUSED(net_predict(NULL, &work, x[0], x[1], 1));
    REFUSED(net_predict(&trainer.params, NULL, x[0], x[1], 1));
    REFUSED(net_predict(&trainer.params, &work, NULL, x[1], 1));
    REFUSED(net_predict(&trainer.params, &work, x[0], NULL, 1));
}

static void test_labels(void) {
    static const int32_t wrong[] = {3, 4, -1, INT32_MIN, INT32_MAX};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        y[NET_BATCH - 1] = wrong[i];
        REFUSED(net_train_step(&trainer, x[0], y, NULL, NET_BATCH, sums));
        REFUSED(net_evaluate(&trainer.params, &work, x[0], y, NULL, NET_BATCH, sums));
        /* It is not looked at. */
        CHECK(net_evaluate(&trainer.params, &work, x[0], y, NULL, NET_BATCH - 1, sums) == NNC_OK);
    }
    y[NET_BATCH - 1] = 2;
    CHECK(net_evaluate(&trainer.params, &work, x[0], y, NULL, NET_BATCH, sums) == NNC_OK);
}

/* A loss that is no number, in one sample of the batch: a status, and no step. */
static void test_numbers(void) {
    static const float zero = 0;
    const float bad[] = {zero / zero, 1 / zero, -1 / zero, 3e38f};
    float line_sums[LINE_SUMS];
    for (int i = 0; i < 3; i++) {
        x[2][1] = bad[i];
        CHECK(net_train_step(&trainer, x[0], y, NULL, NET_BATCH, sums) == NNC_E_NONFINITE);
        check_unchanged();
    }
    x[2][1] = 0.5f;
    for (int i = 0; i < 4; i++) { /* the square of the last is infinite */
        targets[1] = bad[i];
        CHECK(line_train_step(&line, x[0], targets, NULL, LINE_BATCH, line_sums) == NNC_E_NONFINITE);
        CHECK(memcmp(&line.params, &line_before.params, sizeof line.params) == 0);
        CHECK(memcmp(&line.m, &line_before.m, sizeof line.m) == 0 &&
              memcmp(&line.v, &line_before.v, sizeof line.v) == 0);
        CHECK(line.iterations == 0 && line.batches == 0);
    }
}

int main(void) {
    for (int i = 0; i <= NET_BATCH; i++) {
        for (int j = 0; j < NET_IN; j++) x[i][j] = (float)((i + 3 * j) % 7) / 7;
        y[i] = i % 3;
    }
    net_train_init(&trainer, 1);
    line_train_init(&line, 1);
    for (int step = 0; step < 3; step++) CHECK(net_train_step(&trainer, x[0], y, NULL, NET_BATCH, sums) == NNC_OK);
    before = trainer;
    line_before = line;
    test_arguments();
    test_labels();
    test_numbers();
    CHECK(net_train_step(&trainer, x[0], y, NULL, NET_BATCH, sums) == NNC_OK); /* and goes on */
    CHECK(trainer.iterations == before.iterations + 1);
    CHECK(memcmp(&trainer.params, &before.params, sizeof trainer.params) != 0);
    printf("%d failed\n", failures);
    return failures > 0;
}
