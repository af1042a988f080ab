/* SPDX-License-Identifier: MIT-0 */
/* How products are made. */
#include "passes/passes.h"
#include "plan/plan.h"

/* Chooses for each product how it makes its outputs: in blocks, as a row, as a column, …
 * Requires: all is fused, and what becomes columns of wider rows is. Guarantees: Op.form is what is printed. Costs: one
 * look at each operation, and at what the steps of products of one row or column read. */
void pass_choose_products(Plan *plan, Program *program) {
    for (int i = 0; i < program->ops.count; i++) {
        Op *const op = program->ops.at[i];
        if (op->def->form) op->form = op->def->form(plan, op);
    }
}
