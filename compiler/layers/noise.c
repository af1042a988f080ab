/* SPDX-License-Identifier: MIT-0 */
/* GaussianNoise, GaussianDropout, AlphaDropout: noise while training, nothing in inference. */
#include <math.h>

#include "layers/dropout.h"
#include "layers/layer.h"

typedef struct NoiseArgs {
    double rate, stddev;
    int64_t seed;
    Ints noise_shape;
} NoiseArgs;

#define SEED_ARG                                                          \
    {ARG(NoiseArgs, seed), ARG_INT, DEFAULT("None"), RANGE(0, INT32_MAX), \
     .doc = "noise that depends on this seed alone"}

static const ArgDef noise_args[] = {
    {ARG(NoiseArgs, stddev), ARG_REAL, RANGE(0, 1), .doc = "standard deviation of what is added"}, SEED_ARG, {0}};
static const ArgDef gaussian_args[] = {
    {ARG(NoiseArgs, rate), ARG_REAL, RANGE(0, 1), .doc = "noise as strong as dropout's of this rate"}, SEED_ARG, {0}};
static const ArgDef alpha_args[] = {
    {ARG(NoiseArgs, rate), ARG_REAL, RANGE(0, 1), .doc = "probability to drop a value"},
    {ARG(NoiseArgs, noise_shape), ARG_INTS, DEFAULT("None"), RANGE(1, INT32_MAX), .none_entries = true,
     .doc = "shape of the mask with the batch: 1 shares it along a dimension, None is the input's"},
    SEED_ARG, {0}};

static Tensor *draw(const Layer *layer, Builder *build, Shape shape, RandomAttrs random, const char *part) {
    const NoiseArgs *a = layer->args;
    random.layer = layer;
    random.part = part;
    random.seeded = a->seed != INT_NONE;
    random.seed = a->seed;
    return build_random(build, shape, random);
}

static const Formula add_noise = {"noisy", {"x", "noise"}, "x + noise", {"d", NULL}, .kind = FORMULA_ADD};
static const Formula multiply_noise = {
    "noisy", {"x", "noise"}, "x * noise", {"d * noise", NULL}, .kind = FORMULA_PRODUCT};

static Tensor *noise_forward(const Layer *layer, Builder *build, Tensor *x) {
    const NoiseArgs *a = layer->args;
    if (!build->random || a->stddev == 0) return x;
    const RandomAttrs normal = {.kind = RANDOM_NORMAL, .mean = 0, .stddev = a->stddev};
    return build_map(build, &add_noise, (Tensor *[]){x, draw(layer, build, x->shape, normal, "noise")}, NULL, 0);
}

const LayerDef layer_GaussianNoise = {
    LAYER_CLASS("GaussianNoise", "x + N(0, stddev) while training", noise_args, NoiseArgs),
    .shape = shape_same,
    .forward = noise_forward,
    .stream = stream_each,
    .masks = true,
    .trains = true,
};

static void gaussian_shape(Layer *layer, Diags *diags) {
    const NoiseArgs *a = layer->args;
    if (a->rate == 1) diag(diags, D_layer_argument, object_arg_span(layer->object, "rate"),
                           "rate 1 is noise of infinite strength");
    layer->output = layer->input;
}

static Tensor *gaussian_forward(const Layer *layer, Builder *build, Tensor *x) {
    const NoiseArgs *a = layer->args;
    if (!build->random || a->rate == 0) return x;
    const RandomAttrs normal = {.kind = RANDOM_NORMAL, .mean = 1, .stddev = sqrt(a->rate / (1 - a->rate))};
    return build_map(build, &multiply_noise, (Tensor *[]){x, draw(layer, build, x->shape, normal, "noise")}, NULL, 0);
}

const LayerDef layer_GaussianDropout = {
    LAYER_CLASS("GaussianDropout", "x · N(1, √(rate / (1 - rate))) while training", gaussian_args, NoiseArgs),
    .shape = gaussian_shape,
    .forward = gaussian_forward,
    .stream = stream_each,
    .masks = true,
    .trains = true,
};

/* AlphaDropout (Klambauer et al. 2017): dropped values become selu's lower limit, then mean and variance are restored:
 * y = scale·(x where kept, else limit) + shift. */
static const Formula alpha_drop = {
    "dropped",
    {"x", "uniform"},
    "v_select(uniform >= rate, scale * x, scale * limit) + shift",
    {"v_select(uniform >= rate, scale * d, 0.0)", NULL}};

static void alpha_shape(Layer *layer, Diags *diags) {
    const NoiseArgs *a = layer->args;
    if (a->rate == 1) diag(diags, D_layer_argument, object_arg_span(layer->object, "rate"), "rate 1 leaves nothing");
    noise_shape_check(layer, a->noise_shape, diags);
    layer->output = layer->input;
}

static Tensor *alpha_forward(const Layer *layer, Builder *build, Tensor *x) {
    const NoiseArgs *a = layer->args;
    if (!build->random || a->rate == 0) return x;
    const double limit = -1.6732632423543772 * 1.0507009873554805;
    const double scale = 1 / sqrt((1 - a->rate) * (1 + a->rate * limit * limit));
    const Operand numbers[] = {NUMBER("rate", a->rate), NUMBER("limit", limit), NUMBER("scale", scale),
                               NUMBER("shift", -scale * limit * a->rate)};
    const Shape shape = noise_shape_of(x->shape, a->noise_shape);
    Tensor *uniform = draw(layer, build, shape, (RandomAttrs){.kind = RANDOM_UNIFORM}, "uniform");
    return build_map(build, &alpha_drop, (Tensor *[]){x, uniform}, numbers, 4);
}

static const char *alpha_stream(const Layer *layer, bool *timed) {
    return noise_shape_stream(((const NoiseArgs *)layer->args)->noise_shape, *timed);
}

const LayerDef layer_AlphaDropout = {
    LAYER_CLASS("AlphaDropout", "dropout that keeps selu's mean and variance", alpha_args, NoiseArgs),
    .shape = alpha_shape,
    .forward = alpha_forward,
    .stream = alpha_stream,
    .masks = true,
    .trains = true,
};
