/* SPDX-License-Identifier: MIT-0 */
/* loss_weights: what each row of the prediction counts in the mean. loss: the value, added to sums[0], and in training
 * the gradient. metric: adds to its running sums. */
#include <string.h>

#include "emit/emit.h"
#include "lower.h"

/* Which element of a mask of time steps belongs to a row. */
static const char *step_of_row(Emit *e, const Tensor *mask, Shape rows) {
    const int64_t rows_per_step = shape_size(rows, 1) / shape_size(mask->shape, 1);
    return rows_per_step == 1 ? "row" : formatted(e, "row / %lld", (long long)rows_per_step);
}

static void emit_weights(Emit *e, const Op *op) {
    const LossArgs *args = op->object->args;
    const Shape rows = op->out->shape;
    const int64_t per_sample = shape_size(shape_of(rows.rank - 1, rows.dim + 1), 1);
    const char *name = !strcmp(args->reduction, "sum")                       ? "loss_weights_sum"
                       : !strcmp(args->reduction, "mean_with_sample_weight") ? "loss_weights_weighted"
                                                                             : "loss_weights_mean";
    const Tensor *const mask = op->masked ? op->in[op->in_count - 1] : NULL;
    const bool ignores = op->in_count - op->masked > 1;
    Text left_out = {.arena = e->arena}; /* rows that do not count */
    if (ignores)
        text_printf(&left_out, "%s[row] == %lld", param_tensor(e, op->in[1], false), (long long)args->ignore_class);
    if (mask)
        text_printf(&left_out, "%s!(%s[%s] > 0)", ignores ? " || " : "", param_tensor(e, op->in[op->in_count - 1], false),
                    step_of_row(e, mask, rows));
    const char *kept = "";
    if (left_out.length)
        kept = formatted(e, "if (%s) {\n    weight = 0;\n    counted -= 1;\n}\n", text_chars(&left_out));
    emit_function(e, name, op,
                  (Hole[]){{"sample_weight", param_tensor(e, op->in[0], false)},
                           {"weights", param_tensor(e, op->out, true)},
                           {"rows", size_text(e, rows, 0, rows.rank)},
                           {"sample", per_sample == 1 ? "row" : formatted(e, "row / %lld", (long long)per_sample)},
                           {"ignore", kept},
                           {NULL, NULL}});
}

static void emit_loss(Emit *e, const Op *op) {
    const LossDef *loss = op->loss;
    const LossArgs *args = op->object->args;
    Tensor *p = op->in[0];
    const int64_t columns = p->shape.dim[p->shape.rank - 1];
    const char *const p_name = param_named(e, p, false, op->on_logits ? "logits" : "prediction"), *const y_name =
                                                                                                      param_tensor(
                                                                                                          e, op->in[1],
                                                                                                          false);
    const char *const weights = param_tensor(e, op->in[2], false), *const sums = param_sums(e);
    const char *const d = op->out ? param_named(e, op->out, true, "d") : NULL;
    const char *value = op->on_logits ? loss->logits_value : loss->value;
    const char *gradient = op->on_logits ? loss->logits_gradient : loss->gradient;
    const double smoothing = args->label_smoothing;
    Hole holes[] = {
        {"p", p_name},
        {"y", y_name},
        {"weights", weights},
        {"sums", sums},
        {"d", d ? d : ""},
        {"rows", size_text(e, p->shape, 0, p->shape.rank - 1)},
        {"columns", integer(e, columns)},
        {"one_column", literal(e, 1.0 / (double)columns)},
        {"smooth", smoothing > 0 ? formatted(e, " * %s + %s", literal(e, 1 - smoothing),
                                             literal(e, smoothing / (loss->rows ? (double)columns : 2)))
                                 : ""},
        {"epsilon", literal(e, 1e-7)},
        {"top", literal(e, 1 - 1e-7)},
        {"value", ""},
        {"store", ""},
        {NULL, NULL},
    };
    if (loss->rows) {
        emit_function(e, formatted(e, "%s%s", value, d ? "_train" : ""), op, holes);
        return;
    }
    const Hole operands[] = {{"p", "p"}, {"y", "y"}, {NULL, NULL}};
    const bool single = columns == 1;
    holes[11].text = formula_text(e, value, operands);
    if (d)
        holes[12].text =
            single ? formatted(e, "v_store(%s + c, weight * (%s), n);\n", d, formula_text(e, gradient, operands))
                   : formatted(e, "v_store(%s + row * %lld + c, scale * (%s), n);\n", d, (long long)columns,
                               formula_text(e, gradient, operands));
    emit_function(e, single ? "loss_single" : "loss_elementwise", op, holes);
}

static void emit_metric(Emit *e, const Op *op) {
    const MetricDef *metric = op->metric;
    const MetricArgs *args = op->object->args;
    Tensor *p = op->in[0];
    const int64_t columns = p->shape.dim[p->shape.rank - 1];
    const Hole operands[] = {{"p", "p"}, {"y", "y"}, {"threshold", literal(e, args->threshold)}, {NULL, NULL}};
    const char *const p_name = param_named(e, p, false, "prediction"), *const y_name = param_tensor(e, op->in[1], false);
    const char *const sums = param_sums(e), *const count_at = integer(e, op->sum_at + 1);
    Text skip = {.arena = e->arena};
    if (op->masked)
        emit_template(e, &skip, "metric_skip",
                      (Hole[]){{"mask", param_tensor(e, op->in[2], false)},
                               {"step", step_of_row(e, op->in[2], shape_of(p->shape.rank - 1, p->shape.dim))},
                               {"sums", sums},
                               {"count_at", count_at},
                               {NULL, NULL}});
    const Hole holes[] = {
        {"p", p_name},
        {"y", y_name},
        {"sums", sums},
        {"skip", text_chars(&skip)},
        {"at", integer(e, op->sum_at)},
        {"count_at", count_at},
        {"rows", size_text(e, p->shape, 0, p->shape.rank - 1)},
        {"columns", integer(e, columns)},
        {"size", size_text(e, p->shape, 0, p->shape.rank)},
        {"mean", columns == 1 ? "" : formatted(e, " * %s", literal(e, 1.0 / (double)columns))},
        {"value", metric->value ? formula_text(e, metric->value, operands) : ""},
        {NULL, NULL},
    };
    emit_function(e, metric->rows ? metric->rows : op->masked ? "metric_elementwise_masked" : "metric_elementwise", op, holes);
}

const OpDef op_loss_weights = {
    .name = "loss_weights", .brief = "what each row counts in the mean", .emit = emit_weights};
const OpDef op_loss = {.name = "loss", .brief = "value and gradient of the loss", .emit = emit_loss};
const OpDef op_metric = {.name = "metric", .brief = "running sums of a metric", .emit = emit_metric};
