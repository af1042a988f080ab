/* SPDX-License-Identifier: MIT-0 */
/* conv_transposed: what a convolution with strides would have made d from, which is both its gradient and
 * Conv…Transpose. An output at i gets d[o] · kernel[k] wherever o · stride + k = low + i: which positions k of the
 * kernel these are depends on i mod stride, its phase, alone. So each phase is a convolution without strides, of d with
 * its part of the kernel, and nobody multiplies the zeros that would stand between the elements of d.
 * transposed_taps: the kernel's positions phase by phase, each (filters, channels). transposed_pack: each phase in
 * strips. */
#include "ops/conv_windows.h"
#include "ops/conv_transposed.h"
#include "ops/op.h"
#include "ops/pack.h"
#include "ops/pad.h"
#include "plan/window.h"

#include "ops/window_loops.h"

enum { MOST_PHASES = 64 }; /* their tables are in the C */

/* Of transposed_taps and transposed_pack: the window, and the shape of what conv_transposed makes. */
typedef struct PhasesAttrs {
    Window window;
    Shape shape;
} PhasesAttrs;

static void attrs_key(const Op *op, Text *key);

static const AttrsKind attrs_kind = {"phases", sizeof(PhasesAttrs), attrs_key};

static PhasesAttrs *phases_attrs(const Op *op) { return op_attrs(op, &attrs_kind); }

static void attrs_key(const Op *op, Text *key) {
    window_key(&phases_attrs(op)->window, key);
    shape_key(phases_attrs(op)->shape, key);
}

/* One dimension of a phase: taps consecutive positions of d, from `begin` + the number of the place on, meet positions
 * first, first - stride, … of the kernel, and make `places` outputs. */
typedef struct Side {
    int64_t taps, first, begin, places;
} Side;

static Side side_of(const Window *window, int dim, int64_t phase, int64_t outputs) {
    const int64_t size = window->size[dim], stride = window->stride[dim], behind = size - 1 - window->low[dim];
    const int64_t turned = ((behind - phase) % stride + stride) % stride; /* from the kernel's end */
    return (Side){.taps = (size - turned + stride - 1) / stride,
                  .first = size - 1 - turned,
                  .begin = (phase + turned - behind) / stride,
                  .places = outputs > phase ? (outputs - phase + stride - 1) / stride : 0};
}

typedef struct StridePhase {
    Side side[MAX_SPATIAL];
    int64_t at[MAX_SPATIAL]; /* its first output */
    int64_t taps, places;    /* products of the sides' */
} StridePhase;

typedef struct StridePhases {
    int count;
    StridePhase phase[MOST_PHASES];
    int64_t low[MAX_SPATIAL], size[MAX_SPATIAL]; /* zeros before d that some phase reads; and all that any reads */
    int64_t taps;
} StridePhases;

/* StridePhases that have outputs; `shape` is that of the result. */
static StridePhases phases_of(const Window *window, Shape shape) {
    const int dims = window->dims, first = shape.rank - 1 - dims;
    StridePhases phases = {.count = 0};
    int64_t all = 1;
    for (int i = 0; i < dims; i++) all *= window->stride[i];
    for (int64_t number = 0; number < all; number++) {
        StridePhase phase = {.taps = 1, .places = 1};
        int64_t rest = number;
        for (int i = dims - 1; i >= 0; i--) {
            phase.at[i] = rest % window->stride[i];
            rest /= window->stride[i];
            phase.side[i] = side_of(window, i, phase.at[i], shape.dim[first + i]);
            phase.taps *= phase.side[i].taps;
            phase.places *= phase.side[i].places;
        }
        if (!phase.places) continue;
        phases.taps += phase.taps;
        phases.phase[phases.count++] = phase;
    }
    for (int i = 0; i < dims; i++) {
        for (int j = 0; j < phases.count; j++)
            if (-phases.phase[j].side[i].begin > phases.low[i]) phases.low[i] = -phases.phase[j].side[i].begin;
        for (int j = 0; j < phases.count; j++) {
            const Side *const side = &phases.phase[j].side[i];
            const int64_t end = phases.low[i] + side->begin + side->places - 1 + side->taps;
            if (end > phases.size[i]) phases.size[i] = end;
        }
    }
    return phases;
}

/* Whether there are zeros to leave out, and every phase has a part of the kernel. */
static bool has_phases(const Window *window) {
    int64_t phases = 1;
    for (int i = 0; i < window->dims; i++) {
        if (window->dilation[i] > 1 || window->size[i] < window->stride[i] || window->stride[i] > MOST_PHASES)
            return false;
        phases *= window->stride[i];
    }
    return window->groups == 1 && phases > 1 && phases <= MOST_PHASES;
}

