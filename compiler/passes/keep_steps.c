/* SPDX-License-Identifier: MIT-0 */
/* What a loop makes and others read has a place for each step. */
#include "build/builder.h"
#include "build/loop.h"
#include "passes/passes.h"
#include "plan/access.h"
#include "plan/plan.h"
#include "plan/uses.h"

/* Whether an operation outside the loop that makes a value reads it. */
static bool is_read_outside(const Program *program, const Tensor *value) {
    const TimeLoop *const loop = value->producer && !value->base ? value->producer->loop : NULL;
    for (const Use *use = loop ? first_reader(program, value) : NULL; use; use = next_use(use))
        if (use->op->loop != loop) return true;
    return false;
}

/* Gives what a loop computes and somebody outside reads a place for every step.
 * Requires nothing. Guarantees: what is read outside its loop is a step of a sequence. Costs: one look at each tensor,
 * and at the readers of what loops make. */
void pass_keep_steps(Plan *plan, Program *program) {
    Builder build = {.plan = plan, .program = program};
    const int count = program->tensors.count;
    visit(count);
    for (int i = 0; i < count; i++)
        if (is_read_outside(program, program->tensors.at[i])) loop_sequence(&build, program->tensors.at[i]);
}
