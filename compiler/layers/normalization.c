/* SPDX-License-Identifier: MIT-0 */
/* Layers that normalize each sample by itself: LayerNormalization, GroupNormalization, RMSNormalization,
 * UnitNormalization. */
#include <stddef.h>

#include "layers/layer.h"
#include "layers/normalize.h"
#include "model/initializer.h"

typedef struct NormArgs {
    Ints axes;
    int64_t axis, groups;
    double epsilon;
    bool center, scale, rms_scaling;
    WeightArgs beta, gamma;
} NormArgs;

#define AXES                                                                                                           \
    {.name = "axis", .offset = offsetof(NormArgs, axes), ARG_INTS, DEFAULT("-1"), RANGE(-MAX_RANK, MAX_RANK),          \
     .doc = "the axes that are normalized together"}

/* Which axes the argument names; false and an error when one is none. */
static bool find_axes(const Layer *layer, bool *axes, Diags *diags) {
    const NormArgs *a = layer->args;
    for (int i = 0; i < MAX_RANK; i++) axes[i] = false;
    if (a->axes.count < 1) {
        diag(diags, D_layer_argument, object_arg_span(layer->object, "axis"), "'axis' names no axis");
        return false;
    }
    for (int i = 0; i < a->axes.count; i++) {
        const int axis = layer_axis(layer, a->axes.at[i], "axis", diags);
        if (axis < 0) return false;
        if (axes[axis]) {
            diag(diags, D_layer_argument, object_arg_span(layer->object, "axis"), "'axis' names an axis twice");
            return false;
        }
        axes[axis] = true;
    }
    return true;
}

/* The input's dimensions at the axes, in the order of their numbers as written: Keras sorts (2, -2) to (-2, 2). Only
 * the shape in files depends on it, as the weight is reshaped to the order of the dimensions. */
static Shape weight_shape(const Layer *layer) {
    const Ints axes = ((const NormArgs *)layer->args)->axes;
    Shape shape = {0};
    for (int64_t axis = -MAX_RANK; axis < MAX_RANK; axis++)
        for (int i = 0; i < axes.count; i++)
            if (axes.at[i] == axis)
                shape.dim[shape.rank++] = layer->input.dim[axis < 0 ? axis + layer->input.rank : axis];
    return shape;
}

/* The norm of x over the axes. */
static Norm norm_of(const Layer *layer, Tensor *x, bool *axes) {
    const NormArgs *a = layer->args;
    find_axes(layer, axes, NULL);
    Shape kept = x->shape;
    for (int i = 0; i < kept.rank; i++)
        if (axes[i]) kept.dim[i] = 1;
    return norm_over(x, kept, a->epsilon);
}

static const char *axes_stream(const Layer *layer, bool *timed) {
    const NormArgs *a = layer->args;
    const char *why = NULL;
    for (int i = 0; i < a->axes.count && !why; i++) why = norm_stream(layer, a->axes.at[i], *timed);
    return why;
}

/* LayerNormalization */

static const ArgDef layer_args[] = {
    AXES, CENTER_SCALE_ARGS(NormArgs),
    {ARG(NormArgs, rms_scaling), ARG_BOOL, DEFAULT("False"), .keyword_only = true,
     .doc = "only divide by the deviation: subtract no mean, add no beta (RMSNormalization is another formula)"},
    {0}};

static bool has_gamma(const NormArgs *a) { return a->scale || a->rms_scaling; }
static bool has_beta(const NormArgs *a) { return a->center && !a->rms_scaling; }

static void layer_shape(Layer *layer, Diags *diags) {
    const NormArgs *a = layer->args;
    bool axes[MAX_RANK];
    if (!find_axes(layer, axes, diags)) return;
    const Shape shape = weight_shape(layer);
    if (has_gamma(a)) layer_weight(layer, "gamma", shape, a->gamma);
    if (has_beta(a)) layer_weight(layer, "beta", shape, a->beta);
    layer->output = layer->input;
}

static Tensor *layer_forward(const Layer *layer, Builder *build, Tensor *x) {
    const NormArgs *a = layer->args;
    bool axes[MAX_RANK];
    Norm norm = norm_of(layer, x, axes);
    if (has_gamma(a)) norm.gamma = norm_weight(build, layer->weights.at[0], axes, x->shape);
    if (has_beta(a)) norm.beta = norm_weight(build, layer->weights.at[a->scale], axes, x->shape);
    norm.keeps_mean = a->rms_scaling;
    norm_moments(build, &norm);
    return norm_apply(build, &norm);
}

const LayerDef layer_LayerNormalization = {
    LAYER_CLASS("LayerNormalization", "each sample with mean 0 and variance 1 along the axes, then · gamma + beta",
                layer_args, NormArgs),
    .values = VALUES_ANY,
    .shape = layer_shape,
    .forward = layer_forward,
    .stream = axes_stream,
    .masks = true,
};

/* GroupNormalization: (batch, positions, groups, channels of a group), normalized over positions and channels. */

static const ArgDef group_args[] = {
    {ARG(NormArgs, groups), ARG_INT, DEFAULT("32"), RANGE(1, INT32_MAX),
     .doc = "of channels, each normalized by itself"},
    {ARG(NormArgs, axis), ARG_INT, DEFAULT("-1"), RANGE(-MAX_RANK, MAX_RANK), .axis = true,
     .doc = "the channels' axis"},
    CENTER_SCALE_ARGS(NormArgs),
    {0}};

