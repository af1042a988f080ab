/* SPDX-License-Identifier: MIT-0 */
/* Layers that normalize or rescale, as nodes of ONNX. */
#include "export/export.h"

#ifdef NNC_IMPORT

#include <math.h>
#include <string.h>

#include "export/onnx.h"

/* A layer's one axis, counted from the front. */
static int axis_of(const Layer *layer) {
    const int64_t axis = arg_int(layer, "axis", -1);
    return (int)(axis < 0 ? axis + layer->input.rank : axis);
}

static double entry_of(const Reals *reals, int64_t i, double otherwise) {
    return reals && reals->count > 0 ? reals->at[reals->count > i ? i : 0] : otherwise;
}

/* x · scale + shift for every entry of an axis, or of the last ones. */
static void put_scale(Graph *graph, const Layer *layer, int64_t axis, int64_t count, const float *scale,
                      const float *shift) {
    const int rank = layer->input.rank - (int)axis;
    int64_t dim[MAX_RANK];
    for (int i = 0; i < rank; i++) dim[i] = i ? 1 : count;
    const char *const name = layer->name;
    graph_tensor(graph, graph_node(graph, "Mul"), arena_printf(graph->export->arena, "%s/scale", name), TYPE_FLOAT,
                 rank, dim, scale);
    graph_tensor(graph, graph_node(graph, "Add"), arena_printf(graph->export->arena, "%s/shift", name), TYPE_FLOAT,
                 rank, dim, shift);
}

/* Computed once: gamma / √(variance + epsilon), and what moves with it. */
bool graph_put_batch_normalization(Graph *graph, const Layer *layer) {
    const int at = axis_of(layer);
    const int64_t channels = layer->input.dim[at];
    const float *part[4] = {NULL};
    static const char *const names[] = {"gamma", "beta", "moving_mean", "moving_variance"};
    for (int i = 0; i < layer->weights.count; i++)
        for (int j = 0; j < 4; j++)
            if (!strcmp(names[j], layer->weights.at[i]->name)) part[j] = graph_values(graph, layer, i);
    float *const scale = NEW_ARRAY(graph->export->arena, float, channels);
    float *const shift = NEW_ARRAY(graph->export->arena, float, channels);
    const double epsilon = arg_real(layer, "epsilon", 1e-3);
    for (int64_t i = 0; i < channels; i++) {
        const double factor = (part[0] ? (double)part[0][i] : 1) / sqrt((double)part[3][i] + epsilon);
        scale[i] = (float)factor;
        shift[i] = (float)((part[1] ? (double)part[1][i] : 0) - (double)part[2][i] * factor);
    }
    put_scale(graph, layer, at, channels, scale, shift);
    return true;
}

/* How many axes there are, where they are the last; 0 where they are not. */
static int last_axes(const Layer *layer, const Ints *axes) {
    const int rank = layer->input.rank, count = axes && axes->count > 0 ? axes->count : 1;
    for (int i = 0; axes && i < axes->count; i++)
        if ((axes->at[i] < 0 ? axes->at[i] + rank : axes->at[i]) < rank - count) return 0;
    return count;
}

/* A constant of one number, many times. */
static void add_filled(Graph *graph, Onnx__NodeProto *node, const Layer *layer, const char *name, float number,
                       int rank, const int64_t *dim) {
    int64_t size = 1;
    for (int i = 0; i < rank; i++) size *= dim[i];
    float *const values = NEW_ARRAY(graph->export->arena, float, size + 1);
    for (int64_t i = 0; i < size; i++) values[i] = number;
    graph_tensor(graph, node, arena_printf(graph->export->arena, "%s/%s", layer->name, name), TYPE_FLOAT, rank, dim,
                 values);
}

/* In many nodes, along any axes ------------------------------------------------------------ */

/* Axes along which a layer normalizes, from the first to the last. */
typedef struct Along {
    int64_t axes[MAX_RANK];
    int count;
    bool is[MAX_RANK];
} Along;

static Along along_of(const Layer *layer) {
    const Ints *const named = arg_field(layer, "axis", ARG_INTS);
    Along along = {.count = 0};
    for (int i = 0; i < named->count; i++)
        along.is[named->at[i] < 0 ? named->at[i] + layer->input.rank : named->at[i]] = true;
    for (int i = 0; i < layer->input.rank; i++)
        if (along.is[i]) along.axes[along.count++] = i;
    return along;
}

/* A weight of the normalized axes, with 1 for the others. */
static void add_spread(Graph *graph, Onnx__NodeProto *node, const Layer *layer, int index, const Along *along) {
    int64_t dim[MAX_RANK];
    for (int i = 0; i < layer->input.rank; i++) dim[i] = along->is[i] ? layer->input.dim[i] : 1;
    graph_tensor(graph, node, layer->weights.at[index]->path, TYPE_FLOAT, layer->input.rank, dim,
                 graph_values(graph, layer, index));
}

