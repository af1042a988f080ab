/* SPDX-License-Identifier: MIT-0 */
/* Dense: y = activation(x · kernel + bias), over the last axis of x. */
#include "layers/layer.h"

typedef struct DenseArgs {
    int64_t units;
    Object *activation;
    WeightArgs kernel, bias;
    bool use_bias;
} DenseArgs;

static const ArgDef args[] = {
    {ARG(DenseArgs, units), ARG_INT, RANGE(1, INT32_MAX), .doc = "size of the output"},
    ACTIVATION_ARG(DenseArgs),
    {ARG(DenseArgs, use_bias), ARG_BOOL, DEFAULT("True"), .doc = "add a bias"},
    WEIGHT_ARGS(DenseArgs, kernel, "'glorot_uniform'"),
    WEIGHT_ARGS(DenseArgs, bias, "'zeros'"),
    LORA_ARGS,
    QUANTIZATION_ARG,
    {0}};

static void shape(Layer *layer, Diags *diags) {
    const DenseArgs *a = layer->args;
    if (layer->input.rank < 2) {
        diag(diags, D_layer_input, layer->span, "Dense", shape_text(layer->arena, layer->input),
             "it needs at least one dimension after the batch");
        return;
    }
    const int64_t inputs = layer->input.dim[layer->input.rank - 1];
    layer_weight(layer, "kernel", shape_of(2, (int64_t[]){inputs, a->units}), a->kernel);
    if (a->use_bias) layer_weight(layer, "bias", shape_of(1, &a->units), a->bias);
    layer->output = layer->input;
    layer->output.dim[layer->output.rank - 1] = a->units;
}

const Formula add_bias = {"biased", {"x", "bias"}, "x + bias", {"d", "d"}, .rises = true, .kind = FORMULA_BIAS};

static Tensor *forward(const Layer *layer, Builder *build, Tensor *x) {
    const DenseArgs *a = layer->args;
    Tensor *kernel = build_weight(build, layer->weights.at[0]);
    Tensor *y = build_matmul(build, x, kernel, false, layer->output, "forward", "sum");
    if (a->use_bias)
        y = build_map(build, &add_bias, (Tensor *[]){y, build_weight(build, layer->weights.at[1])}, NULL, 0);
    return build_activation(build, a->activation, y);
}

const LayerDef layer_Dense = {
    LAYER_CLASS("Dense", "y = activation(x · kernel + bias), over the last axis", args, DenseArgs),
    .shape = shape,
    .last_axis = true,
    .forward = forward,
    .stream = stream_each,
    .masks = true,
};
