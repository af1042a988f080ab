/* SPDX-License-Identifier: MIT-0 */
/* depthwise: y[o, m, c] = Σ over window positions k of x[o · stride + k · dilation, c] · kernel[k, m, c], its gradients
 * depthwise_input and depthwise_kernel. */
#include "ops/depthwise.h"
#include "ops/op.h"
#include "plan/access.h"
#include "plan/window.h"

#include "ops/window_loops.h"

Tensor *build_depthwise(Builder *build, Tensor *x, Tensor *kernel, Window window, const char *label) {
    const int dims = window.dims;
    const int64_t channels = kernel->shape.dim[dims], multiplier = kernel->shape.dim[dims + 1];
    Shape shape = x->shape;
    const int last = shape.rank - 1;
    for (int i = 0; i < dims; i++) {
        int64_t *dim = &shape.dim[last - dims + i];
        *dim = (*dim - (window.size[i] - 1) * window.dilation[i] - 1) / window.stride[i] + 1;
    }
    if (multiplier > 1) {
        int axes[MAX_RANK] = {0, 1, 2, 3, 4, 5};
        axes[dims] = dims + 1;
        axes[dims + 1] = dims;
        kernel = build_permute(build, kernel, axes, 0, "forward_kernel_by_channel", "kernel_by_channel");
        shape.rank++;
        shape.dim[last] = multiplier;
        shape.dim[last + 1] = channels;
    }
    x = build_whole(build, x);
    Op *op = build_op(build, &op_depthwise, "forward");
    op_read(op, x);
    op_read(op, kernel);
    *op_window(op) = window;
    Tensor *y = build_result(build, op, multiplier > 1 ? "by_channel" : label, shape);
    if (multiplier == 1) return y;
    int axes[MAX_RANK] = {0, 1, 2, 3, 4, 5};
    axes[last] = last + 1;
    axes[last + 1] = last;
    y = build_permute(build, y, axes, 0, "forward_by_multiple", "by_multiple");
    shape.rank--;
    shape.dim[last] = channels * multiplier;
    return build_view(build, y, shape, label);
}

static void gradient(Builder *build, const Op *op, Tensor *d) {
    Tensor *x = op->in[0], *kernel = op->in[1];
    if (gradient_needed(x)) {
        Op *back = build_op(build, &op_depthwise_input, "backward_input");
        op_read(back, d);
        op_read(back, kernel);
        *op_window(back) = *op_window(op);
        gradient_add(build, x, build_result(build, back, NULL, x->shape));
    }
    if (gradient_needed(kernel)) {
        const char *const action = arena_printf(build->plan->arena, "backward_%s", own_name(build, kernel));
        Op *back = build_op(build, &op_depthwise_kernel, action);
        op_read(back, x);
        op_read(back, d);
        *op_window(back) = *op_window(op);
        gradient_add(build, kernel, build_result(build, back, NULL, kernel->shape));
    }
}

/* The loops of one output of each channel; `out` without the dimension of the multiples. */
typedef struct Multiple {
    WindowLoops loops;
    int64_t count, channels;
    const char *at; /* " + m * 12", of the multiple in a place, in reals; "" where there is one */
} Multiple;

static Multiple multiple(Emit *e, const WindowLoops *loops) {
    const Shape image = loops->image;
    Shape out = loops->out;
    Multiple m = {.count = 1, .channels = image.dim[image.rank - 1], .at = ""};
    if (out.rank > image.rank) {
        m.count = out.dim[out.rank - 2];
        out.rank--;
        out.dim[out.rank - 1] = m.count * m.channels;
        m.at = formatted(e, " + %s", times(e, "m", m.channels));
    }
    m.loops = *loops;
    m.loops.out = out;
    return m;
}

static const char *multiples(Emit *e, const Multiple *m, const char *lanes, const char *body) {
    body = window_channels(e, &m->loops, lanes, body);
    if (m->count == 1) return body;
    return filled(e, "map_loop", (Hole[]){{"var", "m"}, {"size", integer(e, m->count)}, {"body", body}, {NULL, NULL}});
}

static const char *joined(Emit *e, const char *a, const char *b) { return formatted(e, "%s%s", a, b); }

static void emit(Emit *e, const Op *op) {
    Tensor *x = op->in[0], *kernel = op->in[1], *y = op->out;
    const WindowLoops loops = window_loops_of(e, op, op_image(op));
    const Multiple m = multiple(e, &loops);
    const char *from = param_named(e, x, false, "x"), *weights = param_named(e, kernel, false, "kernel");
    const char *tap = filled(e, "depthwise_tap",
                             (Hole[]){{"x", window_row(&loops, from)},
                                      {"at", window_image_at(e, &m.loops)},
                                      {"kernel", weights},
                                      {"tap", joined(e, window_tap_at(e, &m.loops, m.count * m.channels), m.at)},
                                      {NULL, NULL}});
    const char *body = filled(e, "depthwise",
                              (Hole[]){{"edges", window_edges(e, &m.loops)},
                                       {"taps", window_taps(e, &m.loops, tap)},
                                       {"y", param_named(e, y, true, "y")},
                                       {"place", joined(e, window_place_at(e, &m.loops), m.at)},
                                       {NULL, NULL}});
    body = window_places(e, &m.loops, multiples(e, &m, "n", body));
    body = joined(e, window_rows(e, &loops, from), body);
    emit_function(e, "body", (Hole[]){{"body", body}, {NULL, NULL}});
}

