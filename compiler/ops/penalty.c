/* SPDX-License-Identifier: MIT-0 */
/* penalty: what a regularizer adds to the loss, l1·Σ|x| + l2·Σx²; that of an activity is divided by the batch, so that
 * its share in the loss does not depend on it. The gradient is l1·sign x + 2·l2·x. */
#include "model/layer.h"
#include "model/regularizer.h"
#include "ops/op.h"
#include "ops/penalty.h"

typedef struct PenaltyAttrs {
    double l1, l2;
} PenaltyAttrs;

static void attrs_key(const Op *op, Text *key);

static const AttrsKind attrs_kind = {"a penalty", sizeof(PenaltyAttrs), attrs_key};

static PenaltyAttrs *penalty_attrs(const Op *op) { return op_attrs(op, &attrs_kind); }

static void attrs_key(const Op *op, Text *key) {
    key_real(key, penalty_attrs(op)->l1);
    key_real(key, penalty_attrs(op)->l2);
}

void build_penalty(Builder *build, Tensor *x, double l1, double l2) {
    if (!build->target || (l1 == 0 && l2 == 0)) return; /* prediction has no loss */
    Op *op = build_op(build, &op_penalty,
                      x->kind == TENSOR_WEIGHT ? arena_printf(build->plan->arena, "penalty_%s", x->weight->name)
                                               : "penalty");
    op_read(op, build_whole(build, x));
    *penalty_attrs(op) = (PenaltyAttrs){l1, l2};
}

static bool of_batch(Shape shape) {
    for (int i = 0; i < shape.rank; i++)
        if (shape.dim[i] < 0) return true;
    return false;
}

/* The slope of the penalty at `x`, and the numbers in it. */
static const char *slope_text(double l1, double l2) {
    return l2 == 0 ? "l1 * v_sign(x)" : l1 == 0 ? "two_l2 * x" : "(l1 * v_sign(x) + two_l2 * x)";
}

static void penalty_gradient(Builder *build, const Op *op, Tensor *d) {
    (void)d;
    if (!gradient_needed(op->in[0])) return;
    const double l1 = penalty_attrs(op)->l1, l2 = penalty_attrs(op)->l2;
    const Operand numbers[] = {
        NUMBER("l1", l1), NUMBER("two_l2", 2 * l2), {.name = "per_sample", .kind = OPERAND_SCALAR}};
    const Formula slope = {
        "d_penalty",
        {"x"},
        arena_printf(build->plan->arena, "%s%s", of_batch(op->in[0]->shape) ? "per_sample * " : "", slope_text(l1, l2)),
        {NULL}};
    gradient_add(build, op->in[0], build_map(build, &slope, (Tensor *[]){op->in[0]}, numbers, 3));
}

Tensor *build_penalized(Builder *build, Tensor *g, Tensor *weight, double l1, double l2) {
    const Operand numbers[] = {NUMBER("l1", l1), NUMBER("two_l2", 2 * l2)};
    const Formula sum = {
        "penalized", {"g", "x"}, arena_printf(build->plan->arena, "g + %s", slope_text(l1, l2)), {NULL}};
    return build_map(build, &sum, (Tensor *[]){g, weight}, numbers, 2);
}

static void emit_penalty(Emit *e, const Op *op) {
    const Shape shape = op->in[0]->shape;
    const PenaltyAttrs *const attrs = penalty_attrs(op);
    const char *l1 = literal(e, attrs->l1), *l2 = literal(e, attrs->l2);
    const char *const total = lanes_sum(e, "total");
    const char *sum = attrs->l2 == 0   ? formatted(e, "%s * v_abs(value)", l1)
                      : attrs->l1 == 0 ? formatted(e, "%s * value * value", l2)
                                       : formatted(e, "%s * v_abs(value) + %s * value * value", l1, l2);
    emit_function(e, "penalty",
                  (Hole[]){{"x", param_tensor(e, op->in[0], false)},
                           {"sums", param_sums(e)},
                           {"total", of_batch(shape) ? formatted(e, "%s * %s", param_scalar(e, "per_sample"), total)
                                                     : total},
                           {"size", size_text(e, shape, 0, shape.rank)},
                           {"terms", sum},
                           {NULL, NULL}});
}

/* l1 sum(|x|) + l2 sum(x * x); that of an activity is a mean over the batch. */
static const char *formula(Emit *e, const Op *op, const char *const *in) {
    const char *const x = in[0];
    const double l1 = penalty_attrs(op)->l1, l2 = penalty_attrs(op)->l2;
    Text out = {.arena = e->arena};
    if (l1 != 0) text_printf(&out, "%g * sum(|%s|)", l1, x);
    if (l2 != 0) text_printf(&out, "%s%g * sum(%s * %s)", l1 != 0 ? " + " : "", l2, x, x);
    const char *const sum = text_chars(&out);
    if (!of_batch(op->in[0]->shape)) return formatted(e, "sums[0] += %s", sum);
    return formatted(e, l1 != 0 && l2 != 0 ? "sums[0] += (%s) * per_sample" : "sums[0] += %s * per_sample", sum);
}

const OpDef op_penalty = {
    .name = "penalty",
    .brief = "what a regularizer adds to the loss",
    .gradient = penalty_gradient,
    .emit = emit_penalty,
    .formula = formula,
    .attrs = &attrs_kind};

void build_activity_penalty(Builder *build, const Layer *layer, Tensor *y) {
    if (!layer->activity_regularizer) return;
    const RegularizerArgs *args = layer->activity_regularizer->args;
    build_penalty(build, y, args->l1, args->l2);
}
