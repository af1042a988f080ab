/* SPDX-License-Identifier: MIT-0 */
/* Losses: elementwise ones as formulas of prediction p and target y, averaged over the last axis; those over classes by
 * the names of their templates (ops/loss.t.c). Formulas: keras/src/losses, backend/tensorflow/nn.py. */
#include "lower.h"

static const char *const reductions[] = {"sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", NULL};

#define ALIASES(...) .aliases = (const char *const[]){__VA_ARGS__, NULL}
#define LOSS_CLASS(name_, brief_, args_, aliases_)                                                                          \
    .class = {.kind = CLASS_LOSS, .name = #name_, .brief = (brief_), .args = (args_), .args_size = sizeof(LossArgs), aliases_}
#define COMMON_ARGS                                                                                                    \
    {ARG(LossArgs, reduction), ARG_CHOICE, DEFAULT("'sum_over_batch_size'"), .choices = reductions,                    \
     .doc = "how samples are put together; 'mean' is 'sum_over_batch_size'"},                                          \
    {ARG(LossArgs, name), ARG_STRING, DEFAULT("None"), .doc = "has no effect"}
#define FROM_LOGITS                                                                                                    \
    {ARG(LossArgs, from_logits), ARG_BOOL, DEFAULT("False"), .doc = "the prediction is logits, not probabilities"}
#define LABEL_SMOOTHING                                                                                                \
    {ARG(LossArgs, label_smoothing), ARG_REAL, DEFAULT("0.0"), RANGE(0, 1), .doc = "part of the label spread evenly"}
#define AXIS {ARG(LossArgs, axis), ARG_INT, DEFAULT("-1"), RANGE(-1, -1), .doc = "the classes' axis, the last"}

static const ArgDef plain_args[] = {COMMON_ARGS, {0}};
static const ArgDef crossentropy_args[] = {FROM_LOGITS, LABEL_SMOOTHING, AXIS, COMMON_ARGS, {0}};
static const ArgDef sparse_args[] = {
    FROM_LOGITS,
    {ARG(LossArgs, ignore_class), ARG_INT, DEFAULT("None"), RANGE(INT32_MIN, INT32_MAX), .doc = "label that does not count"},
    AXIS, COMMON_ARGS, {0}};

const LossDef loss_MeanSquaredError = {
    LOSS_CLASS(MeanSquaredError, "mean (p - y)²", plain_args, ALIASES("mean_squared_error", "mse", "MSE")),
    .value = "(p - y) * (p - y)",
    .gradient = "2.0 * (p - y)",
};
const LossDef loss_MeanAbsoluteError = {
    LOSS_CLASS(MeanAbsoluteError, "mean |p - y|", plain_args, ALIASES("mean_absolute_error", "mae", "MAE")),
    .value = "v_abs(p - y)",
    .gradient = "v_sign(p - y)",
};

/* Probabilities are clipped to [1e-7, 1 - 1e-7]; outside the gradient is 0. */
const LossDef loss_BinaryCrossentropy = {
    LOSS_CLASS(BinaryCrossentropy, "mean -(y·log p + (1 - y)·log(1 - p))", crossentropy_args,
               ALIASES("binary_crossentropy", "bce", "BCE")),
    .value = "-(y * v_log(v_clip(p, 1e-7, 1.0 - 1e-7)) + (1.0 - y) * v_log(1.0 - v_clip(p, 1e-7, 1.0 - 1e-7)))",
    .gradient = "v_select((p >= 1e-7) & (p <= 1.0 - 1e-7), (p - y) / (p * (1.0 - p)), 0.0)",
    .logits_value = "v_softplus(p) - p * y",
    .logits_gradient = "v_sigmoid(p) - y",
    .shortcut = "sigmoid",
};
const LossDef loss_CategoricalCrossentropy = {
    LOSS_CLASS(CategoricalCrossentropy, "-Σ y·log p over the classes", crossentropy_args,
               ALIASES("categorical_crossentropy", "cce", "CCE")),
    .rows = true,
    .value = "loss_categorical",
    .logits_value = "loss_categorical_logits",
    .shortcut = "softmax",
};
const LossDef loss_SparseCategoricalCrossentropy = {
    LOSS_CLASS(SparseCategoricalCrossentropy, "-log p of the labelled class", sparse_args,
               ALIASES("sparse_categorical_crossentropy", "scce", "SCCE")),
    .rows = true,
    .sparse = true,
    .value = "loss_sparse",
    .logits_value = "loss_sparse_logits",
    .shortcut = "softmax",
};
