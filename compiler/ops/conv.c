/* SPDX-License-Identifier: MIT-0 */
/* conv: y[o, f] = Σ over window positions k and channels c of x[o · stride + k · dilation, c] · kernel[k, c, f], over
 * one to three spatial dimensions and without padding, which op_pad does. Its gradients are conv_input, which is
 * Conv…Transpose, too, and conv_kernel, a product over all output positions. What conv_input becomes, passes choose: a
 * conv of the spaced gradient with the kernel turned round, or conv_transposed where there are strides; where nearly
 * all gradients are 0, the operations of conv_max.c take the place of both. */
#include "build/loop.h"
#include "ops/conv.h"
#include "ops/conv_windows.h"
#include "ops/op.h"
#include "ops/pad.h"
#include "ops/weighted_sums.h"
#include "plan/access.h"
#include "plan/product.h"
#include "plan/window.h"

static Tensor *as_matrix(Builder *build, Tensor *kernel, int64_t rows) {
    const Shape shape = shape_of(2, (int64_t[]){rows, kernel->shape.dim[kernel->shape.rank - 1]});
    return build_view(build, kernel, shape, "kernel_matrix");
}

Tensor *build_conv(Builder *build, Tensor *x, Tensor *kernel, Window window, const char *role, const char *label) {
    Shape shape = x->shape;
    const int first = shape.rank - 1 - window.dims;
    bool points = window.groups == 1, whole = window.groups == 1; /* windows of one position, or as large as x */
    int64_t positions = 1;
    for (int i = 0; i < window.dims; i++) {
        int64_t *dim = &shape.dim[first + i];
        points = points && window.size[i] == 1 && window.stride[i] == 1;
        whole = whole && window.size[i] == *dim && (window.size[i] == 1 || window.dilation[i] == 1);
        positions *= *dim;
        *dim = (*dim - window_reach(&window, i)) / window.stride[i] + 1;
    }
    const int64_t channels = x->shape.dim[shape.rank - 1];
    shape.dim[shape.rank - 1] = kernel->shape.dim[window.dims + 1];
    if (points) return build_matmul(build, x, as_matrix(build, kernel, channels), false, shape, role, label);
    if (whole) {
        Shape flat = shape_of(first + 1, x->shape.dim);
        flat.dim[first] = positions * channels;
        return build_matmul(build, build_view(build, x, flat, "flat"), as_matrix(build, kernel, positions * channels),
                            false, shape, role, label);
    }
    x = build_whole(build, x);
    Op *op = build_op(build, &op_conv, role);
    op_read(op, x);
    op_read(op, kernel);
    *op_window(op) = window;
    return build_result(build, op, label, shape);
}

/* The kernel as the way back reads it: from the last position to the first, (size…, filters / groups, channels). */
static Tensor *turned(Builder *build, Tensor *kernel, const Window *window) {
    const int dims = window->dims;
    const char *role = build->phase == PHASE_FORWARD ? "forward_turn" : "backward_turn";
    unsigned flipped = 0;
    for (int i = 0; i < dims; i++)
        if (window->size[i] > 1) flipped |= 1u << i;
    int axes[MAX_RANK] = {0, 1, 2};
    axes[dims] = dims + 1;
    axes[dims + 1] = dims;
    if (window->groups == 1)
        return build_called(build, build_permute(build, kernel, axes, flipped, role, NULL), FORM_TURNED, kernel);
    Shape shape = kernel->shape;
    const int64_t channels = shape.dim[dims], filters = shape.dim[dims + 1] / window->groups;
    shape.rank = dims + 3;
    shape.dim[dims + 1] = window->groups;
    shape.dim[dims + 2] = filters;
    axes[dims] = dims + 2;
    axes[dims + 1] = dims + 1;
    axes[dims + 2] = dims;
    Tensor *y = build_permute(build, build_view(build, kernel, shape, "groups"), axes, flipped, role, NULL);
    build_called(build, y, FORM_TURNED, kernel);
    shape.rank = dims + 2;
    shape.dim[dims] = filters;
    shape.dim[dims + 1] = window->groups * channels;
    return build_called(build, build_view(build, y, shape, NULL), FORM_TURNED, kernel);
}

Tensor *build_conv_transposed(Builder *build, Tensor *d, Tensor *kernel, Window window, const int64_t *low, Shape shape,
                              const char *role, const char *label) {
    for (int i = 0; i < window.dims; i++) window.low[i] = low[i];
    d = build_whole(build, d);
    Op *const op = build_op(build, &op_conv_input, role);
    op_read(op, d);
    op_read(op, kernel);
    *op_window(op) = window;
    return build_result(build, op, label, shape);
}

