/* SPDX-License-Identifier: MIT-0 */
/* Recurrent layers as nodes of ONNX, whose time comes first: gates in another order, both ways in one node. */
#include "export/export.h"

#ifdef NNC_IMPORT

#include <string.h>

#include "export/onnx.h"
#include "import/onnx_words.h"

/* Of each kind of cell: its node, and where each gate there stands in Keras' order. */
typedef struct Cell {
    const char *class_name, *node;
    int gates, order[4];
} Cell;

static const Cell cells[] = {
    {"LSTM", "LSTM", 4, {0, 3, 1, 2}}, /* i, o, f, c there; i, f, c, o here */
    {"GRU", "GRU", 3, {0, 1, 2}},
    {"SimpleRNN", "RNN", 1, {0}},
};

static const Cell *cell_of(const Layer *layer) {
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        if (!strcmp(cells[i].class_name, layer->def->class.name)) return &cells[i];
    return NULL;
}

/* Activations ------------------------------------------------------------ */

/* ONNX' name for an activation of a gate; NULL: it has none. */
static const char *gate_activation(const Layer *layer, const char *argument, double *alpha, double *beta) {
    const Object *const *const field = arg_field(layer, argument, ARG_OBJECT);
    const char *const name = field && *field ? (*field)->class->name : "linear";
    const OnnxWord *word;
    for (int i = 0; (word = onnx_word(i)) != NULL; i++)
        if (word->gate && !strcmp(word->name, name)) {
            *alpha = word->alpha;
            *beta = word->beta;
            return word->gate;
        }
    return NULL;
}

/* For each way those of the gates, of the candidate and (LSTM) of the output; the factors of those that have some. */
static bool put_activations(Graph *graph, Onnx__NodeProto *node, const Cell *cell, const Layer *const *ways,
                            int count) {
    const char *texts[6];
    double alpha[6], beta[6];
    int at = 0, factors = 0;
    for (int way = 0; way < count; way++) {
        const bool gated = cell->gates > 1;
        const char *const arguments[] = {gated ? "recurrent_activation" : "activation", "activation", "activation"};
        for (int i = 0; i < (cell->gates == 4 ? 3 : cell->gates == 3 ? 2 : 1); i++, at++) {
            if (!(texts[at] = gate_activation(ways[way], arguments[i], &alpha[factors], &beta[factors])))
                return graph_lacks(graph, ways[way], "ONNX' recurrent nodes have not its activations");
            if (alpha[factors] != 0) factors++;
        }
    }
    graph_texts(graph, node, "activations", texts, at);
    if (factors == 0) return true;
    graph_reals(graph, node, "activation_alpha", alpha, factors);
    graph_reals(graph, node, "activation_beta", beta, factors);
    return true;
}

/* Weights ------------------------------------------------------------ */

/* (inputs, gates · units) of each way → (ways, gates · units, inputs). */
static void add_matrix(Graph *graph, Onnx__NodeProto *node, const Cell *cell, const Layer *const *ways, int count,
                       int index) {
    const Weight *const weight = ways[0]->weights.at[index];
    const int64_t inputs = weight->shape.dim[0], width = weight->shape.dim[1], units = width / cell->gates;
    float *const out = NEW_ARRAY(graph->export->arena, float, count *width *inputs);
    float *to = out;
    for (int way = 0; way < count; way++) {
        const float *const from = graph_values(graph, ways[way], index);
        for (int gate = 0; gate < cell->gates; gate++)
            for (int64_t unit = 0; unit < units; unit++)
                for (int64_t input = 0; input < inputs; input++)
                    *to++ = from[input * width + cell->order[gate] * units + unit];
    }
    graph_tensor(graph, node, weight->path, TYPE_FLOAT, 3, (int64_t[]){count, width, inputs}, out);
}

