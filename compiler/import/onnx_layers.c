/* SPDX-License-Identifier: MIT-0 */
/* Nodes of ONNX that become layers one by one: products, activations, shapes, normalization. */
#include "import/import.h"

#ifdef NNC_IMPORT

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "import/onnx_graph.h"
#include "import/onnx_words.h"

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
    const int64_t channels = onnx->image[0], pixels = onnx_product(onnx->image + 1, onnx->image_rank - 1);
    float *const out = NEW_ARRAY(onnx->import->arena, float, channels *pixels *units + 1);
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
static bool take_dense(Onnx *onnx, const Node *node, const Constant *kernel, bool turned, const Constant *bias) {
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
    float *const biases = bias ? bias_values(onnx, bias, units) : NULL;
    if (bias && !biases) return onnx_fail(onnx, node, "its third input is no bias of %lld numbers", (long long)units);
    Found *const found = onnx_layer(onnx, "Dense");
    found->activates = true;
    found->biasless = !bias;
    onnx_arg(onnx, "%lld", (long long)units);
    onnx_weight(onnx, values, 2, (int64_t[]){inputs, units});
    if (bias) onnx_weight(onnx, biases, 1, &units);
    onnx_name_layer(onnx, kernel->name);
    onnx->dim[last] = units;
    onnx->positive = false;
    onnx_step(onnx, node->output[0]);
    return true;
}

/* What is added to each channel of a product or convolution without a bias is that. */
static bool take_bias(Onnx *onnx, const Node *node, bool *done) {
    const Constant *const bias = onnx_added(onnx, node);
    const int at = onnx->lay == LAY_CHANNELS ? 1 : onnx->rank - 1;
    const int place = bias ? bias->rank - (onnx->rank - at) : -1; /* of the channels among the constant's dimensions */
    int index = onnx->layers.count - 1;
    if (index > 0 && !strncmp(onnx->layers.at[index]->class_name, "Cropping", 8)) index--;
    Found *const found = index >= 0 ? onnx->layers.at[index] : NULL;
    *done = onnx_is(node, "Add") && found && found->biasless && found->activates && bias && bias->real && place >= 0 &&
            bias->dim[place] == onnx->dim[at] && bias->count == (size_t)onnx->dim[at] && onnx->lay != LAY_FLAT_IMAGE;
    if (!*done) return true;
    found->biasless = false;
    onnx_found_weight(onnx, found, bias->real, 1, &onnx->dim[at]);
    onnx_step(onnx, node->output[0]);
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
    return take_dense(onnx, node, onnx_constant_input(onnx, node, 1), onnx_int(node, "transB", 0) != 0, bias);
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
    if (onnx->masked) onnx_arg(onnx, "mask_zero=True");
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
    if (least == -1 && most == 1) {
        onnx_step(onnx, node->output[0]);
        return onnx_activation(onnx, "hard_tanh");
    }
    if (least != 0) return onnx_fail(onnx, node, "nnc has no layer that cuts at %g", least);
    onnx_step(onnx, node->output[0]);
    if (most == 6) return onnx_activation(onnx, "relu6");
    if (!isfinite(most) || most > 1e30) return onnx_activation(onnx, "relu");
    onnx_layer(onnx, "ReLU");
    onnx_arg(onnx, "max_value=%.9g", most);
    onnx->positive = true;
    return true;
}

/* Before opset 13 an axis stood for all behind it. */
static bool take_softmax(Onnx *onnx, const Node *node, const char *name) {
    int64_t axis = onnx_int(node, "axis", onnx->opset < 13 ? 1 : -1);
    if (axis < 0) axis += onnx->rank;
    const int64_t channels = onnx->lay == LAY_CHANNELS ? 1 : onnx->rank - 1;
    if (onnx->lay == LAY_FLAT_IMAGE) return onnx_fail(onnx, node, "nnc would give its outputs in another order");
    onnx_step(onnx, node->output[0]);
    if (axis == channels) return onnx_activation(onnx, name);
    if (axis < 1 || axis >= onnx->rank || onnx->lay != LAY_SAME || onnx->one || strcmp(name, "softmax") != 0 ||
        onnx->opset < 13)
        return onnx_fail(onnx, node, "nnc takes it along the %s axis, not along %lld",
                         onnx->lay == LAY_CHANNELS ? "channels'" : "last", (long long)axis);
    onnx_layer(onnx, "Softmax");
    onnx_arg(onnx, "axis=%lld", (long long)axis);
    return true;
}

/* Slopes for every place of a sample, but for axes of size 1, which share them. */
static bool take_own_slopes(Onnx *onnx, const Node *node, const Constant *slope) {
    Text axes = {.arena = onnx->import->arena};
    for (int i = 0; i < slope->rank; i++)
        if (slope->dim[i] == 1) text_printf(&axes, "%s%d", axes.length ? ", " : "", i + 1);
        else if (slope->dim[i] != onnx->dim[i + 1])
            return onnx_fail(onnx, node, "its slopes are neither one for each channel nor one for each place");
    onnx_layer(onnx, "PReLU");
    if (axes.length) onnx_arg(onnx, "shared_axes=[%s]", text_chars(&axes));
    onnx_weight(onnx, slope->real, slope->rank, slope->dim);
    onnx->positive = false;
    onnx_step(onnx, node->output[0]);
    return true;
}

