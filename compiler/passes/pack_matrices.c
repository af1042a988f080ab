/* SPDX-License-Identifier: MIT-0 */
/* Packing: a matrix that many products read is packed into strips once. */
#include "base/arena.h"
#include "build/builder.h"
#include "build/loop.h"
#include "model/shape.h"
#include "ops/conv_max.h"
#include "ops/pack.h"
#include "passes/passes.h"
#include "plan/matmul_attrs.h"
#include "plan/plan.h"
#include "plan/uses.h"
#include "plan/window.h"

/* Products in a loop read their matrix for every step, and products with all steps of a sequence have many rows. */
bool packing_may_gain(const Plan *plan, const Op *op) {
    if (!is_matmul_straight(op) || changes_with_step(op->in[1])) return false;
    if (op->loop && plan->model->batch >= plan->target->packed_rows_in_loop) return true;
    const Shape space = op->out->shape;
    return space.rank > 2 &&
           shape_size(space, plan->model->batch) / dim_size(space.dim[space.rank - 1], 1) >= plan->target->packed_rows;
}

static bool gains(const Plan *plan, const Op *op) {
    if (!plan->target->blocks) return false;
    const Tensor *const out =
        op->out; /* convolutions read their kernel for every line of every image; one filter is a row */
    if (op->def == &op_conv) return op_window(op)->groups == 1 && out->shape.dim[out->shape.rank - 1] > 1;
    if (op->def == &op_conv_max) return true;
    return packing_may_gain(plan, op) &&
           (op->in_count == 4 || shape_size(op->in[1]->shape, 1) >= plan->target->first_cache);
}

/* Packs input `input` of an operation, before its loop. */
static void pack(Plan *plan, Program *program, Op *op, int input, Moves *moves) {
    Builder build = {.plan = plan, .program = program, .layer = op->layer, .phase = op->phase};
    op->in[input] = build_pack(&build, op->in[input]);
    list_push(plan->arena, moves, ((Move){op->in[input]->producer, loop_first(program, op->at)}));
    op_index(plan, op->in[input]->producer);
}

/* Packs matrices that many products read into strips.
 * Requires: nothing is fused. Guarantees: a product's second input may be what op_pack makes, and its fourth one is.
 * Costs: one look at each operation. */
void pass_pack_matrices(Plan *plan, Program *program) {
    Moves moves = {0};
    const int count = program->ops.count;
    for (int i = 0; i < count; i++) {
        Op *const op = program->ops.at[i];
        if (!gains(plan, op)) continue;
        for (int input = 1; input < op->in_count; input += 2) pack(plan, program, op, input, &moves);
        op_index(plan, op);
    }
    program_move(plan, program, &moves);
}
