/* SPDX-License-Identifier: MIT-0 */
/* Deep products: the gradient of a small matrix over many steps or samples. In blocks of outputs, each with all of its terms,
 * they would read their inputs again and again; so they take the inputs once, a few rows at a time, and add to all outputs. */
#include "plan.h"

/* Inputs that no second cache holds beside other things, and outputs that stay there (reals). */
enum { LARGE_INPUTS = 262144, SMALL_OUTPUT = 131072 };

/* A product with few columns reads its inputs once anyway. */
enum { FEW_COLUMNS = 64 };

/* Requires: before fusion, which puts nothing into the loops of these products. */
void pass_deep(Plan *plan, Program *program) {
    for (int i = 0; i < program->ops.count; i++) {
        Op *const op = program->ops.at[i];
        if (op->def != &op_matmul || !op->transpose_a || op->loop || op->out->shape.rank != 2) continue;
        const int64_t batch = plan->model->batch, rows = op->out->shape.dim[0], columns = op->out->shape.dim[1];
        const int64_t depth = shape_size(op->in[0]->shape, batch) / rows;
        op->deep = columns > FEW_COLUMNS && rows * columns <= SMALL_OUTPUT && depth * (rows + columns) >= LARGE_INPUTS;
    }
}