static void group_shape(Layer *layer, Diags *diags) {
    const NormArgs *a = layer->args;
    const int axis = layer_axis(layer, a->axis, "axis", diags);
    if (axis < 0) return;
    const int64_t channels = layer->input.dim[axis];
    if (channels % a->groups) {
        diag(diags, D_layer_groups, object_arg_span(layer->object, "groups"), (long long)a->groups, "channels",
             (long long)channels, shape_text(layer->arena, layer->input), "");
        return;
    }
    if (a->scale) layer_weight(layer, "gamma", shape_of(1, &channels), a->gamma);
    if (a->center) layer_weight(layer, "beta", shape_of(1, &channels), a->beta);
    layer->output = layer->input;
}

/* Brings dimension `axis` to the end, or from there to its place. */
static Tensor *channels_moved(Builder *build, Tensor *x, int axis, bool back) {
    const int last = x->shape.rank - 1;
    int axes[MAX_RANK] = {0};
    for (int i = 0; i <= last; i++) {
        const int from = i < axis ? i : i < last ? i + 1 : axis;
        axes[back ? from : i] = back ? i : from;
    }
    return build_permute(build, x, axes, 0, back ? "forward_channels_back" : "forward_channels_last",
                         back ? "channels_back" : "channels_last");
}

static Tensor *group_forward(const Layer *layer, Builder *build, Tensor *x) {
    const NormArgs *a = layer->args;
    const int axis = (int)(a->axis < 0 ? a->axis + x->shape.rank : a->axis), last = x->shape.rank - 1;
    Tensor *in_order = axis == last ? x : channels_moved(build, x, axis, false);
    const int64_t channels = in_order->shape.dim[last],
                  positions = shape_size(shape_of(last - 1, in_order->shape.dim + 1), 1);
    const Shape of_group = shape_of(2, (int64_t[]){a->groups, channels / a->groups});
    Tensor *grouped =
        build_view(build, in_order,
                   shape_of(4, (int64_t[]){x->shape.dim[0], positions, of_group.dim[0], of_group.dim[1]}), "groups");
    Norm norm = norm_over(grouped, shape_of(4, (int64_t[]){x->shape.dim[0], 1, a->groups, 1}), a->epsilon);
    if (a->scale) norm.gamma = build_view(build, build_weight(build, layer->weights.at[0]), of_group, "gamma");
    if (a->center) norm.beta = build_view(build, build_weight(build, layer->weights.at[a->scale]), of_group, "beta");
    norm_moments(build, &norm);
    Tensor *y = build_view(build, norm_apply(build, &norm), in_order->shape, "channels");
    return axis == last ? y : channels_moved(build, y, axis, true);
}

const LayerDef layer_GroupNormalization = {
    LAYER_CLASS("GroupNormalization",
                "each group of channels of a sample with mean 0 and variance 1, then · gamma + beta", group_args,
                NormArgs),
    .values = VALUES_ANY,
    .shape = group_shape,
    .forward = group_forward,
    .masks = true,
};

/* RMSNormalization and UnitNormalization subtract no mean. */

static const ArgDef rms_args[] = {
    AXES,
    {ARG(NormArgs, epsilon), ARG_REAL, DEFAULT("1e-6"), RANGE(0, 1e30), .doc = "added to the mean of the squares"},
    {0}};
static const ArgDef unit_args[] = {AXES, {0}};

extern const InitializerDef initializer_Ones;
static Object ones = {.class = &initializer_Ones.class};

static void rms_shape(Layer *layer, Diags *diags) {
    bool axes[MAX_RANK];
    if (!find_axes(layer, axes, diags)) return;
    layer_weight(layer, "scale", weight_shape(layer), (WeightArgs){.initializer = &ones});
    layer->output = layer->input;
}

static Tensor *rms_forward(const Layer *layer, Builder *build, Tensor *x) {
    bool axes[MAX_RANK];
    Norm norm = norm_of(layer, x, axes);
    norm.gamma = norm_weight(build, layer->weights.at[0], axes, x->shape);
    norm_squares(build, &norm);
    return norm_apply(build, &norm);
}

const LayerDef layer_RMSNormalization = {
    LAYER_CLASS("RMSNormalization", "x / root mean square of x along the axes, then · scale", rms_args, NormArgs),
    .values = VALUES_ANY,
    .shape = rms_shape,
    .forward = rms_forward,
    .stream = axes_stream,
};

static void unit_shape(Layer *layer, Diags *diags) {
    bool axes[MAX_RANK];
    if (find_axes(layer, axes, diags)) layer->output = layer->input;
}

static Tensor *unit_forward(const Layer *layer, Builder *build, Tensor *x) {
    bool axes[MAX_RANK];
    Norm norm = norm_of(layer, x, axes);
    norm.unit = true;
    norm.epsilon = 1e-12;
    norm_squares(build, &norm);
    return norm_apply(build, &norm);
}

const LayerDef layer_UnitNormalization = {
    LAYER_CLASS("UnitNormalization", "x / length of x along the axes", unit_args, NormArgs),
    .values = VALUES_ANY,
    .shape = unit_shape,
    .forward = unit_forward,
    .stream = axes_stream,
    .masks = true,
};
