/* SPDX-License-Identifier: MIT-0 */
/* What is measured of a prediction: the loss and the metrics, as operations behind the last layer. */
#include <string.h>

#include "base/arena.h"
#include "build/build.h"
#include "build/builder.h"
#include "build/gradient.h"
#include "language/class.h"
#include "language/keras_names.h"
#include "lower/measure.h"
#include "model/loss.h"
#include "model/metric.h"
#include "model/model.h"
#include "model/shape.h"
#include "ops/softmax.h"
#include "plan/measure_attrs.h"
#include "plan/op.h"
#include "plan/plan.h"

/* The name in logs: the argument name=, else the string that the file has, else Keras' name of the class. */
static const char *metric_name(Arena *arena, const Object *object, const MetricDef *def) {
    const LossArgs *args = object->args;
    if (args->name) return args->name;
    if (!object->called) return object->spelled;
    return def->name ? def->name : snake_case(arena, object->class->name);
}

static bool metric_named(const Plan *plan, const char *name) {
    for (int i = 0; i < plan->metrics.count; i++)
        if (!strcmp(plan->metrics.at[i].name, name)) return true;
    return false;
}

/* Keras tells equal names apart: the second 'auc' is 'auc_1', a weighted 'accuracy' beside another is
 * 'weighted_accuracy'. */
static const char *log_name(Plan *plan, const Metric *metric) {
    const char *const base = metric_name(plan->arena, metric->object, (const MetricDef *)metric->object->class),
                      *name = base;
    const bool numbered = ((const MetricDef *)metric->object->class)->numbered;
    if (metric->weighted && !numbered && metric_named(plan, name))
        name = arena_printf(plan->arena, "weighted_%s", base);
    for (int i = 1; metric_named(plan, name); i++) name = arena_printf(plan->arena, "%s_%d", base, i);
    return name;
}

static int sums_of(const Object *object, const MetricDef *def, Shape output) {
    const MetricArgs *args = object->args;
    const int outputs = (int)output.dim[output.rank - 1];
    switch (def->kind) {
    case METRIC_MEAN: return 2;
    case METRIC_THRESHOLDS: return 2 * (metric_thresholds(object).count + 1) * (args->multi_label ? outputs : 1);
    case METRIC_F_SCORE: return 3 * outputs;
    case METRIC_R2: return 4 * outputs + 1;
    case METRIC_OVERLAP: return 2 * overlap_count(metric_overlap(object));
    }
    return 0;
}

static void add_metrics(Plan *plan, Objects objects, bool weighted) {
    const Model *model = plan->model;
    const bool sparse = ((const LossDef *)model->compile.loss->class)->sparse;
    for (int i = 0; i < objects.count; i++) {
        Metric metric = {.object = objects.at[i], .weighted = weighted, .sum_at = plan->sum_count};
        metric.def = (const MetricDef *)metric.object->class;
        if (metric.def->resolve) metric.def = metric.def->resolve(model->output, sparse);
        metric.name = log_name(plan, &metric);
        metric.sums = sums_of(metric.object, metric.def, model->output);
        plan->sum_count += metric.sums;
        list_push(plan->arena, &plan->metrics, metric);
    }
}

void plan_metrics(Plan *plan) {
    plan->sum_count = 1;
    add_metrics(plan, plan->model->compile.metrics, false);
    add_metrics(plan, plan->model->compile.weighted_metrics, true);
}

/* Rows: what has one loss */

/* Rows lie along the last dimension. */
static Tensor *as_rows(Builder *build, Tensor *x, const LossDef *loss, const LossArgs *args) {
    const int rank = x->shape.rank;
    int axes[MAX_RANK];
    const int kept = row_axes(loss, args, rank, axes);
    bool moved = false;
    for (int i = 0; i < rank; i++) moved = moved || axes[i] != i;
    if (moved) x = build_permute(build, x, axes, 0, "rows_of", "along_axis");
    if (kept == rank - 1) return x;
    Shape rows = {.rank = kept, .dim = {1}};
    int64_t size = 1;
    for (int i = 0; i < kept; i++) rows.dim[i] = x->shape.dim[i];
    for (int i = kept; i < rank; i++) size *= x->shape.dim[i];
    if (!rows.rank) rows.rank = 1; /* one row */
    rows.dim[rows.rank++] = size;
    return build_view(build, x, rows, x->kind == TENSOR_TARGET ? "target_rows" : "rows");
}

static const Formula sigmoid = {"probability", {"x"}, "v_sigmoid(x)", {NULL}};

/* Logits become probabilities for a loss that has no form of its own for them. */
static Tensor *judged_by(Builder *build, const LossDef *loss, const LossArgs *args, Tensor *prediction) {
    if (loss->softmax && args->from_logits) {
        Tensor *probabilities = build_simple(build, &op_softmax, prediction, "softmax");
        probabilities->mask = prediction->mask;
        return probabilities;
    }
    return as_rows(build, prediction, loss, args);
}

