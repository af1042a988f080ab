/* SPDX-License-Identifier: MIT-0 */
/* Random masks are drawn again instead of stored. */
#include "model/shape.h"
#include "passes/passes.h"
#include "plan/access.h"
#include "plan/plan.h"
#include "plan/tensor.h"
#include "plan/uses.h"

/* Whether an operation reads a view of a tensor, such as the mask of one gate. */
static bool reads_part(const Op *op, const Tensor *tensor) {
    for (Access at = {.op = op}; access_next(&at);)
        if (at.operand && at.tensor != tensor && tensor_storage(at.tensor) == tensor) return true;
    return false;
}

/* Whether who reads a mask can draw it again, element by element. */
static bool may_redraw(const Op *reader, const Tensor *mask) {
    return reader->def == &op_map && !reader->loop && shape_equal(reader->out->shape, mask->shape) &&
           !reads_part(reader, mask);
}

/* Masks as large as what they mask are not stored: whoever reads them draws the same numbers again, which costs less
 * than the memory. Smaller ones (noise shapes) are drawn once. Requires: nothing is fused. Guarantees: a mask is
 * stored, or Tensor.regenerated and made by nobody. Costs: one look at each operation and at the readers of masks. */
void pass_redraw_masks(Plan *plan, Program *program) {
    for (int i = 0; i < program->ops.count; i++) {
        Op *const op = program->ops.at[i];
        bool full = op->def == &op_random;
        for (const Use *use = full ? first_reader(program, op->out) : NULL; use && full; use = next_use(use))
            full = may_redraw(use->op, op->out);
        if (!full) continue;
        op->out->regenerated = true;
        program_drop(plan, program, op);
    }
    program_close(program);
}
