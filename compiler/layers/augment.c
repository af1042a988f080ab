/* SPDX-License-Identifier: MIT-0 */
/* RandomFlip, RandomBrightness, RandomContrast: images that are varied while training. */
#include <math.h>

#include "layers/augment.h"
#include "layers/image.h"
#include "layers/layer.h"

Factor factor_of(Reals given) {
    const double first = given.at[0], last = given.at[given.count - 1];
    if (given.count == 1) return (Factor){-fabs(first), fabs(first)};
    return (Factor){fmin(first, last), fmax(first, last)};
}

void factor_check(const Layer *layer, const char *arg, Reals given, Diags *diags) {
    if (given.count > 2)
        diag(diags, D_layer_argument, object_arg_span(layer->object, arg),
             arena_printf(layer->arena, "'%s' is a number or a pair, the least and the greatest", arg));
}

Shape augment_shape(const Tensor *x, int rank) {
    Shape shape = {.rank = rank, .dim = {x->shape.dim[0]}};
    for (int i = 1; i < rank; i++) shape.dim[i] = 1;
    return shape;
}

Tensor *augment_draw(const Layer *layer, Builder *build, Shape shape, int64_t seed, int number) {
    const char *const part = number ? arena_printf(build->plan->arena, "uniform_%d", number) : "uniform";
    return build_random(build, shape,
                        (RandomAttrs){.kind = RANDOM_UNIFORM,
                                      .layer = layer,
                                      .part = part,
                                      .stream = number,
                                      .seeded = seed != INT_NONE,
                                      .seed = seed});
}

static const Formula drawn = {"factor", {"uniform"}, "low + uniform * range", {NULL}};

Tensor *augment_factor(const Layer *layer, Builder *build, Shape shape, int64_t seed, int number, Factor factor) {
    const Operand numbers[] = {NUMBER("low", factor.low), NUMBER("range", factor.high - factor.low)};
    return build_map(build, &drawn, (Tensor *[]){augment_draw(layer, build, shape, seed, number)}, numbers, 2);
}

#define FLIPS(row) row(FLIP_COLUMNS, "horizontal") row(FLIP_ROWS, "vertical") row(FLIP_BOTH, "horizontal_and_vertical")
typedef enum FlipMode { FLIP_NONE, FLIPS(CHOICE_VALUE) } FlipMode;
static const char *const flips[] = {FLIPS(CHOICE_WORD) NULL};

typedef struct AugmentArgs {
    Reals factor, value_range;
    FlipMode mode;
    DataFormat data_format;
    int64_t seed;
} AugmentArgs;

/* RandomFlip: one draw says for an image whether it is turned, along all axes of the mode. */

static const ArgDef flip_args[] = {{ARG(AugmentArgs, mode), ARG_CHOICE, DEFAULT("'horizontal_and_vertical'"),
                                    .choices = flips,
                                    .doc = "left and right, top and bottom, or both at once, are exchanged"},
                                   AUGMENT_SEED_ARG(AugmentArgs),
                                   DATA_FORMAT_ARG(AugmentArgs),
                                   BOUNDING_BOX_ARG,
                                   {0}};

static const Formula flipped = {
    "flipped", {"uniform", "turned", "x"}, "v_select(uniform <= 0.5, turned, x)",
    {NULL, "v_select(uniform <= 0.5, d, 0.0)", "v_select(uniform <= 0.5, 0.0, d)"}};

static void image_same(Layer *layer, Diags *diags) {
    if (image_check(layer, diags)) layer->output = layer->input;
}

static Tensor *flip_forward(const Layer *layer, Builder *build, Tensor *x) {
    const AugmentArgs *a = layer->args;
    const int rows = a->data_format == CHANNELS_FIRST ? 2 : 1;
    const unsigned rows_turned = a->mode != FLIP_COLUMNS ? 1u << rows : 0;
    const unsigned columns_turned = a->mode != FLIP_ROWS ? 2u << rows : 0;
    if (!build->training) return x;
    x = build_whole(build, x);
    Tensor *turned =
        build_permute(build, x, (int[]){0, 1, 2, 3}, rows_turned | columns_turned, "forward_turn", "turned");
    Tensor *uniform = augment_draw(layer, build, augment_shape(x, 4), a->seed, 0);
    return build_map(build, &flipped, (Tensor *[]){uniform, turned, x}, NULL, 0);
}