/* The mean of the present value, or of its square. */
static void add_mean(Graph *graph, const Layer *layer, const Along *along, bool squares) {
    if (squares) graph_input(graph, graph_node(graph, "Mul"), graph->value);
    graph_axes(graph, graph_node(graph, "ReduceMean"), layer->name, along->axes, along->count);
}

/* x · weight / √(the present value + epsilon). Returns the factor. */
static const char *put_inverse_root(Graph *graph, const Layer *layer, const char *x, double epsilon, bool weighs,
                                    const Along *along) {
    graph_number(graph, graph_node(graph, "Add"), arena_printf(graph->export->arena, "%s/epsilon", layer->name),
                 epsilon);
    graph_node(graph, "Sqrt");
    graph_node(graph, "Reciprocal");
    if (weighs) add_spread(graph, graph_node(graph, "Mul"), layer, 0, along);
    const char *const factor = graph->value;
    graph->value = x;
    graph_input(graph, graph_node(graph, "Mul"), factor);
    return factor;
}

/* x · s + (beta - mean · s), where s = gamma / √(variance + epsilon); with rms_scaling only x · s. */
static bool put_moments(Graph *graph, const Layer *layer) {
    const bool only_scales = arg_flag(layer, "rms_scaling"), scales = only_scales || arg_flag(layer, "scale");
    const Along along = along_of(layer);
    const char *const x = graph->value;
    add_mean(graph, layer, &along, false);
    const char *const mean = graph->value;
    graph->value = x;
    graph_input(graph, graph_node(graph, "Sub"), mean);
    add_mean(graph, layer, &along, true);
    const char *const factor = put_inverse_root(graph, layer, x, arg_real(layer, "epsilon", 1e-3), scales, &along);
    if (only_scales) return true;
    const char *const scaled = graph->value;
    graph->value = mean;
    if (arg_flag(layer, "center")) graph_node(graph, "Neg");
    graph_input(graph, graph_node(graph, "Mul"), factor);
    if (arg_flag(layer, "center")) {
        add_spread(graph, graph_node(graph, "Add"), layer, scales ? 1 : 0, &along);
        graph_input(graph, graph_node(graph, "Add"), scaled);
        return true;
    }
    const char *const shift = graph->value;
    graph->value = scaled;
    graph_input(graph, graph_node(graph, "Sub"), shift);
    return true;
}

/* x · scale / √(mean of squares + epsilon) */
static bool put_squares(Graph *graph, const Layer *layer) {
    const Along along = along_of(layer);
    const char *const x = graph->value;
    add_mean(graph, layer, &along, true);
    put_inverse_root(graph, layer, x, arg_real(layer, "epsilon", 1e-6), true, &along);
    return true;
}

/* x / √(sum of squares), which is held off 0 as here. */
static bool put_length(Graph *graph, const Layer *layer) {
    const Along along = along_of(layer);
    const char *const x = graph->value;
    graph_input(graph, graph_node(graph, "Mul"), x);
    graph_list(graph, graph_node(graph, "ReduceSum"), arena_printf(graph->export->arena, "%s/axes", layer->name),
               along.axes, along.count);
    graph_number(graph, graph_node(graph, "Max"), arena_printf(graph->export->arena, "%s/least", layer->name), 1e-12);
    graph_node(graph, "Sqrt");
    graph_node(graph, "Reciprocal");
    graph_input(graph, graph_node(graph, "Mul"), x);
    return true;
}

/* Layers ------------------------------------------------------------ */

/* A weight of the last axes in their order, in whichever they were named. */
static void add_last(Graph *graph, Onnx__NodeProto *node, const Layer *layer, int index, int count) {
    graph_tensor(graph, node, layer->weights.at[index]->path, TYPE_FLOAT, count,
                 layer->input.dim + layer->input.rank - count, graph_values(graph, layer, index));
}

bool graph_put_layer_normalization(Graph *graph, const Layer *layer) {
    const Ints *const axes = arg_field(layer, "axis", ARG_INTS);
    const int count = last_axes(layer, axes);
    if (arg_flag(layer, "rms_scaling") || !count) return put_moments(graph, layer);
    Onnx__NodeProto *const node = graph_node(graph, "LayerNormalization");
    const bool scales = arg_flag(layer, "scale"), centers = arg_flag(layer, "center");
    if (scales) add_last(graph, node, layer, 0, count);
    else add_filled(graph, node, layer, "ones", 1, count, layer->input.dim + layer->input.rank - count);
    if (centers) add_last(graph, node, layer, scales ? 1 : 0, count);
    graph_int(graph, node, "axis", -count);
    graph_real(graph, node, "epsilon", arg_real(layer, "epsilon", 1e-3));
    return true;
}

