/* SPDX-License-Identifier: MIT-0 */
/* What depends on weights alone comes first. */
#include "base/arena.h"
#include "passes/passes.h"
#include "plan/access.h"
#include "plan/plan.h"
#include "plan/tensor.h"
#include "plan/uses.h"

/* Whether an operation computes with weights alone, or with what hoisted operations have made of them. */
static bool is_of_weights(const Program *program, const Op *op, const bool *hoisted) {
    bool any = false;
    if (op->def != &op_map || op->loop || op->phase != PHASE_FORWARD || op->out->base) return false;
    for (Access at = {.op = op}; access_next(&at);) {
        if (!at.operand) continue;
        bool known = tensor_storage(at.tensor)->kind == TENSOR_WEIGHT;
        const Use *use = known ? NULL : first_writer(program, at.tensor);
        for (; use && !known; use = next_use(use)) known = hoisted[use->op->at] && op_makes(use->op, at.tensor);
        if (!known) return false;
        any = true;
    }
    return any;
}

/* What depends on weights alone, such as the scale and shift of a BatchNormalization in inference, is computed first:
 * then the steps that use it can follow a product that stands before its layer. Requires: nothing is fused. Guarantees:
 * such operations stand first, in their order. Costs: one look at each operation and at the makers of what maps read.
 */
void pass_hoist_weights(Plan *plan, Program *program) {
    bool *const hoisted = NEW_ARRAY(plan->arena, bool, program->ops.count);
    Moves moves = {0};
    for (int i = 0; i < program->ops.count; i++) {
        hoisted[i] = is_of_weights(program, program->ops.at[i], hoisted);
        if (hoisted[i]) list_push(plan->arena, &moves, ((Move){program->ops.at[i], 0}));
    }
    program_move(plan, program, &moves);
}
