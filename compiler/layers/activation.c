/* SPDX-License-Identifier: MIT-0 */
/* The layers that are activations: Activation, ReLU, LeakyReLU, ELU, PReLU, Softmax. */
#include <math.h>

#include "layers/layer.h"
#include "layers/pooling.h"
#include "layers/refuse.h"
#include "model/activation.h"
#include "ops/softmax.h"

typedef struct ActivationArgs {
    Object *activation;
    double max_value, negative_slope, threshold, alpha;
    Ints axes;
} ActivationArgs;

void shape_same(Layer *layer, Diags *diags) {
    (void)diags;
    layer->output = layer->input;
}

static const ArgDef activation_args[] = {
    {ARG(ActivationArgs, activation), ARG_OBJECT, .class_kind = CLASS_ACTIVATION, .doc = "the function"}, {0}};

static void activation_shape(Layer *layer, Diags *diags) {
    const ActivationArgs *a = layer->args;
    int64_t *const last = &layer->input.dim[layer->input.rank - 1];
    layer->output = layer->input;
    if (!((const ActivationDef *)a->activation->class)->halves) return;
    if (*last % 2)
        diag(diags, D_layer_input, layer->span, a->activation->class->name, shape_text(layer->arena, layer->input),
             "it needs an even last dimension, of which it makes half");
    layer->output.dim[layer->output.rank - 1] = *last / 2;
}

static Tensor *activation_forward(const Layer *layer, Builder *build, Tensor *x) {
    const ActivationArgs *a = layer->args;
    return build_activation(build, a->activation, x);
}

const LayerDef layer_Activation = {
    LAYER_CLASS("Activation", "y = activation(x)", activation_args, ActivationArgs),
    .halves = true,
    .shape = activation_shape,
    .forward = activation_forward,
    .stream = stream_each,
    .masks = true,
};

/* ReLU */

static const ArgDef relu_args[] = {
    {ARG(ActivationArgs, max_value), ARG_REAL, DEFAULT("None"), RANGE(0, 1e30), .doc = "upper limit of the output"},
    {ARG(ActivationArgs, negative_slope), ARG_REAL, DEFAULT("0.0"), RANGE(0, 1e30), .doc = "slope below the threshold"},
    {ARG(ActivationArgs, threshold), ARG_REAL, DEFAULT("0.0"), RANGE(0, 1e30),
     .doc = "below it the slope is negative_slope"},
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
    .values = VALUES_ANY,
    .shape = shape_same,
    .forward = relu_forward,
    .stream = stream_each,
    .masks = true,
};

/* LeakyReLU */

static const ArgDef leaky_args[] = {
    {ARG(ActivationArgs, negative_slope), ARG_REAL, DEFAULT("0.3"), RANGE(0, 1e30), .doc = "slope for x < 0"}, {0}};

static const Formula leaky = {
    "leaky", {"x"}, "v_select(x > 0.0, x, slope * x)", {"v_select(y > 0.0, d, slope * d)"}, .rises = true};

static Tensor *leaky_forward(const Layer *layer, Builder *build, Tensor *x) {
    const ActivationArgs *a = layer->args;
    return build_map(build, &leaky, (Tensor *[]){x}, &NUMBER("slope", a->negative_slope), 1);
}

const LayerDef layer_LeakyReLU = {
    LAYER_CLASS("LeakyReLU", "x for x > 0, else negative_slope·x", leaky_args, ActivationArgs),
    .values = VALUES_ANY,
    .shape = shape_same,
    .forward = leaky_forward,
    .stream = stream_each,
    .masks = true,
};

/* ELU */

static const ArgDef elu_args[] = {
    {ARG(ActivationArgs, alpha), ARG_REAL, DEFAULT("1.0"), RANGE(0, 1e30), .doc = "-alpha is the limit for x → -∞"},
    {0}};

static const Formula elu = {
    "elu", {"x"}, "v_select(x > 0.0, x, alpha * v_expm1(x))", {"v_select(y > 0.0, d, d * (y + alpha))"}, .rises = true};

static Tensor *elu_forward(const Layer *layer, Builder *build, Tensor *x) {
    const ActivationArgs *a = layer->args;
    return build_map(build, &elu, (Tensor *[]){x}, &NUMBER("alpha", a->alpha), 1);
}

const LayerDef layer_ELU = {
    LAYER_CLASS("ELU", "x for x > 0, else alpha·(eˣ - 1)", elu_args, ActivationArgs),
    .values = VALUES_ANY,
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
     .doc = "axes along which alpha is one value, counted with the batch; 0 is the last, as in Keras"},
    {0}};

/* Keras takes 1 off an axis and counts from the end then: 0 is the last one. (That -1 were the last but one is its
 * slip.) */
static int shared_axis(const Layer *layer, int64_t axis, Diags *diags) {
    return axis == 0 ? layer->input.rank - 1 : layer_axis(layer, axis, "shared_axes", diags);
}

