/* SPDX-License-Identifier: MIT-0 */
/* Embedding: an index becomes the row of a table. The gradients of an index that occurs several times are added up. */

#include "layers/layer.h"
#include "layers/pooling.h"
#include "ops/gather.h"

typedef struct EmbeddingArgs {
    int64_t input_dim, output_dim, input_length;
    WeightArgs embeddings;
    bool mask_zero;
} EmbeddingArgs;

static const ArgDef args[] = {
    {ARG(EmbeddingArgs, input_dim), ARG_INT, RANGE(1, INT32_MAX),
     .doc = "rows of the table: indices are 0 … input_dim - 1"},
    {ARG(EmbeddingArgs, output_dim), ARG_INT, RANGE(1, INT32_MAX), .doc = "values of a row"},
    WEIGHT_ARGS(EmbeddingArgs, embeddings, "'uniform'"),
    {ARG(EmbeddingArgs, mask_zero), ARG_BOOL, DEFAULT("False"), .doc = "index 0 masks its time step"},
    {ARG(EmbeddingArgs, input_length), ARG_INT, DEFAULT("None"), RANGE(1, INT32_MAX), .keyword_only = true,
     .input_length = true,
     .doc = "the length of a sample, where nothing else says the input's shape"},
    {FIXED("weights", "None", "weights stand in a file: --weights FILE.safetensors")},
    LORA_ARGS,
    QUANTIZATION_ARG,
    {0}};

static void shape(Layer *layer, Diags *diags) {
    const EmbeddingArgs *a = layer->args;
    const Shape input = layer->input;
    if (input.rank == MAX_RANK) {
        diag(diags, D_layer_input, layer->span, "Embedding", shape_text(layer->arena, input),
             "it adds one dimension more");
        return;
    }
    if (a->mask_zero && (input.rank != 2 || layer->wrapper)) {
        diag(diags, D_layer_argument, object_arg_span(layer->object, "mask_zero"),
             "mask_zero=True is for indices (batch, time), not within another layer");
        return;
    }
    layer_weight(layer, "embeddings", shape_of(2, (int64_t[]){a->input_dim, a->output_dim}), a->embeddings);
    layer->output = input;
    layer->output.dim[layer->output.rank++] = a->output_dim;
    if (a->mask_zero) layer->ends = (Ends){0}; /* there are other masked steps, too */
    layer->mask = a->mask_zero || layer->ends.first ? input : (Shape){0};
}

static Tensor *forward(const Layer *layer, Builder *build, Tensor *x) {
    const EmbeddingArgs *a = layer->args;
    Tensor *y = build_gather(build, x, build_weight(build, layer->weights.at[0]), "rows");
    if (a->mask_zero) y->mask = masked_both(build, build_nonzero(build, x, "mask"), x->mask);
    return y;
}

const LayerDef layer_Embedding = {
    LAYER_CLASS("Embedding", "the row of a table for each index", args, EmbeddingArgs),
    .shape = shape,
    .forward = forward,
    .stream = stream_each,
    .ends = true,
    .looks_up = true,
};
