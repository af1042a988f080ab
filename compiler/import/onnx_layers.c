/* SPDX-License-Identifier: MIT-0 */
/* Nodes of ONNX that become layers one by one: products, activations, shapes, normalization. */
#include "import/import.h"

#ifdef NNC_IMPORT

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "import/onnx_graph.h"

static int64_t product_of(const int64_t *dim, int count) {
    int64_t product = 1;
    for (int i = 0; i < count; i++) product *= dim[i];
    return product;
}

/* fc1.weight → fc1: a layer's name, where the exporter keeps it. */
void onnx_name_layer(Onnx *onnx, const char *weight) {
    static const char *const endings[] = {".weight", ".bias"};
    Found *const found = onnx->layers.at[onnx->layers.count - 1];
    const size_t length = weight ? strlen(weight) : 0;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const size_t ending = strlen(endings[i]);
        if (length <= ending || strcmp(weight + length - ending, endings[i]) != 0) continue;
        char *const name = arena_strndup(onnx->import->arena, weight, length - ending);
        bool good = isalpha((unsigned char)*name) && length < 60;
        for (char *c = name; *c; c++) {
            if (*c == '.') *c = '_';
            good &= isalnum((unsigned char)*c) || *c == '_';
        }
        if (good) found->name = name;
    }
}

/* Products ------------------------------------------------------------ */

/* Rows of a kernel that takes an image flat: there channel after channel, here pixel after pixel. */
static float *rows_of_image(const Onnx *onnx, const float *kernel, int64_t units) {
    const int64_t channels = onnx->image[0], pixels = product_of(onnx->image + 1, onnx->image_rank - 1);
    float *const out = NEW_ARRAY(onnx->import->arena, float, channels * pixels * units + 1);
    for (int64_t c = 0; c < channels; c++)
        for (int64_t p = 0; p < pixels; p++)
            memcpy(out + (p * channels + c) * units, kernel + (c * pixels + p) * units, (size_t)units * sizeof *out);
    return out;
}

/* A bias of `units` numbers, whether it is one number, (units,) or (1, units); NULL: it is none. */
static float *bias_values(const Onnx *onnx, const Constant *bias, int64_t units) {
    const bool fits = bias && bias->real &&
                      (bias->count == 1 || (bias->count == (size_t)units && bias->dim[bias->rank - 1] == units));
    float *const values = fits ? NEW_ARRAY(onnx->import->arena, float, units + 1) : NULL;
    for (int64_t i = 0; fits && i < units; i++) values[i] = bias->real[bias->count == 1 ? 0 : i];
    return values;
}

/* The constant that a node adds to its only other input. */
const Constant *onnx_added(const Onnx *onnx, const Node *node) {
    const Constant *const a = onnx_constant_input(onnx, node, 0), *const b = onnx_constant_input(onnx, node, 1);
    return a ? a : b;
}

/* x · kernel + bias. `turned`: the kernel is (units, inputs). */
static bool take_dense(Onnx *onnx, const Node *node, const Constant *kernel, bool turned, const Constant *bias,
                       const char *output) {
    if (!kernel || !kernel->real || kernel->rank != 2)
        return onnx_fail(onnx, node, "its second factor is no constant matrix: nnc's products have a kernel");
    const int64_t inputs = kernel->dim[turned ? 1 : 0], units = kernel->dim[turned ? 0 : 1];
    const int last = onnx->rank - 1;
    if (onnx->lay == LAY_CHANNELS && onnx->rank > 2)
        return onnx_fail(onnx, node, "a product along the width of an image is no layer of nnc");
    if (onnx->lay == LAY_STEPS || (onnx->rank > 1 && onnx->dim[last] != inputs))
        return onnx_fail(onnx, node, "its kernel takes %lld numbers, and %lld arrive", (long long)inputs,
                         (long long)onnx->dim[last]);
    float *values = turned ? onnx_permuted(onnx, kernel, 2, kernel->dim, (int[]){1, 0}) : kernel->real;
    if (onnx->lay == LAY_FLAT_IMAGE) values = rows_of_image(onnx, values, units);
    if (onnx->lay == LAY_FLAT_IMAGE || onnx->lay == LAY_LAST) onnx->lay = LAY_SAME;
    if (!bias) {
        const Node *const add = onnx_reader(onnx, output, "Add");
        if (add && bias_values(onnx, onnx_added(onnx, add), units) && onnx_added(onnx, add)->count == (size_t)units) {
            bias = onnx_added(onnx, add);
            output = add->output[0];
        }
    }
    float *const biases = bias ? bias_values(onnx, bias, units) : NULL;
    if (bias && !biases) return onnx_fail(onnx, node, "its third input is no bias of %lld numbers", (long long)units);
    onnx_layer(onnx, "Dense")->activates = true;
    onnx_arg(onnx, "%lld", (long long)units);
    if (!bias) onnx_arg(onnx, "use_bias=False");
    onnx_weight(onnx, values, 2, (int64_t[]){inputs, units});
    if (bias) onnx_weight(onnx, biases, 1, &units);
    onnx_name_layer(onnx, kernel->name);
    onnx->dim[last] = units;
    onnx->positive = false;
    onnx_step(onnx, output);
    return true;
}

