/* SPDX-License-Identifier: MIT-0 */
/* conv_max: a convolution that keeps the greatest of each pooling window of its outputs, so that the others never reach
 * memory. A bias and an activation that rises follow it instead of going before the pooling: they change no order.
 *
 * A gradient goes to one output of a window only, the winner, whose number training keeps. conv_sparse_kernel and
 * conv_sparse_input go from winner to winner, filter by filter, and leave out all other products: those of zeros. (They
 * also serve conv where max pooling of another kind stands behind it: then they look for what is not 0.) Where windows
 * have few neighbouring elements, gradients are put back in their places instead: by conv_max_lines a few windows at a
 * time, and by unpool all of them, for the gradients of conv. */
#include "ops/conv_windows.h"
#include "ops/conv_max.h"
#include "ops/op.h"
#include "ops/weighted_sums.h"
#include "ops/window_loops.h"
#include "plan/access.h"
#include "plan/window.h"

enum {
    MOST_TAPS = 64,      /* elements of a pooling window: the table of their places is in the C */
    MOST_ACROSS = 16,    /* columns from one pooling window to the next: a few of them are on the stack */
    FEW_NEIGHBOURS = 16, /* with fewer, lanes run over filters, not over neighbours */
    UNPOOLED = 4096,     /* reals on the stack: about so many … */
    MOST_UNPOOLED = 4 * UNPOOLED /* … and at most */
};

static void attrs_key(const Op *op, Text *key);

static const AttrsKind attrs_kind = {"a convolution with pooling", sizeof(ConvMaxAttrs), attrs_key};

ConvMaxAttrs *conv_max_attrs(const Op *op) { return op_attrs(op, &attrs_kind); }

static void attrs_key(const Op *op, Text *key) {
    window_key(&conv_max_attrs(op)->window, key);
    window_key(&conv_max_attrs(op)->pooling, key);
    key_word(key, conv_max_attrs(op)->keeps_winners);
}

static int64_t taps_of(const Window *pooling) {
    int64_t taps = 1;
    for (int i = 0; i < pooling->dims; i++) taps *= pooling->size[i];
    return taps;
}

/* Rows of its elements that lie side by side. */
static int64_t lines_of(const Window *pooling) { return taps_of(pooling) / pooling->size[pooling->dims - 1]; }

static void describe(const Op *op, Text *out) {
    window_describe(&conv_max_attrs(op)->window, out);
    if (taps_of(&conv_max_attrs(op)->pooling) == 1) return;
    text_puts(out, " max");
    window_describe(&conv_max_attrs(op)->pooling, out);
}

static void describe_unpool(const Op *op, Text *out) { window_describe(&conv_max_attrs(op)->pooling, out); }

/* Reals that a window becomes when it is unpooled, with what lies between it and the next one. */
static int64_t unpooled_size(const Window *pooling, int64_t filters) {
    return lines_of(pooling) * pooling->stride[pooling->dims - 1] * filters;
}

bool conv_max_takes(const Window *pooling) {
    return taps_of(pooling) > 1 && taps_of(pooling) <= MOST_TAPS && pooling->stride[pooling->dims - 1] <= MOST_ACROSS;
}

bool conv_max_lines_take(const Window *pooling, int64_t filters) {
    return unpooled_size(pooling, filters) <= MOST_UNPOOLED;
}

bool window_is_wide(const Window *window, Shape image) {
    const ConvStrides strides = conv_strides(image, window->dims);
    return conv_pieces(window, &strides, image.dim[image.rank - 1]).depth >= FEW_NEIGHBOURS;
}

/* Distances in the image: from one output of the convolution to the next, and from one pooling window to the next. */
typedef struct Steps {
    int64_t output[MAX_SPATIAL], window[MAX_SPATIAL];
} Steps;

static Steps steps_of(const Op *op, const ConvStrides *strides) {
    Steps steps = {{0}, {0}};
    const ConvMaxAttrs *const attrs = conv_max_attrs(op);
    for (int i = 0; i < attrs->window.dims; i++) {
        steps.output[i] = strides->at[i] * attrs->window.stride[i];
        steps.window[i] = steps.output[i] * attrs->pooling.stride[i];
    }
    return steps;
}

