/* SPDX-License-Identifier: MIT-0 */
/* Adaptive pooling: windows of such sizes that there are as many as asked for. Where they are all alike it is plain
 * pooling; else one dimension after the other. */
#include "layers/image.h"
#include "layers/layer.h"
#include "layers/taps.h"
#include "ops/pool.h"
#include "ops/resize.h"
#include "plan/window.h"

typedef struct AdaptiveArgs {
    Ints output_size;
    DataFormat data_format;
} AdaptiveArgs;

static const ArgDef args[] = {{ARG(AdaptiveArgs, output_size), ARG_INTS, RANGE(1, INT32_MAX),
                               .doc = "how many windows: a number, or one for each dimension"},
                              DATA_FORMAT_ARG(AdaptiveArgs),
                              {0}};

static bool output_of(const Layer *layer, Shape *output, Diags *diags) {
    const AdaptiveArgs *a = layer->args;
    int64_t size[MAX_SPATIAL];
    if (!image_input(layer, a->data_format, output, diags) ||
        !image_numbers(layer, "output_size", a->output_size, size, diags))
        return false;
    for (int i = 0; i < image_dims(layer); i++) output->dim[i + 1] = size[i];
    return true;
}

static void shape(Layer *layer, Diags *diags) {
    Shape output;
    if (output_of(layer, &output, diags))
        layer->output = image_shape(output, ((const AdaptiveArgs *)layer->args)->data_format);
}

static const Formula greater = {
    "greater", {"x", "w"}, "v_max(x, w)", {"v_select(x >= w, d, 0.0)", "v_select(x >= w, 0.0, d)"}};

/* Windows along one dimension are as long as the shortest, or one longer: then the greater of those from its two
 * ends. */
static Tensor *greatest(Builder *build, Tensor *x, int dim, int64_t size) {
    const int64_t old = x->shape.dim[dim], shortest = (old + size - 1) / size;
    int64_t *low = NEW_ARRAY(build->plan->arena, int64_t, size), *high = NEW_ARRAY(build->plan->arena, int64_t, size);
    bool longer = false;
    for (int64_t i = 0; i < size; i++) {
        low[i] = window_first(old, size, i);
        high[i] = window_end(old, size, i) - shortest;
        longer = longer || high[i] > low[i];
    }
    Window window = window_of(x->shape.rank - 2);
    Shape shape = x->shape;
    window.size[dim - 1] = shortest;
    window.pool = POOL_MAX;
    shape.dim[dim] = old - shortest + 1;
    if (shortest > 1) x = build_pool(build, x, window, shape, "forward", "max");
    const Taps from_low = taps_chosen(build->plan->arena, low, size),
               from_high = taps_chosen(build->plan->arena, high, size);
    Tensor *y = build_resize(build, x, dim, &from_low, "low");
    return longer
               ? build_map(build, &greater, (Tensor *[]){y, build_resize(build, x, dim, &from_high, "high")}, NULL, 0)
               : y;
}

static Tensor *pooled(const Layer *layer, bool is_max, Builder *build, Tensor *x) {
    const DataFormat data_format = ((const AdaptiveArgs *)layer->args)->data_format;
    Shape output;
    output_of(layer, &output, NULL);
    x = image_load(build, x, data_format);
    Window window = window_of(x->shape.rank - 2);
    bool alike = true;
    for (int i = 0; i < window.dims; i++) {
        alike = alike && x->shape.dim[i + 1] % output.dim[i + 1] == 0;
        window.size[i] = window.stride[i] = x->shape.dim[i + 1] / output.dim[i + 1];
    }
    window.pool = is_max ? POOL_MAX : POOL_AVERAGE;
    if (alike) x = build_pool(build, x, window, output, "forward", is_max ? "max" : "average");
    for (int dim = 1; dim <= window.dims && !alike; dim++) {
        const Taps taps = taps_of_windows(build->plan->arena, x->shape.dim[dim], output.dim[dim]);
        x = is_max ? greatest(build, x, dim, output.dim[dim]) : build_resize(build, x, dim, &taps, "average");
    }
    return image_store(build, x, data_format);
}

static Tensor *max_forward(const Layer *layer, Builder *build, Tensor *x) { return pooled(layer, true, build, x); }
static Tensor *average_forward(const Layer *layer, Builder *build, Tensor *x) { return pooled(layer, false, build, x); }

#define ADAPTIVE(name_, dims_, forward_, brief_)                                                                       \
    const LayerDef layer_##name_ = {                                                                                   \
        LAYER_CLASS(#name_, brief_, args, AdaptiveArgs),                                                               \
        .shape = shape,                                                                                                \
        .values = VALUES_OF_INPUT,                                                                                     \
        .dims = dims_,                                                                                                 \
        .forward = forward_,                                                                                           \
    };
ADAPTIVE(AdaptiveMaxPooling1D, 1, max_forward, "the maximum of each of output_size windows of (batch, steps, channels)")
ADAPTIVE(AdaptiveMaxPooling2D, 2, max_forward,
         "the maximum of each of output_size windows of (batch, rows, columns, channels)")
ADAPTIVE(AdaptiveMaxPooling3D, 3, max_forward,
         "the maximum of each of output_size windows of (batch, depth, rows, columns, channels)")
ADAPTIVE(AdaptiveAveragePooling1D, 1, average_forward,
         "the mean of each of output_size windows of (batch, steps, channels)")
ADAPTIVE(AdaptiveAveragePooling2D, 2, average_forward,
         "the mean of each of output_size windows of (batch, rows, columns, channels)")
ADAPTIVE(AdaptiveAveragePooling3D, 3, average_forward,
         "the mean of each of output_size windows of (batch, depth, rows, columns, channels)")
