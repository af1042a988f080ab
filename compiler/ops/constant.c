/* SPDX-License-Identifier: MIT-0 */
/* constant: numbers that the model file gives. */
#include "ops/constant.h"
#include "ops/op.h"

static void attrs_key(const Op *op, Text *key);

static const AttrsKind attrs_kind = {"a constant", sizeof(const double *), attrs_key};

static const double **constant_values(const Op *op) { return op_attrs(op, &attrs_kind); }

static void attrs_key(const Op *op, Text *key) {
    const int64_t count = shape_size(op->out->shape, 1);
    for (int64_t i = 0; i < count; i++) key_real(key, (*constant_values(op))[i]);
}

Tensor *build_constant(Builder *build, const double *values, Shape shape, const char *label) {
    Op *op = build_op(build, &op_constant, arena_printf(build->plan->arena, "forward_%s", label));
    *constant_values(op) = values;
    return build_result(build, op, label, shape);
}

static void emit(Emit *e, const Op *op) {
    const int64_t count = shape_size(op->out->shape, 1);
    Text values = {.arena = e->arena};
    for (int64_t i = 0; i < count; i++)
        text_printf(&values, "%s%s", i ? ", " : "", literal(e, (*constant_values(op))[i]));
    const char *const line =
        wrap_line(e, formatted(e, "static const %s values[] = {%s};", e->real, text_chars(&values)));
    emit_function(e, "constant", (Hole[]){{"values", line}, {"y", param_named(e, op->out, true, "y")}, {NULL, NULL}});
}

const OpDef op_constant = {.name = "constant", .brief = "numbers from the model file", .emit = emit,
                            .attrs = &attrs_kind};
