/* SPDX-License-Identifier: MIT-0 */
/* A relu and its dropout need neither value nor mask on the way back. */
#include "base/arena.h"
#include "build/builder.h"
#include "passes/passes.h"
#include "plan/plan.h"
#include "plan/random_attrs.h"
#include "plan/step.h"
#include "plan/uses.h"

/* What dropout with this mask makes of a value, before the operation at `end`; the first of several, NULL: nothing
 * does. */
static Tensor *dropped_of(const Program *program, const Tensor *value, const Tensor *mask, int end) {
    const Op *first = NULL;
    for (const Use *use = first_reader(program, value); use; use = next_use(use)) {
        const Step *const dropped = use->op->at < end ? map_step(use->op, FORMULA_FACTOR) : NULL;
        const bool drops =
            dropped && step_tensor(dropped, ROLE_FIRST) == value && step_tensor(dropped, ROLE_SECOND) == mask;
        if (drops && (!first || use->op->at < first->at)) first = use->op;
    }
    return first ? first->steps.at[0].result : NULL;
}

/* With z = relu(x) * mask, the gradient of x is kept·d where z > 0 and 0 elsewhere: neither the relu's value nor the
 * mask is needed any more. Requires: masks are decided, nothing is fused. Guarantees: such gradients read z. Costs: one
 * look at each operation, and at the readers of a relu. */
void pass_read_signs(Plan *plan, Program *program) {
    for (int i = 0; i < program->ops.count; i++) {
        Step *relu = gradient_step(program->ops.at[i], FORMULA_RELU);
        const Step *drop = relu ? gradient_step(step_tensor(relu, ROLE_GRADIENT)->producer, FORMULA_FACTOR) : NULL;
        if (!drop) continue;
        Tensor *mask = step_tensor(drop, ROLE_SECOND), *y = step_tensor(relu, ROLE_VALUE);
        if (!mask->regenerated || drawn_with(mask)->kind != RANDOM_KEEP) continue;
        Tensor *const z = dropped_of(program, y, mask, i);
        if (!z) continue;
        relu->text = "v_select(z > 0.0, kept * d, 0.0)";
        relu->kind = FORMULA_OTHER;
        relu->through = arena_printf(plan->arena, "%s, %s", drop->through, relu->through);
        relu->operand_count = 0;
        step_add(plan->arena, relu, TENSOR("z", z));
        step_add(plan->arena, relu, TENSOR_AS(ROLE_GRADIENT, "d", step_tensor(drop, ROLE_GRADIENT)));
        step_add(plan->arena, relu, NUMBER("kept", drawn_with(mask)->kept));
        op_index(plan, program->ops.at[i]);
    }
}
