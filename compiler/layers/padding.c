/* SPDX-License-Identifier: MIT-0 */
/* Images larger and smaller: ZeroPadding, Cropping, UpSampling. */

#include "layers/image.h"
#include "layers/layer.h"
#include "layers/taps.h"
#include "ops/pad.h"
#include "ops/pool.h"
#include "ops/resize.h"
#include "plan/window.h"

typedef struct PaddingArgs {
    Ints padding, cropping, size;
    DataFormat data_format;
    Interpolation interpolation;
} PaddingArgs;

#define AMOUNT(field, default_, doc_)                                                                                  \
    {ARG(PaddingArgs, field), ARG_INTS, DEFAULT(default_), RANGE(0, INT32_MAX), .pairs = true, .doc = (doc_)}
#define PAD "zeros before and after: a number, one for each dimension, or a pair for each"
#define CROP "what is cut off before and after: a number, one for each dimension, or a pair for each"
#define SIZE(default_) \
    {ARG(PaddingArgs, size), ARG_INTS, DEFAULT(default_), RANGE(1, INT32_MAX), .doc = "how many times as large"}

static const ArgDef pad1_args[] = {
    AMOUNT(padding, "1", "zeros before and after: a number or a pair"), DATA_FORMAT_ARG(PaddingArgs), {0}};
static const ArgDef pad_args[] = {AMOUNT(padding, "1", PAD), DATA_FORMAT_ARG(PaddingArgs), {0}};
static const ArgDef crop1_args[] = {AMOUNT(cropping, "1", "what is cut off before and after: a number or a pair"), {0}};
static const ArgDef crop2_args[] = {AMOUNT(cropping, "0", CROP), DATA_FORMAT_ARG(PaddingArgs), {0}};
static const ArgDef crop3_args[] = {AMOUNT(cropping, "1", CROP), DATA_FORMAT_ARG(PaddingArgs), {0}};
static const ArgDef up1_args[] = {SIZE("2"), {0}};
static const ArgDef up2_args[] = {SIZE("2"),
                                  DATA_FORMAT_ARG(PaddingArgs),
                                  {ARG(PaddingArgs, interpolation), ARG_CHOICE, DEFAULT("'nearest'"),
                                   .choices = interpolations, .doc = "between the values"},
                                  {0}};
static const ArgDef up3_args[] = {SIZE("2"), DATA_FORMAT_ARG(PaddingArgs), {0}};

/* How much before and after each dimension. */
static bool amounts(const Layer *layer, const char *arg, Ints given, int64_t *low, int64_t *high, Diags *diags) {
    const int dims = image_dims(layer);
    const bool pair = dims == 1 && !given.pairs && given.count == 2; /* (before, after) */
    if (given.pairs ? given.count != 2 * dims : given.count != 1 && given.count != dims && !pair) {
        diag(diags, D_layer_argument, object_arg_span(layer->object, arg),
             arena_printf(layer->arena, "'%s' of %s is a number%s", arg, layer->def->class.name,
                          dims == 1   ? " or a pair"
                          : dims == 2 ? ", two numbers or two pairs"
                                      : ", three numbers or three pairs"));
        return false;
    }
    for (int i = 0; i < dims; i++) {
        const bool two = pair || given.pairs;
        low[i] = given.at[two ? 2 * i : given.count == 1 ? 0 : i];
        high[i] = two ? given.at[2 * i + 1] : low[i];
    }
    return true;
}

/* The spacing that pads, or cuts off, and the shape that comes out. */
static bool spacing_of(const Layer *layer, bool crop, Spacing *spacing, Shape *output, Diags *diags) {
    const PaddingArgs *a = layer->args;
    const char *arg = crop ? "cropping" : "padding";
    int64_t low[MAX_SPATIAL], high[MAX_SPATIAL];
    if (!image_input(layer, a->data_format, output, diags) ||
        !amounts(layer, arg, crop ? a->cropping : a->padding, low, high, diags))
        return false;
    *spacing = spacing_none();
    for (int i = 0; i < image_dims(layer); i++) {
        int64_t *dim = &output->dim[i + 1];
        if (crop && low[i] + high[i] >= *dim) {
            diag(diags, D_layer_cropping, object_arg_span(layer->object, arg), (long long)(low[i] + high[i]),
                 (long long)*dim, shape_text(layer->arena, layer->input), layer_source(layer));
            return false;
        }
        spacing->low[i + 1] = crop ? -low[i] : low[i];
        *dim += crop ? -low[i] - high[i] : low[i] + high[i];
    }
    return true;
}

