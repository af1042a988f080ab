/* SPDX-License-Identifier: MIT-0 */
/* gather: rows of a table by their index; scatter: its gradient, which adds rows up at their indices; nonzero: which
 * indices are not 0. Indices are whole numbers or reals, of which the fraction is cut off, and they are the caller's:
 * the functions of the header check them before anything is computed (file/checks.c). */
#include "ops/gather.h"
#include "ops/op.h"

Tensor *build_gather(Builder *build, Tensor *indices, Tensor *table, const char *label) {
    Op *op = build_op(build, &op_gather, "forward");
    op_read(op, indices);
    op_read(op, table);
    Shape shape = indices->shape;
    shape.dim[shape.rank++] = table->shape.dim[1];
    return build_result(build, op, label, shape);
}

Tensor *build_nonzero(Builder *build, Tensor *indices, const char *label) {
    return build_simple(build, &op_nonzero, indices, label);
}

static void gradient(Builder *build, const Op *op, Tensor *d) {
    Tensor *table = op->in[1];
    if (!gradient_needed(table)) return;
    Op *back = build_op(build, &op_scatter, "backward_rows");
    op_read(back, op->in[0]);
    op_read(back, d);
    gradient_add(build, table, build_result(build, back, NULL, table->shape));
}

static void emit(Emit *e, const Op *op) {
    const Tensor *const table = op->def == &op_gather ? op->in[1] : op->out;
    const char *const indices = param_named(e, op->in[0], false, "x");
    const char *const from =
        op->in_count > 1 ? param_named(e, op->in[1], false, op->def == &op_gather ? "table" : "d") : "";
    const bool ends = e->plan->model->max_steps > 0; /* what is behind the end of a sample is no index */
    const char *const zero = element_is_real(op->in[0]->type) ? literal(e, 0) : "0";
    const char *const index = formatted(e, "(size_t)%s[row]", indices);
    const bool far = *e->plan->target->constants && op->def == &op_gather; /* where no copy reaches */
    emit_function(e, far ? "gather_elements" : op->def->name,
                  (Hole[]){{"x", indices},
                           {"index", ends ? formatted(e, "(%s[row] > %s ? %s : 0)", indices, zero, index) : index},
                           {"from", from},
                           {"y", param_named(e, op->out, true, "y")},
                           {"rows", size_text(e, op->in[0]->shape, 0, op->in[0]->shape.rank)},
                           {"columns", integer(e, table->shape.dim[table->shape.rank - 1])},
                           {"size", size_text(e, table->shape, 0, table->shape.rank)},
                           {"zero", zero},
                           {NULL, NULL}});
}

const OpDef op_gather = {.name = "gather",
                         .brief = "rows of a table by their index",
                         .gradient = gradient,
                         .emit = emit,
                         .takes_indices = true,
                         .chooses_rows = true,
                         .reads_constants = true,
                         .by_samples = true};
const OpDef op_scatter = {.name = "scatter", .brief = "rows added up at their indices", .emit = emit};
const OpDef op_nonzero = {.name = "nonzero", .brief = "1 where an index is not 0", .emit = emit, .takes_indices = true};
