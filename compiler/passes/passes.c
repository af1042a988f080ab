/* SPDX-License-Identifier: MIT-0 */
/* The passes over the plan, in order. */
#include "plan.h"

void plan_optimize(Plan *plan) {
    Program *const programs[] = {&plan->predict, &plan->evaluate, &plan->train};
    for (int i = 0; i < (plan->can_train ? 3 : 1); i++) {
        pass_dead(plan, programs[i]);
        pass_masks(plan, programs[i]);
        pass_fuse(plan, programs[i]);
        pass_memory(plan, programs[i]);
    }
}

/* Requires nothing. Drops operations whose result nobody reads: a softmax whose loss went back to the logits, the
 * gradient of an input that needs none. */
void pass_dead(Plan *plan, Program *program) {
    (void)plan;
    int kept = program->ops.count;
    for (int i = program->ops.count - 1; i >= 0; i--) {
        const Op *op = program->ops.at[i];
        bool needed = !op->out || tensor_storage(op->out)->kind != TENSOR_VALUE || op->def == &op_loss;
        for (int j = kept; j < program->ops.count && !needed; j++) needed = op_reads(program->ops.at[j], op->out);
        if (needed) program->ops.at[--kept] = program->ops.at[i];
    }
    for (int i = kept; i < program->ops.count; i++) program->ops.at[i - kept] = program->ops.at[i];
    program->ops.count -= kept;
}

/* Requires: before fusion. Masks as large as what they mask are not stored: whoever reads them draws the same numbers
 * again, which costs less than the memory. Smaller ones (noise shapes) are drawn once. */
void pass_masks(Plan *plan, Program *program) {
    (void)plan;
    int kept = 0;
    for (int i = 0; i < program->ops.count; i++) {
        Op *op = program->ops.at[i];
        bool full = op->def == &op_random;
        for (int j = 0; j < program->ops.count && full; j++) {
            const Op *reader = program->ops.at[j];
            if (!op_reads(reader, op->out)) continue;
            const Shape space = reader->out ? reader->out->shape : reader->shape;
            full = reader->def == &op_map && shape_equal(space, op->out->shape);
        }
        if (full) op->out->regenerated = true;
        if (!full) program->ops.at[kept++] = op;
    }
    program->ops.count = kept;
}
