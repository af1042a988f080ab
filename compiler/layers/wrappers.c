/* SPDX-License-Identifier: MIT-0 */
/* Bidirectional: a recurrent layer run both ways through time. TimeDistributed: a layer applied to every time step. */
#include <string.h>

#include "layer.h"

/* Bidirectional */

typedef struct BidirectionalArgs {
    Object *layer, *backward_layer;
    const char *merge_mode;
} BidirectionalArgs;

static const ArgDef bidirectional_args[] = {
    {ARG(BidirectionalArgs, layer), ARG_OBJECT, .class_kind = CLASS_LAYER, .doc = "a recurrent layer"},
    {ARG(BidirectionalArgs, merge_mode), ARG_CHOICE, DEFAULT("'concat'"),
     .choices = (const char *const[]){"concat", "sum", "mul", "ave", NULL}, .doc = "how the two outputs become one"},
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

/* forward_lstm, also of one that is named so already. */
static const char *way_name(const Layer *inner, const char *prefix) {
    const size_t length = strlen(prefix);
    const bool has_it = !strncmp(inner->name, prefix, length);
    return arena_printf(inner->arena, "%s%s", prefix, inner->name + (has_it ? length : 0));
}

/* Keras' names of the two ways: a layer that was given for the way back keeps its own. */
static bool name_ways(const Layer *layer, Layer *forward, Layer *backward, Diags *diags) {
    const BidirectionalArgs *a = layer->args;
    forward->name = way_name(forward, "forward_");
    if (!a->backward_layer) backward->name = way_name(backward, "backward_");
    else if (!strcmp(forward->name, backward->name)) diag(diags, D_duplicate_layer_name, backward->span, backward->name);
    return strcmp(forward->name, backward->name) != 0;
}

enum { STREAMS = 4 /* of random numbers, for each direction */ };

static void bidirectional_shape(Layer *layer, Diags *diags) {
    const BidirectionalArgs *a = layer->args;
    for (int i = 0; i < layer->inner.count; i++)
        if (!layer->inner.at[i]->def->recurrent) {
            diag(diags, D_layer_not_recurrent, layer->inner.at[i]->span, layer->inner.at[i]->def->class.name);
            return;
        }
    Layer *forward = layer->inner.at[0], *backward = backward_layer(layer);
    backward->stream = STREAMS;
    forward->half = backward->half = true;
    if (!name_ways(layer, forward, backward, diags)) return;
    layer_shape_inner(layer, forward, layer->input, "", diags);
    if (forward->output.rank < 0) return;
    layer_shape_inner(layer, backward, layer->input, "", diags);
    if (backward->output.rank >= 0 && !shape_equal(forward->output, backward->output)) {
        diag(diags, D_layer_input, backward->span, "Bidirectional", shape_text(layer->arena, backward->output),
             arena_printf(layer->arena, "the layer for the way forward gives %s", shape_text(layer->arena, forward->output)));
        return;
    }
    layer->output = forward->output;
    layer->masked = forward->masked;
    if (!strcmp(a->merge_mode, "concat")) layer->output.dim[layer->output.rank - 1] *= 2;
}

static const Formula sum = {"merged", {"x", "back"}, "x + back", {"d", "d"}};
static const Formula average = {"merged", {"x", "back"}, "(x + back) * 0.5", {"d * 0.5", "d * 0.5"}};
static const Formula product = {"merged", {"x", "back"}, "x * back", {"d * back", "d * x"}};

/* Within a Bidirectional masked steps give zeros, not the output before them. */
static Tensor *without_masked(Builder *build, Tensor *y, Tensor *mask) {
    Shape steps = y->shape;
    steps.dim[2] = 1;
    return build_map(build, &valid_steps, (Tensor *[]){y, build_view(build, mask, steps, "valid")}, NULL, 0);
}

static Tensor *bidirectional_forward(const Layer *layer, Builder *build, Tensor *x) {
    const BidirectionalArgs *a = layer->args;
    Tensor *ways[] = {build_inner(build, layer->inner.at[0], x), build_inner(build, layer->inner.at[1], x)};
    Tensor *const mask = ways[0]->mask;
    if (ways[1]->shape.rank == 3) /* in the order of the input again */
        ways[1] = build_permute(build, ways[1], (int[]){0, 1, 2}, 1u << 1, "forward_turn", "turned");
    for (int i = 0; i < 2; i++) {
        if (mask) ways[i] = without_masked(build, ways[i], mask);
        build_activity_penalty(build, layer->inner.at[i], ways[i]);
    }
    Tensor *y = !strcmp(a->merge_mode, "concat")
                    ? build_concat(build, ways, 2, "merged")
                    : build_map(build,
                                !strcmp(a->merge_mode, "sum")   ? &sum
                                : !strcmp(a->merge_mode, "mul") ? &product
                                                                : &average,
                                ways, NULL, 0);
    y->mask = mask;
    return y;
}

static const char *bidirectional_stream(const Layer *layer, bool *timed) {
    (void)layer;
    return *timed ? "it also runs from the last step to the first" : NULL;
}

const LayerDef layer_Bidirectional = {
    LAYER_CLASS("Bidirectional", "a recurrent layer run both ways through time", bidirectional_args, BidirectionalArgs),
    .shape = bidirectional_shape,
    .forward = bidirectional_forward,
    .stream = bidirectional_stream,
    .masks = true,
};

/* TimeDistributed: time steps become samples, (batch, time, …) → (batch * time, …), and back. */

typedef struct TimeDistributedArgs {
    Object *layer;
} TimeDistributedArgs;

static const ArgDef time_distributed_args[] = {
    {ARG(TimeDistributedArgs, layer), ARG_OBJECT, .class_kind = CLASS_LAYER, .doc = "applied to every time step"}, {0}};

static Shape steps_as_samples(Shape shape) {
    Shape samples = shape_of(shape.rank - 1, shape.dim + 1);
    samples.dim[0] = shape.dim[0] * shape.dim[1];
    return samples;
}

static void time_distributed_shape(Layer *layer, Diags *diags) {
    if (layer->input.rank < 3) {
        layer_refuse(layer, 3, "(batch, time, …)", false, diags);
        return;
    }
    Layer *inner = layer->inner.at[0];
    if (inner->activity_regularizer) /* Keras runs inner.call(), which knows nothing of it */
        diag(diags, D_activity_ignored, object_arg_span(inner->object, "activity_regularizer"));
    layer_shape_inner(layer, inner, steps_as_samples(layer->input), "", diags);
    if (inner->output.rank < 0) return;
    layer->output = shape_of(inner->output.rank + 1, (int64_t[MAX_RANK]){layer->input.dim[0], layer->input.dim[1]});
    for (int i = 1; i < inner->output.rank; i++) layer->output.dim[i + 1] = inner->output.dim[i];
}

static Tensor *time_distributed_forward(const Layer *layer, Builder *build, Tensor *x) {
    Tensor *samples = build_view(build, x, layer->inner.at[0]->input, "steps");
    Tensor *y = build_inner(build, layer->inner.at[0], samples);
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
    .masks = true,
};
