/* SPDX-License-Identifier: MIT-0 */
/* Time steps that count for no sample. */
#include "passes/passes.h"
#include "plan/access.h"
#include "plan/plan.h"
#include "plan/tensor.h"
#include "plan/uses.h"

/* Whether somebody behind the loop reads what a step makes, other than its states. */
static bool makes_for_others(const Program *program, const Op *op) {
    for (Access at = {.op = op}; access_next(&at);) {
        const Tensor *const storage = at.tensor ? tensor_storage(at.tensor) : NULL;
        if (!at.reads && storage && storage->kind != TENSOR_VALUE) return true;
        if (at.reads || storage->carry || at.tensor->in_registers) continue;
        for (const Use *use = first_reader(program, storage); use; use = next_use(use))
            if (use->op->loop != op->loop) return true;
    }
    return false;
}

/* Where a step is masked in all samples, the states are all that goes on: they stay, and nothing is computed.
 * Requires: states have their places. Guarantees: TimeLoop.skips_masked is set; never in training, where the way back
 * reads what each step makes. Costs: one look at each operation in a loop with a mask, and at its uses. */
void pass_skip_masked_steps(Plan *plan, Program *program) {
    (void)plan;
    for (int i = 0; i < program->ops.count && !program->training; i++) {
        const Op *const op = program->ops.at[i];
        TimeLoop *const loop = (TimeLoop *)op->loop;
        if (!loop || !loop->valid || loop->steps == 1) continue;
        if (i == loop->first) loop->skips_masked = true;
        if (makes_for_others(program, op)) loop->skips_masked = false;
    }
}
