/* SPDX-License-Identifier: MIT-0 */
/* Layers as nodes of ONNX: which there are, and products, activations and shapes themselves. What only trains is left
 * out. */
#include "export/export.h"

#ifdef NNC_IMPORT

#include <math.h>
#include <string.h>

#include "export/onnx.h"
#include "import/onnx_words.h"
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

static void put_clip(Graph *graph, double least, double most) {
    Onnx__NodeProto *const node = graph_node(graph, "Clip");
    graph_number(graph, node, "least", least);
    graph_number(graph, node, "most", most);
}

static void put_relu6(Graph *graph) { put_clip(graph, 0, 6); }
static void put_hard_tanh(Graph *graph) { put_clip(graph, -1, 1); }

static void put_log_sigmoid(Graph *graph) {
    graph_node(graph, "Neg");
    graph_node(graph, "Softplus");
    graph_node(graph, "Neg");
}

static void put_tanh_shrink(Graph *graph) {
    const char *const x = graph->value;
    graph_node(graph, "Tanh");
    Onnx__NodeProto *const node = graph_node(graph, "Sub");
    node->input[1] = node->input[0];
    node->input[0] = arena_strdup(graph->export->arena, x);
    node->n_input = 2;
}

/* 0 where |x| is at most 0.5; `bias`: and what is left that much nearer to 0. */
static void put_shrink(Graph *graph, double bias) {
    Onnx__NodeProto *const node = graph_node(graph, "Shrink");
    graph_real(graph, node, "lambd", 0.5);
    graph_real(graph, node, "bias", bias);
}

static void put_hard_shrink(Graph *graph) { put_shrink(graph, 0); }
static void put_soft_shrink(Graph *graph) { put_shrink(graph, 0.5); }

static void put_last_softmax(Graph *graph) { graph_int(graph, graph_node(graph, "Softmax"), "axis", -1); }
static void put_last_log_softmax(Graph *graph) { graph_int(graph, graph_node(graph, "LogSoftmax"), "axis", -1); }

/* (x + √(x² + 4)) / 2 */
static void put_squareplus(Graph *graph) {
    const char *const x = graph->value;
    multiply_by(graph, x);
    graph_number(graph, graph_node(graph, "Add"), "four", 4);
    graph_node(graph, "Sqrt");
    graph_input(graph, graph_node(graph, "Add"), x);
    graph_number(graph, graph_node(graph, "Mul"), "half", 0.5);
}

/* 0 up to -1, from 1 on x, and a parabola between. */
static void put_sparse_plus(Graph *graph) {
    const char *const x = graph->value;
    put_clip(graph, -1, 1);
    graph_number(graph, graph_node(graph, "Add"), "one", 1);
    multiply_by(graph, graph->value);
    graph_number(graph, graph_node(graph, "Mul"), "quarter", 0.25);
    const char *const curve = graph->value;
    graph->value = x;
    graph_number(graph, graph_node(graph, "Sub"), "one", 1);
    graph_node(graph, "Relu");
    graph_input(graph, graph_node(graph, "Add"), curve);
}

/* a · sigmoid(b) of both halves of the last axis. */
static void put_glu(Graph *graph) {
    Onnx__NodeProto *const split = graph_node(graph, "Split");
    const char *const half = graph_second_output(graph, split);
    graph_int(graph, split, "axis", -1);
    if (graph->opset >= 18) graph_int(graph, split, "num_outputs", 2);
    const char *const a = graph->value;
    graph->value = half;
    graph_node(graph, "Sigmoid");
    multiply_by(graph, a);
}

bool graph_put_activation(Graph *graph, const Layer *layer, const Object *activation) {
    static const struct {
        const char *name;
        void (*put)(Graph *);
    } made[] = {{"relu6", put_relu6},
                {"hard_tanh", put_hard_tanh},
                {"log_sigmoid", put_log_sigmoid},
                {"tanh_shrink", put_tanh_shrink},
                {"hard_shrink", put_hard_shrink},
                {"soft_shrink", put_soft_shrink},
                {"silu", put_silu},
                {"mish", put_mish},
                {"gelu", put_gelu},
                {"squareplus", put_squareplus},
                {"sparse_plus", put_sparse_plus},
                {"glu", put_glu},
                {"softmax", put_last_softmax},
                {"log_softmax", put_last_log_softmax}};
    if (!activation || !strcmp(activation->class->name, "linear")) return true;
    const char *const name = activation->class->name;
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        if (!strcmp(made[i].name, name)) {
            made[i].put(graph);
            return true;
        }
    const OnnxWord *word;
    for (int i = 0; (word = onnx_word(i)) != NULL; i++) {
        if (!word->node || word->is_new || strcmp(word->name, name) != 0) continue;
        Onnx__NodeProto *const node = graph_node(graph, word->node);
        if (word->alpha != 0) graph_real(graph, node, "alpha", word->alpha);
        if (word->beta != 0) graph_real(graph, node, "beta", word->beta);
        return true;
    }
    return graph_lacks(graph, layer,
                       arena_printf(graph->export->arena, "the activation '%s' has no node in ONNX", name));
}

