/* SPDX-License-Identifier: MIT-0 */
/* observe: the least and the greatest that a value has been. */
#include "ops/observe.h"
#include "ops/op.h"

void build_observe(Builder *build, Tensor *x, Tensor *range) {
    Op *op = build_op(build, &op_observe, "observe");
    op_read(op, x);
    op->out = range;
}

static void emit(Emit *e, const Op *op) {
    Tensor *const x = op->in[0];
    const Shape shape = x->shape;
    const int last = shape.rank - 1;
    const char *const at = formatted(e, "%s + c", times(e, "row", tensor_row_width(x)));
    const char *const element = matrix_element(e, x, param_named(e, x, false, "x"), at);
    emit_function(e, "observe",
                  (Hole[]){{"element", element},
                           {"rows", last > 0 ? size_text(e, shape, 0, last) : "1"},
                           {"columns", last >= 0 ? size_text(e, shape, last, shape.rank) : "1"},
                           {"range", param_named(e, op->out, true, "range")},
                           {NULL, NULL}});
}

const OpDef op_observe = {.name = "observe",
                          .brief = "the least and the greatest that a value has been",
                          .emit = emit,
                          .takes_indices = true,
                          .reads_columns = true};
