/* SPDX-License-Identifier: MIT-0 */
/* Reverse mode: walks the operations of a program backwards, each adding the gradients of what it read. */
#include "build/build.h"

static bool find_trained(const Tensor *tensor) {
    if (tensor->kind == TENSOR_WEIGHT) return tensor->weight->trainable;
    if (tensor->base) return gradient_needed(tensor->base);
    const Op *op = tensor->producer;
    if (!op) return false;
    for (Access at = {.op = op}; access_next(&at);)
        if (at.reads && (at.step < 0 || at.tensor->producer != op) && gradient_needed(at.tensor)) return true;
    return false;
}

bool gradient_needed(const Tensor *tensor) {
    if (!tensor->trained) ((Tensor *)tensor)->trained = find_trained(tensor) ? 1 : -1; /* found once */
    return tensor->trained > 0;
}

Tensor *gradient_of(const Tensor *tensor) { return tensor->gradient; }

/* The gradient of what an operation makes, which may be a part of something larger. */
static Tensor *gradient_of_result(Builder *build, const Tensor *tensor) {
    Tensor *d = gradient_of(tensor);
    if (d || !tensor->columns) return d;
    d = gradient_of(tensor->base);
    if (!d) return NULL;
    return build_columns(build, d, tensor->column, tensor->shape.dim[tensor->shape.rank - 1], gradient_name(build, tensor));
}

void gradient_set(Tensor *tensor, Tensor *d) {
    if (!tensor->gradient) tensor->gradient = d;
}

void gradient_replace(Tensor *tensor, Tensor *d) { tensor->gradient = d; }

static const Formula add = {"added", {"x", "w"}, "x + w", {"d", "d"}};

static Tensor *plus(Builder *build, Tensor *a, Tensor *b) {
    return a ? build_map(build, &add, (Tensor *[]){a, b}, NULL, 0) : b;
}

/* The place of a view's gradient in the gradient of what it views, which its parts make together. */
static Tensor *gradient_place(Builder *build, Tensor *tensor) {
    const char *name = gradient_name(build, tensor);
    if (!tensor->base || tensor->stepped) {
        Tensor *d = gradient_of(tensor);
        if (!d) gradient_set(tensor, d = build_value(build, name, tensor->shape));
        return d;
    }
    Tensor *d = gradient_place(build, tensor->base);
    if (tensor->columns) return build_columns(build, d, tensor->column, tensor->shape.dim[tensor->shape.rank - 1], name);
    return tensor->part ? build_index(build, d, tensor->index, name) : build_view(build, d, tensor->shape, name);
}

static void add_part(Builder *build, Tensor *part, Tensor *d) {
    Tensor *place = gradient_place(build, part);
    build_store(build, d, place);
    for (; place->base; place = place->base) place->base->producer = place->producer;
}

static void add_to_view(Builder *build, Tensor *view, Tensor *d) {
    Tensor *base = view->base;
    if (base->carry && view->shape.rank == base->shape.rank)
        base->carry->d_steps = plus(build, base->carry->d_steps, d);
    else if (base->carry) base->carry->d_final = plus(build, base->carry->d_final, d);
    else if (view->columns || view->part) add_part(build, view, d);
    else gradient_add(build, base, build_view(build, d, base->shape, gradient_name(build, base)));
}

/* Sums `d` over the dimensions, and over the steps of a loop, along which `tensor` was broadcast. */
static Tensor *summed(Builder *build, Tensor *tensor, Tensor *d) {
    const bool steps = build->loop && !build->after_loop && !changes_with_step(tensor) && changes_with_step(d);
    const bool after = build->after_loop;
    if (steps) {
        build->after_loop = true;
        d = loop_sequence(build, d);
    }
    if (!shape_equal(tensor->shape, d->shape))
        d = build_sum(build, d, tensor->shape, tensor->kind == TENSOR_WEIGHT ? tensor->weight->name : "broadcast");
    build->after_loop = after;
    return d;
}

void gradient_add(Builder *build, Tensor *tensor, Tensor *d) {
    if (!gradient_needed(tensor)) return;
    d = summed(build, tensor, d);
    const bool after = build->after_loop;
    if (build->loop && !changes_with_step(tensor)) build->after_loop = true;
    if (tensor->base && !tensor->stepped) { /* a view has no gradient of its own */
        add_to_view(build, tensor, d);
    } else {
        tensor->gradient = plus(build, tensor->gradient, d);
    }
    build->after_loop = after;
}

void build_gradients(Builder *build, int end, Tensor *prediction) {
    Program *program = build->program;
    build->phase = PHASE_BACKWARD;
    for (int i = end; i < program->ops.count; i++) /* the loss */
        if (program->ops.at[i]->def == &op_loss && program->ops.at[i]->out)
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
