/* SPDX-License-Identifier: MIT-0 */
/* Pooling: the maximum or mean of windows, or of whole images, for each channel. */

#include "layers/image.h"
#include "layers/layer.h"
#include "layers/pooling.h"
#include "ops/pool.h"
#include "plan/window.h"

typedef struct PoolArgs {
    Ints pool_size, strides;
    Padding padding;
    DataFormat data_format;
    bool keepdims;
} PoolArgs;

#define SIZE(...) {ARG(PoolArgs, pool_size), ARG_INTS, __VA_ARGS__ RANGE(1, INT32_MAX), .doc = "of the window"}
#define POOL_ARGS(...)                                                                                                \
    {SIZE(__VA_ARGS__),                                                                                               \
     {ARG(PoolArgs, strides), ARG_INTS, DEFAULT("None"), RANGE(1, INT32_MAX), NONE_IS(PoolArgs, pool_size),           \
      .doc = "None: as large as the window"},                                                                         \
     {ARG(PoolArgs, padding), ARG_CHOICE, DEFAULT("'valid'"), .choices = paddings, .last_choice = PADDING_SAME,       \
      .doc = "'same': windows may reach beyond the input"},                                                           \
     DATA_FORMAT_ARG(PoolArgs),                                                                                       \
     {0}}

static const ArgDef max_args[] = POOL_ARGS(DEFAULT("2"), );
static const ArgDef average_args[] = POOL_ARGS();
static const ArgDef global_args[] = {
    DATA_FORMAT_ARG(PoolArgs),
    {ARG(PoolArgs, keepdims), ARG_BOOL, DEFAULT("False"), .doc = "keep the positions as dimensions of 1"},
    {0}};

static bool slide(const Layer *layer, Sliding *sliding, Diags *diags) {
    const PoolArgs *a = layer->args;
    const SlidingArgs args = {.size = a->pool_size,
                              .strides = a->strides,
                              .size_name = "pool_size",
                              .padding = a->padding,
                              .data_format = a->data_format};
    return image_slide(layer, &args, sliding, diags);
}

static void pool_shape(Layer *layer, Diags *diags) {
    const PoolArgs *a = layer->args;
    Sliding sliding;
    if (!slide(layer, &sliding, diags)) return;
    layer->output = image_shape(sliding.output, a->data_format);
    image_ends(layer, &sliding, a->padding, a->data_format, diags);
    if (layer->ends.first && a->padding == PADDING_SAME && sliding.window.stride[0] == 1 && sliding.window.size[0] > 1)
        diag(diags, D_layer_argument, object_arg_span(layer->object, "padding"),
             "with padding='same' windows reach beyond the end of a sample; those of 'valid' do not");
}

static Tensor *pool_forward(const Layer *layer, PoolKind kind, Builder *build, Tensor *x) {
    const PoolArgs *a = layer->args;
    Sliding sliding;
    slide(layer, &sliding, NULL);
    sliding.window.pool = kind;
    for (int i = 0; i < sliding.window.dims; i++) sliding.window.low[i] = sliding.low[i];
    x = image_load(build, x, a->data_format);
    x = build_pool(build, x, sliding.window, sliding.output, "forward", kind == POOL_MAX ? "max" : "average");
    return image_store(build, x, a->data_format);
}

static Tensor *max_forward(const Layer *layer, Builder *build, Tensor *x) {
    return pool_forward(layer, POOL_MAX, build, x);
}
static Tensor *average_forward(const Layer *layer, Builder *build, Tensor *x) {
    return pool_forward(layer, POOL_AVERAGE, build, x);
}

static const char *pool_stream(const Layer *layer, bool *timed) {
    const PoolArgs *a = layer->args;
    Sliding sliding;
    if (!*timed) return NULL;
    if (a->data_format == CHANNELS_FIRST) return "its input has the channels where the time is";
    slide(layer, &sliding, NULL);
    return sliding.window.size[0] > 1 || sliding.window.stride[0] > 1 ? "its windows are several steps long" : NULL;
}

#define global_stream NULL /* all time steps at once */

static void global_shape(Layer *layer, Diags *diags) {
    const PoolArgs *a = layer->args;
    Shape shape;
    if (!image_input(layer, a->data_format, &shape, diags)) return;
    layer->mask.rank = 0;
    const int last = shape.rank - 1;
    for (int i = 1; i < last; i++) shape.dim[i] = 1;
    layer->output = a->keepdims ? image_shape(shape, a->data_format)
                                : shape_of(2, (int64_t[]){shape.dim[0], shape.dim[last]});
}

/* The mask of time steps is used up by the mean, which is over the steps that count; one of none is 0. */
static void masked_global_shape(Layer *layer, Diags *diags) {
    if (layer_mask_check(layer, 2, "(batch, steps)", diags)) global_shape(layer, diags);
}

static const Formula valid_part = {
    "valid_part", {"x", "valid"}, "v_select(valid > 0.0, x, 0.0)", {"v_select(valid > 0.0, d, 0.0)", NULL}};

Tensor *valid_or_zero(Builder *build, Tensor *x, Tensor *valid) {
    return build_map(build, &valid_part, (Tensor *[]){x, valid}, NULL, 0);
}

/* A mask (batch, steps) as a factor of x. */
static Tensor *mask_of_steps(Builder *build, const Tensor *x, Tensor *mask) {
    Shape steps = x->shape;
    for (int i = 2; i < steps.rank; i++) steps.dim[i] = 1;
    return build_view(build, mask, steps, "valid");
}

