/* SPDX-License-Identifier: MIT-0 */
/* The layers that are activations: Activation, ReLU, LeakyReLU, ELU, PReLU, Softmax. */
#include <math.h>

#include "layers/layer.h"
#include "ops/softmax.h"

typedef struct ActivationArgs {
    Object *activation;
    double max_value, negative_slope, threshold, alpha;
    int64_t axis;
} ActivationArgs;

void shape_same(Layer *layer, Diags *diags) {
    (void)diags;
    layer->output = layer->input;
}

static const ArgDef activation_args[] = {
    {ARG(ActivationArgs, activation), ARG_OBJECT, .class_kind = CLASS_ACTIVATION, .doc = "the function"}, {0}};

static Tensor *activation_forward(const Layer *layer, Builder *build, Tensor *x) {
    const ActivationArgs *a = layer->args;
    return build_activation(build, a->activation, x);
}

const LayerDef layer_Activation = {
    LAYER_CLASS("Activation", "y = activation(x)", activation_args, ActivationArgs),
    .shape = shape_same,
    .forward = activation_forward,
    .stream = stream_each,
    .masks = true,
};

/* ReLU */

static const ArgDef relu_args[] = {
    {ARG(ActivationArgs, max_value), ARG_REAL, DEFAULT("None"), RANGE(0, 1e30), .doc = "upper limit of the output"},
    {ARG(ActivationArgs, negative_slope), ARG_REAL, DEFAULT("0.0"), RANGE(0, 1e30), .doc = "slope below the threshold"},
    {ARG(ActivationArgs, threshold), ARG_REAL, DEFAULT("0.0"), RANGE(0, 1e30), .doc = "below it the slope is negative_slope"},
    {0}};

/* Where x is exactly a bend, the gradients are those of TensorFlow's operations that Keras puts together: 0 at the
 * threshold, d at max_value, but 0 at 6 when that is ReLU(6). As slopes are not negative, y > 0 where x > 0. */
static const Formula relu = {
    "relu", {"x"}, RELU_VALUE, {RELU_GRADIENT}, .rises = true, .kind = FORMULA_RELU};
static const Formula sloped = {
    "relu", {"x"}, "v_select(x > 0.0, x, slope * x)", {"v_select(y > 0.0, d, slope * d)"}, .rises = true};
static const Formula shifted = {
    "relu",
    {"x"},
    "v_select(x > threshold, x, slope * (x - threshold))",
    {"v_select(x > threshold, d, v_select(x < threshold, slope * d, 0.0))"},
    .rises = true};
static const Formula limited = {
    "relu",
    {"x"},
    "v_select(x > threshold, v_min(x, v_splat(top)), slope * (x - threshold))",
    {"v_select(x > threshold, v_select(x > top, 0.0, d), v_select(x < threshold, slope * d, 0.0))"},
    .rises = true};
static const Formula limited_to_6 = {
    "relu",
    {"x"},
    "v_select(x > threshold, v_min(x, v_splat(top)), slope * (x - threshold))",
    {"v_select(x > threshold, v_select(x >= top, 0.0, d), v_select(x < threshold, slope * d, 0.0))"},
    .rises = true};

static Tensor *relu_forward(const Layer *layer, Builder *build, Tensor *x) {
    const ActivationArgs *a = layer->args;
    const Operand numbers[] = {NUMBER("threshold", a->threshold), NUMBER("slope", a->negative_slope),
                               NUMBER("top", a->max_value)};
    const Formula *const formula = a->max_value == 6 && a->threshold == 0 ? &limited_to_6
                                   : !isnan(a->max_value)                 ? &limited
                                   : a->threshold != 0                    ? &shifted
                                   : a->negative_slope != 0               ? &sloped
                                                                          : &relu;
    return build_map(build, formula, (Tensor *[]){x}, numbers, 3);
}

const LayerDef layer_ReLU = {
    LAYER_CLASS("ReLU", "x above the threshold, up to max_value; negative_slope·(x - threshold) below", relu_args,
                ActivationArgs),
    .shape = shape_same,
    .forward = relu_forward,
    .stream = stream_each,
    .masks = true,
};

/* LeakyReLU */

static const ArgDef leaky_args[] = {
    {ARG(ActivationArgs, negative_slope), ARG_REAL, DEFAULT("0.3"), RANGE(0, 1e30), .doc = "slope for x < 0"}, {0}};

static const Formula leaky = {"leaky", {"x"}, "v_select(x > 0.0, x, slope * x)", {"v_select(y > 0.0, d, slope * d)"}, .rises = true};

static Tensor *leaky_forward(const Layer *layer, Builder *build, Tensor *x) {
    const ActivationArgs *a = layer->args;
    return build_map(build, &leaky, (Tensor *[]){x}, &NUMBER("slope", a->negative_slope), 1);
}

const LayerDef layer_LeakyReLU = {
    LAYER_CLASS("LeakyReLU", "x for x > 0, else negative_slope·x", leaky_args, ActivationArgs),
    .shape = shape_same,
    .forward = leaky_forward,
    .stream = stream_each,
    .masks = true,
};

/* ELU */

