/* SPDX-License-Identifier: MIT-0 */
/* Convolutions: Conv1D to 3D, their transposes, depthwise and separable ones. y = activation(x * kernel + bias). */

#include "layers/image.h"
#include "layers/layer.h"
#include "layers/pooling.h"
#include "ops/conv.h"
#include "ops/depthwise.h"
#include "ops/history.h"
#include "plan/window.h"

typedef struct ConvArgs {
    int64_t filters, groups, depth_multiplier;
    Ints kernel_size, strides, dilation_rate, output_padding;
    Padding padding;
    DataFormat data_format;
    Object *activation;
    WeightArgs kernel, bias, depthwise, pointwise;
    bool use_bias;
} ConvArgs;

#define FILTERS {ARG(ConvArgs, filters), ARG_INT, RANGE(1, INT32_MAX), .doc = "channels of the output"}
#define KERNEL_SIZE {ARG(ConvArgs, kernel_size), ARG_INTS, RANGE(1, INT32_MAX), .doc = "positions that an output sees"}
#define STRIDES \
    {ARG(ConvArgs, strides), ARG_INTS, DEFAULT("1"), RANGE(1, INT32_MAX), .doc = "from one output to the next"}
#define PADDING(last)                             \
    {ARG(ConvArgs, padding), ARG_CHOICE,          \
     DEFAULT("'valid'"),     .choices = paddings, \
     .last_choice = (last),  .doc = "'same': zeros around, so that the output is as large as the input"}
#define OUTPUT_PADDING                                                              \
    {ARG(ConvArgs, output_padding), ARG_INTS, DEFAULT("None"), RANGE(0, INT32_MAX), \
     .doc = "further positions at the end"}
#define DILATION                                                                \
    {ARG(ConvArgs, dilation_rate), ARG_INTS, DEFAULT("1"), RANGE(1, INT32_MAX), \
     .doc = "distance of the kernel's positions"}
#define GROUPS                                                          \
    {ARG(ConvArgs, groups), ARG_INT, DEFAULT("1"), RANGE(1, INT32_MAX), \
     .doc = "parts of the channels, each with its filters"}
#define MULTIPLIER                                                                                                     \
    {ARG(ConvArgs, depth_multiplier), ARG_INT, DEFAULT("1"), RANGE(1, INT32_MAX), .doc = "outputs of each channel"}
#define ACTIVATION_BIAS                                                                                                \
    ACTIVATION_ARG(ConvArgs), {ARG(ConvArgs, use_bias), ARG_BOOL, DEFAULT("True"), .doc = "add a bias"}
#define KERNEL WEIGHT_ARGS(ConvArgs, kernel, "'glorot_uniform'")
#define DEPTHWISE WEIGHT_ARGS(ConvArgs, depthwise, "'glorot_uniform'")
#define POINTWISE WEIGHT_ARGS(ConvArgs, pointwise, "'glorot_uniform'")
#define BIAS WEIGHT_ARGS(ConvArgs, bias, "'zeros'")
#define CONV_ARGS(last_padding) \
    {FILTERS,                   \
     KERNEL_SIZE,               \
     STRIDES,                   \
     PADDING(last_padding),     \
     DATA_FORMAT_ARG(ConvArgs), \
     DILATION,                  \
     GROUPS,                    \
     ACTIVATION_BIAS,           \
     KERNEL,                    \
     BIAS,                      \
     LORA_ARGS,                 \
     {0}}

static const ArgDef conv1_args[] = CONV_ARGS(PADDING_CAUSAL);
static const ArgDef conv_args[] = CONV_ARGS(PADDING_SAME);
static const ArgDef transpose_args[] = {FILTERS,
                                        KERNEL_SIZE,
                                        STRIDES,
                                        PADDING(PADDING_SAME),
                                        OUTPUT_PADDING,
                                        DATA_FORMAT_ARG(ConvArgs),
                                        DILATION,
                                        ACTIVATION_BIAS,
                                        KERNEL,
                                        BIAS,
                                        {0}};
static const ArgDef depthwise_args[] = {KERNEL_SIZE,
                                        STRIDES,
                                        PADDING(PADDING_SAME),
                                        MULTIPLIER,
                                        DATA_FORMAT_ARG(ConvArgs),
                                        DILATION,
                                        ACTIVATION_BIAS,
                                        DEPTHWISE,
                                        BIAS,
                                        {0}};
