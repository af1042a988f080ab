/* SPDX-License-Identifier: MIT-0 */
/* The ends of loops: a state that begins with zeros needs no product in the first step, and has no part in the gradient
 * of its kernel; what arrives at it from the last step of the reverse loop goes nowhere. */
#include "build/build.h"
#include "build/builder.h"
#include "model/shape.h"
#include "passes/passes.h"
#include "plan/access.h"
#include "plan/matmul_attrs.h"
#include "plan/plan.h"
#include "plan/step.h"
#include "plan/tensor.h"
#include "plan/uses.h"

/* The loop that makes the steps of a state. */
static const TimeLoop *loop_of(const Carry *carry) { return carry->next->producer->loop; }

/* Whether a value of a step of `loop` is zero in the first one. */
static bool begins_with_zero(const Tensor *x, const TimeLoop *loop) {
    const Carry *const carry = x->stepped ? x->base->carry : NULL;
    if (carry) return carry->from_zero && loop_of(carry) == loop && x->index == carry->previous->index;
    const Op *const op = x->producer;
    if (!op || op->loop != loop || op->def != &op_map || op->steps.count != 1 || op->out != x) return false;
    const Step *const step = &op->steps.at[0];
    for (int i = 0; i < step->operand_count; i++)
        if (step->operands[i].tensor && step_keeps_zero(step, &step->operands[i]) &&
            begins_with_zero(step->operands[i].tensor, loop))
            return true;
    return false;
}

/* The loop that makes the steps of a sequence, the first of them zero; NULL: it is no such sequence. */
static const TimeLoop *loop_of_zero(const Tensor *sequence) {
    const Tensor *const all = sequence->part ? sequence->base : sequence;
    for (const Tensor *step = all->views; step; step = step->next_view) {
        visit(1);
        if (!step->stepped) continue;
        const TimeLoop *const loop = all->carry       ? loop_of(all->carry)
                                     : step->producer ? step->producer->loop
                                                      : NULL;
        if (!loop || !begins_with_zero(step, loop)) continue;
        if (step->index == sequence->index &&
            shape_size(sequence->shape, 1) == loop->steps * shape_size(step->shape, 1))
            return loop;
    }
    return NULL;
}

/* Views of views have one beginning. */
static bool has_steps(const Tensor *sequence) {
    if (sequence->columns) return has_steps(sequence->base);
    return sequence->part ? !sequence->base->base : !sequence->base;
}

/* All steps of a sequence but the first that its loop makes. */
static Tensor *later_steps(Builder *build, Tensor *sequence, bool reversed) {
    if (sequence->columns)
        return build_columns(build, later_steps(build, sequence->base, reversed), sequence->column,
                             sequence->shape.dim[sequence->shape.rank - 1], "columns");
    Shape shape = sequence->shape;
    shape.dim[0]--;
    Tensor *const view = build_view(build, sequence->part ? sequence->base : sequence, shape, "later");
    view->part = true;
    view->index = sequence->index + !reversed;
    return view;
}

/* Leaves out products with the zeros that a loop begins with, and their part of the gradient of a kernel.
 * Requires: nothing is fused. Guarantees: Op.skips_first is set; such gradients read all steps but the first.
 * Costs: one look at each operation, and at the views of the sequences that products read. */
void pass_skip_first_products(Plan *plan, Program *program) {
    for (int i = 0; i < program->ops.count; i++) {
        Op *const op = program->ops.at[i];
        if (op->def != &op_matmul) continue;
        const int64_t depth = op->in[0]->shape.dim[op->in[0]->shape.rank - 1];
        if (op->loop && op->loop->steps > 1 && is_matmul_straight(op) && depth > plan->target->shallow_depth)
            op->skips_first = begins_with_zero(op->in[0], op->loop);
        const TimeLoop *const loop =
            is_matmul_transposed(op) && op->in[0]->shape.rank == 3 ? loop_of_zero(op->in[0]) : NULL;
        if (!loop || loop->steps == 1 || !has_steps(op->in[0]) || !has_steps(op->in[1])) continue;
        Builder build = {.plan = plan, .program = program, .layer = op->layer, .phase = op->phase};
        op->in[0] = later_steps(&build, op->in[0], loop->reversed);
        op->in[1] = later_steps(&build, op->in[1], loop->reversed);
        op_index(plan, op);
    }
}

/* Whether an operation reads a slot of a state. */
static bool reads_slot(const Op *op, const Tensor *slot) {
    for (Access at = {.op = op}; access_next(&at);)
        if (at.reads && tensors_begin_together(at.tensor, slot)) return true;
    return false;
}

/* Whether somebody reads what the last step makes: behind the loop, or in this step. */
static bool is_needed(const Program *program, const Op *maker, const Tensor *result) {
    const Tensor *const storage = tensor_storage(result);
    if (storage->carry && result != storage->carry->next) return true;
    for (const Use *use = first_reader(program, result); use; use = next_use(use)) {
        const Op *const op = use->op;
        if (op->loop != maker->loop) return true;
        if (!op->skips_last && (!storage->carry || reads_slot(op, result))) return true;
    }
    return false;
}

/* Leaves out products of the last step of a loop that nobody reads.
 * Requires: all is fused. Guarantees: Op.skips_last is set. Costs: one look at each operation, and at the readers of
 * what products in loops make. */
void pass_skip_last_products(Plan *plan, Program *program) {
    (void)plan;
    for (int i = program->ops.count - 1; i >= 0; i--) {
        Op *const op = program->ops.at[i];
        if (op->def != &op_matmul || !op->loop || op->loop->steps == 1 || op->adds) continue;
        bool needed = !op->out->in_registers && is_needed(program, op, op->out);
        for (int j = 0; j < op->steps.count && !needed; j++) {
            const Tensor *const result = op->steps.at[j].result;
            needed = !result || (!result->in_registers && is_needed(program, op, result));
        }
        op->skips_last = !needed;
    }
}
