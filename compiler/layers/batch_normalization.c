/* SPDX-License-Identifier: MIT-0 */
/* BatchNormalization: training normalizes each channel by the moments of the batch and moves the averages of those
 * along; inference, and a layer that is frozen, normalizes by the averages. */
#include <math.h>

#include "build/statement.h"
#include "layers/layer.h"
#include "layers/normalize.h"
#include "layers/wrappers.h"
#include "ops/constant.h"
#include "plan/map_attrs.h"
#include "plan/step.h"

typedef struct BatchNormArgs {
    int64_t axis;
    double momentum, epsilon;
    bool center, scale, renorm, synchronized;
    WeightArgs beta, gamma, moving_mean, moving_variance;
} BatchNormArgs;

static const ArgDef args[] = {
    {ARG(BatchNormArgs, axis), ARG_INT, DEFAULT("-1"), RANGE(-MAX_RANK, MAX_RANK), .axis = true,
     .doc = "the channels' axis"},
    {ARG(BatchNormArgs, momentum), ARG_REAL, DEFAULT("0.99"), RANGE(0, 1),
     .doc = "part of the moving averages kept at each step"},
    CENTER_SCALE_ARGS(BatchNormArgs),
    INITIALIZER_ARG(BatchNormArgs, moving_mean, "'zeros'"),
    INITIALIZER_ARG(BatchNormArgs, moving_variance, "'ones'"),
    {ARG(BatchNormArgs, renorm), ARG_BOOL, DEFAULT("False"), .doc = "batch renormalization: only False"},
    {UNUSED("renorm_clipping", "None")},
    {UNUSED("renorm_momentum", "0.99")},
    {ARG(BatchNormArgs, synchronized), ARG_BOOL, DEFAULT("False"), .doc = "has no effect: there is one device"},
    {0}};

enum { MOVING_MEAN, MOVING_VARIANCE, GAMMA, BETA, WEIGHTS };

/* The weights by what they are: gamma and beta may be missing before the moving averages. */
static void find_weights(const Layer *layer, const Weight *found[WEIGHTS]) {
    const BatchNormArgs *a = layer->args;
    int at = 0;
    found[GAMMA] = a->scale ? layer->weights.at[at++] : NULL;
    found[BETA] = a->center ? layer->weights.at[at++] : NULL;
    found[MOVING_MEAN] = layer->weights.at[at++];
    found[MOVING_VARIANCE] = layer->weights.at[at];
}

static void shape(Layer *layer, Diags *diags) {
    const BatchNormArgs *a = layer->args;
    if (a->renorm) {
        diag(diags, D_layer_argument, object_arg_span(layer->object, "renorm"), "nnc has no batch renormalization");
        return;
    }
    const int axis = layer_axis(layer, a->axis, "axis", diags);
    if (axis < 0) return;
    const Shape channels = shape_of(1, &layer->input.dim[axis]);
    if (a->scale) layer_weight(layer, "gamma", channels, a->gamma);
    if (a->center) layer_weight(layer, "beta", channels, a->beta);
    layer_weight(layer, "moving_mean", channels, a->moving_mean)->trainable = false;
    layer_weight(layer, "moving_variance", channels, a->moving_variance)->trainable = false;
    layer->output = layer->input;
}

/* Where the layer was called for one time step after the other, with value[0], value[1], … value[T - 1]: the sum of
 * momentum^(T - 1 - t) · value[t], which makes one move of all. */
static Tensor *added_by_age(Builder *build, Tensor *value, Tensor *age, int64_t channels) {
    static const Formula aged = {"aged", {"value", "age"}, "value * age", {NULL}, .kind = FORMULA_PRODUCT};
    Tensor *by_step = build_view(build, value, shape_of(2, (int64_t[]){age->shape.dim[0], channels}), "by_step");
    Tensor *terms = build_map(build, &aged, (Tensor *[]){by_step, age}, NULL, 0);
    return build_sum(build, terms, shape_of(1, &channels), "moved");
}

static Tensor *ages_of(Builder *build, int64_t steps, double momentum) {
    double *ages = NEW_ARRAY(build->plan->arena, double, steps);
    for (int64_t i = 0; i < steps; i++) ages[i] = pow(momentum, (double)(steps - 1 - i));
    return build_constant(build, ages, shape_of(2, (int64_t[]){steps, 1}), "ages");
}

