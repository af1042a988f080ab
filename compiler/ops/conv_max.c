/* SPDX-License-Identifier: MIT-0 */
/* conv_max: a convolution that keeps the greatest of each pooling window of its outputs, so that the others never reach
 * memory. A bias and an activation that rises follow it instead of going before the pooling: they change no order.
 *
 * A gradient goes to one output of a window only, the winner, whose number training keeps. conv_sparse_kernel and
 * conv_sparse_input go from winner to winner, filter by filter, and leave out all other products: those of zeros. (They also
 * serve conv where max pooling of another kind stands behind it: then they look for what is not 0.) Where windows
 * have few neighbouring elements, gradients are put back in their places instead: by conv_max_lines a few windows at a time,
 * and by unpool all of them, for the gradients of conv. */
#include <string.h>

#include "model/layer.h"
#include "ops/conv.h"
#include "ops/conv_max.h"
#include "ops/op.h"
#include "ops/pool.h"
#include "ops/window.h"
#include "plan/access.h"

enum {
    MOST_TAPS = 64,      /* elements of a pooling window: the table of their places is in the C */
    MOST_ACROSS = 16,    /* columns from one pooling window to the next: a few of them are on the stack */
    FEW_POSITIONS = 8,   /* of an image */
    MANY_ZEROS = 4,      /* to each gradient that may be none: it pays to look for those */
    FEW_NEIGHBOURS = 16, /* with fewer, lanes run over filters, not over neighbours */
    UNPOOLED = 4096,     /* reals on the stack: about so many … */
    MOST_UNPOOLED = 4 * UNPOOLED /* … and at most */
};

static int64_t taps_of(const Window *pooling) {
    int64_t taps = 1;
    for (int i = 0; i < pooling->dims; i++) taps *= pooling->size[i];
    return taps;
}

/* Rows of its elements that lie side by side. */
static int64_t lines_of(const Window *pooling) { return taps_of(pooling) / pooling->size[pooling->dims - 1]; }

static void describe(const Op *op, Text *out) {
    window_describe(op, out);
    if (taps_of(&op->pooling) == 1) return;
    text_puts(out, " max");
    window_describe(&(Op){.window = op->pooling}, out);
}

static void describe_unpool(const Op *op, Text *out) { window_describe(&(Op){.window = op->pooling}, out); }

/* Whether windows neither overlap nor reach beyond an image of this shape. */
static bool apart_within(const Window *pooling, Shape image, Shape places) {
    const int first = image.rank - 1 - pooling->dims;
    for (int i = 0; i < pooling->dims; i++) {
        const int64_t end = (places.dim[first + i] - 1) * pooling->stride[i] + pooling->size[i];
        if (pooling->stride[i] < pooling->size[i] || pooling->low[i] || end > image.dim[first + i]) return false;
    }
    return taps_of(pooling) > 1 && taps_of(pooling) <= MOST_TAPS && pooling->stride[pooling->dims - 1] <= MOST_ACROSS;
}

/* What a step of this map rises with: it is elementwise, and its other operands are one for each channel. NULL: none. */
static Tensor *rising_from(const Op *op) {
    const Step *step = op->def == &op_map && !op->loop && op->steps.count == 1 ? &op->steps.at[0] : NULL;
    if (!step || !step->formula || !step->formula->rises) return NULL;
    for (int i = 1; i < step->operand_count; i++)
        if (step->operands[i].tensor && step->operands[i].tensor->shape.rank != 1) return NULL;
    Tensor *const from = step->operands[0].tensor;
    return from && !strcmp(step->operands[0].name, step->formula->operands[0]) && shape_equal(from->shape, op->out->shape)
               ? from : NULL;
}

/* Whether a product is that of a convolution of single positions, over `dims` dimensions: so many of them that packing its
 * matrix pays for one sample, too. */
static bool is_of_points(const Op *op, int dims) {
    if (op->def != &op_matmul || op->transpose_a || op->in_count != 2 || op->in[0]->columns || op->in[1]->columns) return false;
    const Shape in = op->in[0]->shape, out = op->out->shape;
    bool same = in.rank == out.rank && in.rank > dims + 1;
    int64_t positions = 1;
    for (int i = 0; same && i < in.rank - 1; i++) {
        same = in.dim[i] == out.dim[i];
        if (i >= in.rank - 1 - dims) positions *= in.dim[i];
    }
    return same && positions >= FEW_POSITIONS;
}