static void emit_input(Emit *e, const Op *op) {
    Tensor *d = op->in[0], *kernel = op->in[1], *y = op->out;
    const WindowLoops loops = window_loops(op_window(op), y->shape, d->shape);
    const Multiple m = multiple(e, &loops);
    const char *back = param_named(e, d, false, "d"), *weights = param_named(e, kernel, false, "kernel");
    const char *to = param_named(e, y, true, "y");
    const char *tap = filled(e, "depthwise_input_tap",
                             (Hole[]){{"y", to},
                                      {"at", window_image_at(e, &m.loops)},
                                      {"kernel", weights},
                                      {"tap", joined(e, window_tap_at(e, &m.loops, m.count * m.channels), m.at)},
                                      {NULL, NULL}});
    const char *body = filled(e, "depthwise_input",
                              (Hole[]){{"taps", window_taps(e, &m.loops, tap)},
                                       {"d", back},
                                       {"place", joined(e, window_place_at(e, &m.loops), m.at)},
                                       {NULL, NULL}});
    body = window_places(e, &m.loops, multiples(e, &m, "n", body));
    emit_function(
        e, "pool_back",
        (Hole[]){{"y", to}, {"size", size_text(e, y->shape, 0, y->shape.rank)}, {"loops", body}, {NULL, NULL}});
}

/* The sums of several positions of a window are made at once. */
static void emit_kernel(Emit *e, const Op *op) {
    Tensor *x = op->in[0], *d = op->in[1], *y = op->out;
    const WindowLoops loops = window_loops(op_window(op), x->shape, d->shape);
    const Multiple m = multiple(e, &loops);
    const Window *const window = op_window(op);
    const char *const lanes = whole_vectors(e, m.channels) ? NULL : "n";
    int first = window->dims; /* of the dimensions that are summed at once */
    int64_t count = 1;
    while (first > 0 && count * window->size[first - 1] <= e->plan->target->sums_at_once)
        count *= window->size[--first];
    const char *const number = window_tap_number(e, &m.loops, first);
    const char *const image = formatted(e, "%s%s + c", param_named(e, x, false, "x"), window_image_at(e, &m.loops));
    const char *const tap = filled(e, "depthwise_kernel_tap",
                                   (Hole[]){{"tap", number}, {"element", lanes_load(e, image, lanes)}, {NULL, NULL}});
    const char *const back =
        formatted(e, "%s%s%s + c", param_named(e, d, false, "d"), window_place_at(e, &m.loops), m.at);
    const char *const place = filled(e, "depthwise_kernel_place",
                                     (Hole[]){{"back", lanes_load(e, back, lanes)},
                                              {"taps", window_taps_of(e, &m.loops, first, window->dims, true, tap)},
                                              {NULL, NULL}});
    const char *const to = formatted(e, "%s + %s%s + c", param_named(e, y, true, "y"),
                                     window_tap_at(e, &m.loops, m.count * m.channels), m.at);
    const char *const store = lanes_store(e, to, formatted(e, "sums[%s]", number), lanes);
    const char *const body = filled(e, "depthwise_kernel",
                                    (Hole[]){{"count", integer(e, count)},
                                             {"places", window_places(e, &m.loops, place)},
                                             {"stores", window_taps_of(e, &m.loops, first, window->dims, true, store)},
                                             {NULL, NULL}});
    emit_function(
        e, "body",
        (Hole[]){{"body", window_taps_of(e, &m.loops, 0, first, false, multiples(e, &m, lanes, body))}, {NULL, NULL}});
}

/* Places follow each other, row by row, in the image as in what is made of it. */
static int64_t lead(const Plan *plan, const Op *op, const Access *read, const Tensor *made) {
    const Window *const window = op_window(op);
    const Shape image = read->tensor->shape;
    Shape out = made->shape; /* with the multiples of a channel as its last dimension */
    if (read->tensor != op->in[0] || made != op->out || out.rank != image.rank + 1) return -1;
    out.dim[image.rank - 1] *= out.dim[image.rank];
    out.rank--;
    return window_lead(plan, window->dims, window->stride, image, out) + window_back(window, image);
}

static int64_t products(const Op *op) {
    int64_t count = shape_size(op->out->shape, 1);
    for (int i = 0; i < op_window(op)->dims; i++) count *= op_window(op)->size[i];
    return count;
}

const OpDef op_depthwise = {.name = "depthwise", .brief = "convolution of each channel by itself", .lead = lead,
                            .line_window = op_line_window, .gradient = gradient,
                            .emit = emit, .describe = op_window_describe,
                            .attrs = &window_attrs, .by_samples = true,
                            .reads_constants = true, .products = products};
const OpDef op_depthwise_input = {.name = "depthwise_input", .brief = "depthwise's gradient of its input",
                                  .emit = emit_input, .describe = op_window_describe, .attrs = &window_attrs,
                                  .by_samples = true};
static int64_t kernel_stack(const Plan *plan, const Op *op) {
    (void)plan;
    const Window *const window = op_window(op);
    int64_t taps = 1;
    for (int i = 0; i < window->dims; i++) taps *= window->size[i];
    return taps;
}

const OpDef op_depthwise_kernel = {.name = "depthwise_kernel", .brief = "depthwise's gradient of its kernel",
                                   .stack = kernel_stack, .emit = emit_kernel, .describe = op_window_describe,
                                   .attrs = &window_attrs};