static bool take_gemm(Onnx *onnx, const Node *node) {
    const char *const factor = onnx_input(node, 0);
    if (!factor || strcmp(factor, onnx->value) != 0 || onnx_int(node, "transA", 0) || onnx->rank != 2)
        return onnx_fail(onnx, node, "nnc's products have the data first, as (batch, inputs)");
    if (onnx_real(node, "alpha", 1) != 1 || (onnx_real(node, "beta", 1) != 1 && onnx_input(node, 2)))
        return onnx_fail(onnx, node, "nnc has no factors alpha and beta");
    const Constant *const bias = onnx_constant_input(onnx, node, 2);
    if (onnx_input(node, 2) && !bias) return onnx_fail(onnx, node, "its bias is no constant");
    return take_dense(onnx, node, onnx_constant_input(onnx, node, 1), onnx_int(node, "transB", 0) != 0, bias,
                      node->output[0]);
}

/* Rows of a table, by indices. */
static bool take_embedding(Onnx *onnx, const Node *node) {
    const Constant *const table = onnx_constant_input(onnx, node, 0);
    const char *const indices = onnx_input(node, 1);
    if (!table || !table->real || table->rank != 2 || onnx_int(node, "axis", 0) != 0 || !indices ||
        strcmp(indices, onnx->value) != 0)
        return onnx_fail(onnx, node, "nnc gathers rows of a constant table only");
    if (onnx->layers.count > 0 || onnx->rank + 1 >= ONNX_RANK)
        return onnx_fail(onnx, node, "indices must be the input of the model");
    onnx->whole_input = true;
    onnx_layer(onnx, "Embedding");
    onnx_arg(onnx, "%lld, %lld", (long long)table->dim[0], (long long)table->dim[1]);
    onnx_weight(onnx, table->real, 2, table->dim);
    onnx_name_layer(onnx, table->name);
    onnx->dim[onnx->rank++] = table->dim[1];
    onnx_step(onnx, node->output[0]);
    return true;
}

/* Activations ------------------------------------------------------------ */

bool onnx_activation(Onnx *onnx, const char *name) {
    Found *const last = onnx->layers.count ? onnx->layers.at[onnx->layers.count - 1] : NULL;
    if (last && last->activates) {
        last->activates = false;
        onnx_arg(onnx, "activation='%s'", name);
    } else {
        onnx_layer(onnx, "Activation");
        onnx_arg(onnx, "'%s'", name);
    }
    onnx->positive = !strcmp(name, "relu") || !strcmp(name, "sigmoid") || !strcmp(name, "relu6") ||
                     !strcmp(name, "softplus") || !strcmp(name, "softmax");
    return true;
}

static bool take_clip(Onnx *onnx, const Node *node) {
    const Constant *const low = onnx_constant_input(onnx, node, 1), *const high = onnx_constant_input(onnx, node, 2);
    const double least = low && low->real && low->count == 1 ? (double)low->real[0] : onnx_real(node, "min", -INFINITY);
    const double most =
        high && high->real && high->count == 1 ? (double)high->real[0] : onnx_real(node, "max", INFINITY);
    if (least != 0) return onnx_fail(onnx, node, "nnc has no layer that cuts at %g", least);
    onnx_step(onnx, node->output[0]);
    if (most == 6) return onnx_activation(onnx, "relu6");
    if (!isfinite(most) || most > 1e30) return onnx_activation(onnx, "relu");
    onnx_layer(onnx, "ReLU");
    onnx_arg(onnx, "max_value=%.9g", most);
    onnx->positive = true;
    return true;
}

