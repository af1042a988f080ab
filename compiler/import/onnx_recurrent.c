/* SPDX-License-Identifier: MIT-0 */
/* LSTM, GRU and RNN of ONNX: gates in another order, two biases, both ways in one node, and the turns around them. */
#include "import/import.h"

#ifdef NNC_IMPORT

#include <math.h>
#include <string.h>

#include "import/onnx_loop.h"
#include "import/onnx_words.h"

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
    float *const out = NEW_ARRAY(onnx->import->arena, float, width *inputs + 1);
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

/* Whether the activation number `index` of those that have factors has these, or has none and these are the usual. */
static bool has_factors(const Node *node, size_t index, const OnnxWord *word) {
    const Onnx__AttributeProto *const alphas = onnx_attribute(node, "activation_alpha"), *const betas = onnx_attribute(
                                                                                             node, "activation_beta");
    const double alpha = alphas && index < alphas->n_floats ? (double)alphas->floats[index] : word->usual_alpha,
                 beta = betas && index < betas->n_floats ? (double)betas->floats[index] : 0.5;
    return fabs(alpha - word->alpha) < 1e-6 && fabs(beta - word->beta) < 1e-6;
}

/* Arguments for other activations than the usual ones. */
static bool put_activations(Onnx *onnx, const Node *node, const Cell *cell, Text *args) {
    const Onnx__AttributeProto *const given = onnx_attribute(node, "activations");
    const char *found[3] = {NULL};
    size_t factors = 0;
    if (!given || given->n_strings == 0) return true;
    if (given->n_strings % (size_t)cell->activations)
        return onnx_fail(onnx, node, "it has %zu activations", given->n_strings);
    for (size_t i = 0; i < given->n_strings; i++) {
        const ProtobufCBinaryData text = given->strings[i];
        const char *name = NULL;
        bool takes = false;
        const OnnxWord *word;
        for (int j = 0; (word = onnx_word(j)) != NULL; j++)
            if (word->gate && strlen(word->gate) == text.len && !memcmp(word->gate, text.data, text.len)) {
                takes = word->alpha != 0;
                if (!takes || has_factors(node, factors, word)) name = word->name;
            }
        factors += takes;
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
    if (onnx->masked) return onnx_fail(onnx, node, "its steps are not masked, as nnc's layers would");
    if (!is_zero(onnx, node, 5) || (!strcmp(cell->node, "LSTM") && !is_zero(onnx, node, 6)))
        return onnx_fail(onnx, node, "nnc's recurrent layers begin with states of 0");
    return true;
}

int onnx_used_output(const Onnx *onnx, const Node *node) {
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

/* How both ways come together, taken apart from all outputs (time, ways, batch, units) and joined again; node NULL:
 * they are not. */
typedef struct Merge {
    const Node *node; /* the last */
    const char *mode; /* in Keras' words */
    bool last;        /* of the last outputs, not of all */
} Merge;

/* The only reader of a value, where it takes `at` of an axis of `size`, and a Squeeze that drops the axis: the latter's
 * output; NULL otherwise. */
static const char *part_of(const Onnx *onnx, const Node *slice, int64_t axis, int64_t at, int64_t size) {
    int64_t from[2 * ONNX_RANK], to[2 * ONNX_RANK], axes[2 * ONNX_RANK];
    if (!slice || !onnx_is(slice, "Slice") || onnx_ints(onnx, slice, "starts", 1, from) != 1 ||
        onnx_ints(onnx, slice, "ends", 2, to) != 1 || onnx_ints(onnx, slice, "axes", 3, axes) != 1 || axes[0] != axis)
        return NULL;
    const int64_t low = from[0] < 0 ? from[0] + size : from[0], high = to[0] < 0 ? to[0] + size : to[0];
    if (low != at || (high < size ? high : size) != at + 1) return NULL;
    const Node *const squeeze = onnx_reader(onnx, slice->output[0], "Squeeze");
    return squeeze && onnx_ints(onnx, squeeze, "axes", 1, axes) == 1 && axes[0] == axis ? squeeze->output[0] : NULL;
}

static const Node *only_reader(const Onnx *onnx, const char *value) {
    const NodeList readers = onnx_readers(onnx, value);
    return readers.count == 1 ? readers.at[0] : NULL;
}

static Merge merge_of(const Onnx *onnx, const Node *cell) {
    const NodeList readers = onnx_readers(onnx, cell->output[0]);
    const int64_t time = onnx->dim[0];
    const char *way[2] = {NULL}, *last[2] = {NULL};
    Merge merge = {0};
    for (int i = 0; i < readers.count && readers.count == 2; i++)
        for (int at = 0; at < 2; at++)
            if (part_of(onnx, readers.at[i], 1, at, 2)) way[at] = part_of(onnx, readers.at[i], 1, at, 2);
    if (!way[0] || !way[1]) return merge;
    last[0] = part_of(onnx, only_reader(onnx, way[0]), 0, time - 1, time);
    last[1] = part_of(onnx, only_reader(onnx, way[1]), 0, 0, time);
    merge.last = last[0] && last[1];
    const char *const *const parts = merge.last ? last : way;
    const Node *const node = only_reader(onnx, parts[0]);
    if (!node || node != only_reader(onnx, parts[1]) || node->n_input != 2) return (Merge){0};
    const int64_t axis = onnx_int(node, "axis", 0), features = merge.last ? 1 : 2;
    const bool joined = axis == features || axis == -1;
    merge.node = node;
    if (onnx_is(node, "Concat") && joined && !strcmp(node->input[0], parts[0])) merge.mode = "concat";
    else if (onnx_is(node, "Mul")) merge.mode = "mul";
    else if (onnx_is(node, "Add")) merge.mode = "sum";
    else return (Merge){0};
    const Node *const half = strcmp(merge.mode, "sum") ? NULL : onnx_halving(onnx, node->output[0]);
    if (half) merge = (Merge){half, "ave", merge.last};
    return merge;
}

static bool take_merged(Onnx *onnx, const Merge *merge, int64_t time, int64_t units) {
    const int64_t features = strcmp(merge->mode, "concat") ? units : 2 * units;
    onnx->rank = merge->last ? 2 : 3;
    onnx->dim[0] = merge->last ? 1 : time;
    onnx->dim[1] = 1;
    onnx->dim[onnx->rank - 1] = features;
    onnx->lay = merge->last ? LAY_SAME : LAY_TIME;
    onnx_step(onnx, merge->node->output[0]);
    return true;
}

/* Both ways added up, multiplied or averaged where they lie beside each other. */
static bool reduce_ways(Onnx *onnx, const Node *node) {
    int64_t axes[2 * ONNX_RANK];
    const bool steps = onnx->lay == LAY_STEPS;
    Found *const last = onnx->layers.at[onnx->layers.count - 1];
    if (onnx_ints(onnx, node, "axes", 1, axes) != 1 || axes[0] != (steps ? 1 : 0) ||
        onnx_int(node, "keepdims", 1) != 0 || strcmp(last->class_name, "Bidirectional") != 0)
        return onnx_fail(onnx, node, "what a recurrent layer gives is brought together by its ways only");
    onnx_arg(onnx, "merge_mode='%s'", onnx_is(node, "ReduceSum") ? "sum" : onnx_is(node, "ReduceProd") ? "mul" : "ave");
    const Merge merge = {node, "", !steps};
    return take_merged(onnx, &merge, onnx->dim[0], onnx->dim[onnx->rank - 1]);
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
    const int used = onnx_used_output(onnx, node);
    if (used < 0 || used > 1)
        return onnx_fail(onnx, node,
                         "nnc goes on with all of its outputs or with the last: several are used here, or none");
    if ((used == 0 && reverse && !onnx->is_way) || (both && onnx->turned))
        return onnx_fail(onnx, node,
                         "nnc gives the outputs of a layer that goes backwards in the order in which it makes them");
    const Constant *const bias = onnx_constant_input(onnx, node, 3);
    const bool gru = !strcmp(cell->node, "GRU"), after = gru && onnx_int(node, "linear_before_reset", 0) != 0;
    const Merge merge = both && used == 0 ? merge_of(onnx, node) : (Merge){0};
    Text args = {.arena = onnx->import->arena};
    text_printf(&args, "%lld", (long long)units);
    if (!put_activations(onnx, node, cell, &args)) return false;
    if (!bias) text_puts(&args, ", use_bias=False");
    if (gru && !after) text_puts(&args, ", reset_after=False");
    if (used == 0 && !merge.last) text_puts(&args, ", return_sequences=True");
    if (reverse != onnx->turned) text_puts(&args, ", go_backwards=True");
    onnx->turned = used == 0 && reverse; /* what it gives */
    onnx_layer(onnx, both ? "Bidirectional" : cell->class_name)->recurs = true;
    onnx_arg(onnx, "%s",
             both ? arena_printf(onnx->import->arena, "%s(%s)", cell->class_name, text_chars(&args))
                  : text_chars(&args));
    if (merge.mode && strcmp(merge.mode, "concat") != 0) onnx_arg(onnx, "merge_mode='%s'", merge.mode);
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
    if (merge.node) return take_merged(onnx, &merge, time, units);
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

/* Whether a Gather takes the last step, and drops the time. */
static bool gathers_last(const Onnx *onnx, const Node *node) {
    const Constant *const index = onnx_constant_input(onnx, node, 1);
    const int64_t time = onnx->lay == LAY_TIME ? 0 : 1;
    return index && index->whole && index->rank == 0 && onnx_int(node, "axis", 0) == time && onnx->rank == 3 &&
           (index->whole[0] == -1 || index->whole[0] == onnx->dim[time] - 1);
}

bool onnx_take_last_step(Onnx *onnx, const Node *node, bool keeps) {
    Found *const last = onnx->layers.count ? onnx->layers.at[onnx->layers.count - 1] : NULL;
    static const char returns[] = ", return_sequences=True";
    char *const found = last && last->args.length ? strstr(last->args.chars, returns) : NULL;
    const bool one = last && (!strcmp(last->class_name, "LSTM") || !strcmp(last->class_name, "GRU") ||
                              !strcmp(last->class_name, "SimpleRNN") || !strcmp(last->class_name, "RNN"));
    if (!found || !one || onnx->turned)
        return onnx_fail(
            onnx, node,
            "nnc takes the last step of a recurrent layer that goes forward, and no other part of a sequence");
    const size_t length = strlen(returns);
    memmove(found, found + length, strlen(found + length) + 1);
    last->args.length -= length;
    const int64_t features = onnx->dim[2];
    onnx->rank = keeps ? 3 : 2;
    onnx->dim[0] = onnx->dim[1] = 1;
    onnx->dim[onnx->rank - 1] = features;
    onnx->lay = keeps ? LAY_LAST : LAY_SAME;
    onnx->masked = false;
    onnx_step(onnx, node->output[0]);
    return true;
}

bool onnx_turn_time(Onnx *onnx, const Node *node, bool whole) {
    const NodeList readers = onnx_readers(onnx, node->output[0]);
    bool recurs = whole && readers.count > 0;
    for (int i = 0; i < readers.count; i++)
        recurs &= onnx_is(readers.at[i], "LSTM") || onnx_is(readers.at[i], "GRU") || onnx_is(readers.at[i], "RNN") ||
                  onnx_is(readers.at[i], "Loop") || onnx_is(readers.at[i], "Transpose");
    if (!recurs && !onnx->is_way)
        return onnx_fail(onnx, node, "nnc turns whole sequences round before a recurrent layer only");
    onnx->turned = !onnx->turned;
    onnx_step(onnx, node->output[0]);
    return true;
}

bool onnx_take_recurrent(Onnx *onnx, const Node *node, bool *done) {
    *done = true;
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        if (onnx_is(node, cells[i].node)) return take_cell(onnx, node, &cells[i]);
    if (onnx_is(node, "Loop")) return onnx_take_loop(onnx, node);
    if (onnx_is(node, "Reshape") && (onnx->lay == LAY_STEPS || onnx->lay == LAY_LAST)) return join_ways(onnx, node);
    const bool reduces = onnx_is(node, "ReduceSum") || onnx_is(node, "ReduceProd") || onnx_is(node, "ReduceMean");
    if (reduces && (onnx->lay == LAY_STEPS || onnx->lay == LAY_LAST)) return reduce_ways(onnx, node);
    if (onnx_is(node, "Gather") && onnx->lay == LAY_LAST) return take_last_state(onnx, node);
    if (onnx_is(node, "Gather") && !gathers_last(onnx, node))
        return onnx_fail(onnx, node, "nnc takes the last step of a sequence, and no other part of it");
    if (onnx_is(node, "Gather")) return onnx_take_last_step(onnx, node, false);
    *done = false;
    return true;
}

#endif