bool onnx_take_slopes(Onnx *onnx, const Node *node, const Constant *slope) {
    const int64_t channels = onnx->lay == LAY_CHANNELS ? onnx->dim[1] : onnx->dim[onnx->rank - 1];
    if (slope && slope->real && onnx->lay == LAY_SAME && !onnx->one && slope->rank == onnx->rank - 1)
        return take_own_slopes(onnx, node, slope);
    if (onnx->lay == LAY_ROWS || onnx->one || !slope || !slope->real ||
        (slope->count != 1 && slope->count != (size_t)channels) || (slope->count != 1 && onnx->lay == LAY_FLAT_IMAGE))
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

const char *onnx_function(const Node *node) {
    const OnnxWord *word;
    for (int i = 0; (word = onnx_word(i)) != NULL; i++)
        if (word->node && onnx_is(node, word->node) &&
            fabs(onnx_real(node, "alpha", word->usual_alpha) - word->alpha) <= 1e-6 &&
            fabs(onnx_real(node, "beta", word->beta) - word->beta) <= 1e-6)
            return word->name;
    return NULL;
}

static bool take_activation(Onnx *onnx, const Node *node, bool *done) {
    const char *const function = onnx_function(node);
    *done = true;
    if (function) {
        onnx_step(onnx, node->output[0]);
        return onnx_activation(onnx, function);
    }
    if (onnx_is(node, "Elu") || onnx_is(node, "LeakyRelu")) {
        const bool elu = onnx_is(node, "Elu");
        onnx_layer(onnx, elu ? "ELU" : "LeakyReLU");
        onnx_arg(onnx, "%s=%.7g", elu ? "alpha" : "negative_slope", onnx_real(node, "alpha", elu ? 1 : 0.01));
        onnx->positive = false;
        onnx_step(onnx, node->output[0]);
        return true;
    }
    if (onnx_is(node, "HardSigmoid"))
        return onnx_fail(onnx, node, "nnc's hard_sigmoid has alpha 1/6, or 0.2 as in Keras 2, and beta 0.5");
    if (onnx_is(node, "Gelu")) {
        if (strcmp(onnx_text(onnx, node, "approximate"), "tanh") == 0)
            return onnx_fail(onnx, node, "nnc's gelu is the exact one, not the approximation by tanh");
        onnx_step(onnx, node->output[0]);
        return onnx_activation(onnx, "gelu");
    }
    if (onnx_is(node, "Shrink")) {
        const double bias = onnx_real(node, "bias", 0);
        if (onnx_real(node, "lambd", 0.5) != 0.5 || (bias != 0 && bias != 0.5))
            return onnx_fail(onnx, node, "nnc's hard_shrink and soft_shrink, like those of Keras, shrink by 0.5");
        onnx_step(onnx, node->output[0]);
        return onnx_activation(onnx, bias == 0 ? "hard_shrink" : "soft_shrink");
    }
    if (onnx_is(node, "ThresholdedRelu") && onnx_real(node, "alpha", 1) >= 0) {
        onnx_layer(onnx, "ReLU");
        onnx_arg(onnx, "threshold=%.9g", onnx_real(node, "alpha", 1));
        onnx->positive = true;
        onnx_step(onnx, node->output[0]);
        return true;
    }
    if (onnx_is(node, "Clip")) return take_clip(onnx, node);
    if (onnx_is(node, "Softmax")) return take_softmax(onnx, node, "softmax");
    if (onnx_is(node, "LogSoftmax")) return take_softmax(onnx, node, "log_softmax");
    if (onnx_is(node, "PRelu")) return onnx_take_slopes(onnx, node, onnx_constant_input(onnx, node, 1));
    *done = false;
    return true;
}

bool onnx_take_layer(Onnx *onnx, const Node *node, bool *done) {
    if (!take_activation(onnx, node, done)) return false;
    if (!*done && !take_bias(onnx, node, done)) return false;
    if (*done) return true;
    *done = true;
    if (onnx_is(node, "Gemm")) return take_gemm(onnx, node);
    if (onnx_is(node, "MatMul")) return take_dense(onnx, node, onnx_constant_input(onnx, node, 1), false, NULL);
    if (onnx_is(node, "Gather") && onnx_constant_input(onnx, node, 0)) return take_embedding(onnx, node);
    if (onnx_is(node, "BatchNormalization")) return onnx_take_batch_normalization(onnx, node);
    if (onnx_is(node, "LayerNormalization")) return onnx_take_layer_normalization(onnx, node);
    if (onnx_is(node, "GroupNormalization")) return onnx_take_group_normalization(onnx, node);
    if (onnx_is(node, "RMSNormalization")) return onnx_take_rms_normalization(onnx, node);
    if (onnx_is(node, "LpNormalization")) return onnx_take_unit_normalization(onnx, node);
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
