/* SPDX-License-Identifier: MIT-0 */
/* loss_weights: what each row of the prediction counts in the mean. loss: the value, added to sums[0], and in training
 * the gradient. */

#include "model/loss.h"
#include "ops/loss.h"
#include "ops/op.h"

static void weights_key(const Op *op, Text *key);
static void measure_key(const Op *op, Text *key);

static const AttrsKind weights_kind = {"weights of rows", sizeof(LossWeightsAttrs), weights_key};

const AttrsKind measure_attrs_kind = {"a measure", sizeof(MeasureAttrs), measure_key};

LossWeightsAttrs *loss_weights_attrs(const Op *op) { return op_attrs(op, &weights_kind); }

MeasureAttrs *measure_attrs(const Op *op) { return op_attrs(op, &measure_attrs_kind); }

static void weights_key(const Op *op, Text *key) {
    const LossWeightsAttrs *const attrs = loss_weights_attrs(op);
    key_word(key, attrs->reduction);
    key_word(key, (uint64_t)attrs->weighted << 2 | (uint64_t)attrs->ignores << 1 | attrs->masked);
    key_word(key, (uint64_t)attrs->ignored);
}

/* Running sums are one measure's, so they say which it is of those of a plan, and with which arguments. */
static void measure_key(const Op *op, Text *key) {
    const MeasureAttrs *const attrs = measure_attrs(op);
    key_text(key, attrs->loss ? attrs->loss->class.name : NULL);
    key_text(key, attrs->metric ? attrs->metric->class.name : NULL);
    key_word(key, (uint64_t)attrs->sum_at << 1 | attrs->on_logits);
}

/* Which element of a mask of time steps belongs to a row. */
static const char *step_of_row(Emit *e, const Tensor *mask, Shape rows) {
    const int64_t rows_per_step = shape_size(rows, 1) / shape_size(mask->shape, 1);
    return rows_per_step == 1 ? "row" : formatted(e, "row / %lld", (long long)rows_per_step);
}

/* What the one loss of a whole batch counts: the mean of its samples' weights, or their sum. As in Keras, weights act
 * on it and not on what it is made of. */
static void emit_batch_weight(Emit *e, const Op *op) {
    const LossWeightsAttrs *const attrs = loss_weights_attrs(op);
    const bool sum = attrs->reduction == REDUCTION_SUM, by_weight = attrs->reduction == REDUCTION_BY_WEIGHT;
    const char *const given = attrs->weighted && !by_weight ? param_tensor(e, op->in[0], false) : NULL;
    const char *const weights = param_tensor(e, op->out, true);
    emit_function(e, given ? "loss_batch_weight" : "loss_batch_weight_one",
                  (Hole[]){{"sample_weight", given ? given : ""},
                           {"weights", weights},
                           {"divide", sum ? "" : formatted(e, "weight /= (%s)batch;\n", e->real)},
                           {NULL, NULL}});
}

/* The total that rows are divided by: their number, or what they weigh. */
static void emit_weights(Emit *e, const Op *op) {
    const LossWeightsAttrs *const attrs = loss_weights_attrs(op);
    const Shape rows = op->out->shape;
    if (rows.dim[0] > 0) {
        emit_batch_weight(e, op);
        return;
    }
    const bool by_weight = attrs->reduction == REDUCTION_BY_WEIGHT, sum = attrs->reduction == REDUCTION_SUM;
    const bool by_count = !by_weight && !sum;
    const char *const given = attrs->weighted ? param_tensor(e, op->in[0], false) : NULL;
    const Tensor *const mask = attrs->masked ? op->in[op->in_count - 1] : NULL;
    Text left_out = {.arena = e->arena}; /* rows that do not count */
    if (attrs->ignores)
        text_printf(&left_out, "%s[row] == %lld", param_tensor(e, op->in[attrs->weighted], false),
                    (long long)attrs->ignored);
    if (mask)
        text_printf(&left_out, "%s!(%s[%s] > 0)", attrs->ignores ? " || " : "",
                    param_tensor(e, op->in[op->in_count - 1], false), step_of_row(e, mask, rows));
    const char *kept = "";
    if (left_out.length)
        kept = formatted(e, "if (%s) {\n    weight = 0;\n%s}\n", text_chars(&left_out),
                         by_count ? "    counted -= 1;\n" : "");
    const char *const total = by_weight ? "weighed" : "counted";
    const char *const weights = param_tensor(e, op->out, true);
    Text scale = {.arena = e->arena};
    if (!sum)
        emit_template(e, &scale, "loss_weights_scale", (Hole[]){{"total", total}, {"weights", weights}, {NULL, NULL}});
    emit_function(e, "loss_weights",
                  (Hole[]){{"sample_weight", given ? formatted(e, "%s ? %s[row] : 1", given, given) : "1"},
                           {"weights", weights},
                           {"rows", size_text(e, rows, 0, rows.rank)},
                           {"count", by_count    ? formatted(e, "%s counted = (%s)rows;\n", e->real, e->real)
                                     : by_weight ? formatted(e, "%s weighed = 0;\n", e->real)
                                                 : ""},
                           {"leave_out", kept},
                           {"weigh", by_weight ? "weighed += weight;\n" : ""},
                           {"scale", text_chars(&scale)},
                           {NULL, NULL}});
}