static void spaced_shape(Layer *layer, bool crop, Diags *diags) {
    Spacing spacing;
    Shape output;
    if (spacing_of(layer, crop, &spacing, &output, diags))
        layer->output = image_shape(output, ((const PaddingArgs *)layer->args)->data_format);
}

static Tensor *spaced_forward(const Layer *layer, bool crop, Builder *build, Tensor *x) {
    const PaddingArgs *a = layer->args;
    Spacing spacing;
    Shape output;
    spacing_of(layer, crop, &spacing, &output, NULL);
    x = build_pad(build, image_load(build, x, a->data_format), spacing, output, "forward", crop ? "cropped" : "padded");
    return image_store(build, x, a->data_format);
}

static void pad_shape(Layer *layer, Diags *diags) { spaced_shape(layer, false, diags); }
static void crop_shape(Layer *layer, Diags *diags) { spaced_shape(layer, true, diags); }
static Tensor *pad_forward(const Layer *layer, Builder *build, Tensor *x) {
    return spaced_forward(layer, false, build, x);
}
static Tensor *crop_forward(const Layer *layer, Builder *build, Tensor *x) {
    return spaced_forward(layer, true, build, x);
}

/* UpSampling */

static bool factors_of(const Layer *layer, int64_t *factors, Shape *output, Diags *diags) {
    const PaddingArgs *a = layer->args;
    if (!image_input(layer, a->data_format, output, diags) || !image_numbers(layer, "size", a->size, factors, diags))
        return false;
    for (int i = 0; i < image_dims(layer); i++) output->dim[i + 1] *= factors[i];
    return true;
}

static void up_shape(Layer *layer, Diags *diags) {
    int64_t factors[MAX_SPATIAL];
    Shape output;
    if (factors_of(layer, factors, &output, diags))
        layer->output = image_shape(output, ((const PaddingArgs *)layer->args)->data_format);
}

static Tensor *up_forward(const Layer *layer, Builder *build, Tensor *x) {
    const PaddingArgs *a = layer->args;
    int64_t factors[MAX_SPATIAL];
    Shape output;
    factors_of(layer, factors, &output, NULL);
    x = image_load(build, x, a->data_format);
    if (a->interpolation > INTERPOLATION_NEAREST) {
        for (int dim = 1; dim < output.rank - 1; dim++) {
            const Taps taps =
                taps_interpolated(build->plan->arena, a->interpolation, false, x->shape.dim[dim], output.dim[dim]);
            if (factors[dim - 1] > 1) x = build_resize(build, x, dim, &taps, "resized");
        }
    } else {
        Window window = window_of(image_dims(layer));
        for (int i = 0; i < window.dims; i++) window.size[i] = window.stride[i] = factors[i];
        x = build_repeat(build, x, window, output, "forward", "repeated");
    }
    return image_store(build, x, a->data_format);
}

#define IMAGE(name_, dims_, kind_, args_, brief_)        \
    const LayerDef layer_##name_ = {                     \
        LAYER_CLASS(#name_, brief_, args_, PaddingArgs), \
        .dims = dims_,                                   \
        .shape = kind_##_shape,                          \
        .values = VALUES_OF_INPUT,                       \
        .forward = kind_##_forward,                      \
    };
IMAGE(ZeroPadding1D, 1, pad, pad1_args, "zeros before and after the steps")
IMAGE(ZeroPadding2D, 2, pad, pad_args, "zeros around images")
IMAGE(ZeroPadding3D, 3, pad, pad_args, "zeros around volumes")
IMAGE(Cropping1D, 1, crop, crop1_args, "without the first and last steps")
IMAGE(Cropping2D, 2, crop, crop2_args, "without the edges of images")
IMAGE(Cropping3D, 3, crop, crop3_args, "without the edges of volumes")
IMAGE(UpSampling1D, 1, up, up1_args, "each step several times")
IMAGE(UpSampling2D, 2, up, up2_args, "larger images")
IMAGE(UpSampling3D, 3, up, up3_args, "larger volumes")
