/* SPDX-License-Identifier: MIT-0 */
/* Bidirectional: a recurrent layer run both ways through time. TimeDistributed: a layer applied to every time step. */
#include <string.h>

#include "layers/layer.h"
#include "layers/pooling.h"
#include "layers/recurrent.h"
#include "layers/wrappers.h"
#include "ops/penalty.h"

/* Bidirectional */

#define MERGES(row) row(MERGE_CONCAT, "concat") row(MERGE_SUM, "sum") row(MERGE_PRODUCT, "mul") row(MERGE_MEAN, "ave")
typedef enum MergeMode { MERGE_NONE, MERGES(CHOICE_VALUE) } MergeMode;
static const char *const merges[] = {MERGES(CHOICE_WORD) NULL};

typedef struct BidirectionalArgs {
    Object *layer, *backward_layer;
    MergeMode merge_mode;
} BidirectionalArgs;

static const ArgDef bidirectional_args[] = {
    {ARG(BidirectionalArgs, layer), ARG_OBJECT, .class_kind = CLASS_LAYER, .doc = "a recurrent layer"},
    {ARG(BidirectionalArgs, merge_mode), ARG_CHOICE, DEFAULT("'concat'"), .choices = merges,
     .doc = "how the two outputs become one"},
    {ARG(BidirectionalArgs, backward_layer), ARG_OBJECT, DEFAULT("None"), .class_kind = CLASS_LAYER,
     .doc = "the layer for the way back; None: another one like the first, the other way round"},
    {0}};

/* The way back: a copy of the forward layer, or the one that was given. */
static Layer *backward_layer(Layer *layer) {
    if (layer->inner.count == 2) return layer->inner.at[1];
    Layer *backward = NEW(layer->arena, Layer);
    *backward = *layer->inner.at[0];
    backward->reversed = true;
    list_push(layer->arena, &layer->inner, backward);
    return backward;
}

enum { STREAMS = 4 /* of random numbers, for each direction */ };

/* forward_lstm, also of one that is named so already. */
static const char *way_name(const Layer *inner, const char *prefix) {
    const size_t length = strlen(prefix);
    const bool has_it = !strncmp(inner->own_name, prefix, length);
    return arena_printf(inner->arena, "%s%s", prefix, inner->own_name + (has_it ? length : 0));
}

/* Whether the layer that was given for the way back goes together with the other, but for their outputs. */
static bool ways_match(const Layer *layer, const char *forward_name, Diags *diags) {
    const Layer *forward = layer->inner.at[0], *backward = layer->inner.at[1];
    const char *const differ = recurrent_mismatch(forward, backward);
    if (differ) diag(diags, D_layer_ways, object_arg_span(backward->object, differ), differ);
    if (!strcmp(forward_name, backward->own_name)) diag(diags, D_duplicate_layer_name, backward->span, forward_name);
    return !differ && strcmp(forward_name, backward->own_name);
}

static void bidirectional_shape(Layer *layer, Diags *diags) {
    const BidirectionalArgs *a = layer->args;
    for (int i = 0; i < layer->inner.count; i++)
        if (!layer->inner.at[i]->def->recurrent) {
            diag(diags, D_layer_not_recurrent, layer->inner.at[i]->span, layer->inner.at[i]->def->class.name);
            return;
        }
    Layer *forward = layer->inner.at[0], *backward = backward_layer(layer);
    const char *const name = way_name(forward, "forward_");
    if (a->backward_layer && !ways_match(layer, name, diags)) return;
    backward->stream = STREAMS;
    forward->half = backward->half = true;
    layer_shape_inner(layer, forward, name, layer->input, layer->mask, diags);
    if (forward->output.rank < 0) return;
    const char *const back = a->backward_layer ? backward->own_name : way_name(backward, "backward_");
    layer_shape_inner(layer, backward, back, layer->input, layer->mask, diags);
    if (backward->output.rank < 0) return;
    const int last = forward->output.rank - 1;
    const bool side_by_side = a->merge_mode == MERGE_CONCAT;
    if (!side_by_side && forward->output.dim[last] != backward->output.dim[last]) {
        diag(diags, D_layer_input, backward->span, "Bidirectional", shape_text(layer->arena, backward->output),
             arena_printf(layer->arena,
                          "the layer for the way forward gives %s, and only merge_mode='concat' takes both",
                          shape_text(layer->arena, forward->output)));
        return;
    }
    layer->output = forward->output;
    layer->mask = forward->mask;
    if (side_by_side) layer->output.dim[last] += backward->output.dim[last];
}

