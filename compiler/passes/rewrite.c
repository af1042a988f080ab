/* SPDX-License-Identifier: MIT-0 */
/* Building operations in the place of others, and tensors in the place of others. */
#include "build/loop.h"
#include "passes/rewrite.h"
#include "plan/tensor.h"
#include "plan/uses.h"

Rewrite rewrite_begin(Plan *plan, Program *program) {
    return (Rewrite){.build = {.plan = plan, .program = program}, .placed = program->ops.count};
}

Builder *rewrite_for(Rewrite *rewrite, const Op *op) {
    rewrite->build.layer = op->layer;
    rewrite->build.phase = op->phase;
    return &rewrite->build;
}

void rewrite_place(Rewrite *rewrite, const Op *op, int to) {
    Plan *const plan = rewrite->build.plan;
    const Program *const program = rewrite->build.program;
    int before = to; /* the loop that the operation is in */
    while (op->loop && before > 0 && program->ops.at[before - 1]->loop == op->loop) before--;
    for (; rewrite->placed < program->ops.count; rewrite->placed++) {
        Op *const built = program->ops.at[rewrite->placed];
        const bool each_step = op->loop && op_changes_with_step(built);
        built->loop = each_step ? op->loop : NULL;
        op_index(plan, built);
        list_push(plan->arena, &rewrite->moves, ((Move){built, each_step ? to : before}));
    }
}

void rewrite_result(Rewrite *rewrite, Op *op, Tensor *made) {
    Tensor *const known = op->out;
    Op *const maker = made->producer;
    known->producer = maker;
    if (made->base) { /* a view, of the whole */
        Tensor *const storage = tensor_storage(made);
        storage->kind = known->kind;
        storage->weight = known->weight;
        tensor_show(rewrite->build.plan, known, made->base);
    } else {
        maker->out = known;
        op_index(rewrite->build.plan, maker);
    }
    rewrite_drop(rewrite, op);
}

void rewrite_drop(Rewrite *rewrite, Op *op) { list_push(rewrite->build.plan->arena, &rewrite->replaced, op); }

void rewrite_end(Rewrite *rewrite) {
    Plan *const plan = rewrite->build.plan;
    Program *const program = rewrite->build.program;
    program_move(plan, program, &rewrite->moves);
    for (int i = 0; i < rewrite->replaced.count; i++) program_drop(plan, program, rewrite->replaced.at[i]);
    program_close(program);
}

void op_substitute(Op *op, const Tensor *from, Tensor *to) {
    for (int i = 0; i < op->in_count; i++)
        if (op->in[i] == from) op->in[i] = to;
    if (op->out == from) op->out = to;
    for (int i = 0; i < op->steps.count; i++) {
        Step *const step = &op->steps.at[i];
        if (step->result == from) step->result = to;
        for (int j = 0; j < step->operand_count; j++)
            if (step->operands[j].tensor == from) step->operands[j].tensor = to;
    }
}

void op_replace(Plan *plan, Op *op, const Tensor *from, Tensor *to) {
    op_substitute(op, from, to);
    op_index(plan, op);
}

bool rewrite_as_view(Plan *plan, Program *program, Op *op) {
    Tensor *const x = op->in[0], *const y = op->out;
    if (x->columns || y->base || y->kind != TENSOR_VALUE || x->type != y->type) return false;
    program_drop(plan, program, op);
    tensor_show(plan, y, x);
    y->producer = x->producer;
    return true;
}
