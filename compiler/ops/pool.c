/* SPDX-License-Identifier: MIT-0 */
/* pool: the maximum, mean or sum of each window of an image and each channel; positions beyond the image do not count.
 * pool_gradient: back to the image. Of equal maxima the first gets the gradient, or all the same share. */
#include <float.h>

#include "ops/op.h"
#include "ops/pool.h"
#include "ops/window_loops.h"
#include "plan/access.h"
#include "plan/window.h"

static const char *const kinds[] = {
    [POOL_MAX] = "max", [POOL_MAX_SPLIT] = "max", [POOL_AVERAGE] = "average", [POOL_SUM] = "sum"};

static void describe(const Op *op, Text *out) {
    text_printf(out, " %s", kinds[op_window(op)->pool]);
    op_window_describe(op, out);
    if (op_window(op)->pool == POOL_MAX_SPLIT) text_puts(out, " split");
}

static bool is_max(const Op *op) { return op_window(op)->pool == POOL_MAX || op_window(op)->pool == POOL_MAX_SPLIT; }

static Tensor *build_window(Builder *build, const OpDef *def, Tensor *x, Window window, Shape shape, const char *role,
                            const char *label) {
    x = build_whole(build, x);
    Op *op = build_op(build, def, role);
    op_read(op, x);
    *op_window(op) = window;
    return build_result(build, op, label, shape);
}

Tensor *build_pool(Builder *build, Tensor *x, Window window, Shape shape, const char *role, const char *label) {
    return build_window(build, &op_pool, x, window, shape, role, label);
}

Tensor *build_repeat(Builder *build, Tensor *x, Window window, Shape shape, const char *role, const char *label) {
    window.pool = POOL_SUM;
    return build_window(build, &op_pool_gradient, x, window, shape, role, label);
}

static void gradient(Builder *build, const Op *op, Tensor *d) {
    Tensor *x = op->in[0];
    if (!gradient_needed(x)) return;
    Op *back = build_op(build, &op_pool_gradient, "backward_pool");
    op_read(back, d);
    if (is_max(op)) {
        op_read(back, x);
        op_read(back, op->out);
    }
    *op_window(back) = *op_window(op);
    gradient_add(build, x, build_result(build, back, NULL, x->shape));
}

/* Only of repetition, which is the gradient of a sum; others are gradients already. */
static void gradient_of_repeat(Builder *build, const Op *op, Tensor *d) {
    Tensor *x = op->in[0];
    if (gradient_needed(x))
        gradient_add(build, x, build_pool(build, d, *op_window(op), x->shape, "backward_repeat", NULL));
}

static const char *scale_text(Emit *e, const Op *op, const WindowLoops *loops) {
    if (op_window(op)->pool != POOL_AVERAGE) return "";
    return formatted(e, " / %s", window_count(e, loops));
}

/* What the greatest or the sum begins with: what the steps before have made, or nothing. */
static const char *start_text(Emit *e, const Op *op, const char *to, const WindowLoops *loops) {
    const double lowest = e->plan->real == ELEMENT_DOUBLE ? -DBL_MAX : -(double)FLT_MAX;
    const char *const nothing = is_max(op) ? lanes_splat(e, literal(e, lowest)) : lanes_zero(e);
    if (!op->adds) return nothing;
    const char *const before = lanes_load(e, formatted(e, "%s%s + c", to, window_place_at(e, loops)), "n");
    return formatted(e, "%s ? %s : %s", param_add(e), before, nothing);
}

