/* SPDX-License-Identifier: MIT-0 */
/* For targets that make products row by row (Target.blocks), on the way back: kernels are read in place, and what is
 * summed over one sample is the sample's. */
#include "model/shape.h"
#include "ops/dot_rows.h"
#include "passes/passes.h"
#include "passes/rewrite.h"
#include "plan/map_attrs.h"
#include "plan/matmul_attrs.h"
#include "plan/op.h"
#include "plan/permute_attrs.h"
#include "plan/plan.h"
#include "plan/tensor.h"
#include "plan/uses.h"

/* Makes views of sums that have one term.
 * Requires: nothing is fused. Guarantees: readers find what is summed where it is. Costs: one look at each operation,
 * and at the users of such a sum. */
void pass_view_sums(Plan *plan, Program *program) {
    for (int i = 0; i < program->ops.count && !plan->target->blocks; i++) {
        Op *const op = program->ops.at[i];
        if (op->def != &op_sum || op->loop || op->adds || op_terms(op) || op->steps.count) continue;
        if (tensor_size(plan, op->in[0]) == tensor_size(plan, op->out)) rewrite_as_view(plan, program, op);
    }
    program_close(program);
}

/* The matrix of which a product's is the transposed one; NULL: it is of none. */
static Tensor *transposed_of(const Op *product) {
    const Tensor *const b = product->in[1];
    const Op *const permute = b->base || !b->producer || b->producer->def != &op_permute ? NULL : b->producer;
    if (!permute || permute->out != b || b->shape.rank != 2 || permute->in[0]->shape.rank != 2) return NULL;
    const PermuteAttrs *const attrs = permute_attrs(permute);
    return attrs->axes[0] == 1 && !attrs->flipped && permute->in[0]->type == b->type ? permute->in[0] : NULL;
}

static bool is_written_between(const Program *program, const Tensor *tensor, const Op *from, const Op *to) {
    for (const Use *use = first_writer(program, tensor); use; use = next_use(use))
        if (use->op->at > from->at && use->op->at < to->at) return true;
    return false;
}

/* Lets products with a transposed matrix read the matrix itself, of which each sum takes a row.
 * Requires: nothing is fused. Guarantees: no copy is made for them alone. Costs: one look at each operation, and at the
 * users of such a matrix. */
void pass_read_transposed(Plan *plan, Program *program) {
    for (int i = 0; i < program->ops.count && !plan->target->blocks; i++) {
        Op *const op = program->ops.at[i];
        if (!op || !is_matmul_straight(op) || op->in_count != 2 || op->skips_first) continue;
        Tensor *const matrix = transposed_of(op), *const copy = op->in[1];
        if (!matrix || matrix->columns || is_written_between(program, matrix, copy->producer, op)) continue;
        op_become(plan->arena, op, &op_dot_rows);
        op->in[1] = matrix;
        op_index(plan, op);
        if (readers_of(program, copy) == 0) program_drop(plan, program, copy->producer);
    }
    program_close(program);
}
