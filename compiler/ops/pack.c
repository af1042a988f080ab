/* SPDX-License-Identifier: MIT-0 */
/* pack: a matrix in the strips that product_packed reads (nnc_packed.h), (panels, depth, columns of a panel). */
#include "ops/op.h"
#include "ops/pack.h"

Tensor *build_pack(Builder *build, Tensor *matrix) {
    const Shape shape = matrix->shape;
    const int64_t columns = shape.dim[shape.rank - 1], panel = build->plan->target->panel_columns;
    int64_t depth = 1;
    for (int i = 0; i + 1 < shape.rank; i++) depth *= shape.dim[i];
    Op *op = build_op(build, &op_pack, build->phase == PHASE_FORWARD ? "forward_pack" : "backward_pack");
    op_read(op, matrix);
    const Shape strips = shape_of(3, (int64_t[]){(columns + panel - 1) / panel, depth, panel});
    Tensor *const packed = build_called(build, build_result(build, op, NULL, strips), FORM_PACKED, matrix);
    packed->packed = true;
    return packed;
}

static void emit(Emit *e, const Op *op) {
    Tensor *matrix = op->in[0];
    const Shape shape = matrix->shape;
    emit_function(e, "pack",
                  (Hole[]){{"depth", integer(e, op->out->shape.dim[1])},
                           {"columns", shared_size(e, op, integer(e, shape.dim[shape.rank - 1]))},
                           {"from", matrix_text(e, matrix, param_named(e, matrix, false, "kernel"))},
                           {"row", integer(e, tensor_row_width(matrix))},
                           {"to", param_named(e, op->out, true, "packed")},
                           {NULL, NULL}});
}

static void share(const Op *op, Share *share) {
    const Shape shape = op->in[0]->shape;
    *share = (Share){SHARE_RESULT, shape.dim[shape.rank - 1], "PANEL", {1}, op->out->shape.dim[1]};
}

const OpDef op_pack = {.name = "pack",
                       .brief = "a matrix in strips for many products",
                       .emit = emit,
                       .reads_columns = true,
                       .share = share};