Tensor *build_judged(Builder *build, Tensor *prediction) {
    const Object *object = build->plan->model->compile.loss;
    return judged_by(build, (const LossDef *)object->class, object->args, prediction);
}

/* What each row counts, in the loss or in a metric. */
static Tensor *build_row_weights(Builder *build, Tensor *judged, LossReduction reduction, bool weighted, bool ignores,
                                 const char *label) {
    Op *op = build_op(build, &op_loss_weights, label);
    const int64_t ignored = ((const LossArgs *)build->plan->model->compile.loss->args)->ignore_class;
    const bool masked = judged->mask != NULL;
    *loss_weights_attrs(op) = (LossWeightsAttrs){reduction, weighted, ignores, ignored, masked};
    if (weighted) op_read(op, build->program->sample_weight);
    if (ignores) op_read(op, build->program->target);
    if (masked) op_read(op, judged->mask);
    Shape rows = judged->shape;
    rows.rank--;
    return build_result(build, op, "row_weight", rows);
}

/* Prediction and target, for a loss or a metric that is the mean of one; the target's rows are there before the
 * operation. */
static void add_inputs(const Builder *build, Op *op, const LossDef *loss, const LossArgs *args, Tensor *judged,
                       Tensor *target) {
    /* With ignore_class Keras multiplies the prediction by a mask, and so loses its link to the logits. */
    const bool ignores = op->def == &op_loss && loss_ignores(build->plan->model->compile.loss);
    Tensor *logits = loss->shortcut && !ignores && !(loss->given_logits && args->from_logits) ? judged->logits : NULL;
    measure_attrs(op)->on_logits = loss->shortcut && (args->from_logits || logits);
    op_read(op, logits ? logits : judged);
    op_read(op, target);
}

Tensor *build_loss(Builder *build, Tensor *judged) {
    const Object *object = build->plan->model->compile.loss;
    const LossArgs *args = object->args;
    const LossDef *loss = (const LossDef *)object->class;
    Tensor *weights = build_row_weights(build, judged, args->reduction, true, loss_ignores(object), "loss_weights");
    Tensor *target = as_rows(build, build->program->target, loss, args);
    Op *op = build_op(build, &op_loss, "loss");
    *measure_attrs(op) = (MeasureAttrs){.loss = loss, .object = object};
    add_inputs(build, op, loss, args, judged, target);
    op_read(op, weights);
    Tensor *p = op->in[0];
    if (build->training && gradient_needed(p))
        build_called(build, build_result(build, op, NULL, p->shape), FORM_GRADIENT, p);
    return p;
}

/* In Keras masks of time steps reach those metrics that are means of a row's value, and no others: not the root of a
 * mean. The loss's ignore_class does not; but a label that is no class has no crossentropy, of which Keras makes
 * NaN. */
static Tensor *metric_weights(Builder *build, const Metric *metric, Tensor *judged) {
    const Object *loss = build->plan->model->compile.loss;
    const bool mean = metric->def->kind == METRIC_MEAN, masked = mean && !metric->def->unmasked;
    const int64_t ignored = ((const LossArgs *)loss->args)->ignore_class;
    const bool ignores = mean && metric->def->value->sparse && metric->def->value->shortcut && loss_ignores(loss) &&
                         !(ignored >= 0 && ignored < judged->shape.dim[judged->shape.rank - 1]);
    if (!metric->weighted && !ignores && !(masked && judged->mask)) return NULL;
    Tensor unmasked = *judged;
    unmasked.mask = NULL;
    const char *const label = arena_printf(build->plan->arena, "weights_of_%s", metric->name);
    return build_row_weights(build, masked ? judged : &unmasked, REDUCTION_SUM, metric->weighted, ignores, label);
}

static void build_metric(Builder *build, const Metric *metric, Tensor *prediction) {
    const MetricDef *def = metric->def;
    const MetricArgs *args = metric->object->args;
    Tensor *judged = prediction, *target = build->program->target;
    if (def->kind == METRIC_MEAN) {
        judged = judged_by(build, def->value, &args->value, prediction);
        target = as_rows(build, target, def->value, &args->value);
    } else if (args->from_logits) judged = build_map(build, &sigmoid, (Tensor *[]){prediction}, NULL, 0);
    Tensor *weights = metric_weights(build, metric, judged);
    Op *op = build_op(build, &op_metric, arena_printf(build->plan->arena, "metric_%s", metric->name));
    *measure_attrs(op) = (MeasureAttrs){.metric = def, .object = metric->object, .sum_at = metric->sum_at};
    if (def->argmax && prediction->rows_of_logits) {
        op_read(op, prediction->logits);
        op_read(op, build->program->target);
    } else if (def->kind == METRIC_MEAN) {
        add_inputs(build, op, def->value, &args->value, judged, target);
    } else {
        op_read(op, judged);
        op_read(op, build->program->target);
    }
    if (weights) op_read(op, weights);
}

void build_metrics(Builder *build, Tensor *prediction) {
    for (int i = 0; i < build->plan->metrics.count; i++) build_metric(build, &build->plan->metrics.at[i], prediction);
}
