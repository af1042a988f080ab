/* SPDX-License-Identifier: MIT-0 */
/* Convolutions, pooling, and what makes images larger and smaller, as nodes of ONNX, whose windows want the channels
 * first. */
#include "export/export.h"

#ifdef NNC_IMPORT

#include <string.h>

#include "export/onnx.h"
#include "layers/resizing.h"

/* The window of a layer, a number for each dimension of the image. */
typedef struct Window {
    int rank;
    int64_t kernel[MAX_RANK], strides[MAX_RANK], dilations[MAX_RANK], pads[2 * MAX_RANK];
} Window;

static bool channels_first(const Layer *layer) { return arg_says(layer, "data_format", "channels_first"); }

/* Where the channels and the first dimension of the image stand. */
static int channels_of(const Layer *layer) { return channels_first(layer) ? 1 : layer->input.rank - 1; }
static int space_of(const Layer *layer) { return channels_first(layer) ? 2 : 1; }

/* Channels come first around the nodes that want them so, and go back, where they do not lie so anyway. */
static void turn_channels(Graph *graph, const Layer *layer, bool first) {
    if (!channels_first(layer)) graph_turn_channels(graph, layer->input.rank, first);
}

static int64_t reach_of(const Window *window, int i) { return (window->kernel[i] - 1) * window->dilations[i] + 1; }

