/* SPDX-License-Identifier: MIT-0 */
/* Reverse mode: walks the operations of a program backwards, each adding the gradients of what it read. The gradient of
 * a loop is the same loop the other way round.
 *
 * With h[t+1] = f(h[t], x[t], w) in the loop, and d h[t+1] what arrives at step t, the reverse loop computes at step t
 *     d h[t] = d h[t+1] · ∂f/∂h       carried on to step t - 1
 *     d x[t] = d h[t+1] · ∂f/∂x       a sequence, the gradient of x
 * and the gradient of w is computed behind the loop, from all steps at once. */
#include "base/arena.h"
#include "build/backward.h"
#include "build/build.h"
#include "build/builder.h"
#include "build/gradient.h"
#include "build/gradient_add.h"
#include "build/loop.h"
#include "model/shape.h"
#include "plan/plan.h"

/* Reads the step, so that it runs within the loop. */
static const Formula nothing = {"nothing", {"x"}, "0.0 * x", {NULL}};

/* What arrives at a state at the end of a step: from the step behind it and from outside. */
static void begin_carry(Builder *build, Carry *carry, Carry *back) {
    Tensor *d = back->previous;
    if (carry->d_steps) {
        Tensor *outside = loop_step(build, carry->d_steps, "d_step");
        d = gradient_sum(build, carry->next, outside, d);
    }
    gradient_set(carry->next, d);
}

/* Of the loop whose operations are first … end-1. */
static void loop_gradient(Builder *build, TimeLoop *loop, int first, int end) {
    Arena *arena = build->plan->arena;
    bool wanted = false;
    for (int i = 0; i < loop->carries.count; i++)
        wanted = wanted || loop->carries.at[i]->d_steps || loop->carries.at[i]->d_final;
    if (!wanted) return;
    Carry **back = NEW_ARRAY(arena, Carry *, loop->carries.count + 1);
    Op **ops = NEW_ARRAY(arena, Op *, end - first);
    for (int i = first; i < end; i++) ops[i - first] = build->program->ops.at[i]; /* the list grows */
    build->layer = ops[0]->layer;
    loop_begin(build, arena_printf(arena, "%s_backward", loop->name), loop->steps, !loop->reversed);
    for (int i = 0; i < loop->carries.count; i++) {
        Carry *carry = loop->carries.at[i];
        Shape shape = carry->sequence->shape;
        shape = shape_of(shape.rank - 1, shape.dim + 1);
        back[i] = loop_gradient_state(build, shape, carry->d_final, carry->next);
        begin_carry(build, carry, back[i]);
    }
    for (int i = end - first - 1; i >= 0; i--) {
        Tensor *d = gradient_of(ops[i]->out);
        build->layer = ops[i]->layer;
        if (d && ops[i]->def->gradient) ops[i]->def->gradient(build, ops[i], d);
    }
    for (int i = 0; i < loop->carries.count; i++) {
        Tensor *d = gradient_of(loop->carries.at[i]->previous);
        /* behind a dropout of everything */
        if (!d) d = build_map(build, &nothing, (Tensor *[]){back[i]->previous}, NULL, 0);
        loop_carry(build, back[i], d);
    }
    build->after_loop = true;
    for (int i = 0; i < loop->slices.count; i++) {
        Tensor *d = gradient_of(loop->slices.at[i]);
        if (d) gradient_add(build, loop->slices.at[i]->base, loop_sequence(build, d));
    }
    build->after_loop = false;
    loop_end(build);
}

/* The gradient of what an operation makes, which may be a part of something larger. */
static Tensor *gradient_of_result(Builder *build, const Tensor *tensor) {
    Tensor *d = gradient_of(tensor);
    if (d || !tensor->columns) return d;
    d = gradient_of(tensor->base);
    if (!d) return NULL;
    d = build_columns(build, d, tensor->column, tensor->shape.dim[tensor->shape.rank - 1], NULL);
    return build_called(build, d, FORM_GRADIENT, tensor);
}

void build_gradients(Builder *build, int end, Tensor *prediction) {
    Program *program = build->program;
    build->phase = PHASE_BACKWARD;
    for (int i = end; i < program->ops.count; i++) /* the loss */
        if (program->ops.at[i]->def->measures && program->ops.at[i]->out)
            gradient_add(build, prediction, program->ops.at[i]->out);
    for (int i = end - 1; i >= 0; i--) {
        Op *op = program->ops.at[i];
        if (op->loop) {
            const int last = i;
            while (i > 0 && program->ops.at[i - 1]->loop == op->loop) i--;
            loop_gradient(build, (TimeLoop *)op->loop, i, last + 1);
            continue;
        }
        build->layer = op->layer;
        Tensor *d = op->out ? gradient_of_result(build, op->out) : NULL;
        if (d && !op->def->reads_columns) d = build_whole(build, d);
        if (op->def->gradient && (d || !op->out)) op->def->gradient(build, op, d);
    }
    build->layer = NULL;
}
