/* SPDX-License-Identifier: MIT-0 */
/* Products along any dimensions as nodes of ONNX: EinsumDense, and dimensions whose elements become others of which
 * each is made of a few, by weights that are the same for all samples. */
#include "export/export.h"

#ifdef NNC_IMPORT

#include <string.h>

#include "export/onnx.h"
#include "layers/taps.h"

/* The node, to which the caller adds the second factor. */
static Onnx__NodeProto *add_einsum(Graph *graph, const char *equation) {
    Onnx__NodeProto *const node = graph_node(graph, "Einsum");
    graph_text(graph, node, "equation", equation);
    return node;
}

bool graph_put_einsum(Graph *graph, const Layer *layer) {
    const char *const *const equation = arg_field(layer, "equation", ARG_STRING);
    graph_weight(graph, add_einsum(graph, *equation), layer, 0);
    if (layer->weights.count > 1) graph_weight(graph, graph_node(graph, "Add"), layer, 1);
    return graph_put_own_activation(graph, layer);
}

/* abcd,eb->aecd: the dimension number `dim` of `rank` becomes another. */
static const char *equation_along(Graph *graph, int rank, int dim) {
    char from[MAX_RANK + 1] = "", to[MAX_RANK + 1] = "";
    for (int i = 0; i < rank; i++) from[i] = to[i] = (char)('a' + i);
    to[dim] = (char)('a' + rank);
    return arena_printf(graph->export->arena, "%s,%c%c->%s", from, to[dim], from[dim], to);
}

void graph_resample(Graph *graph, const Layer *layer, int rank, int dim, int64_t old, const Taps *taps) {
    float *const matrix = NEW_ARRAY(graph->export->arena, float, taps->size *old + 1);
    taps_matrix(taps, old, matrix);
    graph_tensor(graph, add_einsum(graph, equation_along(graph, rank, dim)),
                 arena_printf(graph->export->arena, "%s/weights", layer->name), TYPE_FLOAT, 2,
                 (int64_t[]){taps->size, old}, matrix);
}

/* The greatest of each window along one dimension: all that are in it, side by side; the last one again where it is
 * shorter. */
static void add_greatest(Graph *graph, const Layer *layer, int dim, int64_t old, int64_t size) {
    Arena *const arena = graph->export->arena;
    int64_t width;
    int64_t *const places = window_members(arena, old, size, &width);
    Onnx__NodeProto *const gather = graph_node(graph, "Gather");
    graph_tensor(graph, gather, arena_printf(arena, "%s/windows", layer->name), TYPE_INT64, 2, (int64_t[]){size, width},
                 places);
    graph_int(graph, gather, "axis", dim);
    Onnx__NodeProto *const most = graph_node(graph, "ReduceMax");
    graph_axes(graph, most, layer->name, &(int64_t){dim + 1}, 1);
    graph_int(graph, most, "keepdims", 0);
}

void graph_pool_unlike(Graph *graph, const Layer *layer, int first, bool is_max) {
    for (int dim = first; dim < first + layer->input.rank - 2; dim++) {
        const int64_t old = layer->input.dim[dim], size = layer->output.dim[dim];
        const Taps means = taps_of_windows(graph->export->arena, old, size);
        if (is_max) add_greatest(graph, layer, dim, old, size);
        else graph_resample(graph, layer, layer->input.rank, dim, old, &means);
    }
}

#endif