Tensor *build_spaced_conv(Builder *build, const Op *op) {
    Tensor *const d = op->in[0];
    Window window = *op_window(op);
    Spacing spacing = spacing_none();
    Shape spaced = d->shape;
    const int first = spaced.rank - 1 - window.dims;
    const bool forward = build->phase == PHASE_FORWARD;
    for (int i = 0; i < window.dims; i++) {
        spacing.low[first + i] = window_reach(&window, i) - 1 - window.low[i];
        spacing.spread[first + i] = window.stride[i];
        spaced.dim[first + i] = op->out->shape.dim[first + i] + window_reach(&window, i) - 1;
        window.stride[i] = 1;
        window.low[i] = 0;
    }
    Tensor *const kernel_turned = turned(build, op->in[1], &window);
    Tensor *const x =
        build_pad(build, d, spacing, spaced, forward ? "forward_space" : "backward_space", forward ? "spaced" : NULL);
    build_called(build, x, FORM_SPACED, d);
    return build_conv(build, x, kernel_turned, window, "forward", "sum");
}

/* With y as the image, x is what a convolution with strides makes of it. */
static void gradient_of_input(Builder *build, const Op *op, Tensor *d) {
    Tensor *const x = op->in[0], *const kernel = op->in[1];
    Window window = *op_window(op);
    Spacing spacing = spacing_none();
    Shape image = d->shape;
    const int first = image.rank - 1 - window.dims;
    for (int i = 0; i < window.dims; i++) { /* as far as the windows of x reach */
        spacing.low[first + i] = window.low[i];
        image.dim[first + i] = (x->shape.dim[first + i] - 1) * window.stride[i] + window_reach(&window, i);
        window.low[i] = 0;
    }
    d = build_called(build, build_pad(build, d, spacing, image, "backward_surround", NULL), FORM_SURROUNDED, d);
    if (gradient_needed(x)) gradient_add(build, x, build_conv(build, d, kernel, window, "backward_input", NULL));
    if (gradient_needed(kernel)) gradient_add(build, kernel, build_conv_kernel_gradient(build, &window, d, kernel, x));
}

/* What zeros were put around to make x, and how many before it; x itself if none were. */
static Tensor *without_zeros(Tensor *x, int dims, int64_t *low) {
    const Op *const pad = x->base || !x->producer || x->producer->def != &op_pad ? NULL : x->producer;
    const int first = x->shape.rank - 1 - dims;
    for (int i = 0; pad && i < x->shape.rank; i++) {
        const Spacing *const spacing = pad_spacing(pad);
        const bool spatial = i >= first && i < first + dims;
        if (spacing->spread[i] > 1 || spacing->pick[i] > 1 || spacing->low[i] < 0 || (!spatial && spacing->low[i]))
            return x;
    }
    for (int i = 0; pad && i < dims; i++) low[i] = pad_spacing(pad)->low[first + i];
    return pad ? pad->in[0] : x;
}

Tensor *build_conv_kernel_gradient(Builder *build, const Window *window, Tensor *x, const Tensor *kernel, Tensor *d) {
    Op *back =
        build_op(build, &op_conv_kernel, arena_printf(build->plan->arena, "backward_%s", own_name(build, kernel)));
    op_read(back, x);
    op_read(back, d);
    *op_window(back) = *window;
    return build_called(build, build_result(build, back, NULL, kernel->shape), FORM_GRADIENT, kernel);
}

static void gradient(Builder *build, const Op *op, Tensor *d) {
    Tensor *const x = op->in[0], *const kernel = op->in[1];
    const Window *const window = op_window(op);
    int64_t low[MAX_SPATIAL] = {0};
    Tensor *const image = without_zeros(x, window->dims, low); /* zeros need no gradient */
    if (gradient_needed(image))
        gradient_add(build, image,
                     build_conv_transposed(build, d, kernel, *window, low, image->shape, "backward_input", NULL));
    if (!gradient_needed(kernel)) return;
    const bool after = build->after_loop;
    Tensor *seen = x;
    if (build->loop && !changes_with_step(kernel)) { /* one for all steps */
        build->after_loop = true;
        seen = loop_sequence(build, x);
        d = loop_sequence(build, d);
    }
    gradient_add(build, kernel, build_conv_kernel_gradient(build, window, seen, kernel, d));
    build->after_loop = after;
}

static OpForm form(const Plan *plan, const Op *op) {
    if (!plan->target->blocks) return PRODUCT_SUMS;
    if (op->in[1]->packed) return PRODUCT_PACKED;
    return product_is_column(op, true) ? PRODUCT_COLUMN : PRODUCT_GROUPS;
}

