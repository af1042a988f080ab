/* SPDX-License-Identifier: MIT-0 */
/* Dropout and its spatial forms: y = x · mask, mask = 0 with probability rate, else 1 / (1 - rate). */

#include "base/source.h"
#include "language/describe.h"
#include "layers/dropout.h"
#include "layers/image.h"
#include "layers/layer.h"

typedef struct DropoutArgs {
    double rate;
    Ints noise_shape;
    int64_t seed;
    bool inverted;
    DataFormat data_format;
} DropoutArgs;

#define RATE_ARG {ARG(DropoutArgs, rate), ARG_REAL, RANGE(0, 1), .doc = "probability to drop a value"}
#define SEED_ARG                                                            \
    {ARG(DropoutArgs, seed), ARG_INT, DEFAULT("None"), RANGE(0, INT32_MAX), \
     .doc = "masks that depend on this seed alone"}
#define INVERTED_ARG                                                                                                   \
    {ARG(DropoutArgs, inverted), ARG_BOOL, DEFAULT("True"), .keyword_only = true, .own = true,                         \
     .doc = "False: classic dropout, training scales nothing and inference multiplies by 1 - rate"}

static const ArgDef dropout_args[] = {
    RATE_ARG,
    {ARG(DropoutArgs, noise_shape), ARG_INTS, DEFAULT("None"), RANGE(1, INT32_MAX), .none_entries = true,
     .doc = "shape of the mask with the batch: 1 shares it along a dimension, None is the input's"},
    SEED_ARG, INVERTED_ARG, {0}};
static const ArgDef spatial1_args[] = {RATE_ARG, SEED_ARG, INVERTED_ARG, {0}};
static const ArgDef spatial_args[] = {RATE_ARG, DATA_FORMAT_ARG(DropoutArgs), SEED_ARG, INVERTED_ARG, {0}};

static const Formula scale = {"scaled", {"x"}, "x * kept", {"d * kept"}, .kind = FORMULA_PRODUCT};

/* rate 0 is the identity and rate 1 all zeros, neither draws anything; as Keras. */
static Tensor *drop_forward(const Layer *layer, Builder *build, Tensor *x, Shape noise) {
    const DropoutArgs *a = layer->args;
    if (a->rate == 0) return x;
    if (!build->random) {
        if (a->inverted) return x;
        return build_map(build, &scale, (Tensor *[]){x}, &NUMBER("kept", 1 - a->rate), 1);
    }
    if (a->rate == 1) return build_map(build, &drop_all, (Tensor *[]){x}, NULL, 0);
    const RandomAttrs random = {
        .kind = RANDOM_KEEP,
        .rate = a->rate,
        .kept = a->inverted ? 1 / (1 - a->rate) : 1,
        .layer = layer,
        .part = "mask",
        .seeded = a->seed != INT_NONE,
        .seed = a->seed,
    };
    return build_map(build, &times_mask, (Tensor *[]){x, build_random(build, noise, random)}, NULL, 0);
}

void noise_shape_check(const Layer *layer, Ints noise_shape, Diags *diags) {
    const Span span = object_arg_span(layer->object, "noise_shape");
    if (noise_shape.count < 0) return;
    if (noise_shape.count != layer->input.rank) {
        diag(diags, D_layer_noise_shape, span, noise_shape.count, layer->input.rank,
             shape_text(layer->arena, layer->input), layer_source(layer));
        return;
    }
    if (noise_shape.at[0] == 1 && layer->input.dim[0] != -1) {
        diag(diags, D_layer_noise_steps, span, (long long)-layer->input.dim[0]);
        return;
    }
    for (int i = 0; i < layer->input.rank; i++) {
        const int64_t dim = noise_shape.at[i];
        if (dim == DIM_NONE || dim == 1 || (i > 0 && dim == layer->input.dim[i])) continue;
        diag(diags, D_layer_noise_dim, span, i, (long long)dim, shape_text(layer->arena, layer->input),
             layer_source(layer));
        return;
    }
}

Shape noise_shape_of(Shape input, Ints noise_shape) {
    for (int i = 0; i < noise_shape.count; i++)
        if (noise_shape.at[i] == 1) input.dim[i] = 1;
    return input;
}

/* In TensorFlow 1 and in papers there is also the part that is kept. */
static void warn_rate(const Layer *layer, Diags *diags) {
    const double rate = ((const DropoutArgs *)layer->args)->rate;
    if (rate > 0.8)
        diag(diags, D_high_rate, object_arg_span(layer->object, "rate"), number_text(layer->arena, 100 * rate),
             layer->name);
}

static void dropout_shape(Layer *layer, Diags *diags) {
    warn_rate(layer, diags);
    noise_shape_check(layer, ((const DropoutArgs *)layer->args)->noise_shape, diags);
    layer->output = layer->input;
}

const char *noise_shape_stream(Ints noise_shape, bool timed) {
    const bool counts = timed && noise_shape.count > 1 && noise_shape.at[1] != DIM_NONE && noise_shape.at[1] != 1;
    return counts ? "its noise_shape says how many there are; None would leave it open" : NULL;
}

static const char *dropout_stream(const Layer *layer, bool *timed) {
    return noise_shape_stream(((const DropoutArgs *)layer->args)->noise_shape, *timed);
}

static Tensor *dropout_forward(const Layer *layer, Builder *build, Tensor *x) {
    const DropoutArgs *a = layer->args;
    return drop_forward(layer, build, x, noise_shape_of(x->shape, a->noise_shape));
}

const LayerDef layer_Dropout = {
    LAYER_CLASS("Dropout", "drops values with probability rate while training", dropout_args, DropoutArgs),
    .values = VALUES_OF_INPUT,
    .shape = dropout_shape,
    .forward = dropout_forward,
    .stream = dropout_stream,
    .masks = true,
    .trains = true,
};

/* Spatial dropout drops whole channels: one mask value for all positions of a channel. */
static void spatial_shape(Layer *layer, Diags *diags) {
    warn_rate(layer, diags);
    if (image_check(layer, diags)) layer->output = layer->input;
}

static Tensor *spatial_forward(const Layer *layer, Builder *build, Tensor *x) {
    const DropoutArgs *a = layer->args;
    const int channels = a->data_format == CHANNELS_FIRST ? 1 : x->shape.rank - 1;
    Shape noise = x->shape;
    for (int i = 1; i < noise.rank; i++)
        if (i != channels) noise.dim[i] = 1;
    return drop_forward(layer, build, x, noise);
}

#define SPATIAL(name_, dims_, args_, shape_)                                                          \
    const LayerDef layer_##name_ = {                                                                  \
        LAYER_CLASS(#name_, "drops whole channels of " shape_ " while training", args_, DropoutArgs), \
        .dims = dims_,                                                                                \
        .shape = spatial_shape,                                                                       \
        .values = VALUES_OF_INPUT,                                                                    \
        .forward = spatial_forward,                                                                   \
        .stream = stream_each,                                                                        \
        .masks = true,                                                                                \
        .trains = true,                                                                               \
    };
SPATIAL(SpatialDropout1D, 1, spatial1_args, "(batch, steps, channels)")
SPATIAL(SpatialDropout2D, 2, spatial_args, "(batch, rows, columns, channels)")
SPATIAL(SpatialDropout3D, 3, spatial_args, "(batch, depth, rows, columns, channels)")