bool graph_put_own_activation(Graph *graph, const Layer *layer) {
    Object *const *const field = arg_field(layer, "activation", ARG_OBJECT);
    return graph_put_activation(graph, layer, field ? *field : NULL);
}

/* x over the threshold, cut at most, and under it slope · (threshold - x) less. */
static bool put_relu(Graph *graph, const Layer *layer) {
    const double most = arg_real(layer, "max_value", INFINITY), slope = arg_real(layer, "negative_slope", 0),
                 threshold = arg_real(layer, "threshold", 0);
    const char *const x = graph->value, *under = NULL;
    if (slope != 0 && threshold == 0 && !isfinite(most)) {
        graph_real(graph, graph_node(graph, "LeakyRelu"), "alpha", slope);
        return true;
    }
    if (slope != 0) {
        graph_node(graph, "Neg");
        graph_number(graph, graph_node(graph, "Add"), "threshold", threshold);
        graph_node(graph, "Relu");
        graph_number(graph, graph_node(graph, "Mul"), "slope", slope);
        under = graph->value;
        graph->value = x;
    }
    if (threshold != 0) graph_real(graph, graph_node(graph, "ThresholdedRelu"), "alpha", threshold);
    if (isfinite(most)) put_clip(graph, 0, most);
    else if (threshold == 0) graph_node(graph, "Relu");
    if (under) graph_input(graph, graph_node(graph, "Sub"), under);
    return true;
}

static bool put_leaky_relu(Graph *graph, const Layer *layer) {
    graph_real(graph, graph_node(graph, "LeakyRelu"), "alpha", arg_real(layer, "negative_slope", 0.3));
    return true;
}

static bool put_elu(Graph *graph, const Layer *layer) {
    graph_real(graph, graph_node(graph, "Elu"), "alpha", arg_real(layer, "alpha", 1));
    return true;
}

static bool put_prelu(Graph *graph, const Layer *layer) {
    graph_weight(graph, graph_node(graph, "PRelu"), layer, 0);
    return true;
}

/* Along several axes: these come last and become one, and go back. */
static bool put_joint_softmax(Graph *graph, const Layer *layer, const Ints *axes) {
    const Shape shape = layer->input;
    int64_t order[MAX_RANK], back[MAX_RANK];
    Shape joint = {0}, ordered = {0};
    bool summed[MAX_RANK] = {false}, moved = false;
    for (int i = 0; i < axes->count; i++) summed[axes->at[i] < 0 ? axes->at[i] + shape.rank : axes->at[i]] = true;
    for (int turn = 0; turn < 2; turn++)
        for (int i = 0; i < shape.rank; i++)
            if (summed[i] == (turn == 1)) {
                back[i] = ordered.rank;
                moved |= ordered.rank != i;
                order[ordered.rank] = i;
                ordered.dim[ordered.rank++] = shape.dim[i];
            }
    joint = ordered;
    joint.rank -= axes->count - 1;
    for (int i = joint.rank; i < ordered.rank; i++) joint.dim[joint.rank - 1] *= ordered.dim[i];
    if (moved) graph_permute(graph, order, shape.rank);
    graph_reshape(graph, layer, joint);
    graph_int(graph, graph_node(graph, "Softmax"), "axis", -1);
    graph_reshape(graph, layer, ordered);
    if (moved) graph_permute(graph, back, shape.rank);
    return true;
}