#define SEPARABLE_ARGS(last_padding) \
    {FILTERS,                        \
     KERNEL_SIZE,                    \
     STRIDES,                        \
     PADDING(last_padding),          \
     DATA_FORMAT_ARG(ConvArgs),      \
     DILATION,                       \
     MULTIPLIER,                     \
     ACTIVATION_BIAS,                \
     DEPTHWISE,                      \
     POINTWISE,                      \
     BIAS,                           \
     {0}}
static const ArgDef separable_args[] = SEPARABLE_ARGS(PADDING_SAME);

static bool slide(const Layer *layer, Sliding *sliding, Diags *diags) {
    const ConvArgs *a = layer->args;
    const bool by_channel = a->depth_multiplier > 0; /* there Keras takes strides and dilation together */
    const SlidingArgs args = {a->kernel_size, a->strides,     a->dilation_rate, "kernel_size",
                              a->padding,     a->data_format, by_channel};
    return image_slide(layer, &args, sliding, diags);
}

/* (size…, channels, filters) */
static Shape kernel_shape(const int64_t *size, int dims, int64_t channels, int64_t filters) {
    Shape shape = {.rank = dims + 2};
    for (int i = 0; i < dims; i++) shape.dim[i] = size[i];
    shape.dim[dims] = channels;
    shape.dim[dims + 1] = filters;
    return shape;
}

static void finish_shape(Layer *layer, Shape output, int64_t channels) {
    const ConvArgs *a = layer->args;
    output.dim[output.rank - 1] = channels;
    if (a->use_bias) layer_weight(layer, "bias", shape_of(1, &channels), a->bias);
    layer->output = image_shape(output, a->data_format);
}

static void finish_sliding(Layer *layer, const Sliding *sliding, int64_t channels, Diags *diags) {
    const ConvArgs *a = layer->args;
    finish_shape(layer, sliding->output, channels);
    image_ends(layer, sliding, a->padding, a->data_format, diags);
}

/* Behind the end of a sample there are zeros, as around an image. */
static Tensor *ended(const Layer *layer, Builder *build, Tensor *x) {
    const ConvArgs *a = layer->args;
    return x->mask && a->padding == PADDING_SAME ? valid_steps(build, x, x->mask) : x;
}

static Tensor *finish(const Layer *layer, Builder *build, Tensor *y) {
    const ConvArgs *a = layer->args;
    if (a->use_bias) {
        Tensor *bias = build_weight(build, layer->weights.at[layer->weights.count - 1]);
        y = build_map(build, &add_bias, (Tensor *[]){y, bias}, NULL, 0);
    }
    return build_activation(build, a->activation, image_store(build, y, a->data_format));
}

/* Conv */

static void conv_shape(Layer *layer, Diags *diags) {
    const ConvArgs *a = layer->args;
    Sliding sliding;
    if (!slide(layer, &sliding, diags)) return;
    const int64_t channels = sliding.input.dim[sliding.input.rank - 1];
    if (channels % a->groups || a->filters % a->groups) {
        diag(diags, D_layer_groups, object_arg_span(layer->object, "groups"), (long long)a->groups,
             channels % a->groups ? "channels" : "filters", (long long)(channels % a->groups ? channels : a->filters),
             shape_text(layer->arena, layer->input), layer_source(layer));
        return;
    }
    const Shape kernel = kernel_shape(sliding.window.size, sliding.window.dims, channels / a->groups, a->filters);
    layer_weight(layer, "kernel", kernel, a->kernel);
    finish_sliding(layer, &sliding, a->filters, diags);
}

/* What the window slides over: the padded input or, step by step, the present step and the earlier ones that the kernel
 * meets. */
static Tensor *surroundings(const Layer *layer, Builder *build, Tensor *x, Sliding *sliding) {
    Window *window = &sliding->window;
    if (!build->streaming || !layer->timed || window_reach(window, 0) == 1) return image_pad(build, x, sliding);
    x = build_history(build, x, window->size[0], window->dilation[0]);
    window->dilation[0] = 1;
    return x;
}

