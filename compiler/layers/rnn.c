/* SPDX-License-Identifier: MIT-0 */
/* RNN: cells run over time, each as the recurrent layer of its kind. Cells one on the other are such layers one behind
 * the other, all but the last of which give every step. */
#include <string.h>

#include "base/names.h"
#include "language/keras_names.h"
#include "layers/layer.h"
#include "layers/recurrent.h"

/* Cells */

static void cell_shape(Layer *layer, Diags *diags) {
    diag(diags, D_layer_cell, layer->span, layer->def->class.name, layer->def->class.name);
}

static const ArgDef lstm_args[] = {
    UNITS, ACTIVATION, RECURRENT_ACTIVATION, WEIGHTS, UNIT_FORGET_BIAS, DROPOUTS, SEED, {0}};
static const ArgDef gru_args[] = {UNITS, ACTIVATION, RECURRENT_ACTIVATION, WEIGHTS, DROPOUTS, RESET_AFTER, SEED, {0}};
static const ArgDef simple_args[] = {UNITS, ACTIVATION, WEIGHTS, DROPOUTS, SEED, {0}};

#define CELL(name_, args_)                                                                                             \
    extern const LayerDef layer_##name_;                                                                               \
    const LayerDef layer_##name_##Cell = {                                                                             \
        LAYER_CLASS(#name_ "Cell", "a step of " #name_ ", which RNN runs over time", args_, RecurrentArgs),            \
        .shape = cell_shape,                                                                                           \
        .runs_as = &layer_##name_,                                                                                     \
    };
CELL(LSTM, lstm_args)
CELL(GRU, gru_args)
CELL(SimpleRNN, simple_args)

typedef struct StackArgs {
    Objects cells;
} StackArgs;

static const ArgDef stack_args[] = {
    {ARG(StackArgs, cells), ARG_OBJECTS, .class_kind = CLASS_LAYER, .doc = "cells, the first of which gets the input"},
    {0}};

const LayerDef layer_StackedRNNCells = {
    LAYER_CLASS("StackedRNNCells", "cells one on the other, which RNN runs over time", stack_args, StackArgs),
    .shape = cell_shape,
};

/* RNN */

typedef struct RnnArgs {
    RecurrentArgs run; /* first, as of every recurrent layer */
    Objects cell;
} RnnArgs;

static const ArgDef rnn_args[] = {
    {ARG(RnnArgs, cell), ARG_OBJECTS, .class_kind = CLASS_LAYER, .alone = true,
     .doc = "LSTMCell(…), GRUCell(…) or SimpleRNNCell(…), or a list of such"},
    RETURNS, STATEFUL, UNROLL, ZERO_OUTPUT, {0}};

typedef LIST(Layer *) Layers;

static const LayerDef *class_of(const Layer *layer) { return (const LayerDef *)layer->object->class; }

/* All cells below `layer`, in their order, with the names of what they stand in before their own. */
static void collect_cells(const Layer *layer, const char *within, Layers *cells, Diags *diags) {
    for (int i = 0; i < layer->inner.count; i++) {
        const Layer *inner = layer->inner.at[i];
        /* of a copy, whose shapes are found once more: it has its name */
        const bool runs = inner->def != class_of(inner);
        const char *const name = arena_printf(layer->arena, "%s%s", runs ? "" : within, inner->own_name);
        if (inner->def == &layer_StackedRNNCells) {
            collect_cells(inner, arena_printf(layer->arena, "%s/", name), cells, diags);
            continue;
        }
        if (!class_of(inner)->runs_as) {
            diag(diags, D_layer_not_cell, inner->span, inner->def->class.name);
            continue;
        }
        Layer *cell = NEW(layer->arena, Layer);
        *cell = *inner;
        cell->own_name = name;
        cell->def = class_of(inner)->runs_as;
        memset(&cell->weights, 0, sizeof cell->weights);
        list_push(layer->arena, cells, cell);
    }
}

static bool names_differ(const Layers *cells, Diags *diags) {
    for (int i = 0; i < cells->count; i++)
        for (int j = 0; j < i; j++)
            if (!strcmp(cells->at[i]->own_name, cells->at[j]->own_name)) {
                diag(diags, D_duplicate_layer_name, cells->at[i]->span, cells->at[i]->own_name);
                return false;
            }
    return true;
}

