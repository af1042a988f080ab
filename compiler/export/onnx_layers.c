/* SPDX-License-Identifier: MIT-0 */
/* Layers as nodes of ONNX: which there are, and products, activations, normalization and shapes themselves. What only
 * trains is left out. */
#include "export/export.h"

#ifdef NNC_IMPORT

#include <math.h>
#include <string.h>

#include "export/onnx.h"
#include "language/describe.h"

/* Activations ------------------------------------------------------------ */

/* x · f(x), of which f(x) is the present value. */
static void multiply_by(Graph *graph, const char *x) { graph_input(graph, graph_node(graph, "Mul"), x); }

static void put_silu(Graph *graph) {
    const char *const x = graph->value;
    graph_node(graph, "Sigmoid");
    multiply_by(graph, x);
}

static void put_mish(Graph *graph) {
    const char *const x = graph->value;
    graph_node(graph, "Softplus");
    graph_node(graph, "Tanh");
    multiply_by(graph, x);
}

/* x · (1 + erf(x / √2)) · 0.5, which is a node only since opset 20 */
static void put_gelu(Graph *graph) {
    const char *const x = graph->value;
    graph_number(graph, graph_node(graph, "Div"), "sqrt_2", sqrt(2));
    graph_node(graph, "Erf");
    graph_number(graph, graph_node(graph, "Add"), "one", 1);
    multiply_by(graph, x);
    graph_number(graph, graph_node(graph, "Mul"), "half", 0.5);
}

static void put_clip(Graph *graph, double most) {
    Onnx__NodeProto *const node = graph_node(graph, "Clip");
    graph_number(graph, node, "least", 0);
    graph_number(graph, node, "most", most);
}

static void put_relu6(Graph *graph) { put_clip(graph, 6); }

static void put_hard_sigmoid(Graph *graph) {
    Onnx__NodeProto *const node = graph_node(graph, "HardSigmoid");
    graph_real(graph, node, "alpha", 1.0 / 6);
    graph_real(graph, node, "beta", 0.5);
}

bool graph_put_activation(Graph *graph, const Layer *layer, const Object *activation) {
    static const struct {
        const char *name, *node;
        double alpha;         /* its attribute; 0: it has none */
        void (*put)(Graph *); /* NULL: one node */
    } nodes[] = {{"relu", "Relu"},
                 {"tanh", "Tanh"},
                 {"sigmoid", "Sigmoid"},
                 {"softplus", "Softplus"},
                 {"softsign", "Softsign"},
                 {"elu", "Elu", 1},
                 {"celu", "Celu", 1},
                 {"leaky_relu", "LeakyRelu", 0.2},
                 {"selu", "Selu"},
                 {"exponential", "Exp"},
                 {"softmax", "Softmax"},
                 {"log_softmax", "LogSoftmax"},
                 {"hard_silu", "HardSwish"},
                 {"hard_sigmoid", NULL, 0, put_hard_sigmoid},
                 {"relu6", NULL, 0, put_relu6},
                 {"silu", NULL, 0, put_silu},
                 {"mish", NULL, 0, put_mish},
                 {"gelu", NULL, 0, put_gelu}};
    if (!activation || !strcmp(activation->class->name, "linear")) return true;
    const char *const name = activation->class->name;
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        if (strcmp(nodes[i].name, name) != 0) continue;
        if (nodes[i].put) {
            nodes[i].put(graph);
            return true;
        }
        Onnx__NodeProto *const node = graph_node(graph, nodes[i].node);
        if (strstr(name, "softmax")) graph_int(graph, node, "axis", -1);
        if (nodes[i].alpha != 0) graph_real(graph, node, "alpha", nodes[i].alpha);
        return true;
    }
    return graph_lacks(graph, layer,
                       arena_printf(graph->export->arena, "the activation '%s' has no node in ONNX", name));
}