/* Makes a convolution of it. */
static void from_points(Builder *build, Op *op, int dims) {
    const Shape matrix = op->in[1]->shape;
    Shape kernel = {.rank = dims + 2};
    for (int i = 0; i < dims; i++) kernel.dim[i] = 1;
    kernel.dim[dims] = matrix.dim[0];
    kernel.dim[dims + 1] = matrix.dim[1];
    op->in[1] = build_view(build, op->in[1], kernel, "kernel_of_points");
    op->window = window_of(dims);
}

/* What a view shows as a whole and in its own shape, as behind TimeDistributed; else the view. */
static Tensor *shown_by(Tensor *view) {
    Tensor *x = view;
    while (x->base && !x->part && !x->stepped && !x->columns) x = x->base;
    return shape_equal(x->shape, view->shape) ? x : view;
}

/* How many operations read what one has just made: they stand behind it. */
static int readers_behind(const Program *program, const Tensor *made) {
    int readers = 0;
    for (int i = program->ops.count - 1; program->ops.at[i] != made->producer; i--) readers += op_reads(program->ops.at[i], made);
    return readers;
}

Tensor *build_conv_max(Builder *build, Tensor *x, Window pooling, Shape shape) {
    x = shown_by(x);
    Tensor *chain[8]; /* from the pooled one back to the convolution's */
    int count = 0;
    for (Tensor *y = x; y; y = rising_from(y->producer)) {
        if (y->base || !y->producer || y->producer->out != y || count == 8) return NULL;
        if (readers_behind(build->program, y) != (count > 0)) return NULL; /* but for the one before in the chain */
        chain[count++] = y;
    }
    Op *const conv = chain[count - 1]->producer;
    const bool points = is_of_points(conv, pooling.dims);
    if (conv->loop || !apart_within(&pooling, x->shape, shape)) return NULL;
    if (!points && (conv->def != &op_conv || conv->window.groups > 1 || conv->window.dims != pooling.dims)) return NULL;
    const Layer *const layer = build->layer;
    build->layer = conv->layer;
    if (points) from_points(build, conv, pooling.dims);
    conv->def = &op_conv_max;
    conv->pooling = pooling;
    for (int i = 0; i < count; i++) chain[i]->shape = shape;
    if (build->training && (gradient_needed(conv->in[0]) || gradient_needed(conv->in[1]))) {
        Step winner = {.label = "winner", .text = "v_load_all(winners + r * PANEL + c)"};
        winner.result = build_value(build, winner.label, shape);
        winner.result->producer = conv;
        op_add_step(build->plan->arena, conv, winner);
    }
    build->layer = layer;
    if (layer && !tensor_name_taken(build->program, layer->name)) tensor_rename(build, x, layer->name);
    return x;
}

static Op *build_back(Builder *build, const OpDef *def, const char *role, const Op *of) {
    Op *const back = build_op(build, def, role);
    back->window = of->window;
    back->pooling = of->pooling;
    return back;
}

static void gradient_unpooled(Builder *build, const Op *op, Tensor *d, Tensor *winner) {
    Op *const unpool = build_back(build, &op_unpool, "backward_unpool", op);
    unpool->in[unpool->in_count++] = d;
    unpool->in[unpool->in_count++] = winner;
    Shape shape = d->shape; /* as far as windows reach */
    const int first = shape.rank - 1 - op->pooling.dims;
    for (int i = 0; i < op->pooling.dims; i++)
        shape.dim[first + i] = (shape.dim[first + i] - 1) * op->pooling.stride[i] + op->pooling.size[i];
    Tensor *const unpooled = build_result(build, unpool, arena_printf(build->plan->arena, "%s_unpooled", gradient_name(build, op->out)), shape);
    build_conv_gradients(build, &op->window, op->in[0], op->in[1], unpooled);
}