const char conv_max_winner[] = "v_load_all(winners + r * PANEL + c)"; /* of the template conv_max */

static OpForm form(const Plan *plan, const Op *op) {
    (void)op;
    return plan->target->blocks ? PRODUCT_PACKED : PRODUCT_SUMS;
}

static void emit(Emit *e, const Op *op) {
    if (op->form == PRODUCT_SUMS) {
        emit_window_sums(e, op, &conv_max_attrs(op)->window, &conv_max_attrs(op)->pooling);
        return;
    }
    const Window *const pooling = &conv_max_attrs(op)->pooling;
    Tensor *x = op->in[0], *kernel = op->in[1];
    const Shape in = x->shape, out = op->out->shape;
    const int dims = pooling->dims, last = out.rank - 1;
    const ConvStrides strides = conv_strides(in, dims);
    const ConvPieces pieces = conv_pieces(&conv_max_attrs(op)->window, &strides, in.dim[last]);
    const Steps steps = steps_of(op, &strides);
    const int64_t size = pooling->size[dims - 1], across = pooling->stride[dims - 1];
    const bool wins = conv_max_attrs(op)->keeps_winners;
    const char *const from = param_named(e, x, false, "x"), *const weights = param_named(e, kernel, false, "packed");
    const BlockText block = block_text(e, op, size_text(e, out, 0, last), "row + r");
    emit_function(e, "conv_max",
                  (Hole[]){{"counts", conv_three(e, pieces.counts)},
                           {"strides", conv_three(e, pieces.strides)},
                           {"across", integer(e, across)},
                           {"more", integer(e, across - 1)},
                           {"size", integer(e, size)},
                           {"lines", size_text(e, out, 0, last - 1)},
                           {"columns", integer(e, out.dim[last])},
                           {"x", from},
                           {"line_at",
                            conv_place(e, "line", dims - 1, out.dim + last - dims, steps.window, strides.sample, true)},
                           {"width", integer(e, out.dim[last - 1])},
                           {"at", times(e, "at", steps.window[dims - 1])},
                           {"taps", integer(e, lines_of(pooling))},
                           {"tap_at", conv_place(e, "tap", dims - 1, pooling->size, steps.output, 0, false)},
                           {"step", integer(e, steps.output[dims - 1])},
                           {"depth", integer(e, pieces.depth)},
                           {"kernel", weights},
                           {"panel", times(e, "col", kernel->shape.dim[1])},
                           {"winners", wins ? ", winners[(size_t)AT_ONCE * PANEL]" : ""},
                           {"keep", wins ? "winners" : "NULL"},
                           {"draws", block.draws},
                           {"value", block.value},
                           {"lanes", block.lanes},
                           {"steps", block.steps},
                           {NULL, NULL}});
}

/* Where the elements of a pooling window lie in the image, from its corner on. */
static const char *tap_places(Emit *e, const Op *op, const Steps *steps) {
    Text text = {.arena = e->arena};
    const Window *const pooling = &conv_max_attrs(op)->pooling;
    for (int64_t tap = 0; tap < taps_of(pooling); tap++) {
        int64_t at = 0, rest = tap;
        for (int i = pooling->dims - 1; i >= 0; i--) {
            at += rest % pooling->size[i] * steps->output[i];
            rest /= pooling->size[i];
        }
        text_printf(&text, "%s%lld", tap ? ", " : "", (long long)at);
    }
    return text_chars(&text);
}

/* Rows keep no winners. */
static OpForm form_of_sparse(const Plan *plan, const Op *op) {
    return plan->target->blocks || op->in_count > 2 ? PRODUCT_BLOCKS : PRODUCT_SUMS;
}

