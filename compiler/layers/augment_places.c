/* SPDX-License-Identifier: MIT-0 */
/* RandomTranslation, RandomZoom, RandomRotation, RandomCrop: images whose pixels come from other places of them while
 * training. The places are those of TensorFlow's ImageProjectiveTransformV3. */
#include <math.h>

#include "layers/augment.h"
#include "layers/image.h"
#include "layers/layer.h"
#include "layers/taps.h"
#include "ops/sample.h"

typedef struct PlacesArgs {
    Reals factor, height_factor, width_factor;
    SampleBeyond fill_mode;
    Interpolation interpolation;
    DataFormat data_format;
    double fill_value;
    int64_t seed;
} PlacesArgs;

#define PLACES_ARGS                                                                                \
    {ARG(PlacesArgs, fill_mode), ARG_CHOICE, DEFAULT("'reflect'"), .choices = beyond_words,        \
     .doc = "what lies beyond the edge: the mirror image, the image again, fill_value, the edge"}, \
        {ARG(PlacesArgs, interpolation),                                                           \
         ARG_CHOICE,                                                                               \
         DEFAULT("'bilinear'"),                                                                    \
         .choices = interpolations,                                                                \
         .last_choice = INTERPOLATION_BILINEAR,                                                    \
         .doc = "between pixels"},                                                                 \
        AUGMENT_SEED_ARG(PlacesArgs),                                                              \
        {ARG(PlacesArgs, fill_value), ARG_REAL, DEFAULT("0.0"), .doc = "with 'constant'"},         \
        DATA_FORMAT_ARG(PlacesArgs), BOUNDING_BOX_ARG

#define SIZE_FACTOR(field, low, what) FACTOR_ARG(PlacesArgs, field, low, 1, what ": f for (-f, f), or a pair")

static const ArgDef translation_args[] = {
    SIZE_FACTOR(height_factor, -1, "how far down, as part of the height"),
    SIZE_FACTOR(width_factor, -1, "how far right, as part of the width"), PLACES_ARGS, {0}};
static const ArgDef zoom_args[] = {
    SIZE_FACTOR(height_factor, -1, "how much smaller rows become, as part of them"),
    {ARG(PlacesArgs, width_factor), ARG_REALS, DEFAULT("None"), RANGE(-1, 1), .filled = true,
     .doc = "likewise, of columns; None: as rows, by the same draw"},
    PLACES_ARGS, {0}};
static const ArgDef rotation_args[] = {
    SIZE_FACTOR(factor, -1, "how far against the clock, as part of a whole turn"), PLACES_ARGS, {0}};

static Tensor *taken(const Layer *layer, Builder *build, Tensor *x, SamplePlaces places, Tensor *a, Tensor *b) {
    const PlacesArgs *args = layer->args;
    const SampleAttrs attrs = {.places = places,
                               .nearest = args->interpolation == INTERPOLATION_NEAREST,
                               .beyond = args->fill_mode,
                               .fill_value = args->fill_value};
    x = image_load(build, x, args->data_format);
    return image_store(build, build_sample(build, x, a, b, x->shape, attrs, "moved"), args->data_format);
}

static Tensor *draw(const Layer *layer, Builder *build, const Tensor *x, int rank, int number, double low,
                    double high) {
    return augment_factor(layer, build, augment_shape(x, rank), ((const PlacesArgs *)layer->args)->seed, number,
                          (Factor){low, high});
}

static Shape pixels_of(const Layer *layer) {
    Shape shape = {0};
    image_input(layer, ((const PlacesArgs *)layer->args)->data_format, &shape, NULL);
    return shape;
}

static void places_shape(Layer *layer, Diags *diags) {
    const PlacesArgs *a = layer->args;
    factor_check(layer, "factor", a->factor, diags);
    factor_check(layer, "height_factor", a->height_factor, diags);
    factor_check(layer, "width_factor", a->width_factor, diags);
    if (image_check(layer, diags)) layer->output = layer->input;
}

static Tensor *translation_forward(const Layer *layer, Builder *build, Tensor *x) {
    const PlacesArgs *a = layer->args;
    const Factor down = factor_of(a->height_factor), right = factor_of(a->width_factor);
    if (!build->training) return x;
    const Shape shape = pixels_of(layer);
    const double rows = (double)shape.dim[1], columns = (double)shape.dim[2];
    Tensor *row = draw(layer, build, x, 2, 0, -down.low * rows, -down.high * rows);
    Tensor *column = draw(layer, build, x, 2, 1, -right.low * columns, -right.high * columns);
    return taken(layer, build, x, PLACES_SHIFTED, row, column);
}

static void zoom_shape(Layer *layer, Diags *diags) {
    const PlacesArgs *a = layer->args;
    const struct {
        const char *name;
        Reals factor;
    } given[] = {{"height_factor", a->height_factor}, {"width_factor", a->width_factor}};
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < given[i].factor.count; j++)
            if (given[i].factor.at[j] == -1) {
                diag(diags, D_layer_argument, object_arg_span(layer->object, given[i].name),
                     "a factor of -1 leaves one pixel of the image; it must be greater");
                return;
            }
    places_shape(layer, diags);
}

static Tensor *zoom_forward(const Layer *layer, Builder *build, Tensor *x) {
    const PlacesArgs *a = layer->args;
    const Factor rows = factor_of(a->height_factor);
    if (!build->training) return x;
    Tensor *row = draw(layer, build, x, 2, 0, 1 + rows.low, 1 + rows.high), *column = row;
    if (a->width_factor.count >= 0) {
        const Factor columns = factor_of(a->width_factor);
        column = draw(layer, build, x, 2, 1, 1 + columns.low, 1 + columns.high);
    }
    return taken(layer, build, x, PLACES_SCALED, row, column);
}

static Tensor *rotation_forward(const Layer *layer, Builder *build, Tensor *x) {
    static const Formula sine = {"sine", {"angle"}, "v_sin(angle)", {NULL}};
    static const Formula cosine = {"cosine", {"angle"}, "v_cos(angle)", {NULL}};
    const double turn = 6.28318530717958648;
    const Factor factor = factor_of(((const PlacesArgs *)layer->args)->factor);
    if (!build->training) return x;
    Tensor *angle = draw(layer, build, x, 1, 0, factor.low * turn, factor.high * turn);
    return taken(layer, build, x, PLACES_TURNED, build_map(build, &sine, (Tensor *[]){angle}, NULL, 0),
                 build_map(build, &cosine, (Tensor *[]){angle}, NULL, 0));
}

#define PLACES(name_, kind_, shape_, brief_)                   \
    const LayerDef layer_##name_ = {                           \
        LAYER_CLASS(#name_, brief_, kind_##_args, PlacesArgs), \
        .dims = 2,                                             \
        .shape = shape_,                                       \
        .forward = kind_##_forward,                            \
        .values = VALUES_OF_INPUT,                             \
        .trains = true,                                        \
    };
PLACES(RandomTranslation, translation, places_shape, "images moved while training")
PLACES(RandomZoom, zoom, zoom_shape, "images larger or smaller while training")
PLACES(RandomRotation, rotation, places_shape, "images rotated while training")
