/* SPDX-License-Identifier: MIT-0 */
/* Which time steps count, beside the chain of values: (batch, time, 1). */
#include "export/export.h"

#ifdef NNC_IMPORT

#include "export/onnx.h"

static const char *cast(Graph *graph, const char *value) {
    graph->value = value;
    graph_int(graph, graph_node(graph, "Cast"), "to", TYPE_FLOAT);
    return graph->value;
}

/* Sums along one axis, which stays. */
static void add_sum(Graph *graph, const Layer *layer, int64_t axis, bool keeps) {
    Onnx__NodeProto *const sum = graph_node(graph, "ReduceSum");
    graph_list(graph, sum, arena_printf(graph->export->arena, "%s/axis", layer->name), &axis, 1);
    graph_int(graph, sum, "keepdims", keeps);
}

/* Steps count of which a feature is not the value that masks; the others are 0 from here on. */
bool graph_put_masking(Graph *graph, const Layer *layer) {
    const char *const x = graph->value;
    if (graph->mask) return graph_lacks(graph, layer, "its input is masked already");
    graph_number(graph, graph_node(graph, "Equal"), arena_printf(graph->export->arena, "%s/value", layer->name),
                 arg_real(layer, "mask_value", 0));
    graph_node(graph, "Not");
    cast(graph, graph->value);
    add_sum(graph, layer, -1, true);
    graph_number(graph, graph_node(graph, "Greater"), "none", 0);
    graph->mask = graph->value;
    const char *const factor = cast(graph, graph->mask);
    graph->value = x;
    graph_input(graph, graph_node(graph, "Mul"), factor);
    return true;
}

void graph_mask_zero(Graph *graph, const Layer *layer) {
    const char *const indices = graph->value;
    const bool integer = graph->export->model->integer_input && !layer->previous;
    const int64_t axis = 2, zero = 0;
    const int32_t narrow = 0;
    graph_tensor(graph, graph_node(graph, "Equal"), arena_printf(graph->export->arena, "%s/masks", layer->name),
                 integer ? TYPE_INT32 : TYPE_INT64, 0, NULL, integer ? (const void *)&narrow : &zero);
    graph_node(graph, "Not");
    graph_list(graph, graph_node(graph, "Unsqueeze"), arena_printf(graph->export->arena, "%s/axis", layer->name), &axis,
               1);
    graph->mask = graph->value;
    graph->value = indices;
}

/* The sum of the steps that count, by how many there are; of none it is 0. */
void graph_put_masked_mean(Graph *graph, const Layer *layer) {
    const bool keeps = arg_flag(layer, "keepdims");
    const char *const x = graph->value, *const factor = cast(graph, graph->mask);
    graph->value = x;
    graph_input(graph, graph_node(graph, "Mul"), factor);
    add_sum(graph, layer, 1, keeps);
    const char *const sum = graph->value;
    graph->value = factor;
    add_sum(graph, layer, 1, keeps);
    graph_number(graph, graph_node(graph, "Max"), "one", 1);
    const char *const count = graph->value;
    graph->value = sum;
    graph_input(graph, graph_node(graph, "Div"), count);
}

#endif
