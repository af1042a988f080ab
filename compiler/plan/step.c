/* SPDX-License-Identifier: MIT-0 */
/* Elementwise steps of an operation. */
#include "base/arena.h"
#include "base/words.h"
#include "plan/plan.h"
#include "plan/step.h"

void op_add_step(Arena *arena, Op *op, Step step) {
    if (op->steps.count == op->steps.capacity) {
        op->steps.capacity = op->steps.count ? 2 * op->steps.count : 1;
        op->steps.at = arena_grow(arena, op->steps.at, (size_t)op->steps.count * sizeof step,
                                  (size_t)op->steps.capacity * sizeof step);
    }
    op->steps.at[op->steps.count++] = step;
}

void step_add(Arena *arena, Step *step, Operand operand) {
    const size_t before = (size_t)step->operand_count * sizeof operand;
    step->operands = arena_grow(arena, step->operands, before, before + sizeof operand);
    step->operands[step->operand_count++] = operand;
}

bool step_names(const Step *step, const char *name) { return times_named(step->text, name) > 0; }

void step_drop_unused(Step *step) {
    int kept = 0;
    for (int i = 0; i < step->operand_count; i++)
        if (step_names(step, step->operands[i].name)) step->operands[kept++] = step->operands[i];
    step->operand_count = kept;
}

Tensor *step_tensor(const Step *step, OperandRole role) {
    for (int i = 0; i < step->operand_count; i++)
        if (step->operands[i].role == role) return step->operands[i].tensor;
    return NULL;
}

bool formula_passes_gradient(FormulaKind kind) {
    return kind == FORMULA_COPY || kind == FORMULA_ADD || kind == FORMULA_BIAS || kind == FORMULA_STATE;
}

bool step_keeps_zero(const Step *step, const Operand *operand) {
    if (step->of_gradient) return operand->role == ROLE_GRADIENT;
    return step->kind == FORMULA_COPY || step->kind == FORMULA_PRODUCT || step->kind == FORMULA_FACTOR;
}

bool step_copies(const Step *step) { return step->kind == FORMULA_COPY && step->operand_count == 1; }

bool is_step_result(const Op *op, const Tensor *tensor) {
    for (int i = 0; i < op->steps.count; i++)
        if (op->steps.at[i].result == tensor) return true;
    return false;
}

static Step *single_step(const Op *op, FormulaKind kind, bool of_gradient) {
    Step *const step = op && op->def == &op_map && op->steps.count == 1 ? &op->steps.at[0] : NULL;
    return step && step->kind == kind && step->of_gradient == of_gradient ? step : NULL;
}

Step *map_step(const Op *op, FormulaKind kind) { return single_step(op, kind, false); }

Step *gradient_step(const Op *op, FormulaKind kind) { return single_step(op, kind, true); }
