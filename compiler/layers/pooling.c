/* SPDX-License-Identifier: MIT-0 */
/* Pooling: the maximum or mean of windows, or of whole images, for each channel. */
#include <string.h>

#include "layers/image.h"
#include "layers/layer.h"
#include "layers/pooling.h"
#include "ops/pool.h"
#include "ops/window.h"

typedef struct PoolArgs {
    Ints pool_size, strides;
    const char *padding, *data_format;
    bool keepdims;
} PoolArgs;

#define SIZE(...) {ARG(PoolArgs, pool_size), ARG_INTS, __VA_ARGS__ RANGE(1, INT32_MAX), .doc = "of the window"}
#define POOL_ARGS(...)                                                                                                 \
    {SIZE(__VA_ARGS__),                                                                                                \
     {ARG(PoolArgs, strides), ARG_INTS, DEFAULT("None"), RANGE(1, INT32_MAX), .doc = "None: as large as the window"},  \
     {ARG(PoolArgs, padding), ARG_CHOICE, DEFAULT("'valid'"), .choices = (const char *const[]){"valid", "same", NULL}, \
      .doc = "'same': windows may reach beyond the input"},                                                            \
     DATA_FORMAT_ARG(PoolArgs),                                                                                        \
     {0}}

static const ArgDef max_args[] = POOL_ARGS(DEFAULT("2"), );
static const ArgDef average_args[] = POOL_ARGS();
static const ArgDef global_args[] = {
    DATA_FORMAT_ARG(PoolArgs),
    {ARG(PoolArgs, keepdims), ARG_BOOL, DEFAULT("False"), .doc = "keep the positions as dimensions of 1"},
    {0}};

static bool slide(const Layer *layer, Sliding *sliding, Diags *diags) {
    const PoolArgs *a = layer->args;
    const SlidingArgs args = {
        .size = a->pool_size, .strides = a->strides, .size_name = "pool_size", .padding = a->padding, .data_format = a->data_format};
    return image_slide(layer, &args, sliding, diags);
}

static void pool_shape(Layer *layer, Diags *diags) {
    const PoolArgs *a = layer->args;
    Sliding sliding;
    if (slide(layer, &sliding, diags)) layer->output = image_shape(sliding.output, a->data_format);
}

static bool is_max(const Layer *layer) { return strstr(layer->def->class.name, "Max") != NULL; }

static Tensor *pool_forward(const Layer *layer, Builder *build, Tensor *x) {
    const PoolArgs *a = layer->args;
    Sliding sliding;
    slide(layer, &sliding, NULL);
    sliding.window.pool = is_max(layer) ? POOL_MAX : POOL_AVERAGE;
    for (int i = 0; i < sliding.window.dims; i++) sliding.window.low[i] = sliding.low[i];
    x = image_load(build, x, a->data_format);
    x = build_pool(build, x, sliding.window, sliding.output, "forward", is_max(layer) ? "max" : "average");
    return image_store(build, x, a->data_format);
}

static const char *pool_stream(const Layer *layer, bool *timed) {
    const PoolArgs *a = layer->args;
    Sliding sliding;
    if (!*timed) return NULL;
    if (a->data_format && !strcmp(a->data_format, "channels_first")) return "its input has the channels where the time is";
    slide(layer, &sliding, NULL);
    return sliding.window.size[0] > 1 || sliding.window.stride[0] > 1 ? "its windows are several steps long" : NULL;
}

#define global_stream NULL /* all time steps at once */

static void global_shape(Layer *layer, Diags *diags) {
    const PoolArgs *a = layer->args;
    Shape shape;
    if (!image_input(layer, a->data_format, &shape, diags)) return;
    const int last = shape.rank - 1;
    for (int i = 1; i < last; i++) shape.dim[i] = 1;
    layer->output = a->keepdims ? image_shape(shape, a->data_format)
                                : shape_of(2, (int64_t[]){shape.dim[0], shape.dim[last]});
}

/* The mask of time steps is used up by the mean, which is over the steps that count; one of none is 0. */
static void masked_global_shape(Layer *layer, Diags *diags) {
    global_shape(layer, diags);
    if (layer_mask_check(layer, 2, "(batch, steps)", diags)) layer->mask.rank = 0;
}

