/* SPDX-License-Identifier: MIT-0 */
/* Convolutions, pooling, and what makes images larger and smaller, as nodes of ONNX, whose windows want the channels
 * first. */
#include "export/export.h"

#ifdef NNC_IMPORT

#include <string.h>

#include "export/onnx.h"

/* The window of a layer, a number for each dimension of the image. */
typedef struct Window {
    int rank;
    int64_t kernel[MAX_RANK], strides[MAX_RANK], dilations[MAX_RANK], pads[2 * MAX_RANK];
} Window;

static bool has_channels_last(Graph *graph, const Layer *layer) {
    return !arg_says(layer->object, "data_format", "channels_first") ||
           graph_lacks(graph, layer, "it has its channels first");
}

static int64_t reach_of(const Window *window, int i) { return (window->kernel[i] - 1) * window->dilations[i] + 1; }

/* `size`: the argument that says it. Pads are as Keras lays them out for the layer's input. */
static Window window_of(const Layer *layer, const char *size) {
    Window window = {.rank = layer->input.rank - 2};
    const Object *const object = layer->object;
    const bool pools = strcmp(size, "kernel_size") != 0;
    arg_sizes(object, size, window.rank, pools ? 2 : 1, window.kernel);
    arg_sizes(object, "strides", window.rank, pools ? 0 : 1, window.strides);
    arg_sizes(object, "dilation_rate", window.rank, 1, window.dilations);
    for (int i = 0; i < window.rank; i++) {
        if (window.strides[i] < 1) window.strides[i] = window.kernel[i];
        const int64_t reach = reach_of(&window, i), in = layer->input.dim[i + 1],
                      out = (in + window.strides[i] - 1) / window.strides[i];
        const int64_t needed = (out - 1) * window.strides[i] + reach - in, all = needed > 0 ? needed : 0;
        if (arg_says(object, "padding", "same")) {
            window.pads[i] = all / 2;
            window.pads[i + window.rank] = all - all / 2;
        }
        if (arg_says(object, "padding", "causal")) window.pads[i] = reach - 1;
    }
    return window;
}

static void put_window(Graph *graph, Onnx__NodeProto *node, const Window *window) {
    graph_ints(graph, node, "kernel_shape", window->kernel, window->rank);
    graph_ints(graph, node, "strides", window->strides, window->rank);
    graph_ints(graph, node, "pads", window->pads, 2 * window->rank);
}

/* Convolutions ------------------------------------------------------------ */

/* A kernel (…, a, b) as (b, a, …); `joined`: as (a · b, 1, …), for each channel by itself. */
static void add_kernel(Graph *graph, Onnx__NodeProto *node, const Layer *layer, int index, bool joined) {
    const Weight *const weight = layer->weights.at[index];
    const Shape shape = weight->shape;
    const int rank = shape.rank;
    const int64_t a = shape.dim[rank - 2], b = shape.dim[rank - 1], space = shape_size(shape, 1) / a / b;
    const float *const from = graph_values(graph, layer, index);
    float *const to = NEW_ARRAY(graph->export->arena, float, shape_size(shape, 1));
    int64_t dim[MAX_RANK] = {joined ? a * b : b, joined ? 1 : a};
    for (int64_t s = 0; s < space; s++)
        for (int64_t i = 0; i < a; i++)
            for (int64_t j = 0; j < b; j++)
                to[(joined ? i * b + j : j * a + i) * space + s] = from[(s * a + i) * b + j];
    for (int i = 2; i < rank; i++) dim[i] = shape.dim[i - 2];
    graph_tensor(graph, node, weight->path, TYPE_FLOAT, rank, dim, to);
}

static void add_bias(Graph *graph, Onnx__NodeProto *node, const Layer *layer) {
    if (arg_flag(layer->object, "use_bias")) graph_weight(graph, node, layer, layer->weights.count - 1);
}

