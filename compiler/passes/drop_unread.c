/* SPDX-License-Identifier: MIT-0 */
/* What nobody reads is not computed. */
#include "passes/passes.h"
#include "plan/plan.h"
#include "plan/tensor.h"
#include "plan/uses.h"

/* Whether an operation behind this one reads its result; or one of its loop, in the next round. */
static bool is_read(const Program *program, const Op *op) {
    for (const Use *use = first_reader(program, op->out); use; use = next_use(use))
        if (use->op->at > op->at || (op->loop && use->op->loop == op->loop && use->op != op)) return true;
    return false;
}

/* Drops operations whose result nobody reads: a softmax whose loss went back to the logits, the gradient of an input
 * that needs none. Requires nothing. Guarantees: what is left is read behind it, or is a result of the program. Costs:
 * one look at each operation, and at the readers of its result. */
void pass_drop_unread(Plan *plan, Program *program) {
    for (int i = program->ops.count - 1; i >= 0; i--) {
        Op *const op = program->ops.at[i];
        if (op->out && tensor_storage(op->out)->kind == TENSOR_VALUE && !op->def->measures && !is_read(program, op))
            program_drop(plan, program, op);
    }
    program_close(program);
}