static Tensor *conv_forward(const Layer *layer, Builder *build, Tensor *x) {
    const ConvArgs *a = layer->args;
    Sliding sliding;
    slide(layer, &sliding, NULL);
    sliding.window.groups = a->groups;
    x = image_load(build, ended(layer, build, x), a->data_format);
    x = surroundings(layer, build, x, &sliding);
    Tensor *kernel = build_weight(build, layer->weights.at[0]);
    return finish(layer, build, build_conv(build, x, kernel, sliding.window, "forward", "sum"));
}

/* ConvTranspose: what the gradient of a convolution is to its output. 'same' cuts off the further positions, the larger
 * half at the end. */
typedef struct Transposed {
    Window window;
    int64_t low[MAX_SPATIAL]; /* cut off */
    Shape input, output;
} Transposed;

static bool transpose(const Layer *layer, Transposed *t, Diags *diags) {
    const ConvArgs *a = layer->args;
    const int dims = image_dims(layer);
    int64_t further[MAX_SPATIAL] = {0};
    bool steps = false, gaps = false;
    *t = (Transposed){.window = window_of(dims)};
    if (!image_input(layer, a->data_format, &t->input, diags) ||
        !image_numbers(layer, "kernel_size", a->kernel_size, t->window.size, diags) ||
        !image_numbers(layer, "strides", a->strides, t->window.stride, diags) ||
        !image_numbers(layer, "dilation_rate", a->dilation_rate, t->window.dilation, diags) ||
        (a->output_padding.count >= 0 && !image_numbers(layer, "output_padding", a->output_padding, further, diags)))
        return false;
    t->output = t->input;
    for (int i = 0; i < dims; i++) {
        const int64_t stride = t->window.stride[i], reach = window_reach(&t->window, i);
        const int64_t last = (t->input.dim[i + 1] - 1) * stride, rest = reach > stride ? reach : stride;
        steps = steps || stride > 1;
        gaps = gaps || t->window.dilation[i] > 1;
        const bool given = a->output_padding.count >= 0, same = a->padding == PADDING_SAME;
        if (given && further[i] >= stride) {
            diag(diags, D_layer_argument, object_arg_span(layer->object, "output_padding"),
                 "'output_padding' must be smaller than 'strides'");
            return false;
        }
        int64_t *size = &t->output.dim[i + 1];
        *size = same ? last + (given ? reach % 2 + further[i] : stride) : last + (given ? reach + further[i] : rest);
        if (same && last + reach > *size) t->low[i] = (last + reach - *size) / 2;
    }
    if (steps && gaps) {
        diag(diags, D_layer_argument, object_arg_span(layer->object, "dilation_rate"),
             "strides and dilation_rate cannot both be larger than 1");
        return false;
    }
    t->output.dim[dims + 1] = a->filters;
    return true;
}

static void transpose_shape(Layer *layer, Diags *diags) {
    const ConvArgs *a = layer->args;
    Transposed t;
    if (!transpose(layer, &t, diags)) return;
    const int64_t channels = t.input.dim[t.input.rank - 1];
    const Shape kernel = kernel_shape(t.window.size, t.window.dims, a->filters, channels);
    layer_weight(layer, "kernel", kernel, a->kernel);
    finish_shape(layer, t.output, a->filters);
}

static Tensor *transpose_forward(const Layer *layer, Builder *build, Tensor *x) {
    const ConvArgs *a = layer->args;
    Transposed t;
    transpose(layer, &t, NULL);
    x = image_load(build, x, a->data_format);
    Tensor *kernel = build_weight(build, layer->weights.at[0]);
    return finish(layer, build, build_conv_transposed(build, x, kernel, t.window, t.low, t.output, "forward", "sum"));
}

/* DepthwiseConv: each channel by itself; output c · multiplier + j is the j-th of channel c. */

static Tensor *depthwise(const Layer *layer, Builder *build, Tensor *x, const char *label) {
    const ConvArgs *a = layer->args;
    Sliding sliding;
    slide(layer, &sliding, NULL);
    x = image_pad(build, image_load(build, ended(layer, build, x), a->data_format), &sliding);
    return build_depthwise(build, x, build_weight(build, layer->weights.at[0]), sliding.window, label);
}

static void depthwise_shape(Layer *layer, Diags *diags) {
    const ConvArgs *a = layer->args;
    Sliding sliding;
    if (!slide(layer, &sliding, diags)) return;
    const int64_t channels = sliding.input.dim[sliding.input.rank - 1];
    const Shape kernel = kernel_shape(sliding.window.size, sliding.window.dims, channels, a->depth_multiplier);
    layer_weight(layer, "kernel", kernel, a->depthwise);
    finish_sliding(layer, &sliding, channels * a->depth_multiplier, diags);
}