/* The axis of a softmax must be the last here; before opset 13 one stood for all behind it. */
static bool take_softmax(Onnx *onnx, const Node *node, const char *name) {
    int64_t axis = onnx_int(node, "axis", onnx->opset < 13 ? 1 : -1);
    if (axis < 0) axis += onnx->rank;
    const int64_t channels = onnx->lay == LAY_CHANNELS ? 1 : onnx->rank - 1;
    if (onnx->lay == LAY_FLAT_IMAGE) return onnx_fail(onnx, node, "nnc would give its outputs in another order");
    if (axis != channels)
        return onnx_fail(onnx, node, "nnc takes it along the %s axis, not along %lld",
                         onnx->lay == LAY_CHANNELS ? "channels'" : "last", (long long)axis);
    onnx_step(onnx, node->output[0]);
    return onnx_activation(onnx, name);
}

static bool take_prelu(Onnx *onnx, const Node *node) {
    const Constant *const slope = onnx_constant_input(onnx, node, 1);
    const int64_t channels = onnx->lay == LAY_CHANNELS ? onnx->dim[1] : onnx->dim[onnx->rank - 1];
    if (!slope || !slope->real || (slope->count != 1 && slope->count != (size_t)channels) ||
        (slope->count != 1 && onnx->lay == LAY_FLAT_IMAGE))
        return onnx_fail(onnx, node, "its slopes are not one for each channel");
    float *const values = NEW_ARRAY(onnx->import->arena, float, channels + 1);
    int64_t dim[ONNX_RANK];
    for (int64_t i = 0; i < channels; i++) values[i] = slope->real[slope->count == 1 ? 0 : i];
    onnx_layer(onnx, "PReLU");
    if (onnx->rank > 2) {
        Text axes = {.arena = onnx->import->arena};
        for (int i = 1; i < onnx->rank - 1; i++) text_printf(&axes, "%s%d", i > 1 ? ", " : "", i);
        onnx_arg(onnx, "shared_axes=[%s]", text_chars(&axes));
    }
    for (int i = 0; i < onnx->rank - 2; i++) dim[i] = 1;
    dim[onnx->rank - 2] = channels;
    onnx_weight(onnx, values, onnx->rank - 1, dim);
    onnx_name_layer(onnx, slope->name);
    onnx->positive = false;
    onnx_step(onnx, node->output[0]);
    return true;
}

static bool take_activation(Onnx *onnx, const Node *node, bool *done) {
    static const struct {
        const char *node, *name, *attribute;
        double wanted; /* of the attribute, whose default in ONNX this is */
    } plain[] = {{"Relu", "relu"},           {"Sigmoid", "sigmoid"},      {"Tanh", "tanh"},
                 {"Softplus", "softplus"},   {"Softsign", "softsign"},    {"Exp", "exponential"},
                 {"Selu", "selu"},           {"HardSwish", "hard_silu"},  {"Mish", "mish"},
                 {"Elu", "elu", "alpha", 1}, {"Celu", "celu", "alpha", 1}};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (onnx_is(node, plain[i].node) &&
            (!plain[i].attribute || onnx_real(node, plain[i].attribute, plain[i].wanted) == plain[i].wanted)) {
            *done = true;
            onnx_step(onnx, node->output[0]);
            return onnx_activation(onnx, plain[i].name);
        }
    *done = true;
    if (onnx_is(node, "Elu") || onnx_is(node, "LeakyRelu")) {
        const bool elu = onnx_is(node, "Elu");
        onnx_layer(onnx, elu ? "ELU" : "LeakyReLU");
        onnx_arg(onnx, "%s=%.7g", elu ? "alpha" : "negative_slope", onnx_real(node, "alpha", elu ? 1 : 0.01));
        onnx->positive = false;
        onnx_step(onnx, node->output[0]);
        return true;
    }
    if (onnx_is(node, "HardSigmoid")) {
        if (fabs(onnx_real(node, "alpha", 0.2) - 1.0 / 6) > 1e-6 || onnx_real(node, "beta", 0.5) != 0.5)
            return onnx_fail(onnx, node, "nnc's hard_sigmoid, like that of Keras 3, has alpha 1/6 and beta 0.5");
        onnx_step(onnx, node->output[0]);
        return onnx_activation(onnx, "hard_sigmoid");
    }
    if (onnx_is(node, "Gelu")) {
        if (strcmp(onnx_text(onnx, node, "approximate"), "tanh") == 0)
            return onnx_fail(onnx, node, "nnc's gelu is the exact one, not the approximation by tanh");
        onnx_step(onnx, node->output[0]);
        return onnx_activation(onnx, "gelu");
    }
    if (onnx_is(node, "Clip")) return take_clip(onnx, node);
    if (onnx_is(node, "Softmax")) return take_softmax(onnx, node, "softmax");
    if (onnx_is(node, "LogSoftmax")) return take_softmax(onnx, node, "log_softmax");
    if (onnx_is(node, "PRelu")) return take_prelu(onnx, node);
    *done = false;
    return true;
}