static void prelu_shape(Layer *layer, Diags *diags) {
    const PReLUArgs *a = layer->args;
    Shape alpha = layer->input;
    for (int i = 0; i < a->shared_axes.count; i++) {
        const int axis = shared_axis(layer, a->shared_axes.at[i], diags);
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
    .values = VALUES_ANY,
    .shape = prelu_shape,
    .forward = prelu_forward,
    .stream = prelu_stream,
    .masks = true,
};

/* Softmax over any axes: the operation works on the last one, so others are brought there and back. */

static const ArgDef softmax_args[] = {{.name = "axis",
                                       .offset = offsetof(ActivationArgs, axes),
                                       ARG_INTS,
                                       DEFAULT("-1"),
                                       RANGE(-MAX_RANK, MAX_RANK),
                                       .filled = true,
                                       .doc = "the axis that sums to 1, or several that do together"},
                                      {0}};

/* Which axes the argument names; false and an error when one is none. */
static bool softmax_axes(const Layer *layer, bool *summed, Diags *diags) {
    const Ints axes = ((const ActivationArgs *)layer->args)->axes;
    for (int i = 0; i < MAX_RANK; i++) summed[i] = false;
    for (int i = 0; i < axes.count; i++) {
        const int axis = layer_axis(layer, axes.at[i], "axis", diags);
        if (axis < 0) return false;
        summed[axis] = true;
    }
    return true;
}

static void softmax_shape(Layer *layer, Diags *diags) {
    bool summed[MAX_RANK];
    if (softmax_axes(layer, summed, diags) && layer_mask_check(layer, layer->mask.rank, "(batch, time)", diags))
        layer->output = layer->input;
}

/* What is masked counts as if its logit were -∞, and gets 0 where all is masked. */
static const Formula only_valid = {
    "valid_logits", {"x", "valid"}, "v_select(valid > 0.0, x, -1e9)", {"v_select(valid > 0.0, d, 0.0)", NULL}};

/* The order of dimensions that has the summed ones last: one changes places with the last, several follow the others.
 * Whether any moves. */
static bool softmax_order(const bool *summed, int rank, int *order, int *back) {
    int next = 0, axis = 0, count = 0;
    for (int i = 0; i < rank; i++)
        if (summed[i]) axis = i, count++;
    for (int i = 0; i < rank && count > 1; i++)
        if (!summed[i]) order[next++] = i;
    for (int i = 0; i < rank && count > 1; i++)
        if (summed[i]) order[next++] = i;
    for (int i = 0; i < rank && count == 1; i++) order[i] = i == axis ? rank - 1 : i == rank - 1 ? axis : i;
    bool moves = false;
    for (int i = 0; i < rank; i++) {
        back[order[i]] = i;
        moves = moves || order[i] != i;
    }
    return moves;
}

/* Softmax over the last `count` dimensions. */
static Tensor *softmax_of_last(Builder *build, Tensor *x, int count) {
    if (count == 1) return build_simple(build, &op_softmax, x, "softmax");
    Shape rows = shape_of(x->shape.rank - count + 1, x->shape.dim);
    rows.dim[rows.rank - 1] = shape_size(shape_of(count, x->shape.dim + rows.rank - 1), 1);
    Tensor *y = build_simple(build, &op_softmax, build_view(build, x, rows, "rows"), "softmax");
    return build_view(build, y, x->shape, "view");
}

static Tensor *softmax_forward(const Layer *layer, Builder *build, Tensor *x) {
    bool summed[MAX_RANK];
    int order[MAX_RANK], back[MAX_RANK], count = 0;
    const int last = x->shape.rank - 1;
    softmax_axes(layer, summed, NULL);
    for (int i = 0; i <= last; i++) count += summed[i];
    const bool moves = softmax_order(summed, last + 1, order, back);
    Shape column = x->shape;
    for (int i = x->mask ? x->mask->shape.rank : 0; i <= last; i++) column.dim[i] = 1;
    Tensor *const valid = x->mask ? build_view(build, x->mask, column, "valid") : NULL;
    Tensor *logits = valid ? build_map(build, &only_valid, (Tensor *[]){x, valid}, NULL, 0) : x;
    if (moves) logits = build_permute(build, logits, order, 0, "forward_permute", "permuted");
    Tensor *y = softmax_of_last(build, logits, count);
    if (moves) y = build_permute(build, y, back, 0, "forward_permute_back", "permuted_back");
    if (valid) return valid_or_zero(build, y, valid);
    if (count > 1) return y;
    y->logits = x; /* Keras' losses go back to it whatever the axis */
    y->rows_of_logits = summed[last];
    return y;
}

static const char *softmax_stream(const Layer *layer, bool *timed) {
    bool summed[MAX_RANK];
    softmax_axes(layer, summed, NULL);
    return *timed && summed[1] ? "its sum goes over all time steps" : NULL;
}

const LayerDef layer_Softmax = {
    LAYER_CLASS("Softmax", "eˣ / Σ eˣ over an axis, or several together", softmax_args, ActivationArgs),
    .values = VALUES_CHOICE,
    .shape = softmax_shape,
    .forward = softmax_forward,
    .stream = softmax_stream,
    .masks = true,
    .ends = true,
};