static bool put_softmax(Graph *graph, const Layer *layer) {
    const Ints *const axes = arg_field(layer, "axis", ARG_INTS);
    if (graph_masked(layer)) return graph_lacks(graph, layer, "masks of time steps have no counterpart in ONNX");
    if (axes && axes->count > 1) return put_joint_softmax(graph, layer, axes);
    graph_int(graph, graph_node(graph, "Softmax"), "axis",
              axes && axes->count == 1 ? axes->at[0] : arg_int(layer, "axis", -1));
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
    if (arg_flag(layer, "mask_zero")) graph_mask_zero(graph, layer);
    Onnx__NodeProto *const node = graph_node(graph, "Gather");
    char *const indices = node->input[0];
    node->n_input = 0;
    graph_weight(graph, node, layer, 0);
    graph_input(graph, node, indices);
    return true;
}

/* Shapes ------------------------------------------------------------ */

static bool put_reshape(Graph *graph, const Layer *layer) {
    graph_reshape(graph, layer, layer->output);
    return true;
}

/* With the channels first, they come last before it is flat. */
static bool put_flatten(Graph *graph, const Layer *layer) {
    if (arg_says(layer, "data_format", "channels_first") && layer->input.rank > 2)
        graph_turn_channels(graph, layer->input.rank, false);
    return put_reshape(graph, layer);
}

static bool put_permute(Graph *graph, const Layer *layer) {
    const Ints *const dims = arg_field(layer, "dims", ARG_INTS);
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
    const bool *const inverted = arg_field(layer, "inverted", ARG_BOOL);
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
    int opset; /* that has its node, where not all have it */
} layers[] = {{"Dense", put_dense},
              {"EinsumDense", graph_put_einsum},
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
              {"AdaptiveMaxPooling1D", graph_put_adaptive_max},
              {"AdaptiveMaxPooling2D", graph_put_adaptive_max},
              {"AdaptiveMaxPooling3D", graph_put_adaptive_max},
              {"AdaptiveAveragePooling1D", graph_put_adaptive_average},
              {"AdaptiveAveragePooling2D", graph_put_adaptive_average},
              {"AdaptiveAveragePooling3D", graph_put_adaptive_average},
              {"ZeroPadding1D", graph_put_padding},
              {"ZeroPadding2D", graph_put_padding},
              {"ZeroPadding3D", graph_put_padding},
              {"Cropping1D", graph_put_cropping},
              {"Cropping2D", graph_put_cropping},
              {"Cropping3D", graph_put_cropping},
              {"UpSampling1D", graph_put_upsampling},
              {"UpSampling2D", graph_put_upsampling},
              {"UpSampling3D", graph_put_upsampling},
              {"Resizing", graph_put_resizing, 21},
              {"CenterCrop", graph_put_center_crop, 21},
              {"RandomCrop", graph_put_random_crop, 21},
              {"LSTM", graph_put_recurrent},
              {"GRU", graph_put_recurrent},
              {"SimpleRNN", graph_put_recurrent},
              {"RNN", graph_put_cells},
              {"Bidirectional", graph_put_bidirectional},
              {"TimeDistributed", put_time_distributed},
              {"Embedding", put_embedding},
              {"Masking", graph_put_masking},
              {"BatchNormalization", graph_put_batch_normalization},
              {"LayerNormalization", graph_put_layer_normalization},
              {"GroupNormalization", graph_put_group_normalization, 21},
              {"RMSNormalization", graph_put_rms_normalization, 23},
              {"UnitNormalization", graph_put_unit_normalization},
              {"Normalization", graph_put_normalization},
              {"Rescaling", graph_put_rescaling},
              {"CategoryEncoding", graph_put_encoding},
              {"Discretization", graph_put_discretization},
              {"IntegerLookup", graph_put_lookup},
              {"Flatten", put_flatten},
              {"Reshape", put_reshape},
              {"Permute", put_permute},
              {"RepeatVector", put_repeat},
              {"Identity", put_nothing},
              {"ActivityRegularization", put_nothing}};

int graph_opset(const Layer *layer) {
    int opset = 0;
    for (int i = 0; i < layer->inner.count; i++) {
        const int inner = graph_opset(layer->inner.at[i]);
        if (inner > opset) opset = inner;
    }
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
        if (!strcmp(layers[i].name, layer->def->class.name) && layers[i].opset > opset) opset = layers[i].opset;
    return opset;
}

bool graph_put_layer(Graph *graph, const Layer *layer) {
    if (layer->def->trains) return put_training(graph, layer);
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
        if (!strcmp(layers[i].name, layer->def->class.name)) return layers[i].put(graph, layer);
    return graph_lacks(graph, layer, "ONNX has no nodes that nnc would write for it; --keras takes it");
}

#endif