static const Formula sum = {"merged", {"x", "back"}, "x + back", {"d", "d"}, .kind = FORMULA_ADD};
static const Formula average = {"merged", {"x", "back"}, "(x + back) * 0.5", {"d * 0.5", "d * 0.5"}};
static const Formula product = {"merged", {"x", "back"}, "x * back", {"d * back", "d * x"}, .kind = FORMULA_PRODUCT};


static Tensor *bidirectional_forward(const Layer *layer, Builder *build, Tensor *x) {
    const BidirectionalArgs *a = layer->args;
    Tensor *ways[] = {build_inner(build, layer->inner.at[0], x), build_inner(build, layer->inner.at[1], x)};
    Tensor *const mask = ways[0]->mask;
    if (ways[1]->shape.rank == x->shape.rank) /* in the order of the input again */
        ways[1] = build_permute(build, ways[1], (int[]){0, 1, 2, 3, 4, 5}, 1u << 1, "forward_turn", "turned");
    for (int i = 0; i < 2; i++) {
        if (mask) ways[i] = valid_steps(build, ways[i], mask); /* not the output before them */
        build_activity_penalty(build, layer->inner.at[i], ways[i]);
    }
    static const Formula *const merged[] = {[MERGE_SUM] = &sum, [MERGE_PRODUCT] = &product, [MERGE_MEAN] = &average};
    Tensor *y = a->merge_mode == MERGE_CONCAT ? build_concat(build, ways, 2, "merged")
                                              : build_map(build, merged[a->merge_mode], ways, NULL, 0);
    y->mask = mask;
    return y;
}

static const char *bidirectional_stream(const Layer *layer, bool *timed) {
    (void)layer;
    return *timed ? "it also runs from the last step to the first" : NULL;
}

/* Of a wrapper: whether the layer within it is. */
static bool inner_stateful(const Layer *layer) {
    const Layer *inner = layer->inner.at[0];
    return inner->def->stateful && inner->def->stateful(inner);
}

static const char *way_group(const Layer *layer, int at) {
    (void)layer;
    return at == 0 ? "forward_layer" : "backward_layer";
}

const LayerDef layer_Bidirectional = {
    LAYER_CLASS("Bidirectional", "a recurrent layer run both ways through time", bidirectional_args, BidirectionalArgs),
    .shape = bidirectional_shape,
    .forward = bidirectional_forward,
    .stream = bidirectional_stream,
    .stateful = inner_stateful,
    .inner_group = way_group,
    .masks = true,
    .ends = true,
};

/* TimeDistributed: time steps become samples, (batch, time, …) → (batch * time, …), and back. */

typedef struct TimeDistributedArgs {
    Object *layer;
} TimeDistributedArgs;

static const ArgDef time_distributed_args[] = {
    {ARG(TimeDistributedArgs, layer), ARG_OBJECT, .class_kind = CLASS_LAYER, .doc = "applied to every time step"}, {0}};

int64_t steps_of(Shape samples) { return samples.dim[0] < 0 ? -samples.dim[0] : 1; }

static Shape steps_as_samples(Shape shape) {
    Shape samples = shape_of(shape.rank - 1, shape.dim + 1);
    samples.dim[0] = shape.dim[0] * shape.dim[1];
    return samples;
}

static Shape step_of(Shape shape) {
    Shape step = shape_of(shape.rank - 1, shape.dim + 1);
    step.dim[0] = shape.dim[0];
    return step;
}

/* Time steps that are the samples of `shape`. */
static Shape by_time(Shape shape, int64_t batch, int64_t steps) {
    Shape whole = {.rank = shape.rank + 1, .dim = {batch, steps}};
    for (int i = 1; i < shape.rank; i++) whole.dim[i + 1] = shape.dim[i];
    return whole;
}

