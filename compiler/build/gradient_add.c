/* SPDX-License-Identifier: MIT-0 */
/* Adding to the gradient of a tensor: summed where it was broadcast, placed where it is a part of something larger. */
#include "build/build.h"
#include "build/builder.h"
#include "build/gradient.h"
#include "build/gradient_add.h"
#include "build/loop.h"
#include "model/shape.h"
#include "plan/plan.h"

/* Of two parts of the gradient of `tensor`. */
static Tensor *plus(Builder *build, const Tensor *tensor, Tensor *a, Tensor *b) {
    const Formula add = {gradient_name(build, tensor), {"x", "w"}, "x + w", {"d", "d"}, .kind = FORMULA_ADD};
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
    if (tensor->columns)
        return build_columns(build, d, tensor->column, tensor->shape.dim[tensor->shape.rank - 1], name);
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
        base->carry->d_steps = plus(build, base, base->carry->d_steps, d);
    else if (base->carry) base->carry->d_final = plus(build, base, base->carry->d_final, d);
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
        d = build_sum(build, d, tensor->shape,
                      tensor->kind == TENSOR_WEIGHT ? tensor->weight->name : gradient_name(build, tensor));
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
        tensor->gradient = plus(build, tensor, tensor->gradient, d);
    }
    build->after_loop = after;
}
