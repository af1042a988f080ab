/* SPDX-License-Identifier: MIT-0 */
/* ConvLSTM1D to 3D: LSTM whose products are convolutions, over (batch, time, positions…, channels). That of the inputs
 * has strides, padding and dilation; that of the state is as large as the state. */

#include "layers/image.h"
#include "layers/layer.h"
#include "layers/recurrent.h"
#include "ops/conv.h"
#include "plan/window.h"

typedef struct ConvLSTMArgs {
    RecurrentArgs run; /* first, as of every recurrent layer */
    Ints kernel_size, strides, dilation_rate;
    Padding padding;
    DataFormat data_format;
} ConvLSTMArgs;

static const ArgDef conv_lstm_args[] = {
    {ARG_AS(RecurrentArgs, units, "filters"), ARG_INT, RANGE(1, INT32_MAX), .doc = "channels of the output"},
    {ARG(ConvLSTMArgs, kernel_size), ARG_INTS, RANGE(1, INT32_MAX), .doc = "positions that an output sees"},
    {ARG(ConvLSTMArgs, strides), ARG_INTS, DEFAULT("1"), RANGE(1, INT32_MAX), .doc = "from one output to the next"},
    {ARG(ConvLSTMArgs, padding), ARG_CHOICE, DEFAULT("'valid'"), .choices = paddings, .last_choice = PADDING_SAME,
     .doc = "'same': zeros around, so that the output is as large as the input"},
    DATA_FORMAT_ARG(ConvLSTMArgs),
    {ARG(ConvLSTMArgs, dilation_rate), ARG_INTS, DEFAULT("1"), RANGE(1, INT32_MAX),
     .doc = "distance of the kernel's positions in the input"},
    ACTIVATION,
    RECURRENT_ACTIVATION,
    WEIGHTS,
    UNIT_FORGET_BIAS,
    DROPOUTS,
    SEED,
    RETURNS,
    STATEFUL,
    UNROLL,
    ZERO_OUTPUT,
    {0}};

static bool channels_first(const Layer *layer) {
    return ((const ConvLSTMArgs *)layer->args)->data_format == CHANNELS_FIRST;
}

/* What is done to one time step. */
static bool slide(const Layer *layer, Sliding *sliding, Diags *diags) {
    const ConvLSTMArgs *a = layer->args;
    const SlidingArgs args = {.size = a->kernel_size, .strides = a->strides, .dilation_rate = a->dilation_rate,
                              .size_name = "kernel_size", .padding = a->padding, .data_format = a->data_format};
    Layer step = *layer;
    step.input.rank--;
    for (int i = 1; i < step.input.rank; i++) step.input.dim[i] = layer->input.dim[i + 1];
    return image_slide(&step, &args, sliding, diags);
}

static Shape state_shape(const Layer *layer) {
    Sliding sliding;
    slide(layer, &sliding, NULL);
    sliding.output.dim[sliding.output.rank - 1] = ((const ConvLSTMArgs *)layer->args)->run.units;
    return sliding.output;
}

static void shape(Layer *layer, Diags *diags) {
    static const char *const needed[] = {"(batch, time, steps, channels)", "(batch, time, rows, columns, channels)",
                                         "(batch, time, depth, rows, columns, channels)"};
    const ConvLSTMArgs *a = layer->args;
    const int dims = image_dims(layer);
    Sliding sliding;
    if (layer->input.rank != dims + 3) {
        layer_refuse(layer, dims + 3, needed[dims - 1], true, diags);
        return;
    }
    if (a->run.return_state)
        diag(diags, D_layer_return_state, object_arg_span(layer->object, "return_state"), layer->def->class.name);
    if (!layer_mask_check(layer, 2, "(batch, time)", diags) || !slide(layer, &sliding, diags)) return;
    const int64_t units = a->run.units, width = 4 * units;
    Shape kernel = {.rank = dims + 2};
    for (int i = 0; i < dims; i++) kernel.dim[i] = sliding.window.size[i];
    kernel.dim[dims] = sliding.input.dim[dims + 1];
    kernel.dim[dims + 1] = width;
    layer_weight(layer, "kernel", kernel, a->run.kernel);
    kernel.dim[dims] = units;
    layer_weight(layer, "recurrent_kernel", kernel, a->run.recurrent);
    if (a->run.use_bias) layer_weight(layer, "bias", shape_of(1, &width), a->run.bias);
    lstm_forget_bias(layer);
    const Shape state = image_shape(state_shape(layer), a->data_format);
    layer->output = state;
    if (!a->run.return_sequences) {
        layer->mask.rank = 0;
        return;
    }
    layer->output.rank++;
    layer->output.dim[1] = layer->input.dim[1];
    for (int i = 1; i < state.rank; i++) layer->output.dim[i + 1] = state.dim[i];
}

/* The steps of a sequence (time, batch, …) are samples, as of any convolution. */
static Tensor *of_inputs(Builder *build, Tensor *x, Tensor *kernel, const Sliding *sliding, const char *role,
                         const char *label) {
    const int64_t steps = x->shape.dim[0];
    Shape flat = shape_of(x->shape.rank - 1, x->shape.dim + 1);
    flat.dim[0] *= steps;
    x = image_pad(build, build_view(build, x, flat, "steps"), sliding);
    Tensor *y = build_conv(build, x, kernel, sliding->window, role, label);
    Shape shape = {.rank = flat.rank + 1, .dim = {steps}};
    for (int i = 0; i < flat.rank; i++) shape.dim[i + 1] = y->shape.dim[i];
    shape.dim[1] /= steps;
    return build_view(build, y, shape, arena_printf(build->plan->arena, "%s_by_step", label));
}

static Tensor *product(const Cell *cell, Tensor *x, Tensor *kernel, bool of_state, const char *role,
                       const char *label) {
    Sliding sliding;
    kernel = build_whole(cell->build, kernel);
    slide(cell->layer, &sliding, NULL);
    if (!of_state) return of_inputs(cell->build, x, kernel, &sliding, role, label);
    for (int i = 0; i < sliding.window.dims; i++) {
        sliding.window.stride[i] = sliding.window.dilation[i] = 1;
        sliding.low[i] = (sliding.window.size[i] - 1) / 2;
        sliding.high[i] = sliding.window.size[i] - 1 - sliding.low[i];
    }
    return build_conv(cell->build, image_pad(cell->build, x, &sliding), kernel, sliding.window, role, label);
}

static const CellDef cell = {
    .gates = lstm_gates,
    .keeps_cell = true,
    .gate_masks = true,
    .input_masks = true,
    .step = lstm_step,
    .product = product,
    .state = state_shape,
    .channels_first = channels_first,
};

static Tensor *forward(const Layer *layer, Builder *build, Tensor *x) { return recurrent_run(layer, build, x, &cell); }

#define CONV_LSTM(name_, dims_, brief_)                  \
    const LayerDef layer_##name_ = {                     \
        LAYER_CLASS(#name_, brief_, conv_lstm_args, ConvLSTMArgs), \
        .dims = dims_,                                   \
        .shape = shape,                                  \
        .forward = forward,                              \
        .stream = recurrent_stream,                      \
        .stateful = recurrent_stateful,                  \
        .recurrent = true,                               \
        .masks = true,                                   \
        .ends = true,                                    \
    };
CONV_LSTM(ConvLSTM1D, 1, "LSTM of convolutions over (batch, time, steps, channels)")
CONV_LSTM(ConvLSTM2D, 2, "LSTM of convolutions over (batch, time, rows, columns, channels)")
CONV_LSTM(ConvLSTM3D, 3, "LSTM of convolutions over (batch, time, depth, rows, columns, channels)")