/* What leaves the range of values is cut off there. */
static Tensor *clipped(Builder *build, Tensor *x, Reals range) {
    static const Formula clip = {"clipped", {"x"}, "v_clip(x, low, high)",
                                 {"v_select((x >= low) & (x <= high), d, 0.0)"}};
    return build_map(build, &clip, (Tensor *[]){x},
                     (Operand[]){NUMBER("low", range.at[0]), NUMBER("high", range.at[1])}, 2);
}

static void value_shape(Layer *layer, Diags *diags) {
    const AugmentArgs *a = layer->args;
    factor_check(layer, "factor", a->factor, diags);
    if (a->value_range.at[0] > a->value_range.at[1])
        diag(diags, D_layer_argument, object_arg_span(layer->object, "value_range"),
             "'value_range' is the least value and the greatest, in this order");
    image_same(layer, diags);
}

/* RandomBrightness: the same number is added to all values of an image. */

static const ArgDef brightness_args[] = {
    FACTOR_ARG(AugmentArgs, factor, -1, 1, "what is added, as part of the range: f for (-f, f), or a pair"),
    VALUE_RANGE_ARG(AugmentArgs),
    AUGMENT_SEED_ARG(AugmentArgs),
    DATA_FORMAT_ARG(AugmentArgs),
    BOUNDING_BOX_ARG,
    {0}};

static const Formula brightened = {"brightened", {"x", "factor"}, "x + factor * range", {"d", NULL}};

static Tensor *brightness_forward(const Layer *layer, Builder *build, Tensor *x) {
    const AugmentArgs *a = layer->args;
    const double range = a->value_range.at[1] - a->value_range.at[0];
    if (!build->training) return x;
    Tensor *factor = augment_factor(layer, build, augment_shape(x, 4), a->seed, 0, factor_of(a->factor));
    Tensor *y = build_map(build, &brightened, (Tensor *[]){x, factor}, &NUMBER("range", range), 1);
    return clipped(build, y, a->value_range);
}

/* RandomContrast: values move away from the mean of their channel in the image, or towards it. */

static const ArgDef contrast_args[] = {
    FACTOR_ARG(AugmentArgs, factor, 0, 1, "contrast is multiplied by 1 to 1 + f, or 1 - f to 1 + g of a pair"),
    VALUE_RANGE_ARG(AugmentArgs),
    AUGMENT_SEED_ARG(AugmentArgs),
    DATA_FORMAT_ARG(AugmentArgs),
    BOUNDING_BOX_ARG,
    {0}};

static const Formula mean_of = {"mean", {"sum"}, "sum * share", {"d * share"}, .kind = FORMULA_PRODUCT};
static const Formula contrasted = {
    "contrasted", {"x", "mean", "contrast"}, "(x - mean) * contrast + mean",
    {"d * contrast", "d * (1.0 - contrast)", NULL}};

static Tensor *contrast_forward(const Layer *layer, Builder *build, Tensor *x) {
    const AugmentArgs *a = layer->args;
    const int rows = a->data_format == CHANNELS_FIRST ? 2 : 1;
    const Factor given = factor_of(a->factor), factor = {1 - fmax(given.low, 0), 1 + given.high};
    Shape channels = x->shape;
    channels.dim[rows] = channels.dim[rows + 1] = 1;
    if (!build->training) return x;
    const double share = 1 / ((double)x->shape.dim[rows] * (double)x->shape.dim[rows + 1]);
    Tensor *mean = build_map(build, &mean_of, (Tensor *[]){build_sum(build, x, channels, "sum")},
                             &NUMBER("share", share), 1);
    Tensor *contrast = augment_factor(layer, build, augment_shape(x, 4), a->seed, 0, factor);
    return clipped(build, build_map(build, &contrasted, (Tensor *[]){x, mean, contrast}, NULL, 0), a->value_range);
}

#define AUGMENT(name_, kind_, shape_, brief_)                    \
    const LayerDef layer_##name_ = {                             \
        LAYER_CLASS(#name_, brief_, kind_##_args, AugmentArgs),  \
        .dims = 2,                                               \
        .shape = shape_,                                         \
        .forward = kind_##_forward,                              \
        .values = VALUES_OF_INPUT,                               \
        .trains = true,                                          \
    };
AUGMENT(RandomFlip, flip, image_same, "images turned round, or not, while training")
AUGMENT(RandomBrightness, brightness, value_shape, "images brighter or darker while training")
AUGMENT(RandomContrast, contrast, value_shape, "images of more or less contrast while training")