Shape steps_apart(Shape samples) { return by_time(samples, BATCH, steps_of(samples)); }

static void time_distributed_shape(Layer *layer, Diags *diags) {
    if (layer->input.rank < 3) {
        layer_refuse(layer, 3, "(batch, time, …)", false, diags);
        return;
    }
    Layer *inner = layer->inner.at[0];
    const Shape mask = layer->mask;
    const bool of_steps = mask.rank >= 2 && mask.dim[1] == layer->input.dim[1]; /* and perhaps of what is in them */
    if (!of_steps && !layer_mask_check(layer, 2, "(batch, time)", diags)) return;
    inner->bare = inner->repeated = true;
    if (inner->activity_regularizer)
        diag(diags, D_activity_ignored, object_arg_span(inner->object, "activity_regularizer"));
    Shape (*const called_with)(Shape) = inner_stateful(layer) ? step_of : steps_as_samples;
    layer_shape_inner(layer, inner, inner->own_name, called_with(layer->input), mask.rank ? called_with(mask) : mask,
                      diags);
    if (inner->output.rank < 0) return;
    if (inner->output.rank == MAX_RANK) {
        diag(diags, D_layer_input, layer->span, "TimeDistributed", shape_text(layer->arena, layer->input),
             arena_printf(layer->arena, "%s makes %s of each step, and the time would be one dimension too many",
                          inner->def->class.name, shape_text(layer->arena, inner->output)));
        return;
    }
    layer->output = by_time(inner->output, layer->input.dim[0], layer->input.dim[1]);
}

/* The values of one time step, or its mask. */
static Tensor *take_step(Builder *build, Tensor *x, int64_t step) {
    const Shape shape = step_of(x->shape);
    const int64_t size = shape_size(shape, 1);
    Tensor *rows = build_view(build, x, shape_of(2, (int64_t[]){shape.dim[0], x->shape.dim[1] * size}), "rows");
    return build_view(build, build_columns(build, rows, step * size, size, "step"), shape, "step");
}

/* A stateful layer goes on from one time step to the next. */
static Tensor *step_by_step(const Layer *layer, Builder *build, Tensor *x) {
    const Layer *inner = layer->inner.at[0];
    const int64_t steps = x->shape.dim[1];
    const Shape part = shape_of(2, (int64_t[]){x->shape.dim[0], shape_size(inner->output, 1)});
    Tensor **parts = NEW_ARRAY(build->plan->arena, Tensor *, steps);
    for (int i = 0; i < steps; i++) {
        Tensor *step = take_step(build, x, i);
        if (x->mask && inner->def->masks) step->mask = take_step(build, x->mask, i);
        parts[i] = build_view(build, build_inner(build, inner, step), part, "part");
    }
    return build_view(build, build_concat(build, parts, (int)steps, "by_time"), layer->output, "by_time");
}

static Tensor *time_distributed_forward(const Layer *layer, Builder *build, Tensor *x) {
    const Layer *inner = layer->inner.at[0];
    if (inner_stateful(layer)) return step_by_step(layer, build, x);
    Tensor *samples = build_view(build, x, inner->input, "steps");
    if (x->mask && inner->def->masks)
        samples->mask = build_view(build, x->mask, steps_as_samples(x->mask->shape), "valid_steps");
    Tensor *y = build_inner(build, inner, samples);
    return build_view(build, y, layer->output, "by_time");
}

static const char *time_distributed_stream(const Layer *layer, bool *timed) {
    const Layer *inner = layer->inner.at[0];
    bool within = false;
    (void)timed;
    return inner->def->stream ? inner->def->stream(inner, &within) : NULL;
}

const LayerDef layer_TimeDistributed = {
    LAYER_CLASS("TimeDistributed", "a layer applied to every time step", time_distributed_args, TimeDistributedArgs),
    .shape = time_distributed_shape,
    .forward = time_distributed_forward,
    .stream = time_distributed_stream,
    .stateful = inner_stateful,
    .masks = true,
};