static void emit(Emit *e, const Op *op) {
    Tensor *x = op->in[0], *y = op->out;
    const WindowLoops loops = window_loops_of(e, op, op_image(op));
    const char *from = param_named(e, x, false, "x"), *to = param_named(e, y, true, "y");
    const Hole seen[] = {{"x", window_row(&loops, from)}, {"at", window_image_at(e, &loops)}, {NULL, NULL}};
    const char *tap = filled(e, is_max(op) ? "pool_max_tap" : "pool_sum_tap", seen);
    const char *body = filled(e, is_max(op) ? "pool_max" : "pool_sum",
                              (Hole[]){{"edges", window_edges(e, &loops)},
                                       {"start", start_text(e, op, to, &loops)},
                                       {"scale", scale_text(e, op, &loops)},
                                       {"taps", window_taps(e, &loops, tap)},
                                       {"y", to},
                                       {"place", window_place_at(e, &loops)},
                                       {NULL, NULL}});
    body = window_places(e, &loops, window_channels(e, &loops, "n", body));
    body = formatted(e, "%s%s", window_rows(e, &loops, from), body);
    emit_function(e, "body", (Hole[]){{"body", body}, {NULL, NULL}});
}

static void emit_gradient(Emit *e, const Op *op) {
    static const char *const bodies[] = {[POOL_MAX] = "pool_max_back",
                                         [POOL_MAX_SPLIT] = "pool_split_back",
                                         [POOL_AVERAGE] = "pool_sum_back",
                                         [POOL_SUM] = "pool_sum_back"};
    static const char *const each[] = {[POOL_MAX] = "pool_max_back_tap",
                                       [POOL_MAX_SPLIT] = "pool_split_back_tap",
                                       [POOL_AVERAGE] = "pool_sum_back_tap",
                                       [POOL_SUM] = "pool_sum_back_tap"};
    Tensor *d = op->in[0], *y = op->out;
    const WindowLoops loops = window_loops(op_window(op), y->shape, d->shape);
    const PoolKind kind = op_window(op)->pool;
    const char *x = is_max(op) ? param_named(e, op->in[1], false, "x") : "";
    const char *pooled = is_max(op) ? param_named(e, op->in[2], false, "pooled") : "";
    const char *back = param_named(e, d, false, "d"), *to = param_named(e, y, true, "y");
    const Hole holes[] = {{"x", x},
                          {"y", to},
                          {"at", window_image_at(e, &loops)},
                          {"zero", literal(e, 0)},
                          {"one", literal(e, 1)},
                          {NULL, NULL}};
    const char *taps = window_taps(e, &loops, filled(e, each[kind], holes));
    const char *counts = kind == POOL_MAX_SPLIT ? window_taps(e, &loops, filled(e, "pool_split_count", holes)) : "";
    const char *body = filled(e, bodies[kind],
                              (Hole[]){{"edges", window_edges(e, &loops)},
                                       {"pooled", pooled},
                                       {"d", back},
                                       {"place", window_place_at(e, &loops)},
                                       {"counts", counts},
                                       {"scale", scale_text(e, op, &loops)},
                                       {"taps", taps},
                                       {NULL, NULL}});
    body = window_places(e, &loops, window_channels(e, &loops, "n", body));
    emit_function(
        e, "pool_back",
        (Hole[]){{"y", to}, {"size", size_text(e, y->shape, 0, y->shape.rank)}, {"loops", body}, {NULL, NULL}});
}

/* Places follow each other, row by row, in the image as in what is made of it. */
static int64_t lead(const Plan *plan, const Op *op, const Access *read, const Tensor *made) {
    const Window *const window = op_window(op);
    for (int i = 0; i < window->dims; i++)
        if (window->low[i]) return -1; /* the first windows of two lines begin in one */
    if (read->tensor != op->in[0] || made != op->out) return -1;
    return window_lead(plan, window->dims, window->stride, read->tensor->shape, made->shape);
}

const OpDef op_pool = {.name = "pool", .brief = "maximum or mean of windows", .lead = lead, .gradient = gradient,
                        .line_window = op_line_window,
                        .emit = emit, .describe = describe, .attrs = &window_attrs, .by_samples = true};
const OpDef op_pool_gradient = {.name = "pool_gradient", .brief = "from windows back to the image",
                                .gradient = gradient_of_repeat, .emit = emit_gradient,
                                .describe = describe, .attrs = &window_attrs, .by_samples = true};
