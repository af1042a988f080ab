/* SPDX-License-Identifier: MIT-0 */
/* The pieces of all operations: tensors, operations, their results and names. */
#include "base/arena.h"
#include "base/names.h"
#include "build/builder.h"
#include "model/shape.h"
#include "plan/op.h"
#include "plan/plan.h"
#include "plan/step.h"

bool tensor_name_taken(const Program *program, const char *name) { return names_find(&program->names, name); }

void tensor_rename(Builder *build, Tensor *tensor, const char *name) {
    Names *const names = &build->program->names;
    if (names_find(names, tensor->name) == tensor) *names_slot(names, tensor->name) = NULL;
    tensor->name = name;
    *names_slot(names, name) = tensor;
}

Tensor *build_tensor(Builder *build, TensorKind kind, const char *name, Shape shape) {
    Plan *plan = build->plan;
    Tensor *tensor = NEW(plan->arena, Tensor);
    *tensor = (Tensor){.kind = kind, .number = plan->tensor_count++, .name = name, .shape = shape, .type = plan->real,
                       .first = -1, .last = -1, .offset = -1};
    for (int i = 2; kind == TENSOR_VALUE && tensor_name_taken(build->program, tensor->name); i++)
        tensor->name = arena_printf(plan->arena, "%s_%d", name, i);
    if (kind != TENSOR_VALUE) return tensor;
    list_push(plan->arena, &build->program->tensors, tensor);
    build->program->names.arena = plan->arena;
    *names_slot(&build->program->names, tensor->name) = tensor;
    return tensor;
}

Tensor *build_value(Builder *build, const char *label, Shape shape) {
    const char *name = build->layer ? arena_printf(build->plan->arena, "%s.%s", build->layer->name, label) : label;
    return build_tensor(build, TENSOR_VALUE, name, shape);
}

Op *build_op(Builder *build, const OpDef *def, const char *label) {
    Op *op = NEW(build->plan->arena, Op);
    op_become(build->plan->arena, op, def);
    op->program = build->program;
    op->phase = build->phase;
    op->layer = build->layer;
    op->name = build->layer ? arena_printf(build->plan->arena, "%s_%s", build->layer->name, label) : label;
    if (build->loop && !build->after_loop) {
        op->loop = build->loop;
        list_push(build->plan->arena, &build->step_ops, op);
    } else if (build->loop) {
        list_push(build->plan->arena, &build->after_ops, op);
    } else {
        op->at = build->program->ops.count;
        list_push(build->plan->arena, &build->program->ops, op);
    }
    return op;
}

Op *build_op_after_loss(Builder *build, const OpDef *def, const char *label) {
    Op *op = build_op(build, def, label);
    build->program->ops.count--;
    op->phase = PHASE_BACKWARD;
    list_push(build->plan->arena, &build->loss_ops, op);
    return op;
}

Tensor *build_result(Builder *build, Op *op, const char *label, Shape shape) {
    op->out = build_value(build, label, shape);
    op->out->producer = op;
    return op->out;
}

Tensor *build_lasting(Builder *build, TensorKind kind, const char *name, Shape shape, Tensors *list) {
    Plan *plan = build->plan;
    Names *const names = list == &plan->stream_states ? &plan->stream_by_name : &plan->by_name[kind];
    names->arena = plan->arena;
    Tensor **const slot = (Tensor **)names_slot(names, name);
    if (*slot) return *slot;
    *slot = build_tensor(build, kind, name, shape);
    list_push(plan->arena, list, *slot);
    return *slot;
}

Tensor *build_step_map(Builder *build, Step step, Shape shape, const char *name) {
    Op *op = build_op(build, &op_map, name);
    step.result = build_result(build, op, step.label, shape);
    op_add_step(build->plan->arena, op, step);
    return step.result;
}

const char *gradient_name(Builder *build, const Tensor *tensor) {
    const char *part = tensor->name;
    for (const char *c = tensor->name; *c; c++)
        if (*c == '.' || *c == '/') part = c + 1;
    return arena_printf(build->plan->arena, "d_%s", part);
}
