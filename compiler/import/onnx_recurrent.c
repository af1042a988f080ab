/* SPDX-License-Identifier: MIT-0 */
/* LSTM, GRU and RNN of ONNX: gates in another order, two biases, both ways in one node, and the turns around them. */
#include "import/import.h"

#ifdef NNC_IMPORT

#include <string.h>

#include "import/onnx_graph.h"

/* Of each kind of cell: its gates, where each stands in ONNX in Keras' order, and its activations there. */
typedef struct Cell {
    const char *node, *class_name;
    int gates, order[4], activations;
    const char *usual[3];
} Cell;

static const Cell cells[] = {
    {"LSTM", "LSTM", 4, {0, 2, 3, 1}, 3, {"Sigmoid", "Tanh", "Tanh"}}, /* i, o, f, c there */
    {"GRU", "GRU", 3, {0, 1, 2}, 2, {"Sigmoid", "Tanh"}},
    {"RNN", "SimpleRNN", 1, {0}, 1, {"Tanh"}},
};

/* Rows of the matrix of one way, gate by gate (gates · units, inputs) → (inputs, gates · units). */
static float *turned(const Onnx *onnx, const Constant *matrix, const Cell *cell, int64_t way, int64_t units,
                     int64_t inputs) {
    const int64_t width = cell->gates * units;
    const float *const from = matrix->real + way * width * inputs;
    float *const out = NEW_ARRAY(onnx->import->arena, float, width * inputs + 1);
    for (int gate = 0; gate < cell->gates; gate++)
        for (int64_t unit = 0; unit < units; unit++)
            for (int64_t input = 0; input < inputs; input++)
                out[input * width + gate * units + unit] = from[(cell->order[gate] * units + unit) * inputs + input];
    return out;
}

/* The bias of one way; of the state's product apart from that of the inputs where the reset gate comes behind it. */
static float *bias_of(const Onnx *onnx, const Constant *bias, const Cell *cell, int64_t way, int64_t units,
                      bool apart) {
    const int64_t width = cell->gates * units;
    float *const out = NEW_ARRAY(onnx->import->arena, float, 2 * width + 1);
    for (int gate = 0; gate < cell->gates; gate++)
        for (int64_t unit = 0; unit < units; unit++) {
            const float *const from = bias->real + way * 2 * width + cell->order[gate] * units + unit;
            const int64_t to = gate * units + unit;
            out[to] = apart ? from[0] : from[0] + from[width];
            out[width + to] = from[width];
        }
    return out;
}

static bool is_zero(const Onnx *onnx, const Node *node, size_t index) {
    const Constant *const constant = onnx_constant_input(onnx, node, index);
    if (!onnx_input(node, index)) return true;
    if (!constant || !constant->real) return false;
    for (size_t i = 0; i < constant->count; i++)
        if (constant->real[i] != 0) return false;
    return true;
}

/* Arguments for other activations than the usual ones. */
static bool put_activations(Onnx *onnx, const Node *node, const Cell *cell, Text *args) {
    static const char *const names[][2] = {
        {"Tanh", "tanh"}, {"Sigmoid", "sigmoid"}, {"Relu", "relu"}, {"Softsign", "softsign"}, {"Softplus", "softplus"}};
    const Onnx__AttributeProto *const given = onnx_attribute(node, "activations");
    const char *found[3] = {NULL};
    if (!given || given->n_strings == 0) return true;
    if (given->n_strings % (size_t)cell->activations)
        return onnx_fail(onnx, node, "it has %zu activations", given->n_strings);
    for (size_t i = 0; i < given->n_strings; i++) {
        const ProtobufCBinaryData text = given->strings[i];
        const char *name = NULL;
        for (size_t j = 0; j < sizeof names / sizeof *names; j++)
            if (strlen(names[j][0]) == text.len && !memcmp(names[j][0], text.data, text.len)) name = names[j][1];
        const size_t place = i % (size_t)cell->activations;
        if (!name || (found[place] && strcmp(found[place], name) != 0))
            return onnx_fail(onnx, node, "nnc has not its activations");
        found[place] = name;
    }
    if (cell->activations == 3 && strcmp(found[1], found[2]) != 0)
        return onnx_fail(onnx, node, "nnc's LSTM has one activation for candidate and output");
    const char *const own = found[cell->activations == 1 ? 0 : 1];
    if (strcmp(own, "tanh") != 0) text_printf(args, ", activation='%s'", own);
    if (cell->activations > 1 && strcmp(found[0], "sigmoid") != 0)
        text_printf(args, ", recurrent_activation='%s'", found[0]);
    return true;
}