Tensor *valid_steps(Builder *build, Tensor *x, Tensor *mask) {
    return valid_or_zero(build, x, mask_of_steps(build, x, mask));
}

static const Formula both = {"both", {"x", "other"}, "x * other", {NULL}};

Tensor *masked_both(Builder *build, Tensor *mask, Tensor *other) {
    return other ? build_map(build, &both, (Tensor *[]){mask, other}, NULL, 0) : mask;
}

static const Formula mean_of_valid = {
    "average", {"total", "count"}, "total / v_max(count, v_splat(1.0))", {"d / v_max(count, v_splat(1.0))", NULL}};

static Tensor *masked_average(Builder *build, Tensor *x, Tensor *mask) {
    Shape shape = x->shape, one = x->shape;
    shape.dim[1] = 1;
    one.dim[2] = 1;
    Tensor *valid = build_view(build, mask, one, "valid");
    one.dim[1] = 1;
    Tensor *part = valid_or_zero(build, x, valid);
    Tensor *total = build_sum(build, part, shape, "total"), *count = build_sum(build, valid, one, "count");
    return build_map(build, &mean_of_valid, (Tensor *[]){total, count}, NULL, 0);
}

/* What is less than any value stands for steps that are not there. */
static const Formula valid_or_least = {"valid_part",
                                       {"x", "valid"},
                                       "v_select(valid > 0.0, x, -3.4028234e38)",
                                       {"v_select(valid > 0.0, d, 0.0)", NULL}};

static Tensor *global_forward(const Layer *layer, PoolKind kind, Builder *build, Tensor *x) {
    const PoolArgs *a = layer->args;
    Tensor *const mask = layer->def->masks || layer->def->ends ? x->mask : NULL;
    if (mask && kind == POOL_MAX_SPLIT)
        x = build_map(build, &valid_or_least, (Tensor *[]){x, mask_of_steps(build, x, mask)}, NULL, 0);
    x = image_load(build, x, a->data_format);
    if (mask && kind == POOL_AVERAGE) return build_view(build, masked_average(build, x, mask), layer->output, "view");
    Window window = window_of(x->shape.rank - 2);
    Shape shape = x->shape;
    for (int i = 0; i < window.dims; i++) {
        window.size[i] = window.stride[i] = shape.dim[i + 1];
        shape.dim[i + 1] = 1;
    }
    window.pool = kind;
    x = build_pool(build, x, window, shape, "forward", kind == POOL_AVERAGE ? "average" : "max");
    return build_view(build, x, layer->output, "view");
}

static Tensor *global_max_forward(const Layer *layer, Builder *build, Tensor *x) {
    return global_forward(layer, POOL_MAX_SPLIT, build, x);
}
static Tensor *global_average_forward(const Layer *layer, Builder *build, Tensor *x) {
    return global_forward(layer, POOL_AVERAGE, build, x);
}

#define POOL(name_, dims_, alias_, shape_, forward_, stream_, args_, brief_, masks_) \
    const LayerDef layer_##name_ = {                                                 \
        LAYER_CLASS(#name_, brief_, args_, PoolArgs),                                \
        .dims = dims_,                                                               \
        .class.aliases = ALIASES(alias_),                                            \
        .shape = shape_,                                                             \
        .values = VALUES_OF_INPUT,                                                   \
        .forward = forward_,                                                         \
        .stream = stream_,                                                           \
        .masks = masks_,                                                             \
        .ends = (dims_) == 1,                                                        \
    };
#define MAX(dims_, places_)                                                                                            \
    POOL(MaxPooling##dims_##D, dims_, "MaxPool" #dims_ "D", pool_shape, max_forward, pool_stream, max_args,            \
         "the maximum of each window of " places_, false)
#define AVERAGE(dims_, places_)                                                                           \
    POOL(AveragePooling##dims_##D, dims_, "AvgPool" #dims_ "D", pool_shape, average_forward, pool_stream, \
         average_args, "the mean of each window of " places_, false)
#define GLOBAL_MAX(dims_)                                                                                              \
    POOL(GlobalMaxPooling##dims_##D, dims_, "GlobalMaxPool" #dims_ "D", global_shape, global_max_forward,              \
         global_stream, global_args, "the maximum of each channel", false)
#define GLOBAL_AVERAGE(dims_, shape_, brief_, masks_)                                                                  \
    POOL(GlobalAveragePooling##dims_##D, dims_, "GlobalAvgPool" #dims_ "D", shape_, global_average_forward,            \
         global_stream, global_args, brief_, masks_)
MAX(1, "(batch, steps, channels)")
MAX(2, "(batch, rows, columns, channels)")
MAX(3, "(batch, depth, rows, columns, channels)")
AVERAGE(1, "(batch, steps, channels)")
AVERAGE(2, "(batch, rows, columns, channels)")
AVERAGE(3, "(batch, depth, rows, columns, channels)")
GLOBAL_MAX(1)
GLOBAL_MAX(2)
GLOBAL_MAX(3)
GLOBAL_AVERAGE(1, masked_global_shape, "the mean of each channel over the time steps that are not masked", true)
GLOBAL_AVERAGE(2, global_shape, "the mean of each channel", false)
GLOBAL_AVERAGE(3, global_shape, "the mean of each channel", false)