Tensor *build_phases(Builder *build, const Op *of) {
    const Window window = *op_window(of);
    if (!has_phases(&window)) return NULL;
    Tensor *d = of->in[0], *const kernel = of->in[1];
    Shape shape = of->out->shape;
    const int dims = window.dims, first = shape.rank - 1 - dims;
    const int64_t channels = kernel->shape.dim[dims], filters = kernel->shape.dim[dims + 1];
    const bool forward = build->phase == PHASE_FORWARD;
    const StridePhases phases = phases_of(&window, shape);
    Spacing spacing = spacing_none();
    Shape padded = d->shape;
    for (int i = 0; i < dims; i++) {
        spacing.low[first + i] = phases.low[i];
        padded.dim[first + i] = phases.size[i];
    }
    Op *const taps = build_op(build, &op_transposed_taps, forward ? "forward_turn" : "backward_turn");
    op_read(taps, kernel);
    *phases_attrs(taps) = (PhasesAttrs){window, shape};
    Tensor *const turned = build_result(build, taps, NULL, shape_of(3, (int64_t[]){phases.taps, filters, channels}));
    build_called(build, turned, FORM_TURNED, kernel);
    const int64_t panel = build->plan->target->panel_columns;
    Op *const pack = build_op(build, &op_transposed_pack, forward ? "forward_pack" : "backward_pack");
    op_read(pack, turned);
    *phases_attrs(pack) = (PhasesAttrs){window, shape};
    const Shape strips = shape_of(3, (int64_t[]){(channels + panel - 1) / panel, phases.taps * filters, panel});
    Tensor *const packed = build_called(build, build_result(build, pack, NULL, strips), FORM_PACKED, kernel);
    Tensor *const wide =
        build_pad(build, d, spacing, padded, forward ? "forward_space" : "backward_space", forward ? "padded" : NULL);
    d = build_called(build, wide, FORM_PADDED, d);
    Op *const op = build_op(build, &op_conv_transposed, "forward");
    op_read(op, build_whole(build, d));
    op_read(op, packed);
    *op_window(op) = window;
    shape.dim[shape.rank - 1] = channels;
    return build_result(build, op, "sum", shape);
}

static void add_row(Text *table, const char *row) { text_printf(table, "%s%s", table->length ? ", " : "", row); }

/* Behind the tables: these functions are of weights. */
static const char *unused_batch(const Emit *e) { return makes_one_sample(e->plan) ? "" : "(void)batch;\n"; }

static void emit_taps(Emit *e, const Op *op) {
    const Window *const window = &phases_attrs(op)->window;
    const StridePhases phases = phases_of(window, phases_attrs(op)->shape);
    Text taps = {.arena = e->arena};
    for (int i = 0; i < phases.count; i++) {
        const StridePhase *const phase = &phases.phase[i];
        for (int64_t tap = 0; tap < phase->taps; tap++) {
            int64_t at = 0, rest = tap, stride = 1;
            for (int j = window->dims - 1; j >= 0; j--) {
                at += (phase->side[j].first - rest % phase->side[j].taps * window->stride[j]) * stride;
                rest /= phase->side[j].taps;
                stride *= window->size[j];
            }
            add_row(&taps, integer(e, at));
        }
    }
    const int64_t filters = op->out->shape.dim[1], channels = op->out->shape.dim[2];
    const char *const kernel = param_named(e, op->in[0], false, "kernel"), *const to =
                                                                               param_named(e, op->out, true, "y");
    emit_function(e, "transposed_taps",
                  (Hole[]){{"taps", text_chars(&taps)},
                           {"unused", unused_batch(e)},
                           {"count", integer(e, phases.taps)},
                           {"channels", integer(e, channels)},
                           {"filters", integer(e, filters)},
                           {"size", integer(e, channels * filters)},
                           {"kernel", kernel},
                           {"to", to},
                           {NULL, NULL}});
}

static void emit_pack(Emit *e, const Op *op) {
    const StridePhases phases = phases_of(&phases_attrs(op)->window, phases_attrs(op)->shape);
    const int64_t filters = op->in[0]->shape.dim[1], channels = op->in[0]->shape.dim[2];
    Text depths = {.arena = e->arena};
    for (int i = 0; i < phases.count; i++) add_row(&depths, integer(e, phases.phase[i].taps * filters));
    const char *const from = param_named(e, op->in[0], false, "turned"), *const to =
                                                                             param_named(e, op->out, true, "packed");
    emit_function(e, "transposed_pack",
                  (Hole[]){{"depths", text_chars(&depths)},
                           {"unused", unused_batch(e)},
                           {"count", integer(e, phases.count)},
                           {"channels", integer(e, channels)},
                           {"wide", integer(e, op->out->shape.dim[0] * op->out->shape.dim[2])},
                           {"from", from},
                           {"to", to},
                           {NULL, NULL}});
}