/* Normalization ------------------------------------------------------------ */

/* Shapes ------------------------------------------------------------ */

/* Whether what comes behind elementwise nodes is a product with a kernel, whose rows can be put into another order. */
static bool feeds_product(const Onnx *onnx, const char *value) {
    static const char *const through[] = {"Relu", "Dropout", "Identity", "Sigmoid", "Tanh", "Elu", "LeakyRelu", "Cast"};
    for (size_t steps = 0; steps <= onnx->graph->n_node; steps++) {
        const NodeList readers = onnx_readers(onnx, value);
        bool passes = false;
        if (readers.count != 1) return false;
        if (onnx_is(readers.at[0], "Gemm") || onnx_is(readers.at[0], "MatMul")) return true;
        for (size_t i = 0; i < sizeof through / sizeof *through; i++) passes |= onnx_is(readers.at[0], through[i]);
        if (!passes) return false;
        value = readers.at[0]->output[0];
    }
    return false;
}

/* (batch, …) → (batch, all). */
static bool take_flatten(Onnx *onnx, const char *output) {
    const int64_t all = product_of(onnx->dim + 1, onnx->rank - 1);
    const bool image = onnx->lay == LAY_CHANNELS && onnx->rank > 2 && product_of(onnx->dim + 2, onnx->rank - 2) > 1 &&
                       onnx->dim[1] > 1;
    Found *const last = onnx->layers.count ? onnx->layers.at[onnx->layers.count - 1] : NULL;
    const bool pooled =
        last && !strncmp(last->class_name, "Global", 6) && !strcmp(text_chars(&last->args), "keepdims=True");
    if (image && !feeds_product(onnx, output)) {
        Text order = {.arena = onnx->import->arena};
        for (int i = 1; i < onnx->rank - 1; i++) text_printf(&order, ", %d", i);
        onnx_layer(onnx, "Permute");
        onnx_arg(onnx, "(%d%s)", onnx->rank - 1, text_chars(&order));
    }
    if (pooled) last->args.length = 0, last->args.chars[0] = '\0';
    else if (onnx->rank > 2) onnx_layer(onnx, "Flatten");
    if (image && feeds_product(onnx, output)) {
        onnx->lay = LAY_FLAT_IMAGE;
        onnx->image_rank = onnx->rank - 1;
        memcpy(onnx->image, onnx->dim + 1, (size_t)onnx->image_rank * sizeof *onnx->image);
    } else if (onnx->lay != LAY_FLAT_IMAGE) {
        onnx->lay = LAY_SAME;
    }
    onnx->rank = 2;
    onnx->dim[1] = all;
    onnx_step(onnx, output);
    return true;
}