/* The label as the loss takes it: smoothed, or -1 and 1. */
static const char *label_map(Emit *e, const LossDef *loss, const LossArgs *args, int64_t columns) {
    const double smoothing = args->label_smoothing;
    if (loss->signs) return " * label_scale - (label_scale - 1)";
    if (!(smoothing > 0)) return "";
    return formatted(e, " * %s + %s", literal(e, 1 - smoothing),
                     literal(e, smoothing / (loss->over_classes ? (double)columns : 2)));
}

/* What the sum over a row is multiplied by: "weights[row] * 0.25;". */
static const char *scale_of_row(Emit *e, const char *weights, int64_t columns) {
    const char *const weight = weights ? formatted(e, "%s[row]", weights) : "";
    const char *const part = columns > 1 || !weights ? literal(e, 1.0 / (double)columns) : "";
    return formatted(e, "%s%s%s;%s", weight, *weight && *part ? " * " : "", part,
                     *part ? " /* the mean over the row */" : "");
}

/* The template of a whole row; the gradient is another's, or put into it. */
static const char *row_template(const LossDef *loss, bool on_logits, bool train) {
    if (on_logits && loss->logits_row) return train ? loss->logits_row_train : loss->logits_row;
    return train && loss->row_train ? loss->row_train : loss->row;
}

/* What a metric has counted: rows, or what they weigh. */
static const char *count_text(Emit *e, const Op *op, const char *sums, const char *weights) {
    const int at = measure_attrs(op)->sum_at + 1;
    if (op->def != &op_metric) return "";
    return weights ? formatted(e, "%s[%d] += row_sum(%s, rows);\n", sums, at, weights)
                   : formatted(e, "%s[%d] += (%s)rows;\n", sums, at, e->real);
}

static const char *label_scale(Emit *e, const char *labels, const char *count) {
    return formatted(e, "const %s label_scale = row_is_binary(%s, %s) ? 2 : 1; /* 0 and 1 are -1 and 1 */\n", e->real,
                     labels, count);
}

/* Of outputs that are rows of one, several at a time. */
static const char *weight_of_row(Emit *e, const char *weights) {
    return formatted(e, "const %s weight = %s;\n", lanes_type(e), lanes_load(e, plus(e, weights, "c"), "n"));
}

static const char *gradient_store(Emit *e, const char *d, int64_t columns, const char *slope) {
    if (columns == 1) return lanes_store(e, plus(e, d, "c"), formatted(e, "weight * (%s)", slope), "n");
    return lanes_store(e, formatted(e, "%s + row * %lld + c", d, (long long)columns),
                       formatted(e, "scale * (%s)", slope), "n");
}

