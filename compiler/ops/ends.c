/* SPDX-License-Identifier: MIT-0 */
/* ends: how many time steps each sample has. It stands before all layers, and so has no gradient. */
#include "ops/constant.h"
#include "ops/ends.h"
#include "ops/op.h"

Tensor *build_ends(Builder *build, Tensor *x) {
    Op *op = build_op(build, &op_ends, "prepare_lengths");
    op_read(op, x);
    return build_result(build, op, "lengths", shape_of(2, (int64_t[]){x->shape.dim[0], 1}));
}

static const Formula within = {"within", {"needed", "length"}, "v_select(length >= needed, 1.0, 0.0)", {NULL}};

Tensor *build_within(Builder *build, Tensor *lengths, Ends ends, int64_t steps) {
    double *const needed = NEW_ARRAY(build->plan->arena, double, steps);
    for (int64_t i = 0; i < steps; i++) needed[i] = (double)(i * ends.stride + ends.first);
    const Shape row = shape_of(2, (int64_t[]){1, steps}), all = shape_of(2, (int64_t[]){lengths->shape.dim[0], steps});
    Step step = {.label = "within", .text = within.value, .formula = &within};
    step_add(build->plan->arena, &step, TENSOR("needed", build_constant(build, needed, row, "needed_lengths")));
    step_add(build->plan->arena, &step, TENSOR("length", lengths));
    return build_step_map(build, step, all, "forward_within");
}

static void emit(Emit *e, const Op *op) {
    Tensor *const x = op->in[0];
    const bool whole = !element_is_real(x->type);
    const char *const value = param_named(e, x, false, "x");
    const char *const last = formatted(e, "%s[(sample * %s + length - 1) * %s]", value, integer(e, x->shape.dim[1]),
                                       size_text(e, x->shape, 2, x->shape.rank));
    emit_function(e, "ends",
                  (Hole[]){{"samples", size_text(e, x->shape, 0, 1)},
                           {"y", param_named(e, op->out, true, "y")},
                           {"steps", integer(e, x->shape.dim[1])},
                           {"nothing", whole ? formatted(e, "%s < 0", last)
                                             : formatted(e, "!(%s >= 0 || %s < 0)", last, last)},
                           {NULL, NULL}});
}

const OpDef op_ends = {.name = "ends",
                       .brief = "how many time steps each sample has",
                       .emit = emit,
                       .takes_indices = true,
                       .by_samples = true};
