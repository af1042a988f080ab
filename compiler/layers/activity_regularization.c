/* SPDX-License-Identifier: MIT-0 */
/* ActivityRegularization: y = x; adds (l1·Σ|x| + l2·Σx²) / batch to the loss. */
#include "layers/layer.h"
#include "ops/penalty.h"

typedef struct ActivityArgs {
    double l1, l2;
} ActivityArgs;

static const ArgDef args[] = {
    {ARG(ActivityArgs, l1), ARG_REAL, DEFAULT("0.0"), RANGE(0, 1e30), .doc = "weight of Σ|x|"},
    {ARG(ActivityArgs, l2), ARG_REAL, DEFAULT("0.0"), RANGE(0, 1e30), .doc = "weight of Σx²"},
    {0}};

static void shape(Layer *layer, Diags *diags) {
    if (layer->bare) diag(diags, D_penalty_ignored, layer->span);
    layer->output = layer->input;
}

static Tensor *forward(const Layer *layer, Builder *build, Tensor *x) {
    const ActivityArgs *a = layer->args;
    if (!layer->bare) build_penalty(build, x, a->l1, a->l2);
    return x;
}

const LayerDef layer_ActivityRegularization = {
    LAYER_CLASS("ActivityRegularization", "adds (l1·Σ|x| + l2·Σx²) / batch to the loss", args, ActivityArgs),
    .values = VALUES_OF_INPUT,
    .shape = shape,
    .forward = forward,
    .stream = stream_each,
    .masks = true,
};
