/* SPDX-License-Identifier: MIT-0 */
/* Both ways of a Bidirectional as two recurrent layers beside each other: one reads the sequence, the other reads it
 * turned round, and what they give comes together again. */
#include "import/import.h"

#ifdef NNC_IMPORT

#include <string.h>

#include "import/onnx_graph.h"

static const char backwards[] = ", go_backwards=True";

static bool recurs(const Node *node) {
    return onnx_is(node, "LSTM") || onnx_is(node, "GRU") || onnx_is(node, "RNN") || onnx_is(node, "Loop");
}

/* Puts the steps of (batch, time, features) first. */
static bool puts_time_first(const Onnx *onnx, const Node *node) {
    int64_t perm[2 * ONNX_RANK];
    return onnx_is(node, "Transpose") && onnx_ints(onnx, node, "perm", -1, perm) == 3 && perm[0] == 1 && perm[1] == 0;
}

/* Two values come together in it. */
static bool joins(const Onnx *onnx, const Node *node) {
    return (onnx_is(node, "Concat") || onnx_is(node, "Add") || onnx_is(node, "Mul")) && node->n_input == 2 &&
           !onnx_added(onnx, node);
}

const Node *onnx_halving(const Onnx *onnx, const char *value) {
    const NodeList readers = onnx_readers(onnx, value);
    const Node *const node = readers.count == 1 ? readers.at[0] : NULL;
    const Constant *const factor = node ? onnx_added(onnx, node) : NULL;
    const bool halves = factor && factor->real && factor->count == 1 &&
                        ((onnx_is(node, "Mul") && factor->real[0] == 0.5F) ||
                         (onnx_is(node, "Div") && onnx_constant_input(onnx, node, 1) && factor->real[0] == 2.0F));
    return halves ? node : NULL;
}

/* Goes from a reader of the sequence to where both ways meet. */
static bool walk(Onnx *onnx, const Node *node, Onnx *way, const Node **meeting) {
    *way = *onnx;
    way->is_way = true;
    memset(&way->layers, 0, sizeof way->layers);
    for (size_t steps = 0; steps <= onnx->graph->n_node; steps++) {
        if (!onnx_take_node(way, node) || !onnx_fold(way)) return false;
        onnx->constants = way->constants;
        onnx->bodies = way->bodies;
        const NodeList readers = onnx_readers(way, way->value);
        if (readers.count != 1) break;
        if (joins(way, readers.at[0])) {
            *meeting = readers.at[0];
            return true;
        }
        node = readers.at[0];
    }
    return onnx_fail(onnx, node, "it is one way of two, which do not come together again");
}

/* The only layer of a way; whether it goes backwards, which is taken off its arguments. NULL: it is not one. */
static Found *layer_of(const Onnx *way, bool *back) {
    Found *const found = way->layers.count == 1 ? way->layers.at[0] : NULL;
    const size_t length = found ? found->args.length : 0, ending = strlen(backwards);
    if (!found || (strcmp(found->class_name, "LSTM") != 0 && strcmp(found->class_name, "GRU") != 0 &&
                   strcmp(found->class_name, "SimpleRNN") != 0 && strcmp(found->class_name, "RNN") != 0))
        return NULL;
    *back = length > ending && !strcmp(found->args.chars + length - ending, backwards);
    if (*back) {
        found->args.length -= ending;
        found->args.chars[found->args.length] = '\0';
    }
    return found;
}

static const char *mode_of(const Onnx *onnx, const Node *meeting, const Onnx *forward, const Node **last) {
    int64_t axis = onnx_int(meeting, "axis", 0);
    if (axis < 0) axis += forward->rank;
    *last = meeting;
    if (onnx_is(meeting, "Concat"))
        return axis == forward->rank - 1 && !strcmp(meeting->input[0], forward->value) ? "concat" : NULL;
    if (onnx_is(meeting, "Mul")) return "mul";
    const Node *const half = onnx_halving(onnx, meeting->output[0]);
    if (half) *last = half;
    return half ? "ave" : "sum";
}

static void add_layer(Onnx *onnx, const Found *forward, const Found *backward, const char *mode) {
    Found *const found = onnx_layer(onnx, "Bidirectional");
    found->recurs = true;
    found->masks = forward->masks;
    const bool alike = !strcmp(forward->class_name, backward->class_name) &&
                       !strcmp(text_chars(&forward->args), text_chars(&backward->args));
    onnx_arg(onnx, "%s(%s)", forward->class_name, text_chars(&forward->args));
    if (strcmp(mode, "concat") != 0) onnx_arg(onnx, "merge_mode='%s'", mode);
    if (!alike) onnx_arg(onnx, "backward_layer=%s(%s%s)", backward->class_name, text_chars(&backward->args), backwards);
    for (int i = 0; i < forward->weights.count; i++)
        list_push(onnx->import->arena, &found->weights, forward->weights.at[i]);
    for (int i = 0; i < backward->weights.count; i++)
        list_push(onnx->import->arena, &found->weights, backward->weights.at[i]);
}

bool onnx_take_ways(Onnx *onnx, NodeList readers, bool *done) {
    Onnx ways[2];
    const Node *meeting[2], *last;
    bool back[2] = {false};
    if (readers.count != 2 || onnx->rank != 3 || onnx->is_way) return true;
    const bool found = onnx->lay == LAY_TIME ? recurs(readers.at[0]) || recurs(readers.at[1])
                                             : onnx->lay == LAY_SAME && puts_time_first(onnx, readers.at[0]) &&
                                                   puts_time_first(onnx, readers.at[1]);
    if (!found) return true;
    for (int i = 0; i < 2; i++)
        if (!walk(onnx, readers.at[i], &ways[i], &meeting[i])) return false;
    const Found *const layers[] = {layer_of(&ways[0], &back[0]), layer_of(&ways[1], &back[1])};
    const int at = back[0] ? 1 : 0;
    const Onnx *const forward = &ways[at], *const backward = &ways[1 - at];
    const bool sequences = forward->rank == 3, alike = forward->rank == backward->rank && forward->lay == backward->lay;
    if (!layers[0] || !layers[1] || meeting[0] != meeting[1] || back[0] == back[1] || !alike || forward->turned ||
        backward->turned != sequences || layers[0]->masks != layers[1]->masks ||
        (layers[0]->masks && (forward->zeros != sequences || backward->zeros != sequences)))
        return onnx_fail(onnx, readers.at[0],
                         "its input goes two ways, which are not one recurrent layer forward and one backward");
    const char *const mode = mode_of(onnx, meeting[0], forward, &last);
    const int features = forward->rank - 1;
    const int64_t both = forward->dim[features] + backward->dim[features];
    if (!mode || (strcmp(mode, "concat") != 0 && forward->dim[features] != backward->dim[features]))
        return onnx_fail(onnx, meeting[0], "nnc brings both ways together by their units, the forward one first");
    add_layer(onnx, layers[at], layers[1 - at], mode);
    onnx->rank = forward->rank;
    memcpy(onnx->dim, forward->dim, sizeof onnx->dim);
    if (!strcmp(mode, "concat")) onnx->dim[features] = both;
    onnx->lay = forward->lay;
    onnx->turned = onnx->positive = false;
    onnx->masked &= sequences;
    onnx_step(onnx, last->output[0]);
    *done = true;
    return true;
}

#endif