static bool check_node(Onnx *onnx, const Node *node, const Cell *cell, int64_t units, int64_t ways, int64_t features) {
    const Constant *const kernel = onnx_constant_input(onnx, node, 1),
                          *const state = onnx_constant_input(onnx, node, 2),
                          *const bias = onnx_constant_input(onnx, node, 3);
    const int64_t width = cell->gates * units;
    if (units < 1 || units > INT32_MAX / 8) return onnx_fail(onnx, node, "its hidden_size is none");
    if (!kernel || !kernel->real || !state || !state->real || kernel->count != (size_t)(ways * width * features) ||
        state->count != (size_t)(ways * width * units) ||
        (onnx_input(node, 3) && (!bias || !bias->real || bias->count != (size_t)(ways * 2 * width))))
        return onnx_fail(onnx, node, "its weights are no constants for %lld features and %lld units",
                         (long long)features, (long long)units);
    if (onnx_input(node, 7) || onnx_attribute(node, "clip") || onnx_int(node, "input_forget", 0))
        return onnx_fail(onnx, node, "nnc has no peepholes, clip or input_forget");
    if (onnx_input(node, 4) && !onnx_constant_input(onnx, node, 4))
        return onnx_fail(onnx, node, "nnc takes lengths of sequences by a Masking layer only");
    if (!is_zero(onnx, node, 5) || (!strcmp(cell->node, "LSTM") && !is_zero(onnx, node, 6)))
        return onnx_fail(onnx, node, "nnc's recurrent layers begin with states of 0");
    return true;
}

/* Which of a node's outputs the chain goes on with: all steps (0) or the last state (1). */
static int used_output(const Onnx *onnx, const Node *node) {
    int used = -1;
    for (size_t i = 0; i < node->n_output; i++) {
        bool is_output = false;
        for (size_t j = 0; j < onnx->graph->n_output; j++)
            is_output |= onnx->graph->output[j]->name && !strcmp(onnx->graph->output[j]->name, node->output[i]);
        if (!*node->output[i] || (!is_output && onnx_readers(onnx, node->output[i]).count == 0)) continue;
        if (used >= 0) return -1;
        used = (int)i;
    }
    return used;
}

static bool take_cell(Onnx *onnx, const Node *node, const Cell *cell) {
    const bool turned_layout = onnx_int(node, "layout", 0) != 0;
    const char *const direction = onnx_text(onnx, node, "direction");
    const bool both = !strcmp(direction, "bidirectional"), reverse = !strcmp(direction, "reverse");
    const int64_t units = onnx_int(node, "hidden_size", 0), ways = both ? 2 : 1,
                  features = onnx->rank == 3 ? onnx->dim[2] : 0;
    if (turned_layout || onnx->lay != LAY_TIME || onnx->rank != 3)
        return onnx_fail(onnx, node,
                         "its input is not (time, batch, features) of what nnc has as (batch, time, features)");
    if (!check_node(onnx, node, cell, units, ways, features)) return false;
    const int used = used_output(onnx, node);
    if (used < 0 || used > 1)
        return onnx_fail(onnx, node,
                         "nnc goes on with all of its outputs or with the last: several are used here, or none");
    if (used == 0 && reverse)
        return onnx_fail(onnx, node,
                         "nnc gives the outputs of a layer that goes backwards in the order in which it makes them");
    const Constant *const bias = onnx_constant_input(onnx, node, 3);
    const bool gru = !strcmp(cell->node, "GRU"), after = gru && onnx_int(node, "linear_before_reset", 0) != 0;
    Text args = {.arena = onnx->import->arena};
    text_printf(&args, "%lld", (long long)units);
    if (!put_activations(onnx, node, cell, &args)) return false;
    if (!bias) text_puts(&args, ", use_bias=False");
    if (gru && !after) text_puts(&args, ", reset_after=False");
    if (used == 0) text_puts(&args, ", return_sequences=True");
    if (reverse) text_puts(&args, ", go_backwards=True");
    onnx_layer(onnx, both ? "Bidirectional" : cell->class_name);
    onnx_arg(onnx, "%s",
             both ? arena_printf(onnx->import->arena, "%s(%s)", cell->class_name, text_chars(&args))
                  : text_chars(&args));
    for (int64_t way = 0; way < ways; way++) {
        const int64_t width = cell->gates * units;
        onnx_weight(onnx, turned(onnx, onnx_constant_input(onnx, node, 1), cell, way, units, features), 2,
                    (int64_t[]){features, width});
        onnx_weight(onnx, turned(onnx, onnx_constant_input(onnx, node, 2), cell, way, units, units), 2,
                    (int64_t[]){units, width});
        if (bias)
            onnx_weight(onnx, bias_of(onnx, bias, cell, way, units, after), after ? 2 : 1,
                        after ? (int64_t[]){2, width} : (int64_t[]){width});
    }
    const int64_t time = onnx->dim[0];
    onnx->positive = false;
    onnx->rank = used == 0 ? 4 : 3;
    if (used == 0) memcpy(onnx->dim, (int64_t[]){time, ways, 1, units}, 4 * sizeof *onnx->dim);
    else memcpy(onnx->dim, (int64_t[]){ways, 1, units}, 3 * sizeof *onnx->dim);
    onnx->lay = used == 0 ? LAY_STEPS : LAY_LAST;
    onnx_step(onnx, node->output[used]);
    return true;
}

