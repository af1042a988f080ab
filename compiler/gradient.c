/* SPDX-License-Identifier: MIT-0 */
/* Reverse mode: walks the operations of a program backwards, each adding the gradients of what it read. */
#include "lower.h"

static bool find_trained(const Tensor *tensor) {
    if (tensor->kind == TENSOR_WEIGHT) return tensor->weight->trainable;
    if (tensor->base) return gradient_needed(tensor->base);
    const Op *op = tensor->producer;
    if (!op) return false;
    for (int i = 0; i < op->in_count; i++)
        if (gradient_needed(op->in[i])) return true;
    for (int i = 0; i < op->steps.count; i++)
        for (int j = 0; j < op->steps.at[i].operand_count; j++) {
            const Tensor *operand = op->steps.at[i].operands[j].tensor;
            if (operand && operand->producer != op && gradient_needed(operand)) return true;
        }
    return false;
}

bool gradient_needed(const Tensor *tensor) {
    if (!tensor->trained) ((Tensor *)tensor)->trained = find_trained(tensor) ? 1 : -1; /* found once */
    return tensor->trained > 0;
}

Tensor *gradient_of(Builder *build, const Tensor *tensor) {
    for (int i = 0; i < build->of.count; i++)
        if (build->of.at[i] == tensor) return build->gradients.at[i];
    return NULL;
}

/* The gradient of what an operation makes, which may be a part of something larger. */
static Tensor *gradient_of_result(Builder *build, const Tensor *tensor) {
    Tensor *d = gradient_of(build, tensor);
    if (d || !tensor->columns) return d;
    d = gradient_of(build, tensor->base);
    if (!d) return NULL;
    return build_columns(build, d, tensor->column, tensor->shape.dim[tensor->shape.rank - 1], gradient_name(build, tensor));
}

void gradient_set(Builder *build, Tensor *tensor, Tensor *d) {
    list_push(build->plan->arena, &build->of, tensor);
    list_push(build->plan->arena, &build->gradients, d);
}

void gradient_replace(Builder *build, const Tensor *tensor, Tensor *d) {
    for (int i = 0; i < build->of.count; i++)
        if (build->of.at[i] == tensor) build->gradients.at[i] = d;
}

static const Formula add = {"added", {"x", "w"}, "x + w", {"d", "d"}};

static Tensor *plus(Builder *build, Tensor *a, Tensor *b) {
    return a ? build_map(build, &add, (Tensor *[]){a, b}, NULL, 0) : b;
}

/* The place of a view's gradient in the gradient of what it views, which its parts make together. */
static Tensor *gradient_place(Builder *build, Tensor *tensor) {
    const char *name = gradient_name(build, tensor);
    if (!tensor->base || tensor->stepped) {
        Tensor *d = gradient_of(build, tensor);
        if (!d) gradient_set(build, tensor, d = build_value(build, name, tensor->shape));
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
    const bool steps = build->loop && !build->after_loop && !of_one_step(tensor) && of_one_step(d);
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
    if (build->loop && !of_one_step(tensor)) build->after_loop = true;
    if (tensor->base && !tensor->stepped) { /* a view has no gradient of its own */
        add_to_view(build, tensor, d);
    } else {
        int at = 0;
        while (at < build->of.count && build->of.at[at] != tensor) at++;
        if (at < build->of.count) build->gradients.at[at] = plus(build, build->gradients.at[at], d);
        else gradient_set(build, tensor, d);
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
            i = loop_first(program, last);
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
