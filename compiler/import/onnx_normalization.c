/* SPDX-License-Identifier: MIT-0 */
/* Nodes of ONNX that normalize, or scale. */
#include "import/import.h"

#ifdef NNC_IMPORT

#include "import/onnx_graph.h"

bool onnx_take_batch_normalization(Onnx *onnx, const Node *node) {
    const int64_t channels = onnx->rank > 1 ? onnx->dim[1] : 0;
    const Constant *parts[4];
    if (onnx->lay != LAY_CHANNELS && onnx->rank != 2)
        return onnx_fail(onnx, node, "the channels that it normalizes come last: nnc would need to turn them");
    if (onnx->lay == LAY_FLAT_IMAGE)
        return onnx_fail(onnx, node,
                         "it normalizes the pixels of a flat image one by one, which stand in another order here");
    for (size_t i = 0; i < 4; i++) {
        parts[i] = onnx_constant_input(onnx, node, i + 1);
        if (!parts[i] || !parts[i]->real || parts[i]->count != (size_t)channels)
            return onnx_fail(onnx, node, "input %zu is no constant of %lld numbers", i + 1, (long long)channels);
    }
    onnx_layer(onnx, "BatchNormalization");
    onnx_arg(onnx, "momentum=%.7g, epsilon=%.7g", onnx_real(node, "momentum", 0.9), onnx_real(node, "epsilon", 1e-5));
    for (size_t i = 0; i < 4; i++) onnx_weight(onnx, parts[i]->real, 1, &channels);
    onnx_name_layer(onnx, parts[0]->name);
    onnx->positive = false;
    onnx_step(onnx, node->output[0]);
    return true;
}

/* A layer that normalizes along the last axes, from the node's on, with a scale of their sizes. */
static bool add_last_axes(Onnx *onnx, const Node *node, const char *class_name) {
    const Constant *const scale = onnx_constant_input(onnx, node, 1);
    int64_t axis = onnx_int(node, "axis", -1);
    if (axis < 0) axis += onnx->rank;
    if (onnx->lay == LAY_CHANNELS || onnx->lay == LAY_FLAT_IMAGE || !scale || !scale->real || axis < 1 ||
        scale->rank != onnx->rank - axis)
        return onnx_fail(onnx, node, "nnc normalizes along last axes that lie here as they lie there");
    Text axes = {.arena = onnx->import->arena};
    for (int64_t i = axis; i < onnx->rank; i++) text_printf(&axes, "%s%lld", i > axis ? ", " : "", (long long)i);
    onnx_layer(onnx, class_name);
    if (axis != onnx->rank - 1) onnx_arg(onnx, "axis=[%s]", text_chars(&axes));
    onnx_arg(onnx, "epsilon=%.7g", onnx_real(node, "epsilon", 1e-5));
    return true;
}

bool onnx_take_rms_normalization(Onnx *onnx, const Node *node) {
    const Constant *const scale = onnx_constant_input(onnx, node, 1);
    if (!add_last_axes(onnx, node, "RMSNormalization")) return false;
    onnx_weight(onnx, scale->real, scale->rank, scale->dim);
    onnx_name_layer(onnx, scale->name);
    onnx->positive = false;
    onnx_step(onnx, node->output[0]);
    return true;
}

/* x / length of x, along one axis. */
bool onnx_take_unit_normalization(Onnx *onnx, const Node *node) {
    int64_t axis = onnx_int(node, "axis", -1);
    if (axis < 0) axis += onnx->rank;
    const bool turned = onnx->lay == LAY_CHANNELS;
    if (onnx_int(node, "p", 2) != 2 || axis < 1 || axis >= onnx->rank || onnx->one ||
        (onnx->lay != LAY_SAME && !turned))
        return onnx_fail(onnx, node, "nnc divides by lengths (p = 2) along an axis that lies here as it lies there");
    onnx_layer(onnx, "UnitNormalization");
    onnx_arg(onnx, "axis=%lld", (long long)(!turned ? axis : axis == 1 ? onnx->rank - 1 : axis - 1));
    onnx_step(onnx, node->output[0]);
    return true;
}

