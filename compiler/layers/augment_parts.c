/* SPDX-License-Identifier: MIT-0 */
/* RandomCrop and RandomErasing: parts of images are taken, or blotted out, while training. */
#include <math.h>

#include "layers/augment.h"
#include "layers/image.h"
#include "layers/layer.h"
#include "layers/resizing.h"
#include "ops/constant.h"
#include "ops/sample.h"

typedef struct PartArgs {
    int64_t height, width, seed;
    Reals factor, scale, fill_value, value_range;
    DataFormat data_format;
} PartArgs;

/* RandomCrop: the same part of all images of a batch. */

static const ArgDef crop_args[] = {
    {ARG(PartArgs, height), ARG_INT, RANGE(1, INT32_MAX), .doc = "rows that are taken"},
    {ARG(PartArgs, width), ARG_INT, RANGE(1, INT32_MAX), .doc = "columns that are taken"},
    AUGMENT_SEED_ARG(PartArgs),
    DATA_FORMAT_ARG(PartArgs),
    BOUNDING_BOX_ARG,
    {0}};

static void crop_shape(Layer *layer, Diags *diags) {
    const PartArgs *a = layer->args;
    Shape shape;
    if (!image_input(layer, a->data_format, &shape, diags)) return;
    if (shape.dim[0] != BATCH)
        diag(diags, D_layer_argument, layer->span,
             "RandomCrop takes the same part of all images, and TimeDistributed would have another in each time step");
    shape.dim[1] = a->height;
    shape.dim[2] = a->width;
    layer->output = image_shape(shape, a->data_format);
}

/* Where a part begins that may begin at `places` places. */
static Tensor *first_of(const Layer *layer, Builder *build, int number, int64_t places) {
    static const Formula begin = {"first", {"uniform"}, "v_min(v_floor(uniform * places), v_splat(last))", {NULL}};
    const Shape one = {.rank = 1, .dim = {1}};
    const Operand numbers[] = {NUMBER("places", (double)places), NUMBER("last", (double)(places - 1))};
    return build_map(build, &begin,
                     (Tensor *[]){augment_draw(layer, build, one, ((const PartArgs *)layer->args)->seed, number)},
                     numbers, 2);
}

/* What is not larger than the part is fitted in, as everything is in inference. */
static Tensor *crop_forward(const Layer *layer, Builder *build, Tensor *x) {
    const PartArgs *a = layer->args;
    x = image_load(build, x, a->data_format);
    const int64_t rows = x->shape.dim[1], columns = x->shape.dim[2];
    if (build->training && rows > a->height && columns > a->width) {
        const SampleAttrs attrs = {.places = PLACES_SHIFTED, .nearest = true, .beyond = BEYOND_NEAREST};
        Shape shape = x->shape;
        shape.dim[1] = a->height;
        shape.dim[2] = a->width;
        Tensor *row = first_of(layer, build, 0, rows - a->height + 1);
        Tensor *column = first_of(layer, build, 1, columns - a->width + 1);
        x = build_sample(build, x, row, column, shape, attrs, "cropped");
    } else x = image_fit(build, x, a->height, a->width);
    return image_store(build, x, a->data_format);
}

const LayerDef layer_RandomCrop = {
    LAYER_CLASS("RandomCrop", "a part of images while training, else the largest of its shape, resized", crop_args,
                PartArgs),
    .dims = 2,
    .shape = crop_shape,
    .forward = crop_forward,
    .values = VALUES_OF_INPUT,
};

/* RandomErasing: a rectangle of an image, or none. */

static const ArgDef erasing_args[] = {
    {ARG(PartArgs, factor), ARG_REALS, DEFAULT("1.0"), RANGE(0, 1), .filled = true,
     .doc = "probability, drawn from (0, f), or from a pair"},
    {ARG(PartArgs, scale), ARG_REALS, DEFAULT("(0.02, 0.33)"), RANGE(0, 1), .filled = true,
     .doc = "part of the image, drawn from (0, f), or from a pair"},
    {ARG(PartArgs, fill_value), ARG_REALS, DEFAULT("None"), .filled = true,
     .doc = "what is there: a number, or one for each of three channels; None: noise"},
    VALUE_RANGE_ARG(PartArgs),
    AUGMENT_SEED_ARG(PartArgs),
    DATA_FORMAT_ARG(PartArgs),
    BOUNDING_BOX_ARG,
    {0}};

static void erasing_shape(Layer *layer, Diags *diags) {
    const PartArgs *a = layer->args;
    Shape shape;
    factor_check(layer, "factor", a->factor, diags);
    factor_check(layer, "scale", a->scale, diags);
    if (!image_input(layer, a->data_format, &shape, diags)) return;
    if (a->fill_value.count > 1 && (a->fill_value.count != 3 || shape.dim[3] != 3))
        diag(diags, D_layer_numbers, object_arg_span(layer->object, "fill_value"), "fill_value", a->fill_value.count,
             shape_text(layer->arena, layer->input));
    layer->output = layer->input;
}