static Tensor *depthwise_forward(const Layer *layer, Builder *build, Tensor *x) {
    return finish(layer, build, depthwise(layer, build, x, "sum"));
}

/* SeparableConv: depthwise, then a convolution of single positions. */

static void separable_shape(Layer *layer, Diags *diags) {
    const ConvArgs *a = layer->args;
    static const int64_t point[MAX_SPATIAL] = {1, 1, 1};
    Sliding sliding;
    if (!slide(layer, &sliding, diags)) return;
    const int dims = sliding.window.dims;
    const int64_t channels = sliding.input.dim[dims + 1];
    layer_weight(layer, "depthwise_kernel", kernel_shape(sliding.window.size, dims, channels, a->depth_multiplier),
                 a->depthwise);
    layer_weight(layer, "pointwise_kernel", kernel_shape(point, dims, channels * a->depth_multiplier, a->filters),
                 a->pointwise);
    finish_sliding(layer, &sliding, a->filters, diags);
}

static Tensor *separable_forward(const Layer *layer, Builder *build, Tensor *x) {
    x = depthwise(layer, build, x, "depthwise");
    Tensor *kernel = build_weight(build, layer->weights.at[1]);
    return finish(layer, build, build_conv(build, x, kernel, window_of(image_dims(layer)), "forward", "sum"));
}

/* With one position, windows see nothing but the present step. */
static const char *conv_stream(const Layer *layer, bool *timed) {
    const ConvArgs *a = layer->args;
    Sliding sliding;
    if (!*timed) return NULL;
    if (a->data_format == CHANNELS_FIRST) return "its input has the channels where the time is";
    slide(layer, &sliding, NULL);
    const int64_t reach = window_reach(&sliding.window, 0);
    if (sliding.window.stride[0] > 1) return "it has no output for every step; strides=1 has";
    if (reach > 1 && a->padding == PADDING_VALID)
        return "its first outputs need later steps; padding='causal' looks back only";
    if (reach > 1 && a->padding == PADDING_SAME)
        return "its windows reach into later steps; padding='causal' looks back only";
    return NULL;
}

#define depthwise_stream conv_stream
#define separable_stream conv_stream
#define transpose_stream NULL
enum { conv_slides = true, depthwise_slides = true, separable_slides = true, transpose_slides = false };

#define CONV(name_, dims_, alias_, kind_, args_, brief_) \
    const LayerDef layer_##name_ = {                     \
        LAYER_CLASS(#name_, brief_, args_, ConvArgs),    \
        .dims = dims_,                                   \
        .class.aliases = ALIASES(alias_),                \
        .shape = kind_##_shape,                          \
        .forward = kind_##_forward,                      \
        .stream = kind_##_stream,                        \
        .ends = dims_ == 1 && kind_##_slides,            \
    };
CONV(Conv1D, 1, "Convolution1D", conv, conv1_args, "convolution over (batch, steps, channels)")
CONV(Conv2D, 2, "Convolution2D", conv, conv_args, "convolution over (batch, rows, columns, channels)")
CONV(Conv3D, 3, "Convolution3D", conv, conv_args, "convolution over (batch, depth, rows, columns, channels)")
CONV(Conv1DTranspose, 1, "Convolution1DTranspose", transpose, transpose_args,
     "convolution the other way round: strides make the output larger")
CONV(Conv2DTranspose, 2, "Convolution2DTranspose", transpose, transpose_args,
     "convolution the other way round: strides make the output larger")
CONV(Conv3DTranspose, 3, "Convolution3DTranspose", transpose, transpose_args,
     "convolution the other way round: strides make the output larger")
CONV(DepthwiseConv1D, 1, NULL, depthwise, depthwise_args, "convolution of each channel by itself")
CONV(DepthwiseConv2D, 2, NULL, depthwise, depthwise_args, "convolution of each channel by itself")
CONV(SeparableConv1D, 1, "SeparableConvolution1D", separable, separable_args,
     "convolution of each channel by itself, then of single positions")
CONV(SeparableConv2D, 2, "SeparableConvolution2D", separable, separable_args,
     "convolution of each channel by itself, then of single positions")