static void emit_winners(Emit *e, const Op *op, Tensor *image, const char *each) {
    Tensor *const d = op->in[1], *const winner = op->in_count > 2 ? op->in[2] : NULL;
    if (op->form == PRODUCT_SUMS) {
        emit_sparse_rows(e, op, &conv_max_attrs(op)->window, image, image == op->out ? op->in[0] : op->out, d);
        return;
    }
    const Shape in = image->shape, out = d->shape;
    const int dims = conv_max_attrs(op)->window.dims, last = in.rank - 1, first = last - dims;
    const ConvStrides strides = conv_strides(in, dims);
    const ConvPieces pieces = conv_pieces(&conv_max_attrs(op)->window, &strides, in.dim[last]);
    const Steps steps = steps_of(op, &strides);
    const int64_t weights = pieces.counts[0] * pieces.counts[1] * pieces.counts[2] * pieces.depth;
    const char *const from = op->in[0] == image ? param_named(e, image, false, "x") : "";
    const char *const kernel = op->in[0] == image ? "" : param_tensor(e, op->in[0], false);
    const char *const back = param_named(e, d, false, "d"), *const won =
                                                                winner ? param_named(e, winner, false, "winner") : "";
    const char *const to = param_named(e, op->out, true, "y");
    const char *const filters = integer(e, out.dim[last]), *const share = shared_size(e, op, filters);
    const char *const size = op->share.kind == SHARE_RESULT ? times(e, share, weights)
                                                            : size_text(e, op->out->shape, 0, op->out->shape.rank);
    const Hole call[] = {{"x", from},
                         {"kernel", kernel},
                         {"y", to},
                         {"sample", integer(e, strides.sample)},
                         {"depth", integer(e, pieces.depth)},
                         {"weights", integer(e, weights)},
                         {NULL, NULL}};
    emit_function(
        e, "winners",
        (Hole[]){{"counts", conv_three(e, pieces.counts)},
                 {"strides", conv_three(e, pieces.strides)},
                 {"taps",
                  winner ? filled(e, "winners_taps", (Hole[]){{"taps", tap_places(e, op, &steps)}, {NULL, NULL}}) : ""},
                 {"y", to},
                 {"size", size},
                 {"samples", size_text(e, in, 0, first)},
                 {"places", integer(e, conv_strides(out, dims).sample / out.dim[last])},
                 {"corner", conv_place(e, "(place + p)", dims, out.dim + first, steps.window, 0, false)},
                 {"filters", filters},
                 {"share", share},
                 {"list", filled(e, winner ? "winners_list" : "nonzeros_list",
                                 (Hole[]){{"filters", filters}, {"d", back}, {"winner", won}, {NULL, NULL}})},
                 {"each", filled(e, each, call)},
                 {NULL, NULL}});
}

static void emit_kernel(Emit *e, const Op *op) { emit_winners(e, op, op->in[0], "winners_kernel"); }

static void emit_input(Emit *e, const Op *op) { emit_winners(e, op, op->out, "winners_input"); }

static void emit_lines(Emit *e, const Op *op) {
    const Window *const pooling = &conv_max_attrs(op)->pooling;
    Tensor *x = op->in[0], *d = op->in[1];
    const Shape in = x->shape, out = d->shape;
    const int dims = pooling->dims, last = in.rank - 1;
    const ConvStrides strides = conv_strides(in, dims);
    const ConvPieces pieces = conv_pieces(&conv_max_attrs(op)->window, &strides, in.dim[last]);
    const Steps steps = steps_of(op, &strides);
    const int64_t filters = out.dim[last], width = out.dim[last - 1];
    const int64_t fit = UNPOOLED / unpooled_size(pooling, filters), at_once = fit < width ? fit : width;
    int64_t counts[MAX_SPATIAL] = {1, 1, 1}, apart[MAX_SPATIAL] = {0};
    for (int i = 0; i < dims - 1; i++) {
        counts[i] = pooling->size[i];
        apart[i] = steps.output[i];
    }
    const char *const share = shared_size(e, op, integer(e, filters));
    const char *const from = param_named(e, x, false, "x"), *const back = param_named(e, d, false, "d");
    const char *const won = param_named(e, op->in[2], false, "winner"), *const to = param_named(e, op->out, true, "y");
    emit_function(e, "winner_lines",
                  (Hole[]){{"counts", conv_three(e, counts)},
                           {"strides", conv_three(e, apart)},
                           {"at_once", integer(e, at_once ? at_once : 1)},
                           {"y", to},
                           {"lines", size_text(e, out, 0, last - 1)},
                           {"x", from},
                           {"line_at",
                            conv_place(e, "line", dims - 1, out.dim + last - dims, steps.window, strides.sample, true)},
                           {"width", integer(e, width)},
                           {"filters", integer(e, filters)},
                           {"share", share},
                           {"across", integer(e, pooling->stride[dims - 1])},
                           {"across_size", integer(e, pooling->size[dims - 1])},
                           {"deep", integer(e, lines_of(pooling))},
                           {"d", back},
                           {"winner", won},
                           {"taps", integer(e, pieces.counts[0] * pieces.counts[1] * pieces.counts[2])},
                           {"rows", integer(e, pieces.depth)},
                           {"tap_at", conv_place(e, "tap", pieces.count, pieces.counts, pieces.strides, 0, false)},
                           {"at", times(e, "at", steps.window[dims - 1])},
                           {"step", integer(e, steps.output[dims - 1])},
                           {"tap_size", integer(e, pieces.depth * filters)},
                           {NULL, NULL}});
}

