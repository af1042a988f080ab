/* SPDX-License-Identifier: MIT-0 */
/* dot_rows: products with the rows of a matrix, read in place (dot_rows of nnc_small.h), as the gradient of an input
 * is of the kernel; and the gradient of a kernel, element by element, so that nothing of it is kept. */
#include "ops/dot_rows.h"
#include "ops/op.h"

static void emit(Emit *e, const Op *op) {
    Tensor *const a = op->in[0], *const b = op->in[1], *const y = op->out;
    const Shape space = y->shape;
    const bool many = !size_is_one(e, space, 0, space.rank - 1);
    const char *const x = matrix_text(e, a, param_named(e, a, false, "d"));
    const char *const matrix = matrix_text(e, b, param_tensor(e, b, false));
    const char *const to = matrix_text(e, y, param_named(e, y, true, "y"));
    const char *const x_at = many ? times(e, "row", tensor_row_width(a)) : NULL;
    const char *const y_at = many ? times(e, "row", tensor_row_width(y)) : NULL;
    const char *const call = filled(e, "dot_rows",
                                    (Hole[]){{"count", integer(e, space.dim[space.rank - 1])},
                                             {"depth", integer(e, a->shape.dim[a->shape.rank - 1])},
                                             {"x", plus(e, x, x_at)},
                                             {"rows", matrix},
                                             {"row", integer(e, tensor_row_width(b))},
                                             {"y", plus(e, to, y_at)},
                                             {NULL, NULL}});
    const char *const rows = size_text(e, space, 0, space.rank - 1);
    const char *const body =
        many ? filled(e, "map_loop", (Hole[]){{"var", "row"}, {"size", rows}, {"body", call}, {NULL, NULL}}) : call;
    emit_function(e, "body", (Hole[]){{"body", body}, {NULL, NULL}});
}

static const char *formula(Emit *e, const Op *op, const char *const *in) {
    (void)op;
    return formatted(e, "%s . %s^T", in[0], in[1]);
}

/* The loops over rows and columns; where all that the steps read and make has both, one index `at` runs through it. */
static Nest outer_nest(Emit *e, const Op *op) {
    const Shape space = op->out->shape;
    Nest nest = nest_for(e, op, space, NULL, NULL);
    bool all = true;
    for (int i = 0; i < nest.tensor_count; i++)
        all = all && shape_equal(nest.tensors[i]->shape, space) && !nest.tensors[i]->columns;
    Loop row = {.var = "row", .span = {.last = space.rank - 2}};
    Loop column = {.var = all ? "at" : "c", .span = {.last = space.rank - 1}};
    for (int i = 0; i < nest.tensor_count; i++) {
        column.span.present |= UINT64_C(1) << i;
        if (shape_equal(nest.tensors[i]->shape, space)) row.span.present |= UINT64_C(1) << i;
    }
    nest.loop_count = 0;
    if (!all) nest.loops[nest.loop_count++] = row;
    nest.loops[nest.loop_count++] = column;
    return nest;
}

void emit_outer_sums(Emit *e, const Op *op) {
    Tensor *const a = op->in[0], *const b = op->in[1], *const y = op->out;
    const Shape space = y->shape;
    const Nest nest = outer_nest(e, op);
    const bool shared = nest.loop_count == 1; /* of any size */
    const int64_t columns = space.dim[space.rank - 1];
    const int64_t rows = shape_size(space, 1) / columns;
    const Place place = {.nest = &nest, .value_name = local_name(e, own_role(e, op, y)), .draw_offset = "c"};
    const char *const depth = size_text(e, a->shape, 0, a->shape.rank - 1);
    const char *const x = matrix_text(e, a, param_named(e, a, false, "x"));
    const char *const d = matrix_text(e, b, param_named(e, b, false, "d"));
    const char *store = "";
    if (!y->in_registers)
        store = formatted(e, "%s[at] = %s;\n", param_named(e, y, true, op->steps.count ? "sum_out" : "y"),
                          place.value_name);
    const char *const steps = formatted(e, "%s%s", store, steps_text(e, op, &place));
    const char *const body = filled(e, op->form == PRODUCT_OUTER ? "outer_product" : "outer_sums",
                                    (Hole[]){{"rows", shared ? param_size(e, "inputs", rows) : integer(e, rows)},
                                             {"columns", shared ? param_size(e, "outputs", columns)
                                                                : integer(e, columns)},
                                             {"x", x},
                                             {"x_row", integer(e, tensor_row_width(a))},
                                             {"d", d},
                                             {"d_row", integer(e, tensor_row_width(b))},
                                             {"depth", depth},
                                             {"out", place.value_name},
                                             {"steps", steps},
                                             {NULL, NULL}});
    emit_function(e, "body", (Hole[]){{"body", body}, {NULL, NULL}});
}

const OpDef op_dot_rows = {
    .name = "dot_rows", .brief = "products with the rows of a matrix", .emit = emit, .formula = formula};