static Tensor *by_image(Builder *build, Tensor *numbers) {
    return build_view(build, numbers, augment_shape(numbers, 4), "by_image");
}

/* 1 within the rectangle: of `size` places along `dim`, a root of the drawn part of the area, from a drawn one on. */
static Tensor *inside(Builder *build, Tensor *part, Tensor *begin, int64_t size, int dim) {
    static const Formula within = {
        "inside", {"place", "part", "begin"},
        "v_select((place >= begin * (size - part * size)) & (place < begin * (size - part * size) + part * size), "
        "1.0, 0.0)", {NULL}};
    double *places = NEW_ARRAY(build->plan->arena, double, size);
    const Shape shape = {.rank = 4 - dim, .dim = {size, 1, 1}};
    for (int64_t i = 0; i < size; i++) places[i] = (double)i;
    Tensor *place = build_constant(build, places, shape, dim == 1 ? "rows" : "columns");
    return build_map(build, &within, (Tensor *[]){place, by_image(build, part), by_image(build, begin)},
                     &NUMBER("size", (double)size), 1);
}

static double clip(double x, Reals range) { return fmin(fmax(x, range.at[0]), range.at[1]); }

/* What is put into the rectangle. */
static Tensor *filling(const Layer *layer, Builder *build, Shape shape) {
    static const Formula noisy = {"fill", {"noise"}, "v_clip(noise * high, low, high)", {NULL}};
    const PartArgs *a = layer->args;
    if (a->fill_value.count < 0) {
        const RandomAttrs normal = {.kind = RANDOM_NORMAL,
                                    .stddev = 1,
                                    .stream = 5,
                                    .layer = layer,
                                    .part = "noise",
                                    .seeded = a->seed != INT_NONE,
                                    .seed = a->seed};
        return build_map(build, &noisy, (Tensor *[]){build_random(build, shape, normal)},
                         (Operand[]){NUMBER("low", a->value_range.at[0]), NUMBER("high", a->value_range.at[1])}, 2);
    }
    double *values = NEW_ARRAY(build->plan->arena, double, a->fill_value.count);
    const Shape given = {.rank = 1, .dim = {a->fill_value.count}};
    for (int i = 0; i < a->fill_value.count; i++) values[i] = clip(a->fill_value.at[i], a->value_range);
    return build_constant(build, values, given, "fill");
}

static Factor probable(Reals given) {
    const Factor factor = factor_of(given);
    return (Factor){fmax(factor.low, 0), factor.high};
}

static Tensor *erasing_forward(const Layer *layer, Builder *build, Tensor *x) {
    static const Formula root = {"part", {"area"}, "v_sqrt(area)", {NULL}};
    static const Formula chosen = {
        "chosen", {"rows", "probability", "uniform"}, "v_select(uniform < probability, rows, 0.0)", {NULL}};
    static const Formula erased = {"erased", {"x", "rows", "columns", "fill"},
                                   "v_select(rows * columns > 0.0, fill, x)",
                                   {"v_select(rows * columns > 0.0, 0.0, d)", NULL, NULL, NULL}};
    const PartArgs *a = layer->args;
    const Shape one = augment_shape(x, 1), two = {.rank = 2, .dim = {x->shape.dim[0], 2}};
    if (!build->training) return x;
    x = image_load(build, x, a->data_format);
    Tensor *area = augment_factor(layer, build, two, a->seed, 0, probable(a->scale));
    Tensor *part = build_map(build, &root, (Tensor *[]){area}, NULL, 0);
    Tensor *column = augment_draw(layer, build, one, a->seed, 1), *row = augment_draw(layer, build, one, a->seed, 2);
    Tensor *columns = inside(build, build_columns(build, part, 0, 1, "width"), column, x->shape.dim[2], 2);
    Tensor *rows = inside(build, build_columns(build, part, 1, 1, "height"), row, x->shape.dim[1], 1);
    Tensor *probability = augment_factor(layer, build, one, a->seed, 3, probable(a->factor));
    Tensor *uniform = augment_draw(layer, build, one, a->seed, 4);
    rows = build_map(build, &chosen, (Tensor *[]){rows, by_image(build, probability), by_image(build, uniform)}, NULL,
                     0);
    x = build_map(build, &erased, (Tensor *[]){x, rows, columns, filling(layer, build, x->shape)}, NULL, 0);
    return image_store(build, x, a->data_format);
}

const LayerDef layer_RandomErasing = {
    LAYER_CLASS("RandomErasing", "a rectangle of images blotted out while training", erasing_args, PartArgs),
    .dims = 2,
    .shape = erasing_shape,
    .forward = erasing_forward,
    .values = VALUES_OF_INPUT,
    .trains = true,
};