static void emit(Emit *e, const Op *op) {
    if (op->form == PRODUCT_SUMS) {
        emit_window_sums(e, op, op_window(op), NULL);
        return;
    }
    const Window *window = op_window(op);
    Tensor *x = op->in[0], *kernel = op->in[1], *y = op->out;
    const Shape in = x->shape, out = y->shape;
    const int dims = window->dims, last = out.rank - 1;
    const ConvStrides strides = conv_strides(in, dims);
    const int64_t columns = out.dim[last], channels = in.dim[last] / window->groups;
    const ConvPieces pieces = conv_pieces(window, &strides, channels);
    int64_t steps[MAX_SPATIAL] = {0};
    for (int i = 0; i < dims; i++) steps[i] = strides.at[i] * window->stride[i];
    const bool packed = op->form == PRODUCT_PACKED;
    const char *const from = param_named(e, x, false, "x");
    const char *const weights = param_named(e, kernel, false, packed ? "packed" : "kernel");
    const char *const width = integer(e, out.dim[last - 1]);
    const BlockText block = block_text(e, op, size_text(e, out, 0, last), "row + r");
    emit_function(
        e,
        packed                       ? "conv"
        : op->form == PRODUCT_COLUMN ? "conv_column"
                                     : "conv_groups",
        (Hole[]){{"counts", conv_three(e, pieces.counts)},
                 {"strides", conv_three(e, pieces.strides)},
                 {"lines", size_text(e, out, 0, last - 1)},
                 {"columns", integer(e, columns)},
                 {"x", from},
                 {"line_at", conv_place(e, "line", dims - 1, out.dim + last - dims, steps, strides.sample, true)},
                 {"width", width},
                 {"at", times(e, "at", steps[dims - 1])},
                 {"step", integer(e, steps[dims - 1])},
                 {"depth", integer(e, pieces.depth)},
                 {"kernel", weights},
                 {"panel", packed ? times(e, "col", kernel->shape.dim[1]) : ""},
                 {"filters", integer(e, columns / window->groups)},
                 {"draws", block.draws},
                 {"value", block.value},
                 {"lanes", block.lanes},
                 {"load", lanes_load(e, "block + r * PANEL + c", *block.lanes ? "n" : NULL)},
                 {"steps", block.steps},
                 {NULL, NULL}});
}

/* The gradient of a kernel is shared out by the rows of a piece of the window where these are enough for tiles, else by
 * filters. */
static bool shares_rows(int64_t rows, int64_t filters) { return rows >= 24 || filters == 1; }

static void share_kernel(const Op *op, Share *share) {
    const Window *const window = op_window(op);
    const Shape in = op->in[0]->shape, back = op->in[1]->shape;
    const ConvStrides strides = conv_strides(in, window->dims);
    const int64_t filters = back.dim[back.rank - 1];
    if (window->groups > 1) return;
    const ConvPieces pieces = conv_pieces(window, &strides, in.dim[in.rank - 1]);
    *share = shares_rows(pieces.depth, filters)
                 ? (Share){SHARE_RESULT, pieces.depth, filters == 1 ? "LANES" : "TILE_ROWS", {1, 0}, filters}
                 : (Share){SHARE_RESULT, filters, "LANES", {0, 1}, 1};
}

static OpForm form_of_kernel(const Plan *plan, const Op *op) {
    const Shape back = op->in[1]->shape;
    if (op_window(op)->groups > 1) return PRODUCT_GROUPS;
    if (!plan->target->blocks) return PRODUCT_SUMS;
    return back.dim[back.rank - 1] == 1 ? PRODUCT_COLUMN : PRODUCT_DEEP;
}

