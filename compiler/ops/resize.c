/* SPDX-License-Identifier: MIT-0 */
/* resize: one dimension larger by a whole factor, interpolated linearly between the centres of its elements; beyond the
 * first and the last centre the values stay. And its gradient. */
#include "ops/op.h"
#include "ops/resize.h"
#include "ops/window_loops.h"
#include "plan/window.h"

typedef struct ResizeAttrs {
    int dim;
    int64_t factor;
} ResizeAttrs;

static const AttrsKind attrs_kind = {"a resize", sizeof(ResizeAttrs)};

static ResizeAttrs *resize_attrs(const Op *op) { return op_attrs(op, &attrs_kind); }

static Tensor *resized(Builder *build, const OpDef *def, Tensor *x, int dim, int64_t factor, Shape shape, const char *role,
                       const char *label) {
    Op *op = build_op(build, def, role);
    op_read(op, x);
    *resize_attrs(op) = (ResizeAttrs){dim, factor};
    return build_result(build, op, label, shape);
}

Tensor *build_resize(Builder *build, Tensor *x, const int64_t *factors, const char *label) {
    const int dims = x->shape.rank - 2;
    x = build_whole(build, x);
    for (int i = 0; i < dims; i++) {
        Shape shape = x->shape;
        shape.dim[i + 1] *= factors[i];
        if (factors[i] > 1) x = resized(build, &op_resize, x, i + 1, factors[i], shape, "forward_resize", label);
    }
    return x;
}

static void gradient(Builder *build, const Op *op, Tensor *d) {
    Tensor *x = op->in[0];
    if (gradient_needed(x))
        gradient_add(build, x, resized(build, &op_resize_gradient, d, resize_attrs(op)->dim, resize_attrs(op)->factor, x->shape,
                                       "backward_resize", gradient_name(build, x)));
}

static void describe(const Op *op, Text *out) {
    text_printf(out, " dimension %d by %lld", resize_attrs(op)->dim, (long long)resize_attrs(op)->factor);
}

static void emit(Emit *e, const Op *op) {
    const bool back = op->def == &op_resize_gradient;
    const Shape large = back ? op->in[0]->shape : op->out->shape, small = back ? op->out->shape : op->in[0]->shape;
    const int dim = resize_attrs(op)->dim;
    const char *x = param_named(e, op->in[0], false, back ? "d" : "x"), *y = param_named(e, op->out, true, "y");
    const char *inner = size_text(e, small, dim + 1, small.rank);
    const char *size = integer(e, large.dim[dim]), *old = integer(e, small.dim[dim]);
    const char *body = filled(e, back ? "resize_back" : "resize_element",
                              (Hole[]){{"x", x}, {"y", y}, {"old", old}, {"size", size}, {"inner", inner}, {NULL, NULL}});
    const char *total = size_text(e, small, 0, small.rank);
    emit_function(e, "resize",
                  (Hole[]){{"rows", size_text(e, small, 0, dim)},
                           {"zeros", back ? filled(e, "pad_zeros", (Hole[]){{"y", y}, {"size", total}, {NULL, NULL}}) : ""},
                           {"size", size},
                           {"factor", integer(e, large.dim[dim] / small.dim[dim])},
                           {"old", old},
                           {"inner", inner},
                           {"body", body},
                           {NULL, NULL}});
}

const OpDef op_resize = {.name = "resize", .brief = "interpolated linearly along a dimension", .gradient = gradient,
                         .emit = emit, .describe = describe, .attrs = &attrs_kind};
const OpDef op_resize_gradient = {.name = "resize_gradient", .brief = "resize's gradient", .emit = emit,
                                  .describe = describe, .attrs = &attrs_kind};
