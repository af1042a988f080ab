/* SPDX-License-Identifier: MIT-0 */
/* metric: adds a batch to the running sums of a metric, whose result follows from them at the end
 * (runtime/program/session/metrics.c). */
#include <math.h>

#include "model/metric.h"
#include "ops/loss.h"
#include "ops/op.h"

static const char *thresholds_table(Emit *e, Thresholds thresholds) {
    Text text = {.arena = e->arena};
    if (thresholds.ends) text_printf(&text, "%s, ", literal(e, -1e-7));
    for (int i = 0; i < thresholds.listed; i++) text_printf(&text, "%s%s", i ? ", " : "", literal(e, thresholds.at[i]));
    if (thresholds.ends) text_printf(&text, ", %s", literal(e, 1 + 1e-7));
    return wrap_line(e, formatted(e, "static const %s thresholds[] = {%s};", e->real, text_chars(&text)));
}

static void emit_thresholds(Emit *e, const Op *op, const Hole *common) {
    const MeasureAttrs *const attrs = measure_attrs(op);
    const MetricArgs *args = attrs->object->args;
    const Thresholds thresholds = metric_thresholds(attrs->object);
    const Shape shape = op->in[0]->shape;
    const int64_t columns = shape.dim[shape.rank - 1];
    const bool list = thresholds.at && (thresholds.listed > 1 || thresholds.ends), one = thresholds.column >= 0;
    const Hole above[] = {{"threshold", thresholds.at ? literal(e, thresholds.at[0]) : ""},
                          {"listed", integer(e, thresholds.listed + 2 * thresholds.ends)},
                          {"last", integer(e, thresholds.count - 1)},
                          {"or_none", thresholds.ends ? " || below == 0" : ""},
                          {"columns", integer(e, columns)},
                          {"k", integer(e, thresholds.top)},
                          {NULL, NULL}};
    const char *below = filled(e,
                               list            ? "metric_above_listed"
                               : thresholds.at ? "metric_above_one"
                                               : "metric_above_evenly",
                               above);
    if (thresholds.top) below = formatted(e, "%s%s", below, filled(e, "metric_among_top", above));
    emit_function(
        e, "metric_thresholds",
        with(e, common,
             (Hole[]){{"table", list ? thresholds_table(e, thresholds) : ""},
                      {"first", integer(e, one ? thresholds.column : 0)},
                      {"end", integer(e, one ? thresholds.column + 1 : columns)},
                      {"below", below},
                      {"label", args->multi_label ? formatted(e, "c * %d + below", thresholds.count + 1) : "below"},
                      {NULL, NULL}}));
}

static void emit_f_score(Emit *e, const Op *op, const Hole *common) {
    const MeasureAttrs *const attrs = measure_attrs(op);
    const MetricArgs *args = attrs->object->args;
    const bool largest = isnan(args->threshold);
    const int64_t columns = op->in[0]->shape.dim[op->in[0]->shape.rank - 1];
    const char *const peak = formatted(e, "const %s peak = row_peak(p, %lld);\n", e->real, (long long)columns);
    const char *const chosen =
        largest ? formatted(e, "p[c] >= peak && (p[c] > %s || p[c] < %s)", literal(e, 1e-9), literal(e, -1e-9))
                : formatted(e, "p[c] > %s", literal(e, args->threshold));
    emit_function(e, "metric_f_score",
                  with(e, common, (Hole[]){{"peak", largest ? peak : ""}, {"chosen", chosen}, {NULL, NULL}}));
}

/* A value as a class, cut off as in Keras; what is no class becomes one more than there are. */
static const char *class_of(Emit *e, const Tensor *tensor, const char *values, int64_t classes) {
    if (tensor->type == ELEMENT_INT32)
        return formatted(e, "%s[row] >= 0 ? (size_t)%s[row] : %lld", values, values, (long long)classes);
    return formatted(e, "%s[row] > -1 && %s[row] < %lld ? (size_t)(int32_t)%s[row] : %lld", values, values,
                     (long long)classes, values, (long long)classes);
}

static const char *classes_table(Emit *e, Ints classes) {
    Text text = {.arena = e->arena};
    for (int i = 0; i < classes.count; i++) text_printf(&text, "%s%lld", i ? ", " : "", (long long)classes.at[i]);
    return wrap_line(e, formatted(e, "static const size_t classes[] = {%s};", text_chars(&text)));
}

