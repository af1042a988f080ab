/* SPDX-License-Identifier: MIT-0 */
/* Layers that rescale by numbers from the model file: Rescaling, Normalization. */
#include <math.h>

#include "base/source.h"
#include "layers/layer.h"
#include "layers/normalize.h"
#include "layers/rescaling.h"
#include "ops/constant.h"
#include "plan/step.h"

typedef struct RescalingArgs {
    Reals scale, offset, mean, variance;
    Ints axis;
    bool invert;
} RescalingArgs;

/* One number is a literal; several are a tensor of this shape. */
static void add_operand(Builder *build, Step *step, const char *name, const double *values, int count, Shape shape) {
    step_add(build->plan->arena, step,
             count == 1 ? NUMBER(name, values[0]) : TENSOR(name, build_constant(build, values, shape, name)));
}

static Tensor *scale_and_shift(Builder *build, Tensor *x, const Formula *formula, const double *const *values,
                               const int *counts, Shape shape) {
    Step step = {.label = formula->name, .text = formula->value, .kind = formula->kind, .formula = formula};
    step_add(build->plan->arena, &step, TENSOR("x", x));
    for (int i = 0; i < 2; i++) add_operand(build, &step, formula->operands[i + 1], values[i], counts[i], shape);
    return build_step_map(build, step, x->shape, arena_printf(build->plan->arena, "forward_%s", formula->name));
}

/* Rescaling */

static const ArgDef rescaling_args[] = {
    {ARG(RescalingArgs, scale), ARG_REALS, .doc = "what values are multiplied by: a number, or one for each channel"},
    {ARG(RescalingArgs, offset), ARG_REALS, DEFAULT("0.0"), .stated = true, .doc = "and what is added then"},
    {0}};

static void rescaling_shape(Layer *layer, Diags *diags) {
    const RescalingArgs *a = layer->args;
    const Reals *const given[] = {&a->scale, &a->offset};
    const char *const names[] = {"scale", "offset"};
    for (int i = 0; i < 2; i++)
        if (given[i]->count != 1 && given[i]->count != layer->input.dim[layer->input.rank - 1]) {
            diag(diags, D_layer_numbers, object_arg_span(layer->object, names[i]), names[i], given[i]->count,
                 shape_text(layer->arena, layer->input));
            return;
        }
    layer->output = layer->input;
}

static const Formula rescaled = {"rescaled", {"x", "scale", "offset"}, "x * scale + offset", {"d * scale"}};

static Tensor *rescaling_forward(const Layer *layer, Builder *build, Tensor *x) {
    const RescalingArgs *a = layer->args;
    return scale_and_shift(build, x, &rescaled, (const double *[]){a->scale.at, a->offset.at},
                           (int[]){a->scale.count, a->offset.count}, shape_of(1, &x->shape.dim[x->shape.rank - 1]));
}

const LayerDef layer_Rescaling = {
    LAYER_CLASS("Rescaling", "x · scale + offset", rescaling_args, RescalingArgs),
    .shape = rescaling_shape,
    .forward = rescaling_forward,
    .stream = stream_each,
    .masks = true,
};

/* Normalization */

static const ArgDef normalization_args[] = {
    {ARG(RescalingArgs, axis), ARG_INTS, DEFAULT("-1"), RANGE(-MAX_RANK, MAX_RANK), .may_be_none = true,
     .doc = "the axes that have numbers of their own; None: one mean and variance for all"},
    {ARG(RescalingArgs, mean), ARG_REALS, DEFAULT("None"), .doc = "a number, or one for each entry of the axis"},
    {ARG(RescalingArgs, variance), ARG_REALS, DEFAULT("None"), AT_LEAST(0), .doc = "likewise"},
    {ARG(RescalingArgs, invert), ARG_BOOL, DEFAULT("False"), .doc = "undo the normalization"},
    {0}};

/* Without numbers: one mean for all, one for each channel, or one for each value; x is normalized before it gets here
 * (lower/prepare.c). */
static bool normalization_adapts(const Layer *layer, Shape *statistics) {
    const RescalingArgs *a = layer->args;
    const int values = layer->input.rank - 1;
    if (a->mean.count >= 0 || a->variance.count >= 0) return false;
    *statistics = shape_of(values, layer->input.dim + 1);
    if (a->axis.count <= 0) *statistics = shape_of(1, (int64_t[]){1});
    else if (a->axis.count == 1) *statistics = shape_of(1, layer->input.dim + values);
    return true;
}