static void emit_unpool(Emit *e, const Op *op) {
    Tensor *d = op->in[0], *y = op->out;
    const Window *const pooling = &conv_max_attrs(op)->pooling;
    const WindowLoops loops = window_loops(pooling, y->shape, d->shape);
    bool gaps = false;
    for (int i = 0; i < pooling->dims; i++) gaps = gaps || pooling->stride[i] > pooling->size[i];
    const char *const back = param_named(e, d, false, "d"), *const won = param_named(e, op->in[1], false, "winner");
    const char *const to = param_named(e, y, true, "y");
    const char *tap = filled(e, "unpool_tap",
                             (Hole[]){{"y", to},
                                      {"at", window_image_at(e, &loops)},
                                      {"tap", window_tap_at(e, &loops, 1)},
                                      {"zero", literal(e, 0)},
                                      {NULL, NULL}});
    const char *body = filled(e, "unpool",
                              (Hole[]){{"d", back},
                                       {"winner", won},
                                       {"place", window_place_at(e, &loops)},
                                       {"taps", window_taps(e, &loops, tap)},
                                       {NULL, NULL}});
    body = window_places(e, &loops, window_channels(e, &loops, "n", body));
    emit_function(e, gaps ? "pool_back" : "body",
                  (Hole[]){{"y", to},
                           {"size", size_text(e, y->shape, 0, y->shape.rank)},
                           {"loops", body},
                           {"body", body},
                           {NULL, NULL}});
}

/* Places follow each other, row by row, in the image as in what is made of it. */
static int64_t lead(const Plan *plan, const Op *op, const Access *read, const Tensor *made) {
    const ConvMaxAttrs *const attrs = conv_max_attrs(op);
    int64_t apart[MAX_SPATIAL] = {0};
    if (plan->target->blocks || read->tensor != op->in[0] || made != op->out) return -1;
    for (int i = 0; i < attrs->window.dims; i++) apart[i] = attrs->window.stride[i] * attrs->pooling.stride[i];
    return window_lead(plan, attrs->window.dims, apart, read->tensor->shape, made->shape) +
           window_back(&attrs->window, read->tensor->shape);
}

/* A pooling window of windows. */
static LineWindow line_window(const Op *op) {
    const Window *const window = &conv_max_attrs(op)->window, *const pooling = &conv_max_attrs(op)->pooling;
    if (op->in[0]->shape.rank - 1 - window->dims != LINE_DIM) return (LineWindow){0};
    return (LineWindow){window->stride[0] * pooling->stride[0],
                        (pooling->size[0] - 1) * window->stride[0] + window_reach(window, 0), window->low[0]};
}

/* Filter by filter. */
static void share_kernel(const Op *op, Share *share) {
    const Shape d = op->in[1]->shape;
    const int64_t filters = d.dim[d.rank - 1];
    *share = (Share){SHARE_RESULT, filters, "1", {0, 1, 1}, shape_size(op->out->shape, 1) / filters};
}