/* Reals that a window becomes when it is unpooled, with what lies between it and the next one. */
static int64_t unpooled_size(const Window *pooling, int64_t filters) {
    return lines_of(pooling) * pooling->stride[pooling->dims - 1] * filters;
}

static void gradient_of_lines(Builder *build, const Op *op, Tensor *d, Tensor *winner) {
    Tensor *const kernel = op->in[1];
    const char *const name = gradient_name(build, kernel);
    Op *const back = build_back(build, &op_conv_max_lines, arena_printf(build->plan->arena, "backward_%s", name + 2), op);
    back->in[back->in_count++] = op->in[0];
    back->in[back->in_count++] = d;
    back->in[back->in_count++] = winner;
    gradient_add(build, kernel, build_result(build, back, name, kernel->shape));
}

/* How many elements of a window lie together, of an image of this shape. */
static int64_t neighbours(const Window *window, Shape in) {
    const ConvStrides strides = conv_strides(in, window->dims);
    return conv_pieces(window, &strides, in.dim[in.rank - 1]).depth;
}

/* From one non-zero gradient of an output to the next; each of them is that of a winner, or in its place (NULL). */
static void gradient_of_few(Builder *build, const Op *op, Tensor *x, Tensor *kernel, Tensor *d, Tensor *winner) {
    const int dims = op->window.dims;
    int64_t weights = 1; /* of a filter */
    for (int i = 0; i <= dims; i++) weights *= kernel->shape.dim[i];
    const int64_t filters = kernel->shape.dim[dims + 1];
    const char *const name = gradient_name(build, kernel);
    if (gradient_needed(x)) {
        Tensor *const matrix = build_view(build, kernel, shape_of(2, (int64_t[]){weights, filters}), "kernel_matrix");
        Tensor *const transposed = build_permute(build, matrix, (int[]){1, 0}, 0, "backward_transpose",
                                                 arena_printf(build->plan->arena, "%s_transposed", name + 2));
        Op *const back = build_back(build, &op_conv_sparse_input, "backward_input", op);
        back->in[back->in_count++] = transposed;
        back->in[back->in_count++] = d;
        if (winner) back->in[back->in_count++] = winner;
        gradient_add(build, x, build_result(build, back, gradient_name(build, x), x->shape));
    }
    if (!gradient_needed(kernel)) return;
    Op *const back = build_back(build, &op_conv_sparse_kernel, arena_printf(build->plan->arena, "backward_%s", name + 2), op);
    back->in[back->in_count++] = x;
    back->in[back->in_count++] = d;
    if (winner) back->in[back->in_count++] = winner;
    Tensor *const by_filter = build_result(build, back, arena_printf(build->plan->arena, "%s_by_filter", name),
                                           shape_of(2, (int64_t[]){filters, weights}));
    Tensor *const matrix = build_permute(build, by_filter, (int[]){1, 0}, 0, "backward_turn",
                                         arena_printf(build->plan->arena, "%s_matrix", name));
    gradient_add(build, kernel, build_view(build, matrix, kernel->shape, name));
}

static void gradient(Builder *build, const Op *op, Tensor *d) {
    Tensor *const x = op->in[0], *const winner = op->steps.at[0].result;
    if (neighbours(&op->window, x->shape) >= FEW_NEIGHBOURS) gradient_of_few(build, op, x, op->in[1], d, winner);
    else if (gradient_needed(x) || unpooled_size(&op->pooling, d->shape.dim[d->shape.rank - 1]) > MOST_UNPOOLED)
        gradient_unpooled(build, op, d, winner);
    else gradient_of_lines(build, op, d, winner);
}

/* Whether a gradient is 0 nearly everywhere: it comes from max pooling, through elementwise gradients, all of which are 0
 * where d is. */
static bool is_sparse(const Tensor *d) {
    const Op *op = d->producer;
    while (op && op->def == &op_map && op->steps.count == 1 && op->steps.at[0].of_gradient) {
        const Op *from = NULL;
        for (int i = 0; i < op->steps.at[0].operand_count; i++)
            if (!strcmp(op->steps.at[0].operands[i].name, "d")) from = op->steps.at[0].operands[i].tensor->producer;
        op = from;
    }
    if (!op || op->def != &op_pool_gradient || op->window.pool == POOL_AVERAGE || op->window.pool == POOL_SUM) return false;
    int64_t apart = 1;
    for (int i = 0; i < op->window.dims; i++) apart *= op->window.stride[i];
    return apart >= MANY_ZEROS;
}