/* `size`: the argument that says it. Pads are as Keras lays them out for the layer's input. */
static Window window_of(const Layer *layer, const char *size) {
    Window window = {.rank = layer->input.rank - 2};
    const bool pools = strcmp(size, "kernel_size") != 0;
    arg_sizes(layer, size, window.rank, pools ? 2 : 1, window.kernel);
    arg_sizes(layer, "strides", window.rank, pools ? 0 : 1, window.strides);
    arg_sizes(layer, "dilation_rate", window.rank, 1, window.dilations);
    for (int i = 0; i < window.rank; i++) {
        if (window.strides[i] < 1) window.strides[i] = window.kernel[i];
        const int64_t reach = reach_of(&window, i), in = layer->input.dim[i + space_of(layer)],
                      out = (in + window.strides[i] - 1) / window.strides[i];
        const int64_t needed = (out - 1) * window.strides[i] + reach - in, all = needed > 0 ? needed : 0;
        if (arg_says(layer, "padding", "same")) {
            window.pads[i] = all / 2;
            window.pads[i + window.rank] = all - all / 2;
        }
        if (arg_says(layer, "padding", "causal")) window.pads[i] = reach - 1;
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
    if (arg_flag(layer, "use_bias")) graph_weight(graph, node, layer, layer->weights.count - 1);
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
    const int64_t groups = depthwise ? layer->input.dim[channels_of(layer)] : arg_int(layer, "groups", 1);
    turn_channels(graph, layer, true);
    add_bias(graph, add_conv(graph, layer, groups, depthwise), layer);
    turn_channels(graph, layer, false);
    return graph_put_own_activation(graph, layer);
}

bool graph_put_conv(Graph *graph, const Layer *layer) { return put_one_conv(graph, layer, false); }

bool graph_put_depthwise(Graph *graph, const Layer *layer) { return put_one_conv(graph, layer, true); }

bool graph_put_separable(Graph *graph, const Layer *layer) {
    turn_channels(graph, layer, true);
    add_conv(graph, layer, layer->input.dim[channels_of(layer)], true);
    Onnx__NodeProto *const node = graph_node(graph, "Conv");
    add_kernel(graph, node, layer, 1, false);
    add_bias(graph, node, layer);
    turn_channels(graph, layer, false);
    return graph_put_own_activation(graph, layer);
}

/* What a window makes is cut off, the larger half at the end, or goes on beyond it. */
bool graph_put_transposed(Graph *graph, const Layer *layer) {
    Window window = window_of(layer, "kernel_size");
    int64_t beyond[MAX_RANK] = {0};
    for (int i = 0; i < window.rank; i++) {
        const int at = i + space_of(layer);
        const int64_t all = (layer->input.dim[at] - 1) * window.strides[i] + reach_of(&window, i),
                      cut = all - layer->output.dim[at];
        window.pads[i] = arg_says(layer, "padding", "same") && cut > 0 ? cut / 2 : 0;
        window.pads[i + window.rank] = cut > 0 ? cut - window.pads[i] : 0;
        beyond[i] = cut < 0 ? -cut : 0;
    }
    turn_channels(graph, layer, true);
    Onnx__NodeProto *const node = graph_node(graph, "ConvTranspose");
    add_kernel(graph, node, layer, 0, false);
    add_bias(graph, node, layer);
    put_window(graph, node, &window);
    graph_ints(graph, node, "dilations", window.dilations, window.rank);
    graph_ints(graph, node, "output_padding", beyond, window.rank);
    turn_channels(graph, layer, false);
    return graph_put_own_activation(graph, layer);
}

/* Pooling ------------------------------------------------------------ */

static bool put_pooling(Graph *graph, const Layer *layer, const char *type) {
    const Window window = window_of(layer, "pool_size");
    turn_channels(graph, layer, true);
    put_window(graph, graph_node(graph, type), &window);
    turn_channels(graph, layer, false);
    return true;
}

bool graph_put_max_pooling(Graph *graph, const Layer *layer) { return put_pooling(graph, layer, "MaxPool"); }
bool graph_put_average_pooling(Graph *graph, const Layer *layer) { return put_pooling(graph, layer, "AveragePool"); }

static bool put_global(Graph *graph, const Layer *layer, const char *type) {
    int64_t axes[MAX_RANK];
    if (graph_masked(layer) && !strcmp(type, "ReduceMean")) return graph_put_masked_mean(graph, layer), true;
    for (int i = 0; i < layer->input.rank - 2; i++) axes[i] = i + space_of(layer);
    Onnx__NodeProto *const node = graph_node(graph, type);
    graph_axes(graph, node, layer->name, axes, layer->input.rank - 2);
    graph_int(graph, node, "keepdims", arg_flag(layer, "keepdims"));
    return true;
}

bool graph_put_global_max(Graph *graph, const Layer *layer) { return put_global(graph, layer, "ReduceMax"); }
bool graph_put_global_average(Graph *graph, const Layer *layer) { return put_global(graph, layer, "ReduceMean"); }

/* Windows side by side. */
static bool put_adaptive(Graph *graph, const Layer *layer, bool is_max) {
    bool alike = true;
    Window window = {.rank = layer->input.rank - 2};
    for (int i = 0; i < window.rank; i++) {
        const int64_t in = layer->input.dim[i + space_of(layer)], out = layer->output.dim[i + space_of(layer)];
        alike = alike && in % out == 0;
        window.kernel[i] = window.strides[i] = in / out;
    }
    if (!alike) return graph_pool_unlike(graph, layer, space_of(layer), is_max), true;
    turn_channels(graph, layer, true);
    put_window(graph, graph_node(graph, is_max ? "MaxPool" : "AveragePool"), &window);
    turn_channels(graph, layer, false);
    return true;
}

bool graph_put_adaptive_max(Graph *graph, const Layer *layer) { return put_adaptive(graph, layer, true); }
bool graph_put_adaptive_average(Graph *graph, const Layer *layer) { return put_adaptive(graph, layer, false); }

/* Sizes ------------------------------------------------------------ */

/* What an argument says of before and behind each dimension: n, (n, n), or pairs; of one dimension a pair is (before,
 * behind). */
static void amounts_of(const Layer *layer, const char *name, int64_t *before, int64_t *behind) {
    const Ints *const ints = arg_field(layer, name, ARG_INTS);
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
    amounts_of(layer, "padding", before, behind);
    for (int i = 0; i < rank - 2; i++) {
        pads[i + space_of(layer)] = before[i];
        pads[rank + i + space_of(layer)] = behind[i];
    }
    graph_list(graph, graph_node(graph, "Pad"), arena_printf(graph->export->arena, "%s/pads", layer->name), pads,
               2 * rank);
    return true;
}

/* The part of an image from `begin` to `end`. */
static void add_part(Graph *graph, const Layer *layer, const int64_t *begin, const int64_t *end) {
    const int rank = layer->input.rank - 2;
    int64_t axes[MAX_RANK];
    for (int i = 0; i < rank; i++) axes[i] = i + space_of(layer);
    Arena *const arena = graph->export->arena;
    Onnx__NodeProto *const node = graph_node(graph, "Slice");
    graph_list(graph, node, arena_printf(arena, "%s/starts", layer->name), begin, rank);
    graph_list(graph, node, arena_printf(arena, "%s/ends", layer->name), end, rank);
    graph_list(graph, node, arena_printf(arena, "%s/axes", layer->name), axes, rank);
}

bool graph_put_cropping(Graph *graph, const Layer *layer) {
    const int rank = layer->input.rank - 2;
    int64_t before[MAX_RANK], behind[MAX_RANK], end[MAX_RANK];
    amounts_of(layer, "cropping", before, behind);
    for (int i = 0; i < rank; i++) end[i] = layer->input.dim[i + space_of(layer)] - behind[i];
    add_part(graph, layer, before, end);
    return true;
}

/* How a node finds pixels between others: cubic ones as Keras weighs them, of those within. */
static void put_interpolation(Graph *graph, Onnx__NodeProto *node, const char *mode, const char *nearest_mode,
                              const char *places) {
    const bool cubic = !strcmp(mode, "bicubic"), linear = !strcmp(mode, "bilinear");
    graph_text(graph, node, "mode", cubic ? "cubic" : linear ? "linear" : "nearest");
    graph_text(graph, node, "coordinate_transformation_mode", cubic || linear ? "half_pixel" : places);
    if (cubic) {
        graph_real(graph, node, "cubic_coeff_a", -0.5);
        graph_int(graph, node, "exclude_outside", 1);
    } else if (!linear) {
        graph_text(graph, node, "nearest_mode", nearest_mode);
    }
}

/* Places between pixels of images that become 1, 2, 4, … times as large are those of the table from which Keras takes
 * the weights of cubic interpolation; ONNX computes them. */
static bool fits_cubic_table(const int64_t *in, const int64_t *out, int rank) {
    enum { MOST = 256 };
    for (int i = 0; i < rank; i++) {
        const int64_t times = out[i] / in[i];
        if (out[i] % in[i] || times > MOST || (times & (times - 1))) return false;
    }
    return true;
}

/* One of those that ONNX has, too; NULL: another, or means of pixels. */
static const char *interpolation_of(const Layer *layer, const int64_t *in) {
    static const char *const modes[] = {"nearest", "bilinear", "bicubic"};
    if (!arg_field(layer, "interpolation", ARG_CHOICE)) return modes[0];
    if (arg_flag(layer, "antialias")) return NULL;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (arg_says(layer, "interpolation", modes[i]))
            return i == 2 && !fits_cubic_table(in, layer->output.dim + space_of(layer), 2) ? NULL : modes[i];
    return NULL;
}

/* Rows and columns otherwise than ONNX' Resize finds them, as sums by weights. */
static void interpolate(Graph *graph, const Layer *layer, const int64_t *in) {
    Interpolation way = INTERPOLATION_NEAREST;
    while (interpolations[way - 1] && !arg_says(layer, "interpolation", interpolations[way - 1])) way++;
    for (int i = 0; i < 2; i++) {
        const int at = i + space_of(layer);
        if (in[i] == layer->output.dim[at]) continue;
        const Taps taps =
            taps_interpolated(graph->export->arena, way, arg_flag(layer, "antialias"), in[i], layer->output.dim[at]);
        graph_resample(graph, layer, layer->input.rank, at, in[i], &taps);
    }
}

bool graph_put_upsampling(Graph *graph, const Layer *layer) {
    const int rank = layer->input.rank;
    const int64_t count = rank;
    int64_t size[MAX_RANK];
    float scales[MAX_RANK] = {1, 1};
    const char *const mode = interpolation_of(layer, layer->input.dim + space_of(layer));
    if (!mode) return interpolate(graph, layer, layer->input.dim + space_of(layer)), true;
    arg_sizes(layer, "size", rank - 2, 2, size);
    for (int i = 2; i < rank; i++) scales[i] = (float)size[i - 2];
    turn_channels(graph, layer, true);
    Onnx__NodeProto *const node = graph_node(graph, "Resize");
    graph_input(graph, node, "");
    graph_tensor(graph, node, arena_printf(graph->export->arena, "%s/scales", layer->name), TYPE_FLOAT, 1, &count,
                 scales);
    put_interpolation(graph, node, mode, "floor", "asymmetric");
    turn_channels(graph, layer, false);
    return true;
}

/* Images to the size of the layer's output, where `part` is all of them that is left. */
static void add_resize(Graph *graph, const Layer *layer, Box part, const char *mode) {
    const int space = space_of(layer);
    const int64_t axes[] = {2, 3}, size[] = {layer->output.dim[space], layer->output.dim[space + 1]};
    if (part.rows == size[0] && part.columns == size[1]) return;
    turn_channels(graph, layer, true);
    Onnx__NodeProto *const node = graph_node(graph, "Resize");
    graph_input(graph, node, "");
    graph_input(graph, node, "");
    graph_list(graph, node, arena_printf(graph->export->arena, "%s/size", layer->name), size, 2);
    graph_ints(graph, node, "axes", axes, 2);
    put_interpolation(graph, node, mode, "round_prefer_ceil", "half_pixel");
    turn_channels(graph, layer, false);
}

static void add_box(Graph *graph, const Layer *layer, Box box) {
    add_part(graph, layer, (int64_t[]){box.row, box.column}, (int64_t[]){box.row + box.rows, box.column + box.columns});
}

/* Around the image, to a larger box. */
static void add_bars(Graph *graph, const Layer *layer, Box box) {
    int64_t pads[2 * MAX_RANK] = {0};
    const int rank = layer->input.rank, at = space_of(layer);
    pads[at] = pads[rank + at] = -box.row;
    pads[at + 1] = pads[rank + at + 1] = -box.column;
    Onnx__NodeProto *const node = graph_node(graph, "Pad");
    graph_list(graph, node, arena_printf(graph->export->arena, "%s/pads", layer->name), pads, 2 * rank);
    if (arg_real(layer, "fill_value", 0) != 0)
        graph_number(graph, node, arena_printf(graph->export->arena, "%s/bars", layer->name),
                     arg_real(layer, "fill_value", 0));
}

bool graph_put_resizing(Graph *graph, const Layer *layer) {
    const int64_t *const in = layer->input.dim + space_of(layer), *const out = layer->output.dim + space_of(layer);
    const bool crops = arg_flag(layer, "crop_to_aspect_ratio"), pads = arg_flag(layer, "pad_to_aspect_ratio");
    const Box part = crops  ? image_largest_part(in[0], in[1], out[0], out[1])
                     : pads ? image_barred(in[0], in[1], out[0], out[1])
                            : (Box){0, 0, in[0], in[1]};
    /* ONNX Runtime 1.32 loses the sizes of a Resize behind a Pad when it moves the Transpose between them. */
    const char *const mode = pads ? NULL : interpolation_of(layer, (int64_t[]){part.rows, part.columns});
    if (crops) add_box(graph, layer, part);
    if (pads) add_bars(graph, layer, part);
    if (mode) add_resize(graph, layer, part, mode);
    else interpolate(graph, layer, (int64_t[]){part.rows, part.columns});
    return true;
}

/* While nothing is random. */
bool graph_put_random_crop(Graph *graph, const Layer *layer) {
    const int64_t *const in = layer->input.dim + space_of(layer), *const out = layer->output.dim + space_of(layer);
    const Box part = image_largest_part(in[0], in[1], out[0], out[1]);
    add_box(graph, layer, part);
    add_resize(graph, layer, part, "bilinear");
    return true;
}

bool graph_put_center_crop(Graph *graph, const Layer *layer) {
    const int64_t *const in = layer->input.dim + space_of(layer), *const out = layer->output.dim + space_of(layer);
    const bool fits = in[0] >= out[0] && in[1] >= out[1];
    const Box part = fits ? (Box){(in[0] - out[0]) / 2, (in[1] - out[1]) / 2, out[0], out[1]}
                          : image_largest_part(in[0], in[1], out[0], out[1]);
    add_box(graph, layer, part);
    add_resize(graph, layer, part, "bilinear");
    return true;
}

#endif