const Formula valid_steps = {
    "valid_part", {"x", "valid"}, "v_select(valid > 0.0, x, 0.0)", {"v_select(valid > 0.0, d, 0.0)", NULL}};
static const Formula mean_of_valid = {
    "average", {"total", "count"}, "total / v_max(count, v_splat(1.0))", {"d / v_max(count, v_splat(1.0))", NULL}};

static Tensor *masked_average(Builder *build, Tensor *x, Tensor *mask) {
    Shape shape = x->shape, one = x->shape;
    shape.dim[1] = 1;
    one.dim[2] = 1;
    Tensor *valid = build_view(build, mask, one, "valid");
    one.dim[1] = 1;
    Tensor *part = build_map(build, &valid_steps, (Tensor *[]){x, valid}, NULL, 0);
    Tensor *total = build_sum(build, part, shape, "total"), *count = build_sum(build, valid, one, "count");
    return build_map(build, &mean_of_valid, (Tensor *[]){total, count}, NULL, 0);
}

static Tensor *global_forward(const Layer *layer, Builder *build, Tensor *x) {
    const PoolArgs *a = layer->args;
    Tensor *const mask = layer->def->masks ? x->mask : NULL;
    x = image_load(build, x, a->data_format);
    if (mask) return build_view(build, masked_average(build, x, mask), layer->output, "view");
    Window window = window_of(x->shape.rank - 2);
    Shape shape = x->shape;
    for (int i = 0; i < window.dims; i++) {
        window.size[i] = window.stride[i] = shape.dim[i + 1];
        shape.dim[i + 1] = 1;
    }
    window.pool = is_max(layer) ? POOL_MAX_SPLIT : POOL_AVERAGE;
    x = build_pool(build, x, window, shape, "forward", is_max(layer) ? "max" : "average");
    return build_view(build, x, layer->output, "view");
}

#define POOL(name_, alias_, kind_, args_, brief_) \
    POOL_LAYER(name_, alias_, kind_##_shape, kind_##_forward, kind_##_stream, args_, brief_, false)
#define POOL_LAYER(name_, alias_, shape_, forward_, stream_, args_, brief_, masks_)                                    \
    const LayerDef layer_##name_ = {                                                                                   \
        LAYER_CLASS(#name_, brief_, args_, PoolArgs),                                                                  \
        .class.aliases = ALIASES(alias_),                                                                              \
        .shape = shape_,                                                                                               \
        .forward = forward_,                                                                                           \
        .stream = stream_,                                                                                             \
        .masks = masks_,                                                                                               \
    };
POOL(MaxPooling1D, "MaxPool1D", pool, max_args, "the maximum of each window of (batch, steps, channels)")
POOL(MaxPooling2D, "MaxPool2D", pool, max_args, "the maximum of each window of (batch, rows, columns, channels)")
POOL(MaxPooling3D, "MaxPool3D", pool, max_args, "the maximum of each window of (batch, depth, rows, columns, channels)")
POOL(AveragePooling1D, "AvgPool1D", pool, average_args, "the mean of each window of (batch, steps, channels)")
POOL(AveragePooling2D, "AvgPool2D", pool, average_args, "the mean of each window of (batch, rows, columns, channels)")
POOL(AveragePooling3D, "AvgPool3D", pool, average_args, "the mean of each window of (batch, depth, rows, columns, channels)")
POOL(GlobalMaxPooling1D, "GlobalMaxPool1D", global, global_args, "the maximum of each channel")
POOL(GlobalMaxPooling2D, "GlobalMaxPool2D", global, global_args, "the maximum of each channel")
POOL(GlobalMaxPooling3D, "GlobalMaxPool3D", global, global_args, "the maximum of each channel")
POOL_LAYER(GlobalAveragePooling1D, "GlobalAvgPool1D", masked_global_shape, global_forward, global_stream, global_args,
           "the mean of each channel over the time steps that are not masked", true)
POOL(GlobalAveragePooling2D, "GlobalAvgPool2D", global, global_args, "the mean of each channel")
POOL(GlobalAveragePooling3D, "GlobalAvgPool3D", global, global_args, "the mean of each channel")
