/* SPDX-License-Identifier: MIT-0 */
/* off_diagonal: a square matrix with zeros in its diagonal. */
#include "ops/off_diagonal.h"
#include "ops/op.h"

Tensor *build_off_diagonal(Builder *build, Tensor *x) {
    const char *const pass = build->phase == PHASE_FORWARD ? "forward" : "backward";
    Op *op = build_op(build, &op_off_diagonal, arena_printf(build->plan->arena, "%s_off_diagonal", pass));
    op_read(op, x);
    return build_result(build, op, "off_diagonal", x->shape);
}

static void gradient(Builder *build, const Op *op, Tensor *d) {
    gradient_add(build, op->in[0], build_off_diagonal(build, d));
}

static void emit(Emit *e, const Op *op) {
    emit_function(e, "off_diagonal",
                  (Hole[]){{"x", param_named(e, op->in[0], false, "x")},
                           {"y", param_named(e, op->out, true, "y")},
                           {"rows", integer(e, op->out->shape.dim[0])},
                           {NULL, NULL}});
}

const OpDef op_off_diagonal = {
    .name = "off_diagonal", .brief = "a square matrix with zeros in its diagonal", .gradient = gradient, .emit = emit};