static void emit_kernel(Emit *e, const Op *op) {
    const Window *window = op_window(op);
    if (op->form == PRODUCT_SUMS) {
        emit_kernel_rows(e, op, window);
        return;
    }
    Tensor *x = op->in[0], *d = op->in[1];
    const Shape in = x->shape, back = d->shape;
    const int dims = window->dims, last = in.rank - 1, first = last - dims;
    const ConvStrides strides = conv_strides(in, dims);
    const int64_t columns = back.dim[last], channels = in.dim[last] / window->groups;
    const ConvPieces pieces = conv_pieces(window, &strides, channels);
    int64_t counts[MAX_SPATIAL] = {1, 1, 1}, steps[MAX_SPATIAL] = {0}, taps = 1;
    for (int i = 0; i < dims; i++) {
        taps *= pieces.counts[i];
        if (i == dims - 1) continue;
        counts[i] = back.dim[first + i];
        steps[i] = strides.at[i] * window->stride[i];
    }
    const bool by_rows = shares_rows(pieces.depth, columns);
    const char *const rows = integer(e, pieces.depth);
    Text products = {.arena = e->arena};
    emit_template(e, &products,
                  op->form == PRODUCT_GROUPS   ? "conv_kernel_products"
                  : op->form == PRODUCT_COLUMN ? "conv_kernel_line"
                                               : "conv_kernel_product",
                  (Hole[]){{"columns", integer(e, columns)},
                           {"share_rows", by_rows ? shared_size(e, op, rows) : rows},
                           {"share_columns", by_rows ? integer(e, columns) : shared_size(e, op, integer(e, columns))},
                           {"filters", integer(e, columns / window->groups)},
                           {"groups", integer(e, window->groups)},
                           {"width", integer(e, back.dim[last - 1])},
                           {"rows", integer(e, pieces.depth)},
                           {"step", integer(e, strides.at[dims - 1] * window->stride[dims - 1])},
                           {NULL, NULL}});
    emit_function(e, "conv_kernel",
                  (Hole[]){{"counts", conv_three(e, counts)},
                           {"strides", conv_three(e, steps)},
                           {"samples", size_text(e, in, 0, first)},
                           {"taps", integer(e, taps)},
                           {"x", param_named(e, x, false, "x")},
                           {"sample", integer(e, strides.sample)},
                           {"tap_at", conv_place(e, "tap", pieces.count, pieces.counts, pieces.strides, 0, false)},
                           {"d", param_named(e, d, false, "d")},
                           {"back", integer(e, conv_strides(back, dims).sample)},
                           {"y", param_named(e, op->out, true, "y")},
                           {"tap_size", integer(e, pieces.depth * columns)},
                           {"rows", integer(e, pieces.depth)},
                           {"products", text_chars(&products)},
                           {NULL, NULL}});
}

/* Places follow each other, row by row, in the image as in what is made of it. */
static int64_t lead(const Plan *plan, const Op *op, const Access *read, const Tensor *made) {
    const Window *const window = op_window(op);
    if (plan->target->blocks || read->tensor != op->in[0] || made != op->out) return -1;
    return window_lead(plan, window->dims, window->stride, read->tensor->shape, made->shape) +
           window_back(window, read->tensor->shape);
}

/* Of an image with `outer` channels, each place in which goes through all of the kernel's rest. */
static int64_t products_of(const Tensor *image, const Tensor *kernel) {
    return shape_size(image->shape, 1) * shape_size(kernel->shape, 1) / image->shape.dim[image->shape.rank - 1];
}

static int64_t products(const Op *op) { return products_of(op->out, op->in[1]); }
static int64_t products_of_input(const Op *op) { return products_of(op->in[0], op->in[1]); }

const OpDef op_conv = {.name = "conv",
                       .lead = lead,
                       .line_window = op_line_window,
                       .brief = "products with the windows of an image",
                       .gradient = gradient,
                       .form = form,
                       .emit = emit,
                       .describe = op_window_describe,
                       .attrs = &window_attrs,
                       .products = products,
                       .takes_steps = true,
                       .blocks = true,
                       .by_rows = true,
                       .reads_constants = true,
                       .by_samples = true};
/* Whether some of each place's window lies in the image, in one piece for each row. */
bool conv_input_by_places(const Op *op) {
    const Window *const window = op_window(op);
    const Shape image = op->out->shape, d = op->in[0]->shape;
    for (int i = 0; i < window->dims; i++) {
        const int at = image.rank - 1 - window->dims + i;
        const int64_t last = (d.dim[at] - 1) * window->stride[i] - window->low[i];
        if (window->dilation[i] != 1 || window->low[i] >= window->size[i] || last >= image.dim[at]) return false;
    }
    return window->groups == 1;
}

static OpForm form_of_input(const Plan *plan, const Op *op) {
    (void)plan, (void)op;
    return PRODUCT_SUMS;
}

const OpDef op_conv_input = {.name = "conv_input",
                             .brief = "conv's gradient of its image, which pass_expand_transposed replaces but for "
                                      "targets that make it place after place",
                             .gradient = gradient_of_input,
                             .form = form_of_input,
                             .emit = emit_transposed_sums,
                             .by_samples = true,
                             .reads_constants = true,
                             .describe = op_window_describe,
                             .attrs = &window_attrs,
                             .products = products_of_input};
const OpDef op_conv_kernel = {.name = "conv_kernel",
                              .brief = "conv's gradient of its kernel",
                              .form = form_of_kernel,
                              .emit = emit_kernel,
                              .describe = op_window_describe,
                              .attrs = &window_attrs,
                              .share = share_kernel};
