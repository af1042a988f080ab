/* SPDX-License-Identifier: MIT-0 */
/* softmax and log_softmax over the last axis, and their gradients. The peak is taken off first, so that nothing
 * overflows: softmax x = e^(x - peak) / Σ e^(x - peak). */
#include "ops/op.h"
#include "ops/softmax.h"
#include "plan/access.h"
#include "plan/sizes.h"

static void gradient_of_kind(Builder *build, const Op *op, Tensor *d, const OpDef *def) {
    Op *back = build_op(build, def, "backward_softmax");
    op_read(back, op->out);
    op_read(back, d);
    back->out = build_value(build, "d_logits", op->out->shape);
    back->out->producer = back;
    gradient_add(build, op->in[0], back->out);
}

static void softmax_gradient(Builder *build, const Op *op, Tensor *d) {
    gradient_of_kind(build, op, d, &op_softmax_gradient);
}

static void log_softmax_gradient(Builder *build, const Op *op, Tensor *d) {
    gradient_of_kind(build, op, d, &op_log_softmax_gradient);
}

static void sparsemax_gradient(Builder *build, const Op *op, Tensor *d) {
    gradient_of_kind(build, op, d, &op_sparsemax_gradient);
}

/* The runtime has a function for a row, which targets without blocks share. */
static OpForm form(const Plan *plan, const Op *op) {
    const Shape shape = op->out->shape;
    if (plan->target->blocks) return SOFTMAX_VECTORS;
    const bool one = makes_one_sample(plan) || shape_size(shape, 1) == shape_size(shape, 2);
    return one && shape_size(shape, 1) == shape.dim[shape.rank - 1] ? SOFTMAX_ROW : SOFTMAX_ROWS;
}

static void emit(Emit *e, const Op *op) {
    const Shape shape = op->out->shape;
    Tensor *second = op->in_count > 1 ? op->in[1] : op->in[0];
    emit_function(e,
                  op->form == SOFTMAX_ROW    ? "softmax_row"
                  : op->form == SOFTMAX_ROWS ? "softmax_rows"
                                             : op->def->name,
                  (Hole[]){{"x", param_named(e, op->in[0], false, "x")},
                           {"d", param_named(e, second, false, "d")},
                           {"y", param_named(e, op->out, true, "y")},
                           {"rows", size_text(e, shape, 0, shape.rank - 1)},
                           {"columns", integer(e, shape.dim[shape.rank - 1])},
                           {NULL, NULL}});
}

/* What is taken off a row is known before the first of its results is stored. */
static int64_t lead(const Plan *plan, const Op *op, const Access *read, const Tensor *made) {
    (void)plan;
    return read->tensor == op->in[0] && made == op->out ? 0 : -1;
}

const OpDef op_softmax = {
    .name = "softmax", .brief = "over the last axis", .lead = lead, .gradient = softmax_gradient, .form = form,
    .emit = emit, .by_samples = true};
const OpDef op_softmax_gradient = {.name = "softmax_gradient", .brief = "y·(d - Σ d·y)", .emit = emit,
                                   .by_samples = true};
const OpDef op_log_softmax = {
    .name = "log_softmax", .brief = "over the last axis", .lead = lead, .gradient = log_softmax_gradient,
    .emit = emit, .by_samples = true};
const OpDef op_log_softmax_gradient = {.name = "log_softmax_gradient", .brief = "d - e^y·Σ d", .emit = emit,
                                       .by_samples = true};
const OpDef op_sparsemax = {
    .name = "sparsemax", .brief = "over the last axis", .lead = lead, .gradient = sparsemax_gradient,
    .emit = emit, .by_samples = true};
const OpDef op_sparsemax_gradient = {.name = "sparsemax_gradient", .brief = "d - mean of d, where y > 0",
                                     .emit = emit, .by_samples = true};
