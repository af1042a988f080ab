/* SPDX-License-Identifier: MIT-0 */
/* resize: one dimension of another size, each new element a weighted sum of neighbours. And its gradient. */
#include "ops/op.h"
#include "ops/resize.h"
#include "ops/window_loops.h"

typedef struct ResizeAttrs {
    int dim;
    Taps taps;
} ResizeAttrs;

static void attrs_key(const Op *op, Text *key);

static const AttrsKind attrs_kind = {"a resize", sizeof(ResizeAttrs), attrs_key};

static ResizeAttrs *resize_attrs(const Op *op) { return op_attrs(op, &attrs_kind); }

static void attrs_key(const Op *op, Text *key) {
    const Taps *const taps = &resize_attrs(op)->taps;
    key_word(key, (uint64_t)resize_attrs(op)->dim);
    key_word(key, (uint64_t)taps->size);
    key_word(key, (uint64_t)taps->count);
    for (int64_t i = 0; i < taps->size * (taps->count + 1); i++) key_real(key, taps->table[i]);
}

static Tensor *resized(Builder *build, const OpDef *def, Tensor *x, int dim, const Taps *taps, Shape shape,
                       const char *role, const char *label) {
    Op *op = build_op(build, def, role);
    op_read(op, x);
    *resize_attrs(op) = (ResizeAttrs){dim, *taps};
    return build_result(build, op, label, shape);
}

Tensor *build_resize(Builder *build, Tensor *x, int dim, const Taps *taps, const char *label) {
    Shape shape = x->shape;
    shape.dim[dim] = taps->size;
    return resized(build, &op_resize, build_whole(build, x), dim, taps, shape, "forward_resize", label);
}

static void gradient(Builder *build, const Op *op, Tensor *d) {
    Tensor *x = op->in[0];
    if (gradient_needed(x))
        gradient_add(build, x,
                     resized(build, &op_resize_gradient, d, resize_attrs(op)->dim, &resize_attrs(op)->taps, x->shape,
                             "backward_resize", NULL));
}

static void describe(const Op *op, Text *out) {
    text_printf(out, " dimension %d of %d each", resize_attrs(op)->dim, resize_attrs(op)->taps.count);
}

/* Where each new element begins, and its weights. */
static const char *tables(Emit *e, const Taps *taps) {
    Text firsts = {.arena = e->arena}, weights = {.arena = e->arena};
    for (int64_t i = 0; i < taps->size; i++) {
        const double *row = taps->table + i * (taps->count + 1);
        text_printf(&firsts, "%s%lld", i ? ", " : "", (long long)row[0]);
        for (int k = 1; k <= taps->count; k++)
            text_printf(&weights, "%s%s", i || k > 1 ? ", " : "", literal(e, row[k]));
    }
    return formatted(e, "%s\n%s",
                     wrap_line(e, formatted(e, "static const uint32_t first[] = {%s};", text_chars(&firsts))),
                     wrap_line(e, formatted(e, "static const %s weights[] = {%s};", e->real, text_chars(&weights))));
}

static void emit(Emit *e, const Op *op) {
    const bool back = op->def == &op_resize_gradient;
    const Shape large = back ? op->in[0]->shape : op->out->shape, small = back ? op->out->shape : op->in[0]->shape;
    const Taps *const taps = &resize_attrs(op)->taps;
    const int dim = resize_attrs(op)->dim;
    const char *x = param_named(e, op->in[0], false, back ? "d" : "x"), *y = param_named(e, op->out, true, "y");
    const char *inner = size_text(e, small, dim + 1, small.rank);
    const char *size = integer(e, large.dim[dim]), *old = integer(e, small.dim[dim]), *count = integer(e, taps->count);
    const char *body = filled(
        e, back ? "resize_back" : "resize_element",
        (Hole[]){{"x", x}, {"y", y}, {"old", old}, {"size", size}, {"inner", inner}, {"count", count}, {NULL, NULL}});
    const char *total = size_text(e, small, 0, small.rank);
    emit_function(
        e, "resize",
        (Hole[]){{"rows", size_text(e, small, 0, dim)},
                 {"zeros", back ? filled(e, "pad_zeros", (Hole[]){{"y", y}, {"size", total}, {NULL, NULL}}) : ""},
                 {"tables", tables(e, taps)},
                 {"size", size},
                 {"inner", inner},
                 {"body", body},
                 {NULL, NULL}});
}

const OpDef op_resize = {.name = "resize",
                         .brief = "weighted sums of neighbours along a dimension",
                         .gradient = gradient,
                         .emit = emit,
                         .describe = describe,
                         .attrs = &attrs_kind,
                         .by_samples = true};
const OpDef op_resize_gradient = {.name = "resize_gradient",
                                  .brief = "resize's gradient",
                                  .emit = emit,
                                  .describe = describe,
                                  .attrs = &attrs_kind,
                                  .by_samples = true};