/* The layer that runs a cell: what is said to RNN is said to the last of them, to the first which way it goes. */
static bool prepare(const Layer *rnn, Layer *cell, int place, int count, Diags *diags) {
    const RecurrentArgs *run = &((const RnnArgs *)rnn->args)->run;
    RecurrentArgs *args = NEW(rnn->arena, RecurrentArgs);
    const bool last = place == count - 1;
    *args = *(const RecurrentArgs *)cell->object->args;
    args->stateful = run->stateful;
    args->return_sequences = !last || run->return_sequences;
    args->zero_output_for_mask = last && run->zero_output_for_mask;
    args->go_backwards = place == 0 && run->go_backwards;
    cell->args = args;
    cell->half = rnn->half;
    cell->reversed = place == 0 && rnn->reversed;
    cell->timed = rnn->timed;
    cell->stream = rnn->stream + 2 * place; /* inputs and states */
    if (cell->activity_regularizer)
        diag(diags, D_layer_argument, object_arg_span(cell->object, "activity_regularizer"),
             "a cell has no activity_regularizer: RNN(…, activity_regularizer=…) adds up over all steps");
    const int most = rnn->half ? 2 : 8;
    if (place >= most && (args->dropout > 0 || args->recurrent_dropout > 0))
        diag(diags, D_layer_argument, cell->span,
             arena_printf(rnn->arena, "only %d cells one on the other can have dropout", most));
    return !cell->activity_regularizer;
}

static void shape(Layer *layer, Diags *diags) {
    const RnnArgs *a = layer->args;
    const int errors = diags_errors(diags);
    Layers cells = {0};
    if (layer->input.rank != 3) {
        layer_refuse(layer, 3, "(batch, time, features)", false, diags);
        return;
    }
    if (a->run.return_state)
        diag(diags, D_layer_return_state, object_arg_span(layer->object, "return_state"), layer->def->class.name);
    collect_cells(layer, layer->inner.count > 1 ? "stacked_rnn_cells/" : "", &cells, diags);
    if (cells.count == 0 && diags_errors(diags) == errors)
        diag(diags, D_layer_argument, object_arg_span(layer->object, "cell"), "RNN needs at least one cell");
    if (diags_errors(diags) > errors || !names_differ(&cells, diags)) return;
    memset(&layer->inner, 0, sizeof layer->inner);
    Shape input = layer->input, mask = layer->mask;
    for (int i = 0; i < cells.count; i++) {
        Layer *cell = cells.at[i];
        if (!prepare(layer, cell, i, cells.count, diags)) return;
        list_push(layer->arena, &layer->inner, cell);
        layer_shape_inner(layer, cell, cell->own_name, input, mask, diags);
        if (cell->output.rank < 0) return;
        input = cell->output;
        mask = cell->mask;
    }
    layer->output = input;
    layer->mask = mask;
}

static Tensor *forward(const Layer *layer, Builder *build, Tensor *x) {
    const bool flipped = ((const RnnArgs *)layer->args)->run.go_backwards != layer->reversed;
    Tensor *const mask = x->mask;
    for (int i = 0; i < layer->inner.count; i++) {
        if (i == 1 && mask && flipped) /* that of what the first has turned round */
            x->mask = build_permute(build, mask, (int[]){0, 1}, 1u << 1, "forward_turn_mask", "turned_mask");
        x = build_inner(build, layer->inner.at[i], x);
    }
    if (x->mask) x->mask = mask;
    return x;
}

static const char *stream(const Layer *layer, bool *timed) {
    const char *why = NULL;
    for (int i = 0; i < layer->inner.count && !why; i++)
        why = layer->inner.at[i]->def->stream(layer->inner.at[i], timed);
    return why;
}

/* Keras numbers cells among those of their class. */
static const char *inner_group(const Layer *layer, int at) {
    Names counts = {.arena = layer->arena};
    const char *name = NULL;
    const Objects *const cells = &((const RnnArgs *)layer->args)->cell;
    if (cells->count == 1 && cells->at[0]->class != &layer_StackedRNNCells.class) return "cell";
    for (int i = 0; i <= at; i++)
        name = numbered_name(layer->arena, &counts, layer->inner.at[i]->object->class->name);
    return arena_printf(layer->arena, "cell/cells/%s", name);
}

static bool stateful(const Layer *layer) { return ((const RnnArgs *)layer->args)->run.stateful; }

const LayerDef layer_RNN = {
    LAYER_CLASS("RNN", "cells, run over (batch, time, features)", rnn_args, RnnArgs),
    .shape = shape,
    .forward = forward,
    .stream = stream,
    .stateful = stateful,
    .inner_group = inner_group,
    .recurrent = true,
    .masks = true,
    .ends = true,
};