static bool take_reshape(Onnx *onnx, const Node *node) {
    int64_t dim[2 * ONNX_RANK];
    int rank = onnx_ints(onnx, node, "shape", 1, dim);
    const int64_t all = product_of(onnx->dim, onnx->rank);
    int64_t known = 1;
    int open = -1;
    if (rank < 1 || rank >= ONNX_RANK) return onnx_fail(onnx, node, "its shape is no constant");
    if (dim[0] == onnx->batch) dim[0] = 1;
    for (int i = 0; i < rank; i++) {
        if (dim[i] == 0 && i < onnx->rank) dim[i] = onnx->dim[i];
        if (dim[i] == -1) open = i;
        else known *= dim[i];
    }
    if (open >= 0 && known > 0) dim[open] = all / known;
    if (open == 0 && rank == 2 && all % dim[1] == 0) dim[0] = 1; /* (-1, features) of a batch of one */
    if (product_of(dim, rank) != all || dim[0] != 1) return onnx_fail(onnx, node, "it does not keep the batch first");
    if (onnx->lay == LAY_STEPS || onnx->lay == LAY_LAST)
        return onnx_fail(onnx, node, "what a recurrent layer gives cannot take this shape here");
    if (rank == 2) return take_flatten(onnx, node->output[0]);
    if (rank == onnx->rank && !memcmp(dim, onnx->dim, (size_t)rank * sizeof *dim))
        return onnx_step(onnx, node->output[0]), true;
    if (onnx->lay == LAY_SAME && rank == onnx->rank && rank > 2 && dim[1] == 1 && onnx->dim[rank - 1] == 1 &&
        !memcmp(dim + 2, onnx->dim + 1, (size_t)(rank - 2) * sizeof *dim)) {
        memcpy(onnx->dim, dim, (size_t)rank * sizeof *dim); /* the only channel comes first */
        onnx->lay = LAY_CHANNELS;
        onnx_step(onnx, node->output[0]);
        return true;
    }
    if ((onnx->lay == LAY_CHANNELS && onnx->rank > 2) || onnx->lay == LAY_FLAT_IMAGE || onnx->lay == LAY_TIME)
        return onnx_fail(onnx, node, "the channels of what takes a new shape come last here");
    Text shape = {.arena = onnx->import->arena};
    for (int i = 1; i < rank; i++) text_printf(&shape, "%s%lld", i > 1 ? ", " : "", (long long)dim[i]);
    onnx_layer(onnx, "Reshape");
    onnx_arg(onnx, "(%s)", text_chars(&shape));
    onnx->rank = rank;
    memcpy(onnx->dim, dim, (size_t)rank * sizeof *dim);
    onnx->lay = LAY_SAME;
    onnx_step(onnx, node->output[0]);
    return true;
}

/* Another order of dimensions: of what lies otherwise here, often nothing is left to do. */
static bool take_transpose(Onnx *onnx, const Node *node) {
    int64_t perm[2 * ONNX_RANK], dim[ONNX_RANK];
    const int rank = onnx->rank;
    if (onnx_ints(onnx, node, "perm", -1, perm) != rank)
        return onnx_fail(onnx, node, "its order is not that of %d dimensions", rank);
    bool last_first = rank > 2, first_last = rank > 2, time = rank == 3 && perm[0] == 1 && perm[1] == 0 && perm[2] == 2;
    for (int i = 0; i < rank; i++) {
        if (perm[i] < 0 || perm[i] >= rank) return onnx_fail(onnx, node, "its order is none");
        dim[i] = onnx->dim[perm[i]];
        last_first &= perm[i] == (i == 0 ? 0 : i == 1 ? rank - 1 : i - 1);
        first_last &= perm[i] == (i == 0 ? 0 : i == rank - 1 ? 1 : i + 1);
    }
    const char *const output = node->output[0];
    if (onnx->lay == LAY_SAME && time) onnx->lay = LAY_TIME;
    else if (onnx->lay == LAY_TIME && time) onnx->lay = LAY_SAME;
    else if (onnx->lay == LAY_CHANNELS && first_last) onnx->lay = LAY_SAME;
    /* (time, batch, ways, units) */
    else if (onnx->lay == LAY_STEPS && rank == 4 && perm[0] == 0 && perm[1] == 2 && perm[2] == 1 && perm[3] == 3)
        onnx->lay = LAY_STEPS;
    else if (onnx->lay == LAY_SAME && last_first && !feeds_product(onnx, output)) onnx->lay = LAY_CHANNELS;
    else if (onnx->lay == LAY_SAME && perm[0] == 0) {
        Text order = {.arena = onnx->import->arena};
        for (int i = 1; i < rank; i++) text_printf(&order, "%s%lld", i > 1 ? ", " : "", (long long)perm[i]);
        onnx_layer(onnx, "Permute");
        onnx_arg(onnx, rank == 2 ? "(%s,)" : "(%s)", text_chars(&order));
    } else return onnx_fail(onnx, node, "nnc cannot turn what lies otherwise here");
    memcpy(onnx->dim, dim, (size_t)rank * sizeof *dim);
    onnx_step(onnx, output);
    return true;
}

