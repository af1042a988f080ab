/* SPDX-License-Identifier: MIT-0 */
/* The pieces of all operations: tensors, operations, their results and names. */
#include "base/arena.h"
#include "base/names.h"
#include "build/builder.h"
#include "model/shape.h"
#include "plan/form.h"
#include "plan/op.h"
#include "plan/plan.h"
#include "plan/step.h"

/* dense.sum, dense; without a number. */
static const char *plain_name(Builder *build, const Tensor *tensor) {
    Tensor once = *tensor;
    once.copy = 0;
    if (!once.word && !once.of) return once.layer->name;
    if (!once.word && !once.layer) return form_text(build->plan->arena, once.form, once.of->name);
    const char *const own = tensor_own_name(build->plan->arena, &once);
    return once.layer ? arena_printf(build->plan->arena, "%s.%s", once.layer->name, own) : own;
}

static void forget_name(Builder *build, const Tensor *tensor) {
    Names *const names = &build->program->names;
    if (tensor->name && names_find(names, tensor->name) == tensor) *names_slot(names, tensor->name) = NULL;
}

/* By what it is; numbered where another value has that name. */
static void give_name(Builder *build, Tensor *tensor) {
    Names *const names = &build->program->names;
    const char *const plain = plain_name(build, tensor);
    names->arena = build->plan->arena;
    tensor->name = plain;
    for (int i = 2; names_find(names, tensor->name); i++) {
        tensor->name = arena_printf(build->plan->arena, "%s_%d", plain, i);
        tensor->copy = i;
    }
    *names_slot(names, tensor->name) = tensor;
}

/* Where no other value has the name that follows. */
void tensor_rename(Builder *build, Tensor *tensor, const Layer *layer, const char *word) {
    Tensor renamed = *tensor;
    renamed.layer = layer;
    renamed.word = word;
    renamed.of = NULL;
    renamed.copy = 0;
    if (names_find(&build->program->names, plain_name(build, &renamed))) return;
    forget_name(build, tensor);
    *tensor = renamed;
    give_name(build, tensor);
}

void tensor_is_output(Builder *build, Tensor *tensor, const Layer *layer) { tensor_rename(build, tensor, layer, NULL); }

void tensor_call(Builder *build, Tensor *tensor, TensorForm form, const Tensor *of) {
    forget_name(build, tensor);
    tensor->word = NULL;
    tensor->of = of;
    tensor->form = form;
    tensor->copy = 0;
    give_name(build, tensor);
}

void tensor_is_gradient_of(Builder *build, Tensor *tensor, const Tensor *weight) {
    forget_name(build, tensor);
    tensor->word = NULL;
    tensor->of = weight;
    tensor->form = FORM_GRADIENT;
    tensor->copy = 0;
    tensor->name = form_text(build->plan->arena, FORM_GRADIENT, weight->name);
    *names_slot(&build->program->names, tensor->name) = tensor;
}

Tensor *build_called(Builder *build, Tensor *made, TensorForm form, const Tensor *of) {
    if (!made->name) tensor_call(build, made, form, of);
    return made;
}

Tensor *build_tensor(Builder *build, TensorKind kind, const char *name, Shape shape) {
    Plan *plan = build->plan;
    Tensor *tensor = NEW(plan->arena, Tensor);
    *tensor = (Tensor){.kind = kind,
                       .number = plan->tensor_count++,
                       .name = name,
                       .word = name,
                       .shape = shape,
                       .type = plan->real,
                       .first = -1,
                       .last = -1,
                       .offset = -1};
    return tensor;
}

Tensor *build_value(Builder *build, const char *label, Shape shape) {
    Tensor *const tensor = build_tensor(build, TENSOR_VALUE, NULL, shape);
    tensor->layer = build->layer;
    tensor->word = label;
    if (label) give_name(build, tensor);
    list_push(build->plan->arena, &build->program->tensors, tensor);
    return tensor;
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

Tensor *build_lasting(Builder *build, TensorKind kind, const char *name, const char *word, Shape shape, Tensors *list) {
    Plan *plan = build->plan;
    Names *const names = list == &plan->stream_states ? &plan->stream_by_name : &plan->by_name[kind];
    names->arena = plan->arena;
    Tensor **const slot = (Tensor **)names_slot(names, name);
    if (*slot) return *slot;
    *slot = build_tensor(build, kind, name, shape);
    (*slot)->word = word;
    list_push(plan->arena, list, *slot);
    return *slot;
}

Tensor *build_step_map(Builder *build, Step step, Shape shape, const char *name) {
    Op *op = build_op(build, &op_map, name);
    step.result = build_result(build, op, step.label, shape);
    op_add_step(build->plan->arena, op, step);
    return step.result;
}

const char *own_name(Builder *build, const Tensor *tensor) { return tensor_own_name(build->plan->arena, tensor); }