/* A scale and a bias for each channel, since opset 21. */
bool onnx_take_group_normalization(Onnx *onnx, const Node *node) {
    const Constant *const scale = onnx_constant_input(onnx, node, 1), *const bias = onnx_constant_input(onnx, node, 2);
    const int64_t channels = onnx->rank > 1 ? onnx->dim[1] : 0;
    if ((onnx->lay != LAY_CHANNELS && onnx->lay != LAY_SAME) || onnx->one)
        return onnx_fail(onnx, node, "nnc normalizes channels that lie here as they lie there, or last");
    if (!scale || !scale->real || scale->count != (size_t)channels || !bias || !bias->real ||
        bias->count != (size_t)channels)
        return onnx_fail(onnx, node, "it has not a scale and a bias for each of %lld channels, as since opset 21",
                         (long long)channels);
    onnx_layer(onnx, "GroupNormalization");
    onnx_arg(onnx, "%lld, epsilon=%.7g", (long long)onnx_int(node, "num_groups", 1), onnx_real(node, "epsilon", 1e-5));
    if (onnx->lay == LAY_SAME && onnx->rank > 2) onnx_arg(onnx, "axis=1");
    onnx_weight(onnx, scale->real, 1, &channels);
    onnx_weight(onnx, bias->real, 1, &channels);
    onnx_name_layer(onnx, scale->name);
    onnx->positive = false;
    onnx_step(onnx, node->output[0]);
    return true;
}

bool onnx_take_layer_normalization(Onnx *onnx, const Node *node) {
    const Constant *const scale = onnx_constant_input(onnx, node, 1), *const bias = onnx_constant_input(onnx, node, 2);
    if (!add_last_axes(onnx, node, "LayerNormalization")) return false;
    if (!bias) onnx_arg(onnx, "center=False");
    onnx_weight(onnx, scale->real, scale->rank, scale->dim);
    if (bias) onnx_weight(onnx, bias->real, bias->rank, bias->dim);
    onnx_name_layer(onnx, scale->name);
    onnx->positive = false;
    onnx_step(onnx, node->output[0]);
    return bias == NULL || bias->real != NULL;
}

/* x · scale + offset, each a number for every channel: what is left of a normalization whose statistics were folded. */
static bool take_channels(Onnx *onnx, const Node *node, const Constant *scale) {
    const int last = onnx->lay == LAY_CHANNELS ? 1 : onnx->rank - 1;
    int at = last; /* the only axis of which the constant has more than one number */
    for (int i = 0; i < scale->rank && scale->rank <= onnx->rank; i++)
        if (scale->dim[i] > 1) at = onnx->rank - scale->rank + i;
    const int64_t channels = onnx->dim[at];
    const int place = scale->rank - (onnx->rank - at); /* of the channels among the constant's dimensions */
    if (onnx->lay == LAY_FLAT_IMAGE || scale->count != (size_t)channels || place < 0 || scale->dim[place] != channels ||
        (at != last && (onnx->lay != LAY_SAME || onnx->one || at == 0)))
        return onnx_fail(onnx, node, "its other operand is neither one constant number nor one for each channel");
    const Node *const add = onnx_reader(onnx, node->output[0], "Add");
    const Constant *const offset = add ? onnx_added(onnx, add) : NULL;
    const bool shifts = offset && offset->real && offset->count == (size_t)channels && offset->rank == scale->rank &&
                        offset->dim[place] == channels;
    float *const zeros = NEW_ARRAY(onnx->import->arena, float, channels + 1);
    float *const ones = NEW_ARRAY(onnx->import->arena, float, channels + 1);
    for (int64_t i = 0; i < channels; i++) ones[i] = 1;
    onnx_layer(onnx, "BatchNormalization");
    if (at != last) onnx_arg(onnx, "axis=%d", at);
    onnx_arg(onnx, "epsilon=0.0");
    onnx_weight(onnx, scale->real, 1, &channels);
    onnx_weight(onnx, shifts ? offset->real : zeros, 1, &channels);
    onnx_weight(onnx, zeros, 1, &channels);
    onnx_weight(onnx, ones, 1, &channels);
    onnx->positive = false;
    onnx_step(onnx, shifts ? add->output[0] : node->output[0]);
    return true;
}

/* x · scale + offset, of one number each. */
bool onnx_take_scale(Onnx *onnx, const Node *node) {
    const Constant *const constant = onnx_added(onnx, node);
    const bool first = onnx_constant_input(onnx, node, 0) != NULL;
    if (constant && constant->real && constant->count > 1 && onnx_is(node, "Mul"))
        return take_channels(onnx, node, constant);
    if (!constant || !constant->real || constant->count != 1)
        return onnx_fail(onnx, node, "its other operand is not one constant number");
    const double number = (double)constant->real[0];
    if (first && (onnx_is(node, "Sub") || onnx_is(node, "Div")))
        return onnx_fail(onnx, node, "a constant that something is taken from or divided by is no layer of nnc");
    onnx_layer(onnx, "Rescaling");
    if (onnx_is(node, "Mul")) onnx_arg(onnx, "%.9g", number);
    else if (onnx_is(node, "Div")) onnx_arg(onnx, "%.17g", 1 / number);
    else onnx_arg(onnx, "1.0, offset=%.9g", onnx_is(node, "Sub") ? -number : number);
    onnx->positive = false;
    onnx_step(onnx, node->output[0]);
    return true;
}

#endif