static const char *const places[] = {"transposed_place_1", "transposed_place_2", "transposed_place_3"};

static void emit(Emit *e, const Op *op) {
    const Window *const window = op_window(op);
    Tensor *const x = op->in[0];
    const Shape in = x->shape, out = op->out->shape;
    const int dims = window->dims, last = out.rank - 1, first = last - dims;
    const Shape strips = op->in[1]->shape;
    const int64_t filters = in.dim[last], channels = out.dim[last], wide = strips.dim[0] * strips.dim[2];
    const ConvStrides strides = conv_strides(in, dims), outputs = conv_strides(out, dims);
    const StridePhases phases = phases_of(window, out);
    Text windows = {.arena = e->arena}, table = {.arena = e->arena};
    int64_t weights = 0;
    for (int i = 0; i < phases.count; i++) {
        const StridePhase *const phase = &phases.phase[i];
        int64_t counts[MAX_SPATIAL] = {1, 1, 1}, apart[MAX_SPATIAL] = {0}, from = 0, to = 0, lines[2] = {1, 1};
        for (int j = 0; j < dims; j++) {
            from += (phase->side[j].begin + phases.low[j]) * strides.at[j];
            to += phase->at[j] * (outputs.at[j] / channels);
            if (j == dims - 1) continue;
            counts[j] = phase->side[j].taps;
            apart[j] = phase->side[j].taps > 1 ? strides.at[j] : 0;
            lines[2 - (dims - 1) + j] = phase->side[j].places;
        }
        add_row(&windows, formatted(e, "{{%s}, {%s}}", conv_three(e, counts), conv_three(e, apart)));
        add_row(&table,
                formatted(e, "{%lld, %lld, %lld, %lld, %lld, %lld, %lld}", (long long)lines[0], (long long)lines[1],
                          (long long)phase->side[dims - 1].places, (long long)(phase->side[dims - 1].taps * filters),
                          (long long)from, (long long)to, (long long)(weights * filters * wide)));
        weights += phase->taps;
    }
    const char *const image = param_named(e, x, false, "x"), *const packed = param_named(e, op->in[1], false, "packed");
    const BlockText block = block_text(e, op, size_text(e, out, 0, last), "place");
    const char *from_line = "", *to_line = "";
    for (int j = 0; j < dims - 1; j++) {
        const char *const index = dims - 2 - j ? "j" : "i";
        from_line = formatted(e, "%s + %s", from_line, times(e, index, strides.at[j]));
        to_line = formatted(e, "%s + %s", to_line, times(e, index, outputs.at[j] / channels * window->stride[j]));
    }
    emit_function(e, "conv_transposed",
                  (Hole[]){{"windows", text_chars(&windows)},
                           {"table", text_chars(&table)},
                           {"phases", integer(e, phases.count)},
                           {"samples", size_text(e, in, 0, first)},
                           {"columns", integer(e, channels)},
                           {"x", image},
                           {"sample", integer(e, strides.sample)},
                           {"place", filled(e, places[dims - 1], (Hole[]){{NULL, NULL}})},
                           {"from_line", from_line},
                           {"to_sample", integer(e, outputs.sample / channels)},
                           {"to_line", to_line},
                           {"stride", integer(e, window->stride[dims - 1])},
                           {"filters", integer(e, filters)},
                           {"packed", packed},
                           {"draws", block.draws},
                           {"value", block.value},
                           {"lanes", block.lanes},
                           {"steps", block.steps},
                           {NULL, NULL}});
}

static void describe(const Op *op, Text *out) { window_describe(&phases_attrs(op)->window, out); }

const OpDef op_conv_transposed = {.name = "conv_transposed",
                                  .brief = "products with the windows of a strided convolution, the other way",
                                  .emit = emit,
                                  .describe = op_window_describe,
                                  .attrs = &window_attrs,
                                  .takes_steps = true,
                                  .blocks = true,
                                  .by_samples = true};
const OpDef op_transposed_taps = {.name = "transposed_taps",
                                  .brief = "a kernel as conv_transposed reads it, phase after phase",
                                  .emit = emit_taps,
                                  .describe = describe,
                                  .attrs = &attrs_kind};
const OpDef op_transposed_pack = {.name = "transposed_pack",
                                  .brief = "its phases in strips",
                                  .emit = emit_pack,
                                  .describe = describe,
                                  .attrs = &attrs_kind};