/* (ways, 2 · gates · units): of the inputs' product, and of the state's, which only a GRU has that resets behind it. */
static void add_biases(Graph *graph, Onnx__NodeProto *node, const Cell *cell, const Layer *const *ways, int count) {
    const Weight *const weight = ways[0]->weights.at[2];
    const bool apart = weight->shape.rank == 2;
    const int64_t width = weight->shape.dim[weight->shape.rank - 1], units = width / cell->gates;
    float *const out = NEW_ARRAY(graph->export->arena, float, 2 * count * width);
    for (int way = 0; way < count; way++) {
        const float *const from = graph_values(graph, ways[way], 2);
        for (int part = 0; part < (apart ? 2 : 1); part++)
            for (int gate = 0; gate < cell->gates; gate++)
                for (int64_t unit = 0; unit < units; unit++)
                    out[(2 * way + part) * width + gate * units + unit] =
                        from[part * width + cell->order[gate] * units + unit];
    }
    graph_tensor(graph, node, weight->path, TYPE_FLOAT, 2, (int64_t[]){count, 2 * width}, out);
}

/* The node ------------------------------------------------------------ */

/* Steps in the opposite order. */
void graph_turn_time(Graph *graph, const Layer *layer, int64_t axis) {
    Onnx__NodeProto *const slice = graph_node(graph, "Slice");
    const char *const names[] = {"starts", "ends", "axes", "steps"};
    const int64_t values[] = {-1, -INT32_MAX, axis, -1};
    for (int i = 0; i < 4; i++)
        graph_list(graph, slice, arena_printf(graph->export->arena, "%s/%s", layer->name, names[i]), &values[i], 1);
}

/* The node of a layer, or of both ways. Its output: all steps (time, ways, batch, units), or the last (ways, batch,
 * units). */
static bool add_cell(Graph *graph, const Layer *const *ways, int count) {
    const Layer *const layer = ways[0];
    const Cell *const cell = cell_of(layer);
    const bool steps = arg_flag(layer, "return_sequences"), turned = arg_flag(layer, "go_backwards");
    graph_permute(graph, (int64_t[]){1, 0, 2}, 3);
    if (steps && turned) graph_turn_time(graph, layer, 0); /* outputs in the order in which they are made */
    Onnx__NodeProto *const node = graph_node(graph, cell->node);
    add_matrix(graph, node, cell, ways, count, 0);
    add_matrix(graph, node, cell, ways, count, 1);
    if (arg_flag(layer, "use_bias")) add_biases(graph, node, cell, ways, count);
    graph_int(graph, node, "hidden_size", layer->weights.at[1]->shape.dim[0]);
    graph_text(graph, node, "direction", count == 2 ? "bidirectional" : turned && !steps ? "reverse" : "forward");
    if (cell->gates == 3) graph_int(graph, node, "linear_before_reset", arg_flag(layer, "reset_after"));
    if (!steps) { /* the second output */
        node->output[1] = node->output[0];
        node->output[0] = arena_strdup(graph->export->arena, "");
        node->n_output = 2;
    }
    return put_activations(graph, node, cell, ways, count);
}

static void squeeze(Graph *graph, const Layer *layer, int64_t axis) {
    graph_list(graph, graph_node(graph, "Squeeze"), arena_printf(graph->export->arena, "%s/ways", layer->name), &axis,
               1);
}

/* Whether a layer is a loop of its own: steps are masked, or ONNX' node has not its activations. */
static bool loops(const Layer *layer) {
    static const char *const arguments[] = {"activation", "recurrent_activation"};
    double alpha, beta;
    for (size_t i = 0; i < 2; i++)
        if (arg_field(layer, arguments[i], ARG_OBJECT) && !gate_activation(layer, arguments[i], &alpha, &beta))
            return true;
    return graph_masked(layer);
}

/* Which way the first of a layer's cells goes, or of the layer itself. */
static bool goes_back(const Layer *layer) { return arg_flag(layer, "go_backwards") != layer->reversed; }

bool graph_put_recurrent(Graph *graph, const Layer *layer) {
    if (arg_flag(layer, "stateful")) return graph_lacks(graph, layer, "ONNX keeps no states from batch to batch");
    if (loops(layer)) return graph_put_loop(graph, &layer, 1, goes_back(layer));
    if (!add_cell(graph, &layer, 1)) return false;
    const bool steps = arg_flag(layer, "return_sequences");
    squeeze(graph, layer, steps ? 1 : 0);
    if (steps) graph_permute(graph, (int64_t[]){1, 0, 2}, 3);
    return true;
}