bool graph_put_own_activation(Graph *graph, const Layer *layer) {
    Object *const *const field = arg_field(layer->object, "activation", ARG_OBJECT);
    return graph_put_activation(graph, layer, field ? *field : NULL);
}

static bool put_relu(Graph *graph, const Layer *layer) {
    const double most = arg_real(layer->object, "max_value", INFINITY),
                 slope = arg_real(layer->object, "negative_slope", 0);
    if (arg_real(layer->object, "threshold", 0) != 0 || (slope != 0 && isfinite(most)))
        return graph_lacks(graph, layer, "ONNX has no node for its threshold, or for a slope and a maximum");
    if (slope != 0) graph_real(graph, graph_node(graph, "LeakyRelu"), "alpha", slope);
    else if (isfinite(most)) put_clip(graph, most);
    else graph_node(graph, "Relu");
    return true;
}

static bool put_leaky_relu(Graph *graph, const Layer *layer) {
    graph_real(graph, graph_node(graph, "LeakyRelu"), "alpha", arg_real(layer->object, "negative_slope", 0.3));
    return true;
}

static bool put_elu(Graph *graph, const Layer *layer) {
    graph_real(graph, graph_node(graph, "Elu"), "alpha", arg_real(layer->object, "alpha", 1));
    return true;
}

static bool put_prelu(Graph *graph, const Layer *layer) {
    graph_weight(graph, graph_node(graph, "PRelu"), layer, 0);
    return true;
}

static bool put_softmax(Graph *graph, const Layer *layer) {
    const Ints *const axes = arg_field(layer->object, "axis", ARG_INTS);
    if (graph_masked(layer)) return graph_lacks(graph, layer, "masks of time steps have no counterpart in ONNX");
    if (axes && axes->count > 1) return graph_lacks(graph, layer, "ONNX takes one axis");
    graph_int(graph, graph_node(graph, "Softmax"), "axis",
              axes && axes->count == 1 ? axes->at[0] : arg_int(layer->object, "axis", -1));
    return true;
}

/* Products ------------------------------------------------------------ */

static bool put_dense(Graph *graph, const Layer *layer) {
    graph_weight(graph, graph_node(graph, "MatMul"), layer, 0);
    if (layer->weights.count > 1) graph_weight(graph, graph_node(graph, "Add"), layer, 1);
    return graph_put_own_activation(graph, layer);
}

static bool put_embedding(Graph *graph, const Layer *layer) {
    if (!graph->export->model->integer_input || layer->previous)
        graph_int(graph, graph_node(graph, "Cast"), "to", TYPE_INT64);
    Onnx__NodeProto *const node = graph_node(graph, "Gather");
    char *const indices = node->input[0];
    node->n_input = 0;
    graph_weight(graph, node, layer, 0);
    graph_input(graph, node, indices);
    return true;
}

/* Normalization ------------------------------------------------------------ */

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
static bool put_batch_normalization(Graph *graph, const Layer *layer) {
    const int64_t axis = arg_int(layer->object, "axis", -1), at = axis < 0 ? axis + layer->input.rank : axis,
                  channels = layer->input.dim[at];
    const float *part[4] = {NULL};
    static const char *const names[] = {"gamma", "beta", "moving_mean", "moving_variance"};
    for (int i = 0; i < layer->weights.count; i++)
        for (int j = 0; j < 4; j++)
            if (!strcmp(names[j], layer->weights.at[i]->name)) part[j] = graph_values(graph, layer, i);
    float *const scale = NEW_ARRAY(graph->export->arena, float, channels);
    float *const shift = NEW_ARRAY(graph->export->arena, float, channels);
    const double epsilon = arg_real(layer->object, "epsilon", 1e-3);
    for (int64_t i = 0; i < channels; i++) {
        const double factor = (part[0] ? (double)part[0][i] : 1) / sqrt((double)part[3][i] + epsilon);
        scale[i] = (float)factor;
        shift[i] = (float)((part[1] ? (double)part[1][i] : 0) - (double)part[2][i] * factor);
    }
    put_scale(graph, layer, at, channels, scale, shift);
    return true;
}

