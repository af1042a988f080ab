/* SPDX-License-Identifier: MIT-0 */
/* Metrics: elementwise ones as formulas of prediction p and target y, averaged over the last axis; those over classes by
 * the names of their templates (ops/metric.t.c). Definitions: keras/src/metrics. */
#include <stddef.h>

#include "lower.h"

#define ALIASES(...) .aliases = (const char *const[]){__VA_ARGS__, NULL}
#define METRIC_CLASS(name_, brief_, args_, aliases_)                                                                        \
    .class = {.kind = CLASS_METRIC, .name = (name_), .brief = (brief_), .args = (args_), .args_size = sizeof(MetricArgs), aliases_}
#define NAME_ARG {ARG(MetricArgs, name), ARG_STRING, DEFAULT("None"), .doc = "the name in logs"}

static const ArgDef name_args[] = {NAME_ARG, {0}};
static const ArgDef threshold_args[] = {
    NAME_ARG,
    {ARG(MetricArgs, threshold), ARG_REAL, DEFAULT("0.5"), RANGE(-1e30, 1e30), .doc = "above it the prediction is 1"}, {0}};

const MetricDef metric_BinaryAccuracy = {
    METRIC_CLASS("BinaryAccuracy", "part of the outputs on the label's side of the threshold", threshold_args,
                 ALIASES("binary_accuracy")),
    .value = "v_select(v_select(p > threshold, 1.0, 0.0) == y, 1.0, 0.0)",
};
const MetricDef metric_CategoricalAccuracy = {
    METRIC_CLASS("CategoricalAccuracy", "part of the samples whose largest output is the label's largest", name_args,
                 ALIASES("categorical_accuracy")),
    .rows = "metric_categorical_accuracy",
    .argmax = true,
};
const MetricDef metric_SparseCategoricalAccuracy = {
    METRIC_CLASS("SparseCategoricalAccuracy", "part of the samples whose largest output is the labelled class", name_args,
                 ALIASES("sparse_categorical_accuracy")),
    .rows = "metric_sparse_accuracy",
    .argmax = true,
    .sparse = true,
};

/* Keras: by the last dimension of the output and the kind of the labels. */
static const MetricDef *accuracy_resolve(Shape output, bool sparse_target) {
    if (output.rank > 0 && output.dim[output.rank - 1] == 1) return &metric_BinaryAccuracy;
    return sparse_target ? &metric_SparseCategoricalAccuracy : &metric_CategoricalAccuracy;
}

const MetricDef metric_accuracy = {
    METRIC_CLASS("accuracy", "binary, categorical or sparse categorical accuracy, as outputs and labels ask for",
                 threshold_args, ALIASES("acc")),
    .resolve = accuracy_resolve,
};
const MetricDef metric_MeanSquaredError = {
    METRIC_CLASS("MeanSquaredError", "mean (p - y)²", name_args, ALIASES("mean_squared_error", "mse", "MSE")),
    .value = "(p - y) * (p - y)",
};
const MetricDef metric_MeanAbsoluteError = {
    METRIC_CLASS("MeanAbsoluteError", "mean |p - y|", name_args, ALIASES("mean_absolute_error", "mae", "MAE")),
    .value = "v_abs(p - y)",
};
