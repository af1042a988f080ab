/* SPDX-License-Identifier: MIT-0 */
/* How operations make their results. */
#include "passes/passes.h"
#include "plan/plan.h"

/* Chooses how each operation makes its result: a product in blocks, as a row, as a column, …; a map in loops or by
 * copying; a sum in blocks of columns or by lanes.
 * Requires: all is fused, and what becomes columns of wider rows is. Guarantees: Op.form is what is printed; what was
 * chosen before stays. Costs: one look at each operation, and at the steps of maps, of sums and of products of one row
 * or column. */
void pass_choose_forms(Plan *plan, Program *program) {
    for (int i = 0; i < program->ops.count; i++) {
        Op *const op = program->ops.at[i];
        if (op->def->form && op->form == OP_FORM_OPEN) op->form = op->def->form(plan, op);
    }
}