static bool put_layer_normalization(Graph *graph, const Layer *layer) {
    const Ints *const axes = arg_field(layer->object, "axis", ARG_INTS);
    const int rank = layer->input.rank, count = axes && axes->count > 0 ? axes->count : 1;
    bool last = !arg_flag(layer->object, "rms_scaling");
    for (int i = 0; axes && i < axes->count; i++) {
        const int64_t axis = axes->at[i] < 0 ? axes->at[i] + rank : axes->at[i];
        last &= axis >= rank - count;
    }
    if (!last) return graph_lacks(graph, layer, "ONNX normalizes along the last axes, by mean and variance");
    const Shape input = layer->input;
    Onnx__NodeProto *const node = graph_node(graph, "LayerNormalization");
    const bool scales = arg_flag(layer->object, "scale"), centers = arg_flag(layer->object, "center");
    if (scales) {
        graph_weight(graph, node, layer, 0);
    } else {
        int64_t size = 1;
        for (int i = rank - count; i < rank; i++) size *= input.dim[i];
        float *const ones = NEW_ARRAY(graph->export->arena, float, size);
        for (int64_t i = 0; i < size; i++) ones[i] = 1;
        graph_tensor(graph, node, arena_printf(graph->export->arena, "%s/ones", layer->name), TYPE_FLOAT, count,
                     input.dim + rank - count, ones);
    }
    if (centers) graph_weight(graph, node, layer, scales ? 1 : 0);
    graph_int(graph, node, "axis", -count);
    graph_real(graph, node, "epsilon", arg_real(layer->object, "epsilon", 1e-3));
    return true;
}

static double entry_of(const Reals *reals, int64_t i, double otherwise) {
    return reals && reals->count > 0 ? reals->at[reals->count > i ? i : 0] : otherwise;
}

