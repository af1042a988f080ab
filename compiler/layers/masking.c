/* SPDX-License-Identifier: MIT-0 */
/* Masking: time steps whose features all have one value are passed over by the layers behind it. */
#include "layers/layer.h"
#include "layers/pooling.h"

typedef struct MaskingArgs {
    double mask_value;
} MaskingArgs;

static const ArgDef args[] = {
    {ARG(MaskingArgs, mask_value), ARG_REAL, DEFAULT("0.0"), .doc = "a step is masked when all its features are this"},
    {0}};

static void shape(Layer *layer, Diags *diags) {
    if (layer->input.rank < 3) {
        layer_refuse(layer, 3, "(batch, time, features)", false, diags);
        return;
    }
    layer->output = layer->input;
    layer->ends = (Ends){0};
    layer->mask = shape_of(layer->input.rank - 1, layer->input.dim);
}

static const Formula differs = {"differs", {"x"}, "v_select((x < value) | (x > value), 1.0, 0.0)", {NULL}};
static const Formula any = {"valid", {"count"}, "v_select(count > 0.0, 1.0, 0.0)", {NULL}};
static const Formula keep = {"masked", {"x", "valid"}, "x * valid", {"d * valid", NULL}, .kind = FORMULA_PRODUCT};

/* valid = 1 where any feature differs from the value, else 0. Masked steps become zeros. */
static Tensor *forward(const Layer *layer, Builder *build, Tensor *x) {
    const MaskingArgs *a = layer->args;
    Tensor *differ = build_map(build, &differs, (Tensor *[]){x}, &NUMBER("value", a->mask_value), 1);
    Shape steps = x->shape;
    steps.dim[steps.rank - 1] = 1;
    Tensor *count = build_sum(build, differ, steps, "count");
    Tensor *valid = build_map(build, &any, (Tensor *[]){count}, NULL, 0);
    Tensor *y = build_map(build, &keep, (Tensor *[]){x, valid}, NULL, 0);
    steps.rank--;
    y->mask = masked_both(build, build_view(build, valid, steps, "mask"), x->mask);
    return y;
}

const LayerDef layer_Masking = {
    LAYER_CLASS("Masking", "passes over time steps whose features all equal mask_value", args, MaskingArgs),
    .shape = shape,
    .forward = forward,
    .stream = stream_each,
    .masks = true,
};
