/* SPDX-License-Identifier: MIT-0 */
/* Elementwise steps of an operation. */
#ifndef NNC_PLAN_STEP_H
#define NNC_PLAN_STEP_H

#include <stdbool.h>

#include "base/arena.h"
#include "plan/plan.h"

/** Whether the text names this. */
bool step_names(const Step *step, const char *name);
/** Forgets the operands that the text does not name. */
void step_drop_unused(Step *step);
/** One operand more. */
void step_add(Arena *arena, Step *step, Operand operand);
/** One step more, which brings its operands along. */
void op_add_step(Arena *arena, Op *op, Step step);
/** The tensor that is this to the step's formula; NULL: there is none. */
Tensor *step_tensor(const Step *step, OperandRole role);
/** Whether the gradient of each operand that has one is what arrives. */
bool formula_passes_gradient(FormulaKind kind);
/** Whether a step makes 0 where this operand of its own is 0. */
bool step_keeps_zero(const Step *step, const Operand *operand);
/** Whether a step makes nothing but what its operand is. */
bool step_copies(const Step *step);
/** Whether a step of the operation makes this. */
bool is_step_result(const Op *op, const Tensor *tensor);
/** The single step of a map, when that is the value of a formula of this kind, or a gradient of one; else NULL. */
Step *map_step(const Op *op, FormulaKind kind);
Step *gradient_step(const Op *op, FormulaKind kind);

#endif