/* The cells of an RNN, one layer behind the other. */
bool graph_put_cells(Graph *graph, const Layer *layer) {
    const Layer *const *const cells_of = (const Layer *const *)layer->inner.at;
    bool one_loop = false;
    for (int i = 0; i < layer->inner.count; i++) one_loop |= loops(layer->inner.at[i]);
    if (one_loop && !arg_flag(layer->inner.at[0], "stateful"))
        return graph_put_loop(graph, cells_of, layer->inner.count, goes_back(layer->inner.at[0]));
    for (int i = 0; i < layer->inner.count; i++)
        if (!graph_put_recurrent(graph, layer->inner.at[i])) return false;
    return true;
}

/* RNN(LSTMCell(4)) is an LSTM(4). */
static const Layer *way_of(const Layer *layer) { return layer->inner.count == 1 ? layer->inner.at[0] : layer; }

/* Both ways as layers of their own, and what they give brought together, that of the forward one first. */
static bool put_unlike_ways(Graph *graph, const Layer *layer) {
    static const char *const merges[][2] = {{"concat", "Concat"}, {"sum", "Add"}, {"mul", "Mul"}, {"ave", "Add"}};
    const char *const x = graph->value;
    if (!graph_put_layer(graph, layer->inner.at[0])) return false;
    const char *const forward = graph->value;
    graph->value = x;
    if (!graph_put_layer(graph, layer->inner.at[1])) return false;
    if (layer->output.rank == 3) graph_turn_time(graph, layer->inner.at[1], 1);
    const char *const backward = graph->value;
    graph->value = forward;
    for (size_t i = 0; i < sizeof merges / sizeof *merges; i++) {
        if (!arg_says(layer, "merge_mode", merges[i][0])) continue;
        Onnx__NodeProto *const node = graph_node(graph, merges[i][1]);
        graph_input(graph, node, backward);
        if (i == 0) graph_int(graph, node, "axis", layer->output.rank - 1);
    }
    if (arg_says(layer, "merge_mode", "ave")) graph_number(graph, graph_node(graph, "Mul"), "half", 0.5);
    return true;
}

bool graph_put_bidirectional(Graph *graph, const Layer *layer) {
    const Layer *const ways[] = {way_of(layer->inner.at[0]), way_of(layer->inner.at[1])};
    const bool steps = arg_flag(ways[0], "return_sequences");
    const Object *const *const given = arg_field(layer, "backward_layer", ARG_OBJECT);
    if (arg_flag(ways[0], "go_backwards"))
        return graph_lacks(graph, layer, "the layer that is to go forward goes backwards");
    if ((given && *given) || !cell_of(ways[0]) || loops(ways[0]) || arg_flag(ways[0], "stateful"))
        return put_unlike_ways(graph, layer);
    if (!add_cell(graph, ways, 2)) return false;
    const int64_t axis = steps ? 1 : 0;
    const char *const merges[][2] = {{"sum", "ReduceSum"}, {"mul", "ReduceProd"}, {"ave", "ReduceMean"}};
    for (size_t i = 0; i < sizeof merges / sizeof *merges; i++) {
        if (!arg_says(layer, "merge_mode", merges[i][0])) continue;
        Onnx__NodeProto *const node = graph_node(graph, merges[i][1]);
        if (i == 0) graph_list(graph, node, arena_printf(graph->export->arena, "%s/ways", layer->name), &axis, 1);
        else graph_axes(graph, node, layer->name, &axis, 1);
        graph_int(graph, node, "keepdims", 0);
        if (steps) graph_permute(graph, (int64_t[]){1, 0, 2}, 3);
        return true;
    }
    /* side by side: (batch, time, ways, units), or (batch, ways, units), and flat */
    if (steps) graph_permute(graph, (int64_t[]){2, 0, 1, 3}, 4);
    else graph_permute(graph, (int64_t[]){1, 0, 2}, 3);
    graph_reshape(graph, layer, layer->output);
    return true;
}

#endif