/* A layer's first kernel over its windows, from channels that come first already. */
static Onnx__NodeProto *add_conv(Graph *graph, const Layer *layer, int64_t groups, bool joined) {
    const Window window = window_of(layer, "kernel_size");
    Onnx__NodeProto *const node = graph_node(graph, "Conv");
    add_kernel(graph, node, layer, 0, joined);
    put_window(graph, node, &window);
    graph_ints(graph, node, "dilations", window.dilations, window.rank);
    graph_int(graph, node, "group", groups);
    return node;
}

static bool put_one_conv(Graph *graph, const Layer *layer, bool depthwise) {
    if (!has_channels_last(graph, layer)) return false;
    const int rank = layer->input.rank;
    graph_turn_channels(graph, rank, true);
    add_bias(
        graph,
        add_conv(graph, layer, depthwise ? layer->input.dim[rank - 1] : arg_int(layer->object, "groups", 1), depthwise),
        layer);
    graph_turn_channels(graph, rank, false);
    return graph_put_own_activation(graph, layer);
}

bool graph_put_conv(Graph *graph, const Layer *layer) { return put_one_conv(graph, layer, false); }

bool graph_put_depthwise(Graph *graph, const Layer *layer) { return put_one_conv(graph, layer, true); }

bool graph_put_separable(Graph *graph, const Layer *layer) {
    if (!has_channels_last(graph, layer)) return false;
    graph_turn_channels(graph, layer->input.rank, true);
    add_conv(graph, layer, layer->input.dim[layer->input.rank - 1], true);
    Onnx__NodeProto *const node = graph_node(graph, "Conv");
    add_kernel(graph, node, layer, 1, false);
    add_bias(graph, node, layer);
    graph_turn_channels(graph, layer->input.rank, false);
    return graph_put_own_activation(graph, layer);
}

/* What a window makes is cut off, the larger half at the end, or goes on beyond it. */
bool graph_put_transposed(Graph *graph, const Layer *layer) {
    Window window = window_of(layer, "kernel_size");
    int64_t beyond[MAX_RANK] = {0};
    if (!has_channels_last(graph, layer)) return false;
    for (int i = 0; i < window.rank; i++) {
        const int64_t all = (layer->input.dim[i + 1] - 1) * window.strides[i] + reach_of(&window, i),
                      cut = all - layer->output.dim[i + 1];
        window.pads[i] = arg_says(layer->object, "padding", "same") && cut > 0 ? cut / 2 : 0;
        window.pads[i + window.rank] = cut > 0 ? cut - window.pads[i] : 0;
        beyond[i] = cut < 0 ? -cut : 0;
    }
    graph_turn_channels(graph, layer->input.rank, true);
    Onnx__NodeProto *const node = graph_node(graph, "ConvTranspose");
    add_kernel(graph, node, layer, 0, false);
    add_bias(graph, node, layer);
    put_window(graph, node, &window);
    graph_ints(graph, node, "dilations", window.dilations, window.rank);
    graph_ints(graph, node, "output_padding", beyond, window.rank);
    graph_turn_channels(graph, layer->input.rank, false);
    return graph_put_own_activation(graph, layer);
}

/* Pooling ------------------------------------------------------------ */

static bool put_pooling(Graph *graph, const Layer *layer, const char *type) {
    const Window window = window_of(layer, "pool_size");
    if (!has_channels_last(graph, layer)) return false;
    graph_turn_channels(graph, layer->input.rank, true);
    put_window(graph, graph_node(graph, type), &window);
    graph_turn_channels(graph, layer->input.rank, false);
    return true;
}

bool graph_put_max_pooling(Graph *graph, const Layer *layer) { return put_pooling(graph, layer, "MaxPool"); }
bool graph_put_average_pooling(Graph *graph, const Layer *layer) { return put_pooling(graph, layer, "AveragePool"); }

static bool put_global(Graph *graph, const Layer *layer, const char *type) {
    int64_t axes[MAX_RANK];
    if (!has_channels_last(graph, layer)) return false;
    if (graph_masked(layer)) return graph_lacks(graph, layer, "masks of time steps have no counterpart in ONNX");
    for (int i = 0; i < layer->input.rank - 2; i++) axes[i] = i + 1;
    Onnx__NodeProto *const node = graph_node(graph, type);
    graph_ints(graph, node, "axes", axes, layer->input.rank - 2);
    graph_int(graph, node, "keepdims", arg_flag(layer->object, "keepdims"));
    return true;
}