/* Numbers, or one for each channel: x · scale + offset. */
static bool put_rescaling(Graph *graph, const Layer *layer) {
    const Reals *const scales = arg_field(layer->object, "scale", ARG_REALS), *const offsets = arg_field(
                                                                                  layer->object, "offset", ARG_REALS);
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

/* Shapes ------------------------------------------------------------ */

static bool put_reshape(Graph *graph, const Layer *layer) {
    graph_reshape(graph, layer, layer->output);
    return true;
}

/* With the channels first, they come last before it is flat. */
static bool put_flatten(Graph *graph, const Layer *layer) {
    if (arg_says(layer->object, "data_format", "channels_first") && layer->input.rank > 2)
        graph_turn_channels(graph, layer->input.rank, false);
    return put_reshape(graph, layer);
}

static bool put_permute(Graph *graph, const Layer *layer) {
    const Ints *const dims = arg_field(layer->object, "dims", ARG_INTS);
    int64_t perm[MAX_RANK] = {0};
    for (int i = 0; i < dims->count; i++) perm[i + 1] = dims->at[i];
    graph_permute(graph, perm, layer->input.rank);
    return true;
}

static bool put_repeat(Graph *graph, const Layer *layer) {
    const int64_t one = 1, shape[] = {1, layer->output.dim[1], 1};
    graph_list(graph, graph_node(graph, "Unsqueeze"), arena_printf(graph->export->arena, "%s/axis", layer->name), &one,
               1);
    graph_list(graph, graph_node(graph, "Expand"), arena_printf(graph->export->arena, "%s/shape", layer->name), shape,
               3);
    return true;
}

static bool put_nothing(Graph *graph, const Layer *layer) {
    (void)graph;
    (void)layer;
    return true;
}

/* What only trains is left out; but that Dropout leaves what it keeps as it is, prediction makes up for. */
static bool put_training(Graph *graph, const Layer *layer) {
    const bool *const inverted = arg_field(layer->object, "inverted", ARG_BOOL);
    return !inverted || *inverted || graph_lacks(graph, layer, "inverted=False is nnc's own");
}

static bool is_product(const Layer *layer) { return !strcmp(layer->def->class.name, "Dense"); }

/* Each time step by itself: as samples, (batch · time, …), and back. A product takes time steps as they are. */
static bool put_time_distributed(Graph *graph, const Layer *layer) {
    const Layer *const inner = layer->inner.at[0];
    const bool reshapes = !strcmp(inner->def->class.name, "Reshape");
    if (reshapes) return put_reshape(graph, layer);
    if (is_product(inner)) return put_dense(graph, inner);
    graph_reshape(graph, layer, inner->input);
    if (!graph_put_layer(graph, inner)) return false;
    graph_reshape(graph, layer, layer->output);
    return true;
}

/* Which ------------------------------------------------------------ */

static const struct {
    const char *name;
    bool (*put)(Graph *, const Layer *);
} layers[] = {{"Dense", put_dense},
              {"Activation", graph_put_own_activation},
              {"ReLU", put_relu},
              {"LeakyReLU", put_leaky_relu},
              {"ELU", put_elu},
              {"PReLU", put_prelu},
              {"Softmax", put_softmax},
              {"Conv1D", graph_put_conv},
              {"Conv2D", graph_put_conv},
              {"Conv3D", graph_put_conv},
              {"DepthwiseConv1D", graph_put_depthwise},
              {"DepthwiseConv2D", graph_put_depthwise},
              {"SeparableConv1D", graph_put_separable},
              {"SeparableConv2D", graph_put_separable},
              {"Conv1DTranspose", graph_put_transposed},
              {"Conv2DTranspose", graph_put_transposed},
              {"Conv3DTranspose", graph_put_transposed},
              {"MaxPooling1D", graph_put_max_pooling},
              {"MaxPooling2D", graph_put_max_pooling},
              {"MaxPooling3D", graph_put_max_pooling},
              {"AveragePooling1D", graph_put_average_pooling},
              {"AveragePooling2D", graph_put_average_pooling},
              {"AveragePooling3D", graph_put_average_pooling},
              {"GlobalMaxPooling1D", graph_put_global_max},
              {"GlobalMaxPooling2D", graph_put_global_max},
              {"GlobalMaxPooling3D", graph_put_global_max},
              {"GlobalAveragePooling1D", graph_put_global_average},
              {"GlobalAveragePooling2D", graph_put_global_average},
              {"GlobalAveragePooling3D", graph_put_global_average},
              {"ZeroPadding1D", graph_put_padding},
              {"ZeroPadding2D", graph_put_padding},
              {"ZeroPadding3D", graph_put_padding},
              {"Cropping1D", graph_put_cropping},
              {"Cropping2D", graph_put_cropping},
              {"Cropping3D", graph_put_cropping},
              {"UpSampling1D", graph_put_upsampling},
              {"UpSampling2D", graph_put_upsampling},
              {"UpSampling3D", graph_put_upsampling},
              {"LSTM", graph_put_recurrent},
              {"GRU", graph_put_recurrent},
              {"SimpleRNN", graph_put_recurrent},
              {"Bidirectional", graph_put_bidirectional},
              {"TimeDistributed", put_time_distributed},
              {"Embedding", put_embedding},
              {"BatchNormalization", put_batch_normalization},
              {"LayerNormalization", put_layer_normalization},
              {"Rescaling", put_rescaling},
              {"Flatten", put_flatten},
              {"Reshape", put_reshape},
              {"Permute", put_permute},
              {"RepeatVector", put_repeat},
              {"Identity", put_nothing},
              {"ActivityRegularization", put_nothing}};

bool graph_put_layer(Graph *graph, const Layer *layer) {
    if (layer->def->trains) return put_training(graph, layer);
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
        if (!strcmp(layers[i].name, layer->def->class.name)) return layers[i].put(graph, layer);
    return graph_lacks(graph, layer, "it is not exported to ONNX; --keras takes it");
}

#endif
