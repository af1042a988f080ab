/* SPDX-License-Identifier: MIT-0 */
/* Packing: a matrix that many products read is packed into strips once. */
#include "lower.h"

/* With fewer rows a product gains less than packing takes, and of a smaller matrix (in reals) the first cache holds all. */
enum { FEW_ROWS = 4, SMALL_MATRIX = 4096 };

/* Convolutions read their kernel for every line of every image, products in a loop for every step, and products with all
 * steps of a sequence have many rows. */
static bool gains(const Plan *plan, const Op *op) {
    if (op->def == &op_conv || op->def == &op_conv_max) return op->window.groups == 1;
    if (op->def != &op_matmul || op->transpose_a || of_one_step(op->in[1])) return false;
    return ((op->loop && plan->model->batch >= FEW_ROWS) || op->out->shape.rank > 2) &&
           shape_size(op->in[1]->shape, 1) >= SMALL_MATRIX;
}

/* Requires: nothing is fused. A product's second input may be what op_pack makes. */
void pass_pack(Plan *plan, Program *program) {
    for (int i = 0; i < program->ops.count; i++) {
        Op *op = program->ops.at[i];
        if (!gains(plan, op)) continue;
        Builder build = {.plan = plan, .program = program, .layer = op->layer, .phase = op->phase};
        op->in[1] = build_pack(&build, op->in[1]);
        int at = i; /* before the loop */
        while (op->loop && at > 0 && program->ops.at[at - 1]->loop == op->loop) at--;
        Op *const pack = program->ops.at[program->ops.count - 1];
        for (int j = program->ops.count - 1; j > at; j--) program->ops.at[j] = program->ops.at[j - 1];
        program->ops.at[at] = pack;
        i++;
    }
}
