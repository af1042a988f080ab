/* SPDX-License-Identifier: MIT-0 */
/* Adding to the gradient of a tensor: summed where it was broadcast, placed where it is a part of something larger. */
#include "build/build.h"
#include "build/builder.h"
#include "build/gradient.h"
#include "build/gradient_add.h"
#include "build/loop.h"
#include "model/shape.h"
#include "plan/op.h"
#include "plan/plan.h"
#include "plan/step.h"

static const Formula add = {"add", {"x", "w"}, "x + w", {"d", "d"}, .kind = FORMULA_ADD};

Tensor *gradient_sum(Builder *build, const Tensor *of, Tensor *a, Tensor *b) {
    Arena *const arena = build->plan->arena;
    Step step = {.text = add.value, .formula = &add, .kind = add.kind};
    step_add(arena, &step, TENSOR("x", a));
    step_add(arena, &step, TENSOR("w", b));
    Tensor *const sum =
        build_step_map(build, step, a->shape, arena_printf(arena, "backward_d_%s", own_name(build, of)));
    return build_called(build, sum, FORM_GRADIENT, of);
}

static Tensor *plus(Builder *build, const Tensor *tensor, Tensor *part, Tensor *d) {
    return part ? gradient_sum(build, tensor, part, d) : d;
}

/* The place of a view's gradient in the gradient of what it views, which its parts make together. */
static Tensor *gradient_place(Builder *build, Tensor *tensor) {
    if (!tensor->base || tensor->stepped) {
        Tensor *d = gradient_of(tensor);
        if (!d)
            gradient_set(tensor,
                         d = build_called(build, build_value(build, NULL, tensor->shape), FORM_GRADIENT, tensor));
        return d;
    }
    Tensor *const d = gradient_place(build, tensor->base);
    Tensor *const place = tensor->columns
                              ? build_columns(build, d, tensor->column, tensor->shape.dim[tensor->shape.rank - 1], NULL)
                          : tensor->part ? build_index(build, d, tensor->index, NULL)
                                         : build_view(build, d, tensor->shape, NULL);
    return build_called(build, place, FORM_GRADIENT, tensor);
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
    else gradient_add(build, base, build_view(build, d, base->shape, NULL));
}

/* Sums `d` over the dimensions, and over the steps of a loop, along which `tensor` was broadcast. */
static Tensor *summed(Builder *build, Tensor *tensor, Tensor *d) {
    const bool steps = build->loop && !build->after_loop && !changes_with_step(tensor) && changes_with_step(d);
    const bool after = build->after_loop;
    if (steps) {
        build->after_loop = true;
        d = loop_sequence(build, d);
    }
    if (!shape_equal(tensor->shape, d->shape)) {
        const bool weight = tensor->kind == TENSOR_WEIGHT;
        const char *const own = own_name(build, tensor);
        Op *const op =
            build_op(build, &op_sum, arena_printf(build->plan->arena, weight ? "backward_%s" : "backward_d_%s", own));
        op_read(op, d);
        d = build_called(build, build_result(build, op, weight ? own : NULL, tensor->shape), FORM_GRADIENT, tensor);
    }
    build->after_loop = after;
    return d;
}

void gradient_add(Builder *build, Tensor *tensor, Tensor *d) {
    build_called(build, d, FORM_GRADIENT, tensor);
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