/* The same, some filters at a time, which lie beside each other. */
static void share_lines(const Op *op, Share *share) {
    const Shape d = op->in[1]->shape;
    *share = (Share){SHARE_RESULT, d.dim[d.rank - 1], "LANES", {0, 1, 1}, 1};
}

static const char *window_said(Emit *e, const Window *window) {
    Text text = {.arena = e->arena};
    window_describe(window, &text);
    return text_chars(&text);
}

/* max 2x2 (conv 3x3 (x, kernel)) */
static const char *formula(Emit *e, const Op *op, const char *const *in) {
    const ConvMaxAttrs *const attrs = conv_max_attrs(op);
    const char *const product = formatted(e, "conv%s (%s, %s)", window_said(e, &attrs->window), in[0], in[1]);
    const char *const sum = weighted_sums_start(op) ? formatted(e, "%s + %s", product, in[2]) : product;
    return formatted(e, "max%s (%s)", window_said(e, &attrs->pooling), sum);
}

/* Which gradients of the convolution's outputs are not 0: those at the winners of pooling windows, or any. */
static const char *found_in(Emit *e, const Op *op, const char *const *in) {
    if (op->in_count == 2) return formatted(e, "%s that are not 0", in[1]);
    return formatted(e, "%s, each at the %s of max%s", in[1], in[2], window_said(e, &conv_max_attrs(op)->pooling));
}

static const char *kernel_formula(Emit *e, const Op *op, const char *const *in) {
    return formatted(e, "d_kernel of conv%s (%s, kernel), from %s", window_said(e, &conv_max_attrs(op)->window), in[0],
                     found_in(e, op, in));
}

static const char *input_formula(Emit *e, const Op *op, const char *const *in) {
    return formatted(e, "d_x of conv%s (x, kernel), by %s, from %s", window_said(e, &conv_max_attrs(op)->window), in[0],
                     found_in(e, op, in));
}

static const char *unpool_formula(Emit *e, const Op *op, const char *const *in) {
    return formatted(e, "%s at the %s of max%s, else 0", in[0], in[1],
                     window_said(e, &conv_max_attrs(op)->pooling));
}

const OpDef op_conv_max = {.name = "conv_max",
                           .lead = lead,
                           .line_window = line_window,
                           .stack = greatest_sums,
                           .brief = "the greatest products with neighbouring windows of an image",
                           .form = form,
                           .emit = emit,
                           .describe = describe,
                           .formula = formula,
                           .attrs = &attrs_kind,
                           .takes_steps = true,
                           .blocks = true,
                           .by_rows = true,
                           .reads_constants = true,
                           .by_samples = true};
const OpDef op_conv_sparse_kernel = {.name = "conv_sparse_kernel",
                                     .brief = "a conv's gradient of its kernel, of few gradients that are not 0",
                                     .form = form_of_sparse,
                                     .emit = emit_kernel,
                                     .describe = describe,
                                     .formula = kernel_formula,
                                     .attrs = &attrs_kind,
                                     .share = share_kernel};
const OpDef op_conv_sparse_input = {.name = "conv_sparse_input",
                                    .brief = "a conv's gradient of its image, of few gradients that are not 0",
                                    .form = form_of_sparse,
                                    .emit = emit_input,
                                    .describe = describe,
                                    .formula = input_formula,
                                    .attrs = &attrs_kind,
                                    .by_samples = true};
const OpDef op_conv_max_lines = {.name = "conv_max_lines",
                                 .brief = "conv_max's gradient of its kernel",
                                 .emit = emit_lines,
                                 .describe = describe,
                                 .formula = kernel_formula,
                                 .attrs = &attrs_kind,
                                 .share = share_lines};
const OpDef op_unpool = {.name = "unpool",
                         .brief = "gradients back to the winners of pooling",
                         .emit = emit_unpool,
                         .describe = describe_unpool,
                         .formula = unpool_formula,
                         .attrs = &attrs_kind,
                         .by_samples = true};
