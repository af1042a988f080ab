/* SPDX-License-Identifier: MIT-0 */
#include "build/statement.h"

#include "base/arena.h"
#include "model/layer.h"
#include "plan/map_attrs.h"
#include "plan/step.h"
#include "plan/tensor.h"

Tensor *build_slot(Builder *build, Tensor *weight, const char *name, Shape shape) {
    Plan *plan = build->plan;
    const char *const path = arena_printf(plan->arena, "%s/%s", weight->name, name);
    Tensor *slot = build_lasting(build, TENSOR_SLOT, path, name, shape, &plan->slots);
    slot->weight = weight->weight;
    slot->slot = name;
    return slot;
}

Step statement_giving(Builder *build, const char *label, const char *assigned, const char *value) {
    return (Step){.label = label,
                  .text = arena_printf(build->plan->arena, "%s = %s;", assigned, value),
                  .assigned = assigned,
                  .value = value};
}

void statement_add(Builder *build, Step *step, const char *name, Tensor *tensor, bool written) {
    step_add(build->plan->arena, step,
             (Operand){.name = name, .kind = OPERAND_TENSOR, .tensor = tensor, .written = written});
}

void statement_add_slots(Builder *build, Step *step, Tensor *weight, bool written) {
    const UpdateRule *rule = &build->plan->update;
    for (int i = 0; i < rule->slots.count; i++) {
        const char *const name = rule->slots.at[i].name;
        if (!step_names(step, name)) continue;
        statement_add(build, step, name, build_slot(build, weight, name, weight->shape), written);
    }
}

void statement_add_constants(Builder *build, Step *step) {
    const UpdateRule *rule = &build->plan->update;
    Arena *arena = build->plan->arena;
    for (int i = 0; i < rule->numbers.count; i++)
        if (step_names(step, rule->numbers.at[i].name)) step_add(arena, step, rule->numbers.at[i]);
    for (int i = 0; i < rule->scalars.count; i++)
        if (step_names(step, rule->scalars.at[i].name))
            step_add(arena, step, (Operand){.name = rule->scalars.at[i].name, .kind = OPERAND_SCALAR});
    if (step_names(step, "learning_rate"))
        step_add(arena, step, (Operand){.name = "learning_rate", .kind = OPERAND_SCALAR});
    step_drop_unused(step);
}

void build_statement(Builder *build, const Tensor *weight, Shape space, Step step, const char *role) {
    Op *op = build_op(build, &op_update, arena_printf(build->plan->arena, "%s_%s", role, weight->weight->name));
    update_set_space(op, space);
    op_add_step(build->plan->arena, op, step);
}
