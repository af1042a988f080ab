/* SPDX-License-Identifier: MIT-0 */
/* linear.c - a model by hand, to test the driver with: y = (x * mask) W + b, mean squared error, SGD.
 *
 * -DREAL=double  numbers are double       -DMASKS      the input is multiplied by a mask of the caller
 * -DMETRIC=…     another name for mae   -DFILES      the model file names data (tests/runtime/sources.test)
 * -DWAVE=1e-5     the loss has a kink at every multiple of that, for each element of the kernel
 * -DBATCH=4      the compiled batch       -DWRONG      the gradient of the kernel is 1 % too large
 */
#include <math.h>
#include <string.h>

#include "nnc.h"

#ifndef REAL
#define REAL float
#endif
#ifndef BATCH
#define BATCH 4
#endif
#ifdef MASKS
#define MASK_OFFSET offsetof(trainer, mask)
#define MASK_COUNT 1
#else
#define MASK_OFFSET SIZE_MAX
#define MASK_COUNT 0
#endif
enum { IN = 3, OUT = 2 };

typedef struct params {
    REAL kernel[IN][OUT];
    REAL bias[OUT];
    REAL steps[1]; /* not trainable: counts the updates */
} params;

typedef struct gradients {
    REAL kernel[IN][OUT];
    REAL bias[OUT];
} gradients;

typedef struct trainer {
    params p;
    gradients g;
    REAL mask[BATCH][IN];
} trainer;

static int predict(const void *weights, void *work, const void *x, void *y, size_t n) {
    const params *p = weights;
    const REAL *in = x;
    REAL *out = y;
    (void)work;
    for (size_t i = 0; i < n; i++, in += IN, out += OUT) {
        for (int o = 0; o < OUT; o++) {
            out[o] = p->bias[o];
            for (int k = 0; k < IN; k++) {
                out[o] += in[k] * p->kernel[k][o];
            }
        }
    }
    return NNC_OK;
}

/* Loss, and the sums of mae: total, count. g may be NULL. */
static int measure(const params *p, const void *x, const void *y, const void *sample_weight, size_t n, REAL *sums,
                   gradients *g) {
    const REAL *in = x, *target = y;
    const REAL *weight = sample_weight;
    REAL out[BATCH][OUT];
    REAL loss = 0;
    predict(p, NULL, x, out, n);
    for (size_t i = 0; i < n; i++, in += IN, target += OUT) {
        for (int o = 0; o < OUT; o++) {
            REAL scale = (weight != NULL ? weight[i] : 1) / (REAL)(n * OUT);
            REAL error = out[i][o] - target[o];
            loss += scale * error * error;
            sums[1] += error < 0 ? -error : error;
            sums[2] += 1;
            for (int k = 0; g != NULL && k < IN; k++) {
                g->kernel[k][o] += 2 * scale * error * in[k];
            }
            if (g != NULL) {
                g->bias[o] += 2 * scale * error;
            }
        }
    }
    sums[0] = loss;
    return isfinite((double)loss) ? NNC_OK : NNC_E_NONFINITE;
}

static int evaluate(const void *weights, void *work, const void *x, const void *y, const void *sample_weight, size_t n,
                    void *sums) {
    (void)work;
    return measure(weights, x, y, sample_weight, n, sums, NULL);
}

static int init(void *memory, uint64_t seed) {
    trainer *t = memory;
    uint32_t bits[NNC_RANDOM_BLOCK];
    nnc_random random = nnc_random_after(seed, NNC_PURPOSE_INIT, 0, 0);
    memset(t, 0, sizeof *t);
    nnc_random_block(&random, 0, bits);
    for (int i = 0; i < IN * OUT; i++) {
        t->p.kernel[i / OUT][i % OUT] = (REAL)bits[i] / (REAL)4294967296.0 - (REAL)0.5;
    }
    return NNC_OK;
}

static int grad(void *memory, const void *x, const void *y, const void *sample_weight, size_t n, void *sums) {
    trainer *t = memory;
    REAL masked[BATCH][IN];
    memcpy(masked, x, n * sizeof masked[0]);
#ifdef MASKS
    for (size_t i = 0; i < n * IN; i++) {
        masked[i / IN][i % IN] *= t->mask[i / IN][i % IN];
    }
#endif
    memset(&t->g, 0, sizeof t->g);
    int status = measure(&t->p, masked, y, sample_weight, n, sums, &t->g);
#ifdef WAVE
    for (int i = 0; i < IN * OUT; i++) { /* a triangle wave of slope 1 */
        REAL phase = t->p.kernel[i / OUT][i % OUT] / (REAL)WAVE;
        int rises = fmod(floor(phase), 2) >= 0 && fmod(floor(phase), 2) <= 0;
        ((REAL *)sums)[0] += (REAL)WAVE * (REAL)(rises ? phase - floor(phase) : ceil(phase) - phase);
        t->g.kernel[i / OUT][i % OUT] += (REAL)(rises ? 1 : -1);
    }
#endif
#ifdef WRONG
    for (int i = 0; i < IN * OUT; i++) {
        t->g.kernel[i / OUT][i % OUT] *= (REAL)1.01;
    }
#endif
    return status;
}

