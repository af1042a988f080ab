/* SPDX-License-Identifier: MIT-0 */
/* Building time loops: steps of sequences, states that are carried on, and what of all this does not depend on the
 * step. */
#include "base/arena.h"
#include "build/build.h"
#include "build/builder.h"
#include "build/gradient.h"
#include "build/loop.h"
#include "model/shape.h"
#include "plan/access.h"
#include "plan/plan.h"
#include "plan/step.h"
#include "plan/uses.h"

TimeLoop *loop_begin(Builder *build, const char *name, int64_t steps, bool reversed) {
    TimeLoop *loop = NEW(build->plan->arena, TimeLoop);
    *loop = (TimeLoop){.name = name, .steps = steps, .reversed = reversed};
    build->loop = loop;
    build->step_ops.count = build->after_ops.count = 0;
    return loop;
}

bool changes_with_step(const Tensor *tensor) {
    for (; tensor; tensor = tensor->base)
        if (tensor->stepped || (!tensor->base && tensor->producer && tensor->producer->loop)) return true;
    return false;
}

bool op_changes_with_step(const Op *op) {
    for (Access at = {.op = op}; access_next(&at);)
        if (at.reads && changes_with_step(at.tensor)) return true;
    return !op->out || changes_with_step(op->out->base);
}

void loop_end(Builder *build) {
    Program *program = build->program;
    Arena *arena = build->plan->arena;
    TimeLoop *loop = build->loop;
    bool trained = false;
    for (int i = 0; i < build->step_ops.count; i++) {
        Op *op = build->step_ops.at[i];
        op->loop = NULL; /* what depends on this one only is as invariant as this one */
        if (!op_changes_with_step(op)) list_push(arena, &program->ops, op);
        else op->loop = loop;
    }
    for (int i = 0; i < build->step_ops.count; i++) {
        Op *op = build->step_ops.at[i];
        if (!op->loop) continue;
        list_push(arena, &program->ops, op);
        for (Access at = {.op = op}; access_next(&at);)
            trained = trained || (at.reads && !changes_with_step(at.tensor) && gradient_needed(at.tensor));
    }
    for (int i = 0; i < loop->slices.count; i++)
        trained = trained || gradient_needed(loop->slices.at[i]->base);
    for (int i = 0; i < loop->carries.count; i++) loop->carries.at[i]->sequence->trained = trained ? 1 : -1;
    for (int i = 0; i < build->after_ops.count; i++) list_push(arena, &program->ops, build->after_ops.at[i]);
    build->loop = NULL;
}

Tensor *loop_slot(Builder *build, Tensor *sequence, int64_t slot, const char *label) {
    Tensor *step = build_index(build, sequence, slot, label);
    step->stepped = true;
    step->producer = NULL;
    return step;
}

Tensor *loop_step(Builder *build, Tensor *sequence, const char *label) {
    Tensor *step = loop_slot(build, sequence, 0, label);
    list_push(build->plan->arena, &build->loop->slices, step);
    return step;
}

/* A tensor (count, …). */
static Tensor *sequence_of(Builder *build, Shape shape, int64_t count, const char *label) {
    Shape all = {.rank = shape.rank + 1, .dim = {count}};
    for (int i = 0; i < shape.rank; i++) all.dim[i + 1] = shape.dim[i];
    return build_value(build, label, all);
}

static const char *labelled(Builder *build, const char *label, const char *what) {
    return label ? arena_printf(build->plan->arena, "%s_%s", label, what) : NULL;
}

/* Runs before the loop: its result does not depend on the step. */
static void store_initial(Builder *build, Tensor *initial, Tensor *view) {
    if (initial) {
        build_store(build, initial, view);
        return;
    }
    Op *op = build_op(build, &op_map, "zero"); /* of either way: where both have the same shape it is one function */
    op->out = view;
    view->producer = op;
    op_add_step(build->plan->arena, op, (Step){.label = "zero", .text = "0.0", .result = view});
}

/* A state that is called so, or else one of the gradients of `of`. */
static Carry *carried(Builder *build, Shape shape, Tensor *initial, const char *label, const Tensor *of) {
    TimeLoop *loop = build->loop;
    Carry *carry = NEW(build->plan->arena, Carry);
    Tensor *const sequence = sequence_of(build, shape, loop->steps + 1, labelled(build, label, "states"));
    carry->sequence = build_called(build, sequence, FORM_D_STATES, of);
    carry->sequence->carry = carry;
    carry->from_zero = !initial;
    Tensor *const first =
        build_index(build, carry->sequence, loop->reversed ? loop->steps : 0, labelled(build, label, "initial"));
    store_initial(build, initial, build_called(build, first, FORM_D_INITIAL, of));
    Tensor *const before = loop_slot(build, carry->sequence, loop->reversed ? 1 : 0, labelled(build, label, "before"));
    carry->previous = build_called(build, before, FORM_D_BEFORE, of);
    list_push(build->plan->arena, &loop->carries, carry);
    return carry;
}

Carry *loop_state(Builder *build, Shape shape, Tensor *initial, const char *label) {
    return carried(build, shape, initial, label, NULL);
}

Carry *loop_gradient_state(Builder *build, Shape shape, Tensor *initial, const Tensor *of) {
    return carried(build, shape, initial, NULL, of);
}

void loop_carry(Builder *build, Carry *carry, Tensor *next) {
    const int64_t slot = build->loop->reversed ? 0 : 1;
    if (next->base || next->kind != TENSOR_VALUE || !next->producer || next->producer->loop != build->loop) {
        carry->next = loop_slot(build, carry->sequence, slot, "carried");
        build_store(build, next, carry->next);
        return;
    }
    tensor_show(build->plan, next, carry->sequence);
    next->part = true;
    next->index = slot;
    next->stepped = true;
    carry->next = next;
}

Tensor *loop_states(Builder *build, const Carry *carry, const char *label) {
    Shape shape = carry->sequence->shape;
    shape.dim[0]--;
    Tensor *states = build_view(build, carry->sequence, shape, label);
    states->part = true;
    states->index = 1;
    return states;
}

Tensor *loop_final(Builder *build, const Carry *carry, const char *label) {
    return build_index(build, carry->sequence, carry->sequence->shape.dim[0] - 1, label);
}

Tensor *loop_sequence(Builder *build, Tensor *value) {
    if (value->columns) {
        Tensor *wide = loop_sequence(build, value->base);
        return build_columns(build, wide, value->column, value->shape.dim[value->shape.rank - 1], "columns");
    }
    const TimeLoop *loop = value->producer ? value->producer->loop : NULL;
    if (!value->base) {
        Tensor *const sequence = sequence_of(build, value->shape, loop->steps, NULL);
        tensor_show(build->plan, value, sequence);
        sequence->layer = value->layer;
        build_called(build, sequence, FORM_STEPS, value);
        value->stepped = true;
        return value->base;
    }
    if (!value->stepped) /* a view of another shape */
        return build_view(build, loop_sequence(build, value->base), value->shape, "steps");
    const Tensor *sequence = value->base;
    const int64_t carried = sequence->carry ? 1 : 0;
    if (!carried) return value->base;
    Shape shape = sequence->shape;
    shape.dim[0] -= carried;
    Tensor *view = build_view(build, value->base, shape, value->index ? "states" : "states_before");
    view->part = true;
    view->index = value->index;
    return view;
}