/* moving = moving · momentum + value · (1 - momentum), once the loss is known to be finite. */
static void move_averages(const Layer *layer, Builder *build, const Norm *norm, int64_t steps) {
    const BatchNormArgs *a = layer->args;
    const Weight *weights[WEIGHTS];
    find_weights(layer, weights);
    Tensor *ages = steps > 1 ? ages_of(build, steps, a->momentum) : NULL;
    Op *op = build_op_after_loss(build, &op_update, "move_averages");
    update_set_space(op, weights[MOVING_MEAN]->shape);
    for (int i = MOVING_MEAN; i <= MOVING_VARIANCE; i++) {
        Tensor *moving = build_weight(build, weights[i]);
        Tensor *value = i == MOVING_MEAN ? norm->mean : norm->variance;
        if (ages) value = added_by_age(build, value, ages, moving->shape.dim[0]);
        if (!shape_equal(value->shape, moving->shape)) value = build_view(build, value, moving->shape, "channels");
        Step step = statement_giving(build, "move", "moving", "moving * momentum + value * rest");
        const Operand operands[] = {{.name = "moving", .tensor = moving, .written = true},
                                    {.name = "value", .tensor = value},
                                    NUMBER("momentum", pow(a->momentum, (double)steps)),
                                    NUMBER("rest", 1 - a->momentum)};
        for (size_t j = 0; j < sizeof operands / sizeof *operands; j++)
            step_add(build->plan->arena, &step, operands[j]);
        op_add_step(build->plan->arena, op, step);
    }
}

/* Inference is one multiplication and one addition, whose factors are those of the channel. */
static const Formula channel_scale = {"scale", {"variance", "gamma"}, "gamma / v_sqrt(variance + epsilon)", {NULL}};
static const Formula channel_factor = {"scale", {"variance"}, "1.0 / v_sqrt(variance + epsilon)", {NULL}};
static const Formula channel_shift = {"shift", {"mean", "scale", "beta"}, "beta - mean * scale", {NULL}};
static const Formula channel_offset = {"shift", {"mean", "scale"}, "-mean * scale", {NULL}};
static const Formula scaled = {"normalized", {"x", "scale", "shift"}, "x * scale + shift", {"d * scale"}};

static Tensor *infer(const Layer *layer, Builder *build, Tensor *x, const bool *axes) {
    const BatchNormArgs *a = layer->args;
    const Weight *weights[WEIGHTS];
    Tensor *w[WEIGHTS] = {NULL};
    find_weights(layer, weights);
    for (int i = 0; i < WEIGHTS; i++)
        if (weights[i]) w[i] = norm_weight(build, weights[i], axes, x->shape);
    Tensor *scale = build_map(build, a->scale ? &channel_scale : &channel_factor,
                              (Tensor *[]){w[MOVING_VARIANCE], w[GAMMA]}, &NUMBER("epsilon", a->epsilon), 1);
    Tensor *shift = build_map(build, a->center ? &channel_shift : &channel_offset,
                              (Tensor *[]){w[MOVING_MEAN], scale, w[BETA]}, NULL, 0);
    return build_map(build, &scaled, (Tensor *[]){x, scale, shift}, NULL, 0);
}

/* Training: the moments are those of the batch, within TimeDistributed of each time step by itself. */
static Tensor *normalize(const Layer *layer, Builder *build, Tensor *x, const bool *axes) {
    const BatchNormArgs *a = layer->args;
    const int64_t steps = steps_of(x->shape);
    const Weight *weights[WEIGHTS];
    bool kept[MAX_RANK + 1] = {false};
    const int shift = steps > 1 ? 1 : 0;
    Tensor *const mask = x->mask;
    if (steps > 1) x = build_view(build, x, steps_apart(x->shape), "apart");
    for (int i = 0; i + shift < x->shape.rank; i++) kept[i + shift] = axes[i];
    find_weights(layer, weights);
    Tensor *gamma = a->scale ? norm_weight(build, weights[GAMMA], kept, x->shape) : NULL;
    Tensor *beta = a->center ? norm_weight(build, weights[BETA], kept, x->shape) : NULL;
    kept[1] = kept[1] || steps > 1;
    Norm norm = norm_over(x, norm_weight_shape(kept, x->shape), a->epsilon);
    norm.gamma = gamma;
    norm.beta = beta;
    if (mask) {
        Shape counted = x->shape;
        for (int i = mask->shape.rank + shift; i < counted.rank; i++) counted.dim[i] = 1;
        norm.valid = build_view(build, mask, counted, "valid");
    }
    norm_moments(build, &norm);
    move_averages(layer, build, &norm, steps);
    return norm_apply(build, &norm);
}

static Tensor *forward(const Layer *layer, Builder *build, Tensor *x) {
    const BatchNormArgs *a = layer->args;
    bool axes[MAX_RANK] = {false};
    axes[a->axis < 0 ? a->axis + x->shape.rank : a->axis] = true;
    if (!build->training || !layer->trainable) return infer(layer, build, x, axes);
    Tensor *y = normalize(layer, build, x, axes);
    return shape_equal(y->shape, x->shape) ? y : build_view(build, y, x->shape, "together");
}

static const char *stream(const Layer *layer, bool *timed) {
    const BatchNormArgs *a = layer->args;
    return norm_stream(layer, a->axis, *timed);
}

const LayerDef layer_BatchNormalization = {
    LAYER_CLASS("BatchNormalization", "each channel with mean 0 and variance 1 over the batch, then · gamma + beta",
                args, BatchNormArgs),
    .values = VALUES_ANY,
    .shape = shape,
    .forward = forward,
    .stream = stream,
    .masks = true,
    .ends = true,
};