/* The channels come second there, wherever they lie here. */
bool graph_put_group_normalization(Graph *graph, const Layer *layer) {
    const int rank = layer->input.rank, axis = axis_of(layer);
    const bool scales = arg_flag(layer, "scale");
    graph_move_axis(graph, rank, axis, 1);
    Onnx__NodeProto *const node = graph_node(graph, "GroupNormalization");
    if (scales) graph_weight(graph, node, layer, 0);
    else add_filled(graph, node, layer, "ones", 1, 1, &layer->input.dim[axis]);
    if (arg_flag(layer, "center")) graph_weight(graph, node, layer, scales ? 1 : 0);
    else add_filled(graph, node, layer, "zeros", 0, 1, &layer->input.dim[axis]);
    graph_int(graph, node, "num_groups", arg_int(layer, "groups", 1));
    graph_real(graph, node, "epsilon", arg_real(layer, "epsilon", 1e-3));
    graph_move_axis(graph, rank, 1, axis);
    return true;
}

bool graph_put_rms_normalization(Graph *graph, const Layer *layer) {
    const int count = last_axes(layer, arg_field(layer, "axis", ARG_INTS));
    if (!count) return put_squares(graph, layer);
    Onnx__NodeProto *const node = graph_node(graph, "RMSNormalization");
    add_last(graph, node, layer, 0, count);
    graph_int(graph, node, "axis", -count);
    graph_real(graph, node, "epsilon", arg_real(layer, "epsilon", 1e-6));
    return true;
}

bool graph_put_unit_normalization(Graph *graph, const Layer *layer) {
    const Ints *const axes = arg_field(layer, "axis", ARG_INTS);
    if (axes->count != 1) return put_length(graph, layer);
    Onnx__NodeProto *const node = graph_node(graph, "LpNormalization");
    graph_int(graph, node, "axis", axes->at[0]);
    graph_int(graph, node, "p", 2);
    return true;
}

/* x / deviation - mean / deviation, or x · deviation + mean. */
bool graph_put_normalization(Graph *graph, const Layer *layer) {
    const Reals *const means = arg_field(layer, "mean", ARG_REALS), *const variances = arg_field(layer, "variance",
                                                                                                ARG_REALS);
    const Ints *const axes = arg_field(layer, "axis", ARG_INTS);
    if (means->count < 0)
        return graph_lacks(graph, layer, "it learns mean and variance of the data: write them as its arguments");
    const int64_t axis = axes->count != 1   ? layer->input.rank - 1
                         : axes->at[0] < 0 ? axes->at[0] + layer->input.rank
                                           : axes->at[0];
    const int64_t count = layer->input.dim[axis];
    float *const scale = NEW_ARRAY(graph->export->arena, float, count + 1);
    float *const shift = NEW_ARRAY(graph->export->arena, float, count + 1);
    for (int64_t i = 0; i < count; i++) {
        const double mean = entry_of(means, i, 0), deviation = fmax(sqrt(entry_of(variances, i, 1)), 1e-7);
        const bool invert = arg_flag(layer, "invert");
        scale[i] = (float)(invert ? deviation : 1 / deviation);
        shift[i] = (float)(invert ? mean : -mean / deviation);
    }
    put_scale(graph, layer, axis, count, scale, shift);
    return true;
}

/* Numbers, or one for each channel: x · scale + offset. */
bool graph_put_rescaling(Graph *graph, const Layer *layer) {
    const Reals *const scales = arg_field(layer, "scale", ARG_REALS), *const offsets = arg_field(
                                                                                  layer, "offset", ARG_REALS);
    const int64_t last = layer->input.rank - 1, channels = layer->input.dim[last];
    if ((!scales || scales->count < 2) && (!offsets || offsets->count < 2)) {
        graph_number(graph, graph_node(graph, "Mul"), arena_printf(graph->export->arena, "%s/scale", layer->name),
                     entry_of(scales, 0, 1));
        if (entry_of(offsets, 0, 0) != 0)
            graph_number(graph, graph_node(graph, "Add"), arena_printf(graph->export->arena, "%s/offset", layer->name),
                         entry_of(offsets, 0, 0));
        return true;
    }
    float *const scale = NEW_ARRAY(graph->export->arena, float, channels);
    float *const shift = NEW_ARRAY(graph->export->arena, float, channels);
    for (int64_t i = 0; i < channels; i++) {
        scale[i] = (float)entry_of(scales, i, 1);
        shift[i] = (float)entry_of(offsets, i, 0);
    }
    put_scale(graph, layer, last, channels, scale, shift);
    return true;
}

#endif