static const char *largest_of(Emit *e, const char *values, int64_t columns) {
    return formatted(e, "row_argmax(%s + row * %lld, %lld)", values, (long long)columns, (long long)columns);
}

/* Keras counts in whole numbers, so weights are cut off. */
static void emit_overlap(Emit *e, const Op *op, const Hole *common) {
    const MeasureAttrs *const attrs = measure_attrs(op);
    const Overlap overlap = metric_overlap(attrs->object);
    const Shape shape = op->in[0]->shape;
    const int64_t columns = shape.dim[shape.rank - 1], classes = overlap.classes;
    const char *const p = param_tensor(e, op->in[0], false), *const y = param_tensor(e, op->in[1], false);
    const char *const weights = op->in_count > 2 ? param_tensor(e, op->in[2], false) : NULL;
    const char *const from = literal(e, ((const MetricArgs *)attrs->object->args)->threshold);
    const bool listed = overlap.counted.count >= 0, ignores = overlap.ignored != INT_NONE;
    const Hole holes[] = {
        {"table", listed ? classes_table(e, overlap.counted) : ""},
        {"rows", size_text(e, shape, 0, overlap.each ? shape.rank : shape.rank - 1)},
        {"label", overlap.each || op->in[1]->type == ELEMENT_INT32 ? class_of(e, op->in[1], y, classes)
                                                                   : largest_of(e, y, columns)},
        {"guess", overlap.above  ? formatted(e, "%s[row] >= %s ? 1 : 0", p, from)
                  : overlap.each ? class_of(e, op->in[0], p, classes)
                                 : largest_of(e, p, columns)},
        {"classes", integer(e, classes)},
        {"or_ignored", ignores ? formatted(e, " || label == %lld", (long long)overlap.ignored) : ""},
        {"counted", integer(e, overlap_count(overlap))},
        {"class", listed ? "classes[i]" : "i"},
        {"whole_weight", weights ? formatted(e, "(%s)(int32_t)%s[row]", e->real, weights) : "1"},
        {NULL, NULL}};
    emit_function(e, "metric_overlap", with(e, common, holes));
}

static void emit_metric(Emit *e, const Op *op) {
    const MeasureAttrs *const attrs = measure_attrs(op);
    const MetricArgs *args = attrs->object->args;
    Tensor *p = op->in[0];
    const char *const p_name = param_named(e, p, false, attrs->on_logits ? "logits" : "prediction");
    if (attrs->metric->kind == METRIC_MEAN) {
        emit_row_values(e, op, attrs->metric->value, &args->value, p_name);
        return;
    }
    const Hole common[] = {
        {"p", p_name},
        {"y", param_tensor(e, op->in[1], false)},
        {"weight", op->in_count > 2 ? formatted(e, "%s[row]", param_tensor(e, op->in[2], false)) : "1"},
        {"sums", param_sums(e)},
        {"at", integer(e, attrs->sum_at)},
        {"rows", size_text(e, p->shape, 0, p->shape.rank - 1)},
        {"columns", integer(e, p->shape.dim[p->shape.rank - 1])},
        {NULL, NULL},
    };
    switch (attrs->metric->kind) {
    case METRIC_THRESHOLDS: emit_thresholds(e, op, common); break;
    case METRIC_F_SCORE: emit_f_score(e, op, common); break;
    case METRIC_OVERLAP: emit_overlap(e, op, common); break;
    default: emit_function(e, "metric_r_squared", common); break;
    }
}

static void describe(const Op *op, Text *out) { text_printf(out, " %s", measure_attrs(op)->metric->class.name); }

/* Which of the sums, and what a mean is divided by. */
static const char *formula(Emit *e, const Op *op, const char *const *in) {
    const MeasureAttrs *const attrs = measure_attrs(op);
    const char *const measured = measure_formula(e, op, in);
    const int at = attrs->sum_at;
    if (attrs->metric->kind == METRIC_MEAN) {
        const char *const weights = op->in_count > 2 ? formatted(e, "sum(%s)", in[2]) : "rows";
        return formatted(e, "sums[%d] += %s, sums[%d] += %s", at, measured, at + 1, weights);
    }
    const Metric *metric = e->plan->metrics.at;
    while (metric->sum_at != at) metric++;
    return formatted(e, "sums[%d:%d] += %s", at, at + metric->sums, measured);
}

const OpDef op_metric = {.name = "metric",
                         .brief = "running sums of a metric",
                         .emit = emit_metric,
                         .describe = describe,
                         .formula = formula,
                         .attrs = &measure_attrs_kind,
                         .measures = true};