static const ArgDef elu_args[] = {
    {ARG(ActivationArgs, alpha), ARG_REAL, DEFAULT("1.0"), RANGE(0, 1e30), .doc = "-alpha is the limit for x → -∞"}, {0}};

static const Formula elu = {
    "elu", {"x"}, "v_select(x > 0.0, x, alpha * v_expm1(x))", {"v_select(y > 0.0, d, d * (y + alpha))"}, .rises = true};

static Tensor *elu_forward(const Layer *layer, Builder *build, Tensor *x) {
    const ActivationArgs *a = layer->args;
    return build_map(build, &elu, (Tensor *[]){x}, &NUMBER("alpha", a->alpha), 1);
}

const LayerDef layer_ELU = {
    LAYER_CLASS("ELU", "x for x > 0, else alpha·(eˣ - 1)", elu_args, ActivationArgs),
    .shape = shape_same,
    .forward = elu_forward,
    .stream = stream_each,
    .masks = true,
};

/* PReLU: one slope for every element of a sample, or one along the shared axes. */

typedef struct PReLUArgs {
    WeightArgs alpha;
    Ints shared_axes;
} PReLUArgs;

static const ArgDef prelu_args[] = {
    WEIGHT_ARGS(PReLUArgs, alpha, "'zeros'"),
    {ARG(PReLUArgs, shared_axes), ARG_INTS, DEFAULT("None"), RANGE(-MAX_RANK, MAX_RANK),
     .doc = "axes along which alpha is one value; the batch is axis 0"},
    {0}};

static void prelu_shape(Layer *layer, Diags *diags) {
    const PReLUArgs *a = layer->args;
    Shape alpha = layer->input;
    for (int i = 0; i < a->shared_axes.count; i++) {
        const int axis = layer_axis(layer, a->shared_axes.at[i], "shared_axes", diags);
        if (axis < 0) return;
        alpha.dim[axis] = 1;
    }
    layer_weight(layer, "alpha", shape_of(alpha.rank - 1, alpha.dim + 1), a->alpha);
    layer->output = layer->input;
}

static const Formula prelu = {
    "prelu",
    {"x", "alpha"},
    "v_max(v_splat(0.0), x) + alpha * v_min(v_splat(0.0), x)",
    {"v_select(x > 0.0, d, v_select(x < 0.0, alpha * d, 0.0))", "d * v_min(v_splat(0.0), x)"}};

static Tensor *prelu_forward(const Layer *layer, Builder *build, Tensor *x) {
    return build_map(build, &prelu, (Tensor *[]){x, build_weight(build, layer->weights.at[0])}, NULL, 0);
}

static const char *prelu_stream(const Layer *layer, bool *timed) {
    const bool by_step = *timed && layer->weights.at[0]->shape.dim[0] > 1;
    return by_step ? "each time step has an alpha of its own; shared_axes=[1] gives all the same" : NULL;
}

const LayerDef layer_PReLU = {
    LAYER_CLASS("PReLU", "x for x > 0, else alpha·x with alpha learned", prelu_args, PReLUArgs),
    .shape = prelu_shape,
    .forward = prelu_forward,
    .stream = prelu_stream,
    .masks = true,
};

/* Softmax over any axis: the operation works on the last one, so another is brought there and back. */

static const ArgDef softmax_args[] = {
    {ARG(ActivationArgs, axis), ARG_INT, DEFAULT("-1"), RANGE(-MAX_RANK, MAX_RANK), .doc = "the axis that sums to 1"}, {0}};

static void softmax_shape(Layer *layer, Diags *diags) {
    const ActivationArgs *a = layer->args;
    if (layer_axis(layer, a->axis, "axis", diags) >= 0) layer->output = layer->input;
}

static Tensor *softmax_forward(const Layer *layer, Builder *build, Tensor *x) {
    const ActivationArgs *a = layer->args;
    const int last = x->shape.rank - 1;
    const int axis = a->axis < 0 ? (int)a->axis + x->shape.rank : (int)a->axis;
    int swap[MAX_RANK];
    for (int i = 0; i <= last; i++) swap[i] = i == axis ? last : i == last ? axis : i;
    Tensor *in_order = axis == last ? x : build_permute(build, x, swap, 0, "forward_permute", "permuted");
    Tensor *y = build_simple(build, &op_softmax, in_order, "softmax");
    if (axis != last) y = build_permute(build, y, swap, 0, "forward_permute_back", "permuted_back");
    y->logits = x; /* Keras' losses go back to it whatever the axis */
    y->rows_of_logits = axis == last;
    return y;
}

static const char *softmax_stream(const Layer *layer, bool *timed) {
    const int64_t axis = ((const ActivationArgs *)layer->args)->axis;
    return *timed && (axis == 1 || axis + layer->input.rank == 1) ? "its sum goes over all time steps" : NULL;
}

const LayerDef layer_Softmax = {
    LAYER_CLASS("Softmax", "eˣ / Σ eˣ over an axis", softmax_args, ActivationArgs),
    .shape = softmax_shape,
    .forward = softmax_forward,
    .stream = softmax_stream,
    .masks = true,
};
