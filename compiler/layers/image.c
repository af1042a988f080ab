/* SPDX-License-Identifier: MIT-0 */
/* Shapes of images, and windows that slide over them. */

#include "layers/image.h"
#include "layers/layer.h"
#include "ops/pad.h"
#include "plan/window.h"

int image_dims(const Layer *layer) { return layer->def->dims; }

const char *const data_formats[] = {DATA_FORMATS(CHOICE_WORD) NULL};
const char *const paddings[] = {PADDINGS(CHOICE_WORD) NULL};

bool image_check(const Layer *layer, Diags *diags) {
    static const char *const needed[] = {"(batch, steps, channels)", "(batch, rows, columns, channels)",
                                         "(batch, depth, rows, columns, channels)"};
    const int dims = image_dims(layer);
    if (layer->input.rank == dims + 2) return true;
    layer_refuse(layer, dims + 2, needed[dims - 1], true, diags);
    return false;
}

bool image_input(const Layer *layer, DataFormat data_format, Shape *shape, Diags *diags) {
    if (!image_check(layer, diags)) return false;
    *shape = layer->input;
    if (data_format != CHANNELS_FIRST) return true;
    for (int i = 1; i < shape->rank; i++) shape->dim[i] = layer->input.dim[i + 1 < shape->rank ? i + 1 : 1];
    return true;
}

Shape image_shape(Shape shape, DataFormat data_format) {
    Shape turned = shape;
    if (data_format != CHANNELS_FIRST) return shape;
    for (int i = 1; i < shape.rank; i++) turned.dim[i] = shape.dim[i > 1 ? i - 1 : shape.rank - 1];
    return turned;
}

Tensor *image_load(Builder *build, Tensor *x, DataFormat data_format) {
    int axes[MAX_RANK] = {0};
    if (data_format != CHANNELS_FIRST) return x;
    for (int i = 1; i < x->shape.rank; i++) axes[i] = i + 1 < x->shape.rank ? i + 1 : 1;
    return build_permute(build, x, axes, 0, "forward_channels_last", "channels_last");
}

Tensor *image_store(Builder *build, Tensor *x, DataFormat data_format) {
    int axes[MAX_RANK] = {0};
    if (data_format != CHANNELS_FIRST) return x;
    for (int i = 1; i < x->shape.rank; i++) axes[i] = i > 1 ? i - 1 : x->shape.rank - 1;
    return build_permute(build, x, axes, 0, "forward_channels_first", "channels_first");
}

bool image_numbers(const Layer *layer, const char *arg, Ints given, int64_t *numbers, Diags *diags) {
    const int dims = image_dims(layer);
    if (given.count != 1 && given.count != dims) {
        diag(diags, D_layer_argument, object_arg_span(layer->object, arg),
             arena_printf(layer->arena, "'%s' has %d entries, but %s has %d spatial dimension%s", arg, given.count,
                          layer->def->class.name, dims, dims > 1 ? "s" : ""));
        return false;
    }
    for (int i = 0; i < dims; i++) numbers[i] = given.at[given.count == 1 ? 0 : i];
    return true;
}

static int64_t over(int64_t size) { return size > 0 ? size : 0; }

bool image_slide(const Layer *layer, const SlidingArgs *args, Sliding *sliding, Diags *diags) {
    const int dims = image_dims(layer);
    *sliding = (Sliding){.window = window_of(dims)};
    Window *window = &sliding->window;
    if (!image_input(layer, args->data_format, &sliding->input, diags)) return false;
    if (!image_numbers(layer, args->size_name, args->size, window->size, diags)) return false;
    const bool strided = args->strides.count >= 0, dilated = args->dilation_rate.count > 0;
    for (int i = 0; i < dims && !strided; i++) window->stride[i] = window->size[i];
    if (strided && !image_numbers(layer, "strides", args->strides, window->stride, diags)) return false;
    if (dilated && !image_numbers(layer, "dilation_rate", args->dilation_rate, window->dilation, diags)) return false;
    bool steps = false, gaps = false;
    sliding->output = sliding->input;
    for (int i = 0; i < dims; i++) {
        const int64_t size = sliding->input.dim[i + 1], stride = window->stride[i];
        const int64_t reach = window_reach(window, i);
        steps = steps || stride > 1;
        gaps = gaps || window->dilation[i] > 1;
        if (args->padding == PADDING_SAME) {
            const int64_t total = over(((size + stride - 1) / stride - 1) * stride + reach - size);
            sliding->low[i] = total / 2;
            sliding->high[i] = total - total / 2;
        } else if (args->padding == PADDING_CAUSAL) {
            sliding->low[i] = reach - 1;
        } else if (reach > size) {
            diag(diags, D_layer_window, object_arg_span(layer->object, args->size_name), (long long)reach,
                 (long long)size, shape_text(layer->arena, layer->input), layer_source(layer));
            return false;
        }
        sliding->output.dim[i + 1] = (size + sliding->low[i] + sliding->high[i] - reach) / stride + 1;
    }
    if (steps && gaps && !args->any_steps) {
        diag(diags, D_layer_argument, object_arg_span(layer->object, "dilation_rate"),
             "strides and dilation_rate cannot both be larger than 1");
        return false;
    }
    return true;
}

void image_ends(Layer *layer, const Sliding *sliding, Padding padding, DataFormat data_format, Diags *diags) {
    const int64_t stride = sliding->window.stride[0], reach = window_reach(&sliding->window, 0);
    const bool beyond = padding == PADDING_VALID; /* windows end within the sample; else behind their first place */
    if (!layer->ends.first) return;
    if (data_format == CHANNELS_FIRST)
        diag(diags, D_layer_argument, object_arg_span(layer->object, "data_format"),
             "with samples of any length the time comes first: data_format='channels_last'");
    if (padding == PADDING_SAME && stride > 1)
        diag(diags, D_layer_argument, object_arg_span(layer->object, "padding"),
             "with strides, padding='same' begins elsewhere in samples of other lengths; 'causal' and 'valid' do not");
    if (beyond) layer->ends.first += (reach - 1) * layer->ends.stride;
    layer->ends.stride *= stride;
    layer->mask = shape_of(2, layer->output.dim);
}

Tensor *image_pad(Builder *build, Tensor *x, const Sliding *sliding) {
    Spacing spacing = spacing_none();
    Shape shape = x->shape;
    for (int i = 0; i < sliding->window.dims; i++) {
        spacing.low[i + 1] = sliding->low[i];
        shape.dim[i + 1] += sliding->low[i] + sliding->high[i];
    }
    return build_pad(build, x, spacing, shape, "forward_pad", "padded");
}
