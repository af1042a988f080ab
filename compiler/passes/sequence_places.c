/* SPDX-License-Identifier: MIT-0 */
/* Places of sequences. What an operation of the reverse loop reads for the last time gives its place to what it makes
 * there, as the gates of a step to the gradients of their sums. And a state of which only the last is wanted has one
 * place for all steps. */
#include "model/shape.h"
#include "passes/passes.h"
#include "plan/access.h"
#include "plan/plan.h"
#include "plan/tensor.h"
#include "plan/uses.h"

/* Whether all that touch a sequence, but for this operation, are steps of loops before. */
static bool is_of_earlier_loops(const Program *program, const Tensor *sequence, const Op *op) {
    const Use *const lists[] = {first_reader(program, sequence), first_writer(program, sequence)};
    for (int i = 0; i < 2; i++)
        for (const Use *use = lists[i]; use; use = next_use(use))
            if (use->op != op && (use->op->at > op->at || !use->op->loop || use->op->loop == op->loop)) return false;
    return true;
}

/* Whether a tensor is the present step of a sequence that is no state. */
static bool is_step(const Tensor *tensor) {
    const Tensor *const sequence = tensor_storage(tensor);
    return sequence->kind == TENSOR_VALUE && !sequence->carry && !tensor->in_registers && tensor_slice(tensor).stepped;
}

/* Whether all that is there of a sequence are steps like this one. */
static bool has_such_views(const Tensor *step) {
    for (const Tensor *view = tensor_storage(step)->views; view; view = view->next_view) {
        visit(1);
        if (view->views || !shape_equal(view->shape, step->shape) || !tensors_begin_together(view, step)) return false;
    }
    return true;
}

/* Whether `made`, the result of step `at` of an operation, may take the place of what the operation reads. */
static bool may_replace(const Program *program, const Op *op, int at, const Tensor *made, const Tensor *read) {
    const Tensor *const sequence = tensor_storage(read);
    if (!is_step(read) || sequence == tensor_storage(made) || !shape_equal(read->shape, made->shape) || read->columns)
        return false;
    if (op_writes(op, read) || op_reads_input(op, read) || op_reads_in_steps(op, at + 1, sequence) ||
        !has_such_views(read))
        return false;
    if (!is_of_earlier_loops(program, sequence, op)) return false;
    for (const Use *use = first_writer(program, made); use; use = next_use(use))
        if (use->op != op && op_makes(use->op, made)) return false;
    return true;
}

static void give_place(Plan *plan, Tensor *sequence, const Tensor *made) {
    while (sequence->views) {
        Tensor *const view = sequence->views;
        tensor_show(plan, view, made->base);
        view->part = made->part;
        view->index = made->index;
        view->stepped = made->stepped;
        view->columns = made->columns;
        view->column = made->column;
    }
}

/* Gives the place of what an operation of the reverse loop reads for the last time to what it makes there.
 * Requires: all is fused. Guarantees: both are views of one sequence, the other one has no use any more.
 * Costs: for each operation of a loop, its steps times their operands, and the uses of the sequences among these. */
void pass_share_places(Plan *plan, Program *program) {
    for (int i = 0; i < program->ops.count; i++) {
        const Op *const op = program->ops.at[i];
        if (!op->loop || (op->def != &op_map && op->def != &op_matmul)) continue;
        for (int at = 0; at < op->steps.count; at++) {
            Tensor *const made = op->steps.at[at].result;
            if (!made || !is_step(made) || op_reads_input(op, made)) continue;
            bool given = false;
            for (int j = at; j >= 0 && !given;
                 j--) /* what is read last fits best: a gate and the gradient of its sum */
                for (int k = 0; k < op->steps.at[j].operand_count && !given; k++) {
                    Tensor *const read = op->steps.at[j].operands[k].tensor;
                    given = read && may_replace(program, op, at, made, read);
                    if (given) give_place(plan, tensor_storage(read), made);
                }
        }
    }
}

/* Whether an operation reads a slot of a state only where it makes the next one, element by element, and before. */
static bool replaces_state(const Op *op, const Carry *carry) {
    bool made = false;
    if (op->def != &op_map || op_reads_input(op, carry->sequence)) return false;
    for (int i = 0; i < op->steps.count; i++) {
        const Step *const step = &op->steps.at[i];
        for (int j = 0; j < step->operand_count; j++) {
            const Tensor *const operand = step->operands[j].tensor;
            if (!operand || tensor_storage(operand) != carry->sequence || operand == carry->next) continue;
            if (made || !shape_equal(operand->shape, carry->next->shape)) return false;
        }
        made = made || step->result == carry->next;
    }
    return made;
}

/* Whether each step of a state may lie where the one before lay: nobody reads one that is gone. */
static bool may_shrink(const Plan *plan, const Program *program, const Carry *carry) {
    const Tensor *const sequence = carry->sequence;
    const Op *const maker = carry->next->producer;
    const TimeLoop *const loop = maker ? maker->loop : NULL;
    if (!loop || sequence->kind != TENSOR_VALUE) return false;
    const int64_t last = loop->reversed ? 0 : loop->steps;
    bool made = false;
    const Ops users = users_of(plan, program, sequence);
    for (int i = 0; i < users.count; i++) {
        const Op *const op = users.at[i];
        const bool makes = op->loop == loop && op_makes(op, carry->next);
        if (makes && (made || !replaces_state(op, carry))) return false;
        for (Access at = {.op = op}; access_next(&at);) {
            const Tensor *const view = at.tensor;
            if (tensor_storage(view) != sequence) continue;
            if (view->base != sequence || !view->part || view->columns || view->shape.rank != sequence->shape.rank - 1)
                return false;
            if (op->loop == loop ? !view->stepped || (made && view->index != carry->next->index)
                                 : view->stepped || (made && view->index != last))
                return false;
        }
        made = made || makes;
    }
    return made;
}

/* Keeps one step alone of a state of which only the last is wanted.
 * Requires: all is fused, places are shared. Guarantees: Tensor.rolled is set, such a sequence is one step long.
 * Costs: one look at each tensor, and at the uses of states. */
void pass_shrink_states(Plan *plan, Program *program) {
    for (int i = 0; i < program->tensors.count; i++) {
        Tensor *const sequence = program->tensors.at[i];
        if (!sequence->carry || !may_shrink(plan, program, sequence->carry)) continue;
        sequence->rolled = true;
        sequence->shape.dim[0] = 1;
    }
}