/* The ways of a layer side by side: (time, ways, batch, units), perhaps with the batch before the ways already, becomes
 * (time, batch, ways · units). */
static bool join_ways(Onnx *onnx, const Node *node) {
    int64_t shape[2 * ONNX_RANK];
    const int rank = onnx_ints(onnx, node, "shape", 1, shape);
    const int64_t units = onnx->dim[onnx->rank - 1],
                  ways = onnx->lay == LAY_LAST ? onnx->dim[0] * onnx->dim[1] : onnx->dim[1] * onnx->dim[2];
    const int64_t last = rank > 0 ? shape[rank - 1] : 0;
    if ((last != -1 && last != units * ways) || rank != (onnx->lay == LAY_LAST ? 2 : 3))
        return onnx_fail(onnx, node, "what a recurrent layer gives cannot take this shape here");
    const bool steps = onnx->lay == LAY_STEPS;
    const int64_t time = onnx->dim[0];
    onnx->rank = rank;
    if (steps) memcpy(onnx->dim, (int64_t[]){time, 1, units * ways}, 3 * sizeof *onnx->dim);
    else memcpy(onnx->dim, (int64_t[]){1, units * ways}, 2 * sizeof *onnx->dim);
    onnx->lay = steps ? LAY_TIME : LAY_SAME;
    onnx_step(onnx, node->output[0]);
    return true;
}

/* The only way's last state, h[-1]. */
static bool take_last_state(Onnx *onnx, const Node *node) {
    const Constant *const index = onnx_constant_input(onnx, node, 1);
    if (!index || !index->whole || index->rank > 0 || onnx_int(node, "axis", 0) != 0 || onnx->dim[0] != 1 ||
        (index->whole[0] != 0 && index->whole[0] != -1))
        return onnx_fail(onnx, node, "nnc takes the last states of both ways together, or of the only one");
    const int64_t units = onnx->dim[2];
    onnx->rank = 2;
    onnx->dim[0] = 1;
    onnx->dim[1] = units;
    onnx->lay = LAY_SAME;
    onnx_step(onnx, node->output[0]);
    return true;
}

/* The last of all steps, x[:, -1]: then the layer before gives only that. */
static bool take_last_step(Onnx *onnx, const Node *node) {
    const Constant *const index = onnx_constant_input(onnx, node, 1);
    const int64_t axis = onnx_int(node, "axis", 0), time = onnx->lay == LAY_TIME ? 0 : 1;
    Found *const last = onnx->layers.count ? onnx->layers.at[onnx->layers.count - 1] : NULL;
    static const char returns[] = ", return_sequences=True";
    char *const found = last && last->args.length ? strstr(last->args.chars, returns) : NULL;
    const bool one = last && (!strcmp(last->class_name, "LSTM") || !strcmp(last->class_name, "GRU") ||
                              !strcmp(last->class_name, "SimpleRNN"));
    const bool end =
        index && index->whole && index->count == 1 && (index->whole[0] == -1 || index->whole[0] == onnx->dim[time] - 1);
    if (!found || !one || axis != time || !end || onnx->rank != 3 || index->rank > 1)
        return onnx_fail(
            onnx, node,
            "nnc takes the last step of a recurrent layer that goes forward, and no other part of a sequence");
    const size_t length = strlen(returns);
    memmove(found, found + length, strlen(found + length) + 1);
    last->args.length -= length;
    const int64_t features = onnx->dim[2];
    if (index->rank == 1) return onnx_fail(onnx, node, "nnc drops the time with the last step");
    onnx->rank = 2;
    onnx->dim[0] = 1;
    onnx->dim[1] = features;
    onnx->lay = LAY_SAME;
    onnx_step(onnx, node->output[0]);
    return true;
}

bool onnx_take_recurrent(Onnx *onnx, const Node *node, bool *done) {
    *done = true;
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        if (onnx_is(node, cells[i].node)) return take_cell(onnx, node, &cells[i]);
    if (onnx_is(node, "Reshape") && (onnx->lay == LAY_STEPS || onnx->lay == LAY_LAST)) return join_ways(onnx, node);
    if (onnx_is(node, "Gather") && onnx->lay == LAY_LAST) return take_last_state(onnx, node);
    if (onnx_is(node, "Gather")) return take_last_step(onnx, node);
    *done = false;
    return true;
}

#endif