static int apply(void *memory) {
    const REAL rate = (REAL)0.1;
    trainer *t = memory;
    for (int i = 0; i < IN * OUT; i++) {
        t->p.kernel[i / OUT][i % OUT] -= rate * t->g.kernel[i / OUT][i % OUT];
    }
    for (int o = 0; o < OUT; o++) {
        t->p.bias[o] -= rate * t->g.bias[o];
    }
    t->p.steps[0] += 1;
    return NNC_OK;
}

static int step(void *memory, const void *x, const void *y, const void *sample_weight, size_t n, void *sums) {
    int status = grad(memory, x, y, sample_weight, n, sums);
    return status == NNC_OK ? apply(memory) : status;
}

static const nnc_tensor tensors[] = {
    {"dense/kernel", offsetof(params, kernel) / sizeof(REAL), offsetof(gradients, kernel) / sizeof(REAL), 2, {IN, OUT}},
    {"dense/bias", offsetof(params, bias) / sizeof(REAL), offsetof(gradients, bias) / sizeof(REAL), 1, {OUT}},
    {"counter/steps", offsetof(params, steps) / sizeof(REAL), SIZE_MAX, 1, {1}},
};
static const nnc_kept kept[] = {{"params", NNC_KEPT_WEIGHTS, offsetof(trainer, p), 0}};
static const nnc_mask masks[] = {{"dropout/mask", 0, 2, {BATCH, IN}, 0}};
#ifndef METRIC
#define METRIC "mae"
#endif
static const nnc_metric metrics[] = {{.name = METRIC, .sums = 2, .result = NNC_RESULT_MEAN, .parts = 1, .groups = 1}};
#define NO_SOURCE {NULL, NULL, NULL, NULL, 0, 0, -1, 1.0, 0, -1, NULL, 0}
#ifdef FILES /* a model file that names its data: 3 columns of x and 2 of y in one table */
static const int64_t x_columns[] = {0, 1, 2}, y_columns[] = {-2, -1};
#define X_SOURCE {"csv", "table.csv", NULL, x_columns, 3, 0, -1, 0.5, 0, -1, NULL, 0}
#define Y_SOURCE {"csv", "table.csv", NULL, y_columns, 2, 0, -1, 1.0, 0, -1, NULL, 0}
static const nnc_fit_defaults fit = {
    .x = X_SOURCE, .y = Y_SOURCE, .validation_split = 0.25, .epochs = 2, .batch_size = 3, .shuffle = 1, .verbose = -1};
static const nnc_evaluate_defaults evaluate_defaults = {X_SOURCE, Y_SOURCE, NO_SOURCE, 0};
#define EVALUATE_DEFAULTS &evaluate_defaults
#else
static const nnc_fit_defaults fit = {.epochs = 1, .shuffle = 1, .verbose = -1};
#define EVALUATE_DEFAULTS NULL
#endif

static const nnc_model model = {
    .name = "linear",
    .source_name = "linear.nn",
    .summary = "linear: (3,) -> (2,)\n",
    .real_size = sizeof(REAL),
    .batch = BATCH,
    .input_rank = 1,
    .output_rank = 1,
    .input_shape = {IN},
    .output_shape = {OUT},
    .ignore_class = INT64_MIN,
    .target_size = OUT,
    .params_bytes = sizeof(params),
    .trainer_bytes = sizeof(trainer),
    .params_in_trainer = offsetof(trainer, p),
    .gradients_in_trainer = offsetof(trainer, g),
    .masks_in_trainer = MASK_OFFSET,
    .tensors = tensors,
    .tensor_count = sizeof tensors / sizeof tensors[0],
    .parameter_count = IN * OUT + OUT + 1,
    .masks = masks,
    .mask_count = MASK_COUNT,
    .metrics = metrics,
    .metric_count = 1,
    .sum_count = 3,
    .fit = &fit,
    .evaluate_defaults = EVALUATE_DEFAULTS,
    .predict = predict,
    .evaluate = evaluate,
    .init = init,
    .step = step,
    .grad = grad,
    .apply = apply,
    .learning_rate_in_trainer = SIZE_MAX,
    .kept = kept,
    .kept_count = 1,
    .identity = "linear\n",
};

/* What the functions of a model call, and a program does not. */
void unused(const nnc_layout *layout, void *file);
void unused(const nnc_layout *layout, void *file) {
    nnc_file_write(layout, nnc_status_text(nnc_file_read(layout, file, file, 0)), file);
}

int main(int argc, char **argv) { return nnc_main(&model, argc, argv); }