bool build_conv_sparse_gradients(Builder *build, const Window *window, Tensor *x, Tensor *kernel, Tensor *d) {
    if (window->groups > 1 || !is_sparse(d) || neighbours(window, x->shape) < FEW_NEIGHBOURS) return false;
    const Op of = {.window = *window, .pooling = window_of(window->dims)};
    gradient_of_few(build, &of, x, kernel, d, NULL);
    return true;
}

/* Distances in the image: from one output of the convolution to the next, and from one pooling window to the next. */
typedef struct Steps {
    int64_t output[MAX_SPATIAL], window[MAX_SPATIAL];
} Steps;

static Steps steps_of(const Op *op, const ConvStrides *strides) {
    Steps steps = {{0}, {0}};
    for (int i = 0; i < op->window.dims; i++) {
        steps.output[i] = strides->at[i] * op->window.stride[i];
        steps.window[i] = steps.output[i] * op->pooling.stride[i];
    }
    return steps;
}

static void emit(Emit *e, const Op *op) {
    const Window *const pooling = &op->pooling;
    Tensor *x = op->in[0], *kernel = op->in[1];
    const Shape in = x->shape, out = op->out->shape;
    const int dims = pooling->dims, last = out.rank - 1;
    const ConvStrides strides = conv_strides(in, dims);
    const ConvPieces pieces = conv_pieces(&op->window, &strides, in.dim[last]);
    const Steps steps = steps_of(op, &strides);
    const int64_t size = pooling->size[dims - 1], across = pooling->stride[dims - 1];
    const bool wins = op->steps.count && !strcmp(op->steps.at[0].label, "winner");
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
                           {"line_at", conv_place(e, "line", dims - 1, out.dim + last - dims, steps.window, strides.sample, true)},
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
    for (int64_t tap = 0; tap < taps_of(&op->pooling); tap++) {
        int64_t at = 0, rest = tap;
        for (int i = op->pooling.dims - 1; i >= 0; i--) {
            at += rest % op->pooling.size[i] * steps->output[i];
            rest /= op->pooling.size[i];
        }
        text_printf(&text, "%s%lld", tap ? ", " : "", (long long)at);
    }
    return text_chars(&text);
}

static void emit_winners(Emit *e, const Op *op, Tensor *image, const char *each) {
    Tensor *const d = op->in[1], *const winner = op->in_count > 2 ? op->in[2] : NULL;
    const Shape in = image->shape, out = d->shape;
    const int dims = op->window.dims, last = in.rank - 1, first = last - dims;
    const ConvStrides strides = conv_strides(in, dims);
    const ConvPieces pieces = conv_pieces(&op->window, &strides, in.dim[last]);
    const Steps steps = steps_of(op, &strides);
    const int64_t weights = pieces.counts[0] * pieces.counts[1] * pieces.counts[2] * pieces.depth;
    const char *const from = op->in[0] == image ? param_named(e, image, false, "x") : "";
    const char *const kernel = op->in[0] == image ? "" : param_named(e, op->in[0], false, "transposed");
    const char *const back = param_named(e, d, false, "d"), *const won = winner ? param_named(e, winner, false, "winner") : "";
    const char *const to = param_named(e, op->out, true, "y");
    const Hole call[] = {{"x", from},
                         {"kernel", kernel},
                         {"y", to},
                         {"sample", integer(e, strides.sample)},
                         {"depth", integer(e, pieces.depth)},
                         {"weights", integer(e, weights)},
                         {NULL, NULL}};
    emit_function(e, "winners",
                  (Hole[]){{"counts", conv_three(e, pieces.counts)},
                           {"strides", conv_three(e, pieces.strides)},
                           {"taps", winner ? filled(e, "winners_taps", (Hole[]){{"taps", tap_places(e, op, &steps)}, {NULL, NULL}}) : ""},
                           {"y", to},
                           {"size", size_text(e, op->out->shape, 0, op->out->shape.rank)},
                           {"samples", size_text(e, in, 0, first)},
                           {"places", integer(e, conv_strides(out, dims).sample / out.dim[last])},
                           {"corner", conv_place(e, "(place + p)", dims, out.dim + first, steps.window, 0, false)},
                           {"filters", integer(e, out.dim[last])},
                           {"list", filled(e, winner ? "winners_list" : "nonzeros_list",
                                           (Hole[]){{"filters", integer(e, out.dim[last])}, {"d", back}, {"winner", won}, {NULL, NULL}})},
                           {"each", filled(e, each, call)},
                           {NULL, NULL}});
}