static bool take_squeeze(Onnx *onnx, const Node *node) {
    int64_t axes[2 * ONNX_RANK], dim[ONNX_RANK];
    const int count = onnx_ints(onnx, node, "axes", 1, axes);
    bool named[ONNX_RANK] = {false};
    int rank = 0;
    for (int i = 0; i < count; i++) {
        const int64_t axis = axes[i] < 0 ? axes[i] + onnx->rank : axes[i];
        if (axis < 0 || axis >= onnx->rank || onnx->dim[axis] != 1)
            return onnx_fail(onnx, node, "it drops an axis that is not of size 1");
        named[axis] = true;
    }
    for (int i = 0; i < onnx->rank; i++)
        if (!named[i]) dim[rank++] = onnx->dim[i];
    if (onnx->lay == LAY_STEPS && count == 1 && named[1]) onnx->lay = LAY_TIME;      /* (time, batch, units) */
    else if (onnx->lay == LAY_LAST && count == 1 && named[0]) onnx->lay = LAY_SAME;  /* (batch, units) */
    else if (named[0] || onnx->lay == LAY_STEPS || onnx->lay == LAY_LAST || onnx->lay == LAY_TIME)
        return onnx_fail(onnx, node, "it drops the batch");
    else if (rank == 2) return take_flatten(onnx, node->output[0]);
    else return onnx_fail(onnx, node, "nnc keeps axes of size 1 there");
    onnx->rank = rank;
    memcpy(onnx->dim, dim, (size_t)rank * sizeof *dim);
    onnx_step(onnx, node->output[0]);
    return true;
}

bool onnx_take_layer(Onnx *onnx, const Node *node, bool *done) {
    if (!take_activation(onnx, node, done)) return false;
    if (*done) return true;
    *done = true;
    if (onnx_is(node, "Gemm")) return take_gemm(onnx, node);
    if (onnx_is(node, "MatMul"))
        return take_dense(onnx, node, onnx_constant_input(onnx, node, 1), false, NULL, node->output[0]);
    if (onnx_is(node, "Gather") && onnx_constant_input(onnx, node, 0)) return take_embedding(onnx, node);
    if (onnx_is(node, "BatchNormalization")) return onnx_take_batch_normalization(onnx, node);
    if (onnx_is(node, "LayerNormalization")) return onnx_take_layer_normalization(onnx, node);
    if (onnx_is(node, "Flatten") && (onnx_int(node, "axis", 1) == 1)) return take_flatten(onnx, node->output[0]);
    if (onnx_is(node, "Reshape") && onnx->lay != LAY_STEPS && onnx->lay != LAY_LAST) return take_reshape(onnx, node);
    if (onnx_is(node, "Transpose")) return take_transpose(onnx, node);
    if (onnx_is(node, "Squeeze")) return take_squeeze(onnx, node);
    if (onnx_is(node, "Dropout")) {
        const Constant *const ratio = onnx_constant_input(onnx, node, 1);
        onnx_layer(onnx, "Dropout");
        onnx_arg(onnx, "%.7g",
                 ratio && ratio->real && ratio->count == 1 ? (double)ratio->real[0] : onnx_real(node, "ratio", 0.5));
        onnx_step(onnx, node->output[0]);
        return true;
    }
    if (onnx_is(node, "Add") || onnx_is(node, "Sub") || onnx_is(node, "Mul") || onnx_is(node, "Div"))
        return onnx_take_scale(onnx, node);
    *done = false;
    return true;
}

#endif