bool graph_put_global_max(Graph *graph, const Layer *layer) { return put_global(graph, layer, "ReduceMax"); }
bool graph_put_global_average(Graph *graph, const Layer *layer) { return put_global(graph, layer, "ReduceMean"); }

/* Sizes ------------------------------------------------------------ */

/* What an argument says of before and behind each dimension: n, (n, n), or pairs; of one dimension a pair is (before,
 * behind). */
static void amounts_of(const Layer *layer, const char *name, int64_t *before, int64_t *behind) {
    const Ints *const ints = arg_field(layer->object, name, ARG_INTS);
    const int rank = layer->input.rank - 2;
    const bool pairs = ints->count == 2 * rank && (ints->pairs || rank == 1);
    for (int i = 0; i < rank; i++) {
        before[i] = pairs ? ints->at[2 * i] : ints->at[ints->count > i ? i : 0];
        behind[i] = pairs ? ints->at[2 * i + 1] : before[i];
    }
}

bool graph_put_padding(Graph *graph, const Layer *layer) {
    const int rank = layer->input.rank;
    int64_t before[MAX_RANK], behind[MAX_RANK], pads[2 * MAX_RANK] = {0};
    if (!has_channels_last(graph, layer)) return false;
    amounts_of(layer, "padding", before, behind);
    for (int i = 0; i < rank - 2; i++) {
        pads[i + 1] = before[i];
        pads[rank + i + 1] = behind[i];
    }
    graph_list(graph, graph_node(graph, "Pad"), arena_printf(graph->export->arena, "%s/pads", layer->name), pads,
               2 * rank);
    return true;
}

bool graph_put_cropping(Graph *graph, const Layer *layer) {
    const int rank = layer->input.rank - 2;
    int64_t before[MAX_RANK], behind[MAX_RANK], end[MAX_RANK], axes[MAX_RANK];
    if (!has_channels_last(graph, layer)) return false;
    amounts_of(layer, "cropping", before, behind);
    for (int i = 0; i < rank; i++) {
        axes[i] = i + 1;
        end[i] = layer->input.dim[i + 1] - behind[i];
    }
    Arena *const arena = graph->export->arena;
    Onnx__NodeProto *const node = graph_node(graph, "Slice");
    graph_list(graph, node, arena_printf(arena, "%s/starts", layer->name), before, rank);
    graph_list(graph, node, arena_printf(arena, "%s/ends", layer->name), end, rank);
    graph_list(graph, node, arena_printf(arena, "%s/axes", layer->name), axes, rank);
    return true;
}

bool graph_put_upsampling(Graph *graph, const Layer *layer) {
    const int rank = layer->input.rank;
    const int64_t count = rank;
    int64_t size[MAX_RANK];
    float scales[MAX_RANK] = {1, 1};
    const bool linear = arg_says(layer->object, "interpolation", "bilinear");
    if (!has_channels_last(graph, layer)) return false;
    if (!linear && arg_field(layer->object, "interpolation", ARG_CHOICE) &&
        !arg_says(layer->object, "interpolation", "nearest"))
        return graph_lacks(graph, layer, "ONNX has nearest and bilinear interpolation");
    arg_sizes(layer->object, "size", rank - 2, 2, size);
    for (int i = 2; i < rank; i++) scales[i] = (float)size[i - 2];
    graph_turn_channels(graph, rank, true);
    Onnx__NodeProto *const node = graph_node(graph, "Resize");
    graph_input(graph, node, "");
    graph_tensor(graph, node, arena_printf(graph->export->arena, "%s/scales", layer->name), TYPE_FLOAT, 1, &count,
                 scales);
    graph_text(graph, node, "mode", linear ? "linear" : "nearest");
    graph_text(graph, node, "coordinate_transformation_mode", linear ? "half_pixel" : "asymmetric");
    if (!linear) graph_text(graph, node, "nearest_mode", "floor");
    graph_turn_channels(graph, rank, false);
    return true;
}

#endif