static void emit_kernel(Emit *e, const Op *op) { emit_winners(e, op, op->in[0], "winners_kernel"); }

static void emit_input(Emit *e, const Op *op) { emit_winners(e, op, op->out, "winners_input"); }

static void emit_lines(Emit *e, const Op *op) {
    const Window *const pooling = &op->pooling;
    Tensor *x = op->in[0], *d = op->in[1];
    const Shape in = x->shape, out = d->shape;
    const int dims = pooling->dims, last = in.rank - 1;
    const ConvStrides strides = conv_strides(in, dims);
    const ConvPieces pieces = conv_pieces(&op->window, &strides, in.dim[last]);
    const Steps steps = steps_of(op, &strides);
    const int64_t filters = out.dim[last], at_once = UNPOOLED / unpooled_size(pooling, filters);
    int64_t counts[MAX_SPATIAL] = {1, 1, 1}, apart[MAX_SPATIAL] = {0};
    for (int i = 0; i < dims - 1; i++) {
        counts[i] = pooling->size[i];
        apart[i] = steps.output[i];
    }
    const char *const from = param_named(e, x, false, "x"), *const back = param_named(e, d, false, "d");
    const char *const won = param_named(e, op->in[2], false, "winner"), *const to = param_named(e, op->out, true, "y");
    emit_function(e, "winner_lines",
                  (Hole[]){{"counts", conv_three(e, counts)},
                           {"strides", conv_three(e, apart)},
                           {"at_once", integer(e, at_once ? at_once : 1)},
                           {"y", to},
                           {"size", size_text(e, op->out->shape, 0, op->out->shape.rank)},
                           {"lines", size_text(e, out, 0, last - 1)},
                           {"x", from},
                           {"line_at", conv_place(e, "line", dims - 1, out.dim + last - dims, steps.window, strides.sample, true)},
                           {"width", integer(e, out.dim[last - 1])},
                           {"filters", integer(e, filters)},
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
    const Op pool = {.window = op->pooling};
    const WindowLoops loops = window_loops(&pool, y->shape, d->shape);
    bool gaps = false;
    for (int i = 0; i < op->pooling.dims; i++) gaps = gaps || op->pooling.stride[i] > op->pooling.size[i];
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
                  (Hole[]){{"y", to}, {"size", size_text(e, y->shape, 0, y->shape.rank)}, {"loops", body}, {"body", body}, {NULL, NULL}});
}

const OpDef op_conv_max = {.name = "conv_max", .brief = "the greatest products with neighbouring windows of an image",
                           .gradient = gradient, .emit = emit, .describe = describe, .takes_steps = true, .blocks = true};
const OpDef op_conv_sparse_kernel = {
    .name = "conv_sparse_kernel", .brief = "a conv's gradient of its kernel, of few gradients that are not 0", .emit = emit_kernel, .describe = describe};
const OpDef op_conv_sparse_input = {
    .name = "conv_sparse_input", .brief = "a conv's gradient of its image, of few gradients that are not 0", .emit = emit_input, .describe = describe};
const OpDef op_conv_max_lines = {
    .name = "conv_max_lines", .brief = "conv_max's gradient of its kernel", .emit = emit_lines, .describe = describe};
const OpDef op_unpool = {
    .name = "unpool", .brief = "gradients back to the winners of pooling", .emit = emit_unpool, .describe = describe_unpool};
