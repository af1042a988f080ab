/* SPDX-License-Identifier: MIT-0 */
/* Numbers that stand for categories, as nodes of ONNX: each is compared with where every category begins and ends. */
#include "export/export.h"

#ifdef NNC_IMPORT

#include "export/onnx.h"

/* (…, categories): 1 where a number is at least `low` and less than `high` of a category. */
static void add_matches(Graph *graph, const Layer *layer, const float *low, const float *high, int64_t count) {
    Arena *const arena = graph->export->arena;
    const int64_t behind = layer->input.rank;
    graph_list(graph, graph_node(graph, "Unsqueeze"), arena_printf(arena, "%s/axis", layer->name), &behind, 1);
    const char *const x = graph->value;
    graph_tensor(graph, graph_node(graph, "GreaterOrEqual"), arena_printf(arena, "%s/low", layer->name), TYPE_FLOAT, 1,
                 &count, low);
    const char *const begun = graph->value;
    graph->value = x;
    graph_tensor(graph, graph_node(graph, "Less"), arena_printf(arena, "%s/high", layer->name), TYPE_FLOAT, 1, &count,
                 high);
    graph_input(graph, graph_node(graph, "And"), begun);
    graph_int(graph, graph_node(graph, "Cast"), "to", TYPE_FLOAT);
}

/* The number of the category that matches, counted from `first`; 0: none does. */
static void add_number(Graph *graph, const Layer *layer, int64_t first, int64_t count) {
    const int64_t last = layer->input.rank;
    float *const numbers = NEW_ARRAY(graph->export->arena, float, count);
    for (int64_t i = 0; i < count; i++) numbers[i] = (float)(first + i);
    graph_tensor(graph, graph_node(graph, "Mul"), arena_printf(graph->export->arena, "%s/numbers", layer->name),
                 TYPE_FLOAT, 1, &count, numbers);
    Onnx__NodeProto *const sum = graph_node(graph, "ReduceSum");
    graph_list(graph, sum, arena_printf(graph->export->arena, "%s/axis", layer->name), &last, 1);
    graph_int(graph, sum, "keepdims", 0);
}

/* What output_mode makes of the matches. */
static void put_mode(Graph *graph, const Layer *layer, int64_t count) {
    const int64_t values = layer->input.rank - 1;
    if (arg_says(layer, "output_mode", "int")) {
        add_number(graph, layer, 0, count);
    } else if (arg_says(layer, "output_mode", "one_hot")) {
        if (layer->output.rank == layer->input.rank) graph_reshape(graph, layer, layer->output);
    } else {
        const bool counts = arg_says(layer, "output_mode", "count");
        Onnx__NodeProto *const node = graph_node(graph, counts ? "ReduceSum" : "ReduceMax");
        if (counts) graph_list(graph, node, arena_printf(graph->export->arena, "%s/axis", layer->name), &values, 1);
        else graph_axes(graph, node, layer->name, &values, 1);
        graph_int(graph, node, "keepdims", 0);
    }
}

static void start(Graph *graph, const Layer *layer) {
    if (graph->export->model->integer_input && !layer->previous)
        graph_int(graph, graph_node(graph, "Cast"), "to", TYPE_FLOAT);
}

/* Categories 0, 1, …, which the values are the numbers of. */
static void put_numbers(Graph *graph, const Layer *layer, int64_t count) {
    float *const bounds = NEW_ARRAY(graph->export->arena, float, count + 1);
    for (int64_t i = 0; i <= count; i++) bounds[i] = (float)i;
    add_matches(graph, layer, bounds, bounds + 1, count);
    put_mode(graph, layer, count);
}

bool graph_put_encoding(Graph *graph, const Layer *layer) {
    start(graph, layer);
    put_numbers(graph, layer, arg_int(layer, "num_tokens", 1));
    return true;
}

bool graph_put_discretization(Graph *graph, const Layer *layer) {
    static const float beyond = 3.4028234e38F;
    const Reals *const inner = arg_field(layer, "bin_boundaries", ARG_REALS);
    float *const bounds = NEW_ARRAY(graph->export->arena, float, inner->count + 2);
    bounds[0] = -beyond;
    for (int i = 0; i < inner->count; i++) bounds[i + 1] = (float)inner->at[i];
    bounds[inner->count + 1] = beyond;
    start(graph, layer);
    add_matches(graph, layer, bounds, bounds + 1, inner->count + 1);
    put_mode(graph, layer, inner->count + 1);
    return true;
}

bool graph_put_lookup(Graph *graph, const Layer *layer) {
    const Ints *const known = arg_field(layer, "vocabulary", ARG_INTS);
    float *const low = NEW_ARRAY(graph->export->arena, float, known->count + 1);
    float *const high = NEW_ARRAY(graph->export->arena, float, known->count + 1);
    for (int i = 0; i < known->count; i++) {
        low[i] = (float)known->at[i];
        high[i] = (float)(known->at[i] + 1);
    }
    start(graph, layer);
    add_matches(graph, layer, low, high, known->count);
    add_number(graph, layer, 1, known->count);
    if (!arg_says(layer, "output_mode", "int")) put_numbers(graph, layer, known->count + 1);
    return true;
}

#endif