void emit_row_values(Emit *e, const Op *op, const LossDef *loss, const LossArgs *args, const char *p_name) {
    const MeasureAttrs *const attrs = measure_attrs(op);
    Tensor *p = op->in[0];
    const int64_t columns = p->shape.dim[p->shape.rank - 1];
    const char *const y = param_tensor(e, op->in[1], false);
    const char *const weights = op->in_count > 2 ? param_tensor(e, op->in[2], false) : NULL;
    const char *const sums = param_sums(e);
    const char *const d = op->out ? param_named(e, op->out, true, "d") : NULL;
    const char *const value = attrs->on_logits && loss->logits_value ? loss->logits_value : loss->value;
    const char *const gradient = attrs->on_logits ? loss->logits_gradient : loss->gradient;
    const char *const locals = attrs->on_logits ? loss->logits_locals : loss->locals;
    const char *const rows = size_text(e, p->shape, 0, p->shape.rank - 1);
    Hole operands[] = {{"p", "p"},
                       {"y", "y"},
                       {"delta", literal(e, args->delta)},
                       {"alpha", literal(e, args->alpha)},
                       {"gamma", literal(e, args->gamma)},
                       {"threshold", literal(e, args->threshold)},
                       {"balance", "1.0"},
                       {NULL, NULL}};
    const char *const class_weight = "(y * alpha + (1.0 - y) * (1.0 - alpha))";
    operands[6].text = args->apply_class_balancing ? formula_text(e, class_weight, operands) : literal(e, 1);

    const bool single = columns == 1 && !loss->row;
    const char *row_value = loss->row ? "" : formula_text(e, value, operands), *store = "";
    const char *const weight = single && weights ? weight_of_row(e, weights) : "";
    if (single && weights) row_value = formatted(e, "weight * (%s)", row_value);
    if (d && !loss->row) store = gradient_store(e, d, single ? 1 : columns, formula_text(e, gradient, operands));
    Hole holes[] = {
        {"slope", ""},
        {"p", p_name},
        {"y", y},
        {"weights", weights ? weights : ""},
        {"times", weights ? formatted(e, " * %s[row]", weights) : ""},
        {"sums", sums},
        {"at", integer(e, attrs->sum_at)},
        {"count", count_text(e, op, sums, weights)},
        {"d", d ? d : ""},
        {"rows", rows},
        {"columns", size_text(e, p->shape, p->shape.rank - 1, p->shape.rank)},
        {"k", integer(e, args->k)},
        {"scale", scale_of_row(e, weights, loss->sums ? 1 : columns)},
        {"smooth", label_map(e, loss, args, columns)},
        {"skip", weights ? formatted(e, "if (%s[row] == 0) {\n    continue;\n}\n", weights) : ""},
        {"prepare", loss->signs ? label_scale(e, y, times(e, rows, columns)) : ""},
        {"epsilon", literal(e, 1e-7)},
        {"top", literal(e, 1 - 1e-7)},
        {"half", literal(e, 0.5)},
        {"alpha", literal(e, args->alpha)},
        {"beta", literal(e, args->beta)},
        {"q", literal(e, args->q)},
        {"locals", formatted(e, "%s%s", weight, locals ? formula_text(e, locals, operands) : "")},
        {"value", row_value},
        {"store", store},
        {"sign", loss->negated ? "+" : "-"},
        {"element", loss->element ? formula_text(e, loss->element, operands) : ""},
        {"slope_of_element", loss->element ? formula_text(e, loss->element_gradient, operands) : ""},
        {NULL, NULL},
    };
    Text slope = {.arena = e->arena};
    if (d && loss->row_slope) emit_template(e, &slope, loss->row_slope, holes);
    holes[0].text = text_chars(&slope);
    const char *const elementwise = single ? "loss_single" : "loss_elementwise";
    emit_function(e, loss->row ? row_template(loss, attrs->on_logits, d) : elementwise, holes);
}

static void emit_loss(Emit *e, const Op *op) {
    const MeasureAttrs *const attrs = measure_attrs(op);
    emit_row_values(e, op, attrs->loss, attrs->object->args,
                    param_named(e, op->in[0], false, attrs->on_logits ? "logits" : "prediction"));
}

static void describe(const Op *op, Text *out) {
    const MeasureAttrs *const attrs = measure_attrs(op);
    text_printf(out, " %s%s", attrs->loss->class.name, attrs->on_logits ? " of logits" : "");
}

/* What a row counts, and what it is divided by. */
static const char *weights_formula(Emit *e, const Op *op, const char *const *in) {
    const char *const x = in[0];
    const LossWeightsAttrs *const attrs = loss_weights_attrs(op);
    const bool sum = attrs->reduction == REDUCTION_SUM, by_weight = attrs->reduction == REDUCTION_BY_WEIGHT;
    const bool whole = op->out->shape.dim[0] > 0;
    if (whole)
        return formatted(e, "%s%s", attrs->weighted && !by_weight ? formatted(e, "sum(%s)", x) : "1",
                         sum ? "" : " / batch");
    const char *const left_out = attrs->ignores && attrs->masked ? ", 0 for labels that do not count and masked steps"
                                 : attrs->ignores                ? ", 0 for labels that do not count"
                                 : attrs->masked                 ? ", 0 for masked steps"
                                                                 : "";
    return formatted(e, "%s%s%s", attrs->weighted ? formatted(e, "%s, or 1 where there is none", x) : "1", left_out,
                     sum         ? ""
                     : by_weight ? "; all divided by their sum"
                     : *left_out ? "; all divided by the number of rows that count"
                                 : "; all divided by the number of rows");
}

const char *measure_formula(Emit *e, const Op *op, const char *const *in) {
    Text out = {.arena = e->arena};
    text_printf(&out, "%s(", measure_attrs(op)->object->class->name);
    for (int i = 0; i < op->in_count; i++) text_printf(&out, "%s%s", i ? ", " : "", in[i]);
    text_puts(&out, ")");
    return text_chars(&out);
}

static const char *loss_formula(Emit *e, const Op *op, const char *const *in) {
    return formatted(e, "sums[%d] += %s", measure_attrs(op)->sum_at, measure_formula(e, op, in));
}

const OpDef op_loss_weights = {
    .name = "loss_weights", .brief = "what each row counts in the mean", .emit = emit_weights,
    .formula = weights_formula, .attrs = &weights_kind};
/* Of a row of outputs, where these go through a softmax again. */
static int64_t stack(const Plan *plan, const Op *op) {
    (void)plan;
    const Shape outputs = op->in[0]->shape;
    return outputs.dim[outputs.rank - 1];
}

const OpDef op_loss = {.stack = stack, .name = "loss", .brief = "value and gradient of the loss", .emit = emit_loss,
                        .describe = describe, .formula = loss_formula, .attrs = &measure_attrs_kind,
                        .measures = true};