/* The same statistics belong to values that lie next to each other. */
static void adapting_shape(Layer *layer, Diags *diags) {
    const RescalingArgs *a = layer->args;
    bool seen[MAX_RANK] = {true};
    int distinct = 1;
    if (layer->previous || layer->wrapper || a->invert) {
        diag(diags, D_layer_argument, layer->span,
             "Normalization without mean and variance learns them of the data, as the first layer and without invert; "
             "with mean=… and variance=… it may stand anywhere");
        return;
    }
    for (int i = 0; i < a->axis.count; i++) {
        const int axis = layer_axis(layer, a->axis.at[i], "axis", diags);
        if (axis < 0) return;
        distinct += !seen[axis];
        seen[axis] = true;
    }
    const bool last = a->axis.count == 1 && seen[layer->input.rank - 1];
    if (a->axis.count > 0 && !last && distinct != layer->input.rank)
        diag(diags, D_layer_argument, object_arg_span(layer->object, "axis"),
             "what is learned of the data is of the last axis (-1), of all axes, or of all values together (None)");
    layer->output = layer->input;
}

static void normalization_shape(Layer *layer, Diags *diags) {
    const RescalingArgs *a = layer->args;
    const Span span = object_arg_span(layer->object, "mean");
    if (a->mean.count < 0 && a->variance.count < 0) {
        adapting_shape(layer, diags);
        return;
    }
    if (a->mean.count < 0 || a->variance.count < 0) {
        diag(diags, D_layer_argument, layer->span, "Normalization needs both its mean and its variance, or neither");
        return;
    }
    if (a->mean.count != a->variance.count) {
        diag(diags, D_layer_argument, span, "'mean' and 'variance' must have the same number of entries");
        return;
    }
    int64_t entries = 1;
    for (int i = 0; i < a->axis.count; i++) {
        const int axis = layer_axis(layer, a->axis.at[i], "axis", diags);
        if (axis < 0) return;
        entries = layer->input.dim[axis];
    }
    if (a->mean.count > 1 && (a->axis.count != 1 || a->mean.count != entries)) {
        diag(diags, D_layer_numbers, span, "mean", a->mean.count, shape_text(layer->arena, layer->input));
        return;
    }
    layer->output = layer->input;
}

const Formula standardized = {
    "standardized", {"x", "mean", "deviation"}, "(x - mean) / deviation", {"d / deviation"}};

const Formula restored = {"restored", {"x", "mean", "deviation"}, "mean + x * deviation", {"d * deviation"}};

static Tensor *normalization_forward(const Layer *layer, Builder *build, Tensor *x) {
    const RescalingArgs *a = layer->args;
    if (a->mean.count < 0) return x;
    double *deviation = NEW_ARRAY(build->plan->arena, double, a->variance.count);
    for (int i = 0; i < a->variance.count; i++) deviation[i] = fmax(sqrt(a->variance.at[i]), 1e-7);
    Shape shape = {.rank = 1, .dim = {1}};
    if (a->axis.count == 1) {
        const int axis = (int)(a->axis.at[0] < 0 ? a->axis.at[0] + x->shape.rank : a->axis.at[0]);
        shape.rank = x->shape.rank - axis;
        for (int i = 0; i < shape.rank; i++) shape.dim[i] = i ? 1 : x->shape.dim[axis];
    }
    return scale_and_shift(build, x, a->invert ? &restored : &standardized, (const double *[]){a->mean.at, deviation},
                           (int[]){a->mean.count, a->variance.count}, shape);
}

static const char *normalization_stream(const Layer *layer, bool *timed) {
    const RescalingArgs *a = layer->args;
    return a->axis.count == 1 && a->mean.count > 1 ? norm_stream(layer, a->axis.at[0], *timed) : NULL;
}

const LayerDef layer_Normalization = {
    LAYER_CLASS("Normalization", "(x - mean) / √variance, of the model file or, first in it, of the data",
                normalization_args, RescalingArgs),
    .shape = normalization_shape,
    .adapts = normalization_adapts,
    .forward = normalization_forward,
    .stream = normalization_stream,
    .masks = true,
};
