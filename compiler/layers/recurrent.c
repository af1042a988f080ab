/* SPDX-License-Identifier: MIT-0 */
/* LSTM, GRU, SimpleRNN: a cell, run over the time steps of (batch, time, features). The products of all inputs are one
 * matrix product before the loop; a step is the product with the state and one pass over the gates. Weights hold the
 * gates side by side: kernel (features, gates · units), recurrent_kernel (units, gates · units). */
#include "build/loop.h"
#include "layers/image.h"
#include "layers/layer.h"
#include "layers/pooling.h"
#include "layers/recurrent.h"
#include "model/activation.h"

static const ArgDef lstm_args[] = {
    UNITS,  ACTIVATION, RECURRENT_ACTIVATION, WEIGHTS, UNIT_FORGET_BIAS, DROPOUTS, SEED, RETURNS, STATEFUL,
    UNROLL, USE_CUDNN,  ZERO_OUTPUT,          {0}};
static const ArgDef gru_args[] = {
    UNITS, ACTIVATION, RECURRENT_ACTIVATION, WEIGHTS, DROPOUTS, SEED, RETURNS, STATEFUL, UNROLL, RESET_AFTER, USE_CUDNN,
    ZERO_OUTPUT, {0}};
static const ArgDef simple_args[] = {UNITS,    ACTIVATION, WEIGHTS, DROPOUTS,    RETURNS,
                                     STATEFUL, UNROLL,     SEED,    ZERO_OUTPUT, {0}};

static int gate_count(const CellDef *def) {
    int count = 0;
    while (def->gates[count]) count++;
    return count;
}

static void shape_of_layer(Layer *layer, const CellDef *def, Shape bias, Diags *diags) {
    const RecurrentArgs *a = layer->args;
    const char *name = layer->def->class.name;
    if (layer->input.rank != 3) {
        layer_refuse(layer, 3, "(batch, time, features)", false, diags);
        return;
    }
    if (a->stateful && layer->repeated && (a->dropout > 0 || a->recurrent_dropout > 0))
        diag(diags, D_layer_argument, object_arg_span(layer->object, "stateful"),
             "within TimeDistributed a stateful layer has no dropout; Dropout above it, too, drops inputs");
    if (a->return_state) diag(diags, D_layer_return_state, object_arg_span(layer->object, "return_state"), name);
    const int64_t features = layer->input.dim[2], width = gate_count(def) * a->units;
    layer_weight(layer, "kernel", shape_of(2, (int64_t[]){features, width}), a->kernel);
    layer_weight(layer, "recurrent_kernel", shape_of(2, (int64_t[]){a->units, width}), a->recurrent);
    if (a->use_bias) layer_weight(layer, "bias", bias, a->bias);
    layer->output = layer->input;
    layer->output.dim[2] = a->units;
    if (!layer_mask_check(layer, 2, "(batch, time)", diags)) return;
    if (!a->return_sequences) layer->mask.rank = 0;
    if (!a->return_sequences) layer->output = shape_of(2, (int64_t[]){layer->input.dim[0], a->units});
}

bool recurrent_stateful(const Layer *layer) { return ((const RecurrentArgs *)layer->args)->stateful; }

const char *recurrent_mismatch(const Layer *forward, const Layer *backward) {
    const RecurrentArgs *a = forward->args, *b = backward->args;
    return a->go_backwards == b->go_backwards           ? "go_backwards"
           : a->return_sequences != b->return_sequences ? "return_sequences"
           : a->stateful != b->stateful                 ? "stateful"
                                                        : NULL;
}

/* Masks: constant over time, new for every batch. */

/* A mask of what has this shape, (batch, features), or (gate, batch, features) where every gate has its own. */
static Tensor *draw_mask(const Cell *cell, const char *part, int stream, double rate, Shape shape) {
    const RecurrentArgs *a = cell->args;
    const RandomAttrs random = {
        .kind = RANDOM_KEEP,
        .rate = rate,
        .kept = 1 / (1 - rate),
        .layer = cell->layer,
        .part = part,
        .stream = cell->layer->stream + stream,
        .seeded = a->seed != INT_NONE,
        .seed = a->seed,
    };
    Shape masks = {.rank = shape.rank + 1, .dim = {gate_count(cell->def)}};
    for (int i = 0; i < shape.rank; i++) masks.dim[i + 1] = shape.dim[i];
    return build_random(cell->build, cell->separate ? masks : shape, random);
}

static const char *of_gate(const Cell *cell, int gate, const char *what) {
    return arena_printf(cell->build->plan->arena, "%s_%s", cell->def->gates[gate], what);
}

/* Where each gate has its own mask, `what` is masked says whose it is. */
static Tensor *masked(const Cell *cell, Tensor *x, Tensor *masks, int gate, const char *what) {
    if (!masks) return x;
    if (!cell->separate) return build_map(cell->build, &times_mask, (Tensor *[]){x, masks}, NULL, 0);
    Tensor *mask = build_index(cell->build, masks, gate, of_gate(cell, gate, "mask"));
    return build_named(cell->build, build_map(cell->build, &times_mask, (Tensor *[]){x, mask}, NULL, 0),
                       of_gate(cell, gate, what));
}

/* Products: of all gates at once, or, with a mask for each, one by one. */

static Tensor *columns_of_gate(const Cell *cell, Tensor *tensor, int gate, const char *label) {
    return build_columns(cell->build, tensor, gate * cell->args->units, cell->args->units,
                         of_gate(cell, gate, label));
}

static Tensor *product(const Cell *cell, Tensor *x, Tensor *kernel, Tensor *bias, bool of_state, const char *label) {
    const char *const role = arena_printf(cell->build->plan->arena, "forward_%s", label);
    Shape shape = x->shape;
    shape.dim[shape.rank - 1] = kernel->shape.dim[kernel->shape.rank - 1];
    Tensor *y = cell->def->product ? cell->def->product(cell, x, kernel, of_state, role, label)
                                   : build_matmul(cell->build, x, kernel, false, shape, role, label);
    return bias ? build_map(cell->build, &add_bias, (Tensor *[]){y, bias}, NULL, 0) : y;
}

/* The same for one gate: forward_state_update_gate makes update_gate_state. */
static Tensor *product_of_gate(const Cell *cell, Tensor *x, Tensor *kernel, Tensor *bias, int gate, bool of_state,
                               const char *what) {
    const char *const label = arena_printf(cell->build->plan->arena, "%s_%s", what, cell->def->gates[gate]);
    Tensor *y = product(cell, x, kernel, bias, of_state, label);
    return bias ? build_named(cell->build, y, of_gate(cell, gate, what)) : y;
}

/* A weight of which parts are used. The gradients of parts are stored, not added up, so each of several calls has a
 * copy of its own. */
static Tensor *weight_in_parts(const Layer *layer, Builder *build, int index) {
    Tensor *weight = build_weight(build, layer->weights.at[index]);
    return layer->repeated && recurrent_stateful(layer) ? build_copy(build, weight) : weight;
}

static Tensor *input_bias(const Cell *cell) {
    Tensor *bias = cell->bias;
    return bias && bias->shape.rank == 2 ? build_index(cell->build, bias, 0, "input_bias") : bias;
}

/* The input products of all time steps, (time, batch, gates · units): x[0], or one for each gate. */
static void input_products(Cell *cell, Tensor *x) {
    const RecurrentArgs *a = cell->args;
    Builder *build = cell->build;
    Tensor *kernel = build_weight(build, cell->layer->weights.at[0]), *bias = input_bias(cell);
    Tensor *masks = NULL;
    if (build->random && a->dropout > 0 && a->dropout < 1)
        masks = draw_mask(cell, "dropout", STREAM_DROPOUT, a->dropout, shape_of(x->shape.rank - 1, x->shape.dim + 1));
    else if (build->random && a->dropout == 1 && !cell->def->gate_masks)
        x = build_map(build, &drop_all, (Tensor *[]){x}, NULL, 0);
    if (!cell->separate || !masks) {
        cell->x[0] = product(cell, masked(cell, x, masks, 0, "dropped_inputs"), kernel, bias, false, "inputs");
        return;
    }
    for (int gate = 0; gate < gate_count(cell->def); gate++)
        cell->x[gate] = product_of_gate(cell, masked(cell, x, masks, gate, "dropped_inputs"),
                                        columns_of_gate(cell, kernel, gate, "kernel"),
                                        bias ? columns_of_gate(cell, bias, gate, "bias") : NULL, gate, false, "inputs");
}

/* Within the loop: what each gate gets from the input, and from the state (or something else in its place). */

static Tensor *input_of_gate(const Cell *cell, int gate) {
    return cell->x[1] ? cell->x[gate] : columns_of_gate(cell, cell->x[0], gate, "inputs");
}

static Tensor *state_product(const Cell *cell, Tensor *h, int gate) {
    return product_of_gate(cell, masked(cell, h, cell->masks, gate, "dropped_state"),
                           columns_of_gate(cell, cell->recurrent_kernel, gate, "recurrent_kernel"),
                           cell->recurrent_bias ? columns_of_gate(cell, cell->recurrent_bias, gate, "recurrent_bias")
                                                : NULL,
                           gate, true, "state");
}

static const Formula add = {"sum", {"x", "state"}, "x + state", {"d", "d"}, .kind = FORMULA_STATE};

static Tensor *sum(const Cell *cell, Tensor *a, Tensor *b) {
    return build_map(cell->build, &add, (Tensor *[]){a, b}, NULL, 0);
}

static Tensor *sum_of_gate(const Cell *cell, int gate, Tensor *state) {
    return build_named(cell->build, sum(cell, input_of_gate(cell, gate), state), of_gate(cell, gate, "sum"));
}

/* The sums that the gates are computed of: input product + state · recurrent_kernel. */
static void gate_sums(const Cell *cell, int gates, Tensor **sums) {
    if (cell->separate) {
        for (int gate = 0; gate < gates; gate++)
            sums[gate] = sum_of_gate(cell, gate, state_product(cell, cell->h->previous, gate));
        return;
    }
    Tensor *h = masked(cell, cell->h->previous, cell->masks, 0, "dropped_state");
    if (cell->build->random && cell->args->recurrent_dropout == 1)
        h = build_map(cell->build, &drop_all, (Tensor *[]){h}, NULL, 0);
    Tensor *all = sum(cell, cell->x[0], product(cell, h, cell->recurrent_kernel, NULL, true, "state"));
    for (int gate = 0; gate < gates; gate++) sums[gate] = gates > 1 ? columns_of_gate(cell, all, gate, "sum") : all;
}

static Tensor *activated(const Cell *cell, const Object *activation, Tensor *x, const char *label) {
    if (activation && ((const ActivationDef *)activation->class)->build) x = build_whole(cell->build, x);
    return build_named(cell->build, build_activation(cell->build, activation, x), label);
}

/* A gate, or what lies beside the gates. */
static Tensor *gate_value(const Cell *cell, const Object *activation, Tensor *x, const char *label) {
    Tensor *const value = activated(cell, activation, x, label);
    value->kin = "gates";
    return value;
}

/* The pass over the gates is called so, not after the first thing that it computes. */
static void name_gates(const Cell *cell, Tensor *first) {
    Op *const op = first->producer;
    if (op->def == &op_map && op->out == first)
        op->name = arena_printf(cell->build->plan->arena, "%s_forward_gates", cell->layer->name);
}

/* … and so is the way back, which begins with the output. */
static Tensor *output_of_gates(const Cell *cell, const Formula *formula, Tensor *const *operands) {
    Tensor *const output = build_map(cell->build, formula, operands, NULL, 0);
    output->producer->steps.at[0].way_back = "gates";
    return output;
}

/* LSTM: c = f · c' + i · g, h = o · tanh(c). */

static const Formula cell_update = {"update", {"i", "g"}, "i * g", {"d * g", "d * i"}, .kind = FORMULA_PRODUCT};
static const Formula next_cell = {
    "cell", {"f", "before", "update"}, "f * before + update", {"d * before", "d * f", "d"}};
static const Formula next_output = {"output", {"o", "c"}, "o * c", {"d * c", "d * o"}, .kind = FORMULA_PRODUCT};

void lstm_step(Cell *cell) {
    const RecurrentArgs *a = cell->args;
    Tensor *z[4];
    gate_sums(cell, 4, z);
    Tensor *i = gate_value(cell, a->recurrent_activation, z[0], "input_gate");
    if (i != z[0]) name_gates(cell, i);
    Tensor *g = gate_value(cell, a->activation, z[2], "candidate");
    Tensor *update = build_map(cell->build, &cell_update, (Tensor *[]){i, g}, NULL, 0);
    Tensor *f = gate_value(cell, a->recurrent_activation, z[1], "forget_gate");
    cell->c_next = build_map(cell->build, &next_cell, (Tensor *[]){f, cell->c->previous, update}, NULL, 0);
    Tensor *o = gate_value(cell, a->recurrent_activation, z[3], "output_gate");
    Tensor *bounded = gate_value(cell, a->activation, cell->c_next, "bounded_cell");
    cell->h_next = output_of_gates(cell, &next_output, (Tensor *[]){o, bounded});
}

const char *const lstm_gates[] = {"input_gate", "forget_gate", "candidate", "output_gate", NULL};

static const CellDef lstm = {
    .gates = lstm_gates,
    .keeps_cell = true,
    .gate_masks = true,
    .step = lstm_step,
};

/* GRU: h = z · h' + (1 - z) · g. The candidate g sees the state through the reset gate r: after its product,
 * act(x + r · (h' U + b)), or before it, act(x + (r · h') U). */

static const Formula next_state = {
    "output", {"z", "before", "g"}, "z * before + (1.0 - z) * g", {"d * (before - g)", "d * z", "d * (1.0 - z)"}};
static const Formula reset = {"reset", {"r", "state"}, "r * state", {"d * state", "d * r"}, .kind = FORMULA_PRODUCT};

static void gru_step(Cell *cell) {
    const RecurrentArgs *a = cell->args;
    Tensor *h = cell->h->previous, *state[3], *z, *r, *g;
    if (a->reset_after && !cell->separate) {
        Tensor *dropped = masked(cell, h, cell->masks, 0, "dropped_state");
        Tensor *all = product(cell, dropped, cell->recurrent_kernel, cell->recurrent_bias, true, "state");
        for (int gate = 0; gate < 3; gate++) state[gate] = columns_of_gate(cell, all, gate, "state");
    } else {
        for (int gate = 0; gate < (a->reset_after ? 3 : 2); gate++) state[gate] = state_product(cell, h, gate);
    }
    z = sum_of_gate(cell, 0, state[0]);
    name_gates(cell, z);
    z = gate_value(cell, a->recurrent_activation, z, "update_gate");
    r = gate_value(cell, a->recurrent_activation, sum_of_gate(cell, 1, state[1]), "reset_gate");
    if (a->reset_after) g = build_map(cell->build, &reset, (Tensor *[]){r, state[2]}, NULL, 0);
    else g = state_product(cell, build_map(cell->build, &reset, (Tensor *[]){r, h}, NULL, 0), 2);
    g = gate_value(cell, a->activation, sum_of_gate(cell, 2, g), "candidate");
    cell->h_next = output_of_gates(cell, &next_state, (Tensor *[]){z, h, g});
}

static const CellDef gru = {.gates = (const char *const[]){"update_gate", "reset_gate", "candidate", NULL},
                            .gate_masks = true,
                            .step = gru_step};

/* SimpleRNN: h = act(x + h' U). */
static void simple_step(Cell *cell) {
    Tensor *z;
    gate_sums(cell, 1, &z);
    cell->h_next = activated(cell, cell->args->activation, z, "output");
}

static const CellDef simple = {.gates = (const char *const[]){"state", NULL}, .step = simple_step};

/* The loop. */

static const Formula select = {"kept",
                               {"x", "before", "valid"},
                               "v_select(valid > 0.0, x, before)",
                               {"v_select(valid > 0.0, d, 0.0)", "v_select(valid > 0.0, 0.0, d)"}};

/* A masked step leaves the state as it was. */
static void carry_on(const Cell *cell, Carry *carry, Tensor *next) {
    if (cell->valid) next = build_map(cell->build, &select, (Tensor *[]){next, carry->previous, cell->valid}, NULL, 0);
    loop_carry(cell->build, carry, next);
}

/* Whether masked steps give 0. Within a Bidirectional, whose zeros are its own affair, they do not. */
static bool gives_zeros(const Cell *cell) {
    return cell->valid && cell->args->zero_output_for_mask && !cell->layer->half;
}

/* A state that lasts: of a stateful layer from batch to batch, with --stream from step to step. */
static bool is_lasting(const Cell *cell) {
    return cell->build->streaming ? cell->layer->timed : cell->args->stateful;
}

/* Where such a state lies, else NULL. */
static Tensor *lasting(const Cell *cell, Shape shape, const char *name) {
    if (!is_lasting(cell)) return NULL;
    return build_lasting_state(cell->build, cell->layer, shape, name);
}

/* From (batch, time, …) to (time, batch, …) with the channels last, or back. */
static Tensor *turn(const Cell *cell, Tensor *x, bool by_time, unsigned flipped) {
    const int rank = x->shape.rank;
    int axes[MAX_RANK] = {1, 0};
    for (int i = 2; i < rank; i++) axes[i] = i;
    if (cell->def->channels_first && cell->def->channels_first(cell->layer))
        for (int i = 2; i < rank; i++)
            axes[i] = by_time ? (i + 1 < rank ? i + 1 : 2) : (i > 2 ? i - 1 : rank - 1);
    return build_permute(cell->build, x, axes, flipped, by_time ? "forward_by_time" : "forward_by_sample",
                         by_time ? "by_time" : "by_sample");
}

/* The last output, (batch, …), with the channels where they are asked for. */
static Tensor *last_of(const Cell *cell, Tensor *last) {
    const bool first = cell->def->channels_first && cell->def->channels_first(cell->layer);
    return image_store(cell->build, last, first ? CHANNELS_FIRST : CHANNELS_LAST);
}

/* (time, batch, 1, …), as many dimensions as a sequence of states has. */
static Tensor *step_mask(Builder *build, Tensor *mask, unsigned flipped, int rank) {
    mask = build_time_mask(build, mask, flipped);
    Shape shape = mask->shape;
    if (shape.rank == rank + 1) return mask;
    while (shape.rank <= rank) shape.dim[shape.rank++] = 1;
    return build_view(build, mask, shape, "mask_by_step");
}

Tensor *recurrent_run(const Layer *layer, Builder *build, Tensor *x, const CellDef *def) {
    const RecurrentArgs *a = layer->args;
    Cell cell = {.def = def, .args = a, .layer = layer, .build = build};
    const int64_t steps = x->shape.dim[1];
    const unsigned flipped = a->go_backwards != layer->reversed ? 1 : 0;
    const bool masks = build->random && a->recurrent_dropout > 0 && a->recurrent_dropout < 1;
    const Shape state = def->state ? def->state(layer) : shape_of(2, (int64_t[]){x->shape.dim[0], a->units});
    Tensor *mask = x->mask ? step_mask(build, x->mask, flipped, state.rank) : NULL;
    cell.separate = build->random && ((a->recurrent_dropout > 0 && def->gate_masks) ||
                                      (a->dropout > 0 && def->input_masks));
    cell.recurrent_kernel = weight_in_parts(layer, build, 1);
    if (a->use_bias) cell.bias = weight_in_parts(layer, build, 2);
    if (cell.bias && cell.bias->shape.rank == 2)
        cell.recurrent_bias = build_index(build, cell.bias, 1, "recurrent_bias");
    input_products(&cell, turn(&cell, x, true, flipped));
    if (masks)
        cell.masks = draw_mask(&cell, "recurrent_dropout", STREAM_RECURRENT_DROPOUT, a->recurrent_dropout, state);

    loop_begin(build, layer->name, steps, false);
    cell.h = loop_state(build, state, lasting(&cell, state, "output"), "output");
    if (def->keeps_cell) cell.c = loop_state(build, state, lasting(&cell, state, "cell"), "cell");
    for (int gate = 0; gate < MAX_GATES && cell.x[gate]; gate++)
        cell.x[gate] =
            loop_step(build, cell.x[gate],
                      cell.x[1] ? arena_printf(build->plan->arena, "%s_inputs", def->gates[gate]) : "inputs_step");
    if (mask) build->loop->valid = cell.valid = loop_step(build, mask, "valid");
    def->step(&cell);
    if (cell.c) carry_on(&cell, cell.c, cell.c_next);
    carry_on(&cell, cell.h, cell.h_next);
    loop_end(build);
    if (is_lasting(&cell))
        build_store(build, loop_final(build, cell.h, "last_output"), lasting(&cell, state, "output"));
    if (is_lasting(&cell) && cell.c)
        build_store(build, loop_final(build, cell.c, "last_cell"), lasting(&cell, state, "cell"));
    if (!a->return_sequences) {
        const char *const way = !layer->half ? "" : flipped ? "backward_" : "forward_";
        Tensor *last = loop_final(build, cell.h, arena_printf(build->plan->arena, "%slast", way));
        if (gives_zeros(&cell)) last = valid_or_zero(build, last, build_index(build, mask, (int)steps - 1, "valid"));
        return last_of(&cell, last);
    }
    Tensor *states = loop_states(build, cell.h, "states");
    if (gives_zeros(&cell)) states = valid_or_zero(build, states, mask);
    Tensor *y = turn(&cell, states, false, 0);
    y->mask = x->mask; /* as it was also where the outputs come in reversed order, as in Keras */
    return y;
}

void lstm_forget_bias(Layer *layer) {
    const RecurrentArgs *a = layer->args;
    if (!a->unit_forget_bias || !a->use_bias || layer->weights.count != 3) return;
    layer->weights.at[2]->ones_at = a->units;
    layer->weights.at[2]->ones_count = a->units;
}

static void lstm_shape(Layer *layer, Diags *diags) {
    const RecurrentArgs *a = layer->args;
    shape_of_layer(layer, &lstm, shape_of(1, (int64_t[]){4 * a->units}), diags);
    lstm_forget_bias(layer);
}

static void gru_shape(Layer *layer, Diags *diags) {
    const RecurrentArgs *a = layer->args;
    const int64_t width = 3 * a->units;
    shape_of_layer(layer, &gru, a->reset_after ? shape_of(2, (int64_t[]){2, width}) : shape_of(1, &width), diags);
}

static void simple_shape(Layer *layer, Diags *diags) {
    const RecurrentArgs *a = layer->args;
    shape_of_layer(layer, &simple, shape_of(1, &a->units), diags);
}

const char *recurrent_stream(const Layer *layer, bool *timed) {
    const RecurrentArgs *a = layer->args;
    if (!*timed) return a->stateful ? "it is stateful, but does not run over the time of the input" : NULL;
    if (a->go_backwards) return "it begins with the last step (go_backwards=True)";
    *timed = a->return_sequences;
    return NULL;
}

#define FORWARD(cell)                                                                  \
    static Tensor *cell##_forward(const Layer *layer, Builder *build, Tensor *x) {     \
        return recurrent_run(layer, build, x, &cell);                                  \
    }
FORWARD(lstm)
FORWARD(gru)
FORWARD(simple)

const LayerDef layer_LSTM = {
    LAYER_CLASS("LSTM", "long short-term memory over (batch, time, features)", lstm_args, RecurrentArgs),
    .shape = lstm_shape,
    .forward = lstm_forward,
    .stream = recurrent_stream,
    .stateful = recurrent_stateful,
    .recurrent = true,
    .masks = true,
    .ends = true,
};
const LayerDef layer_GRU = {
    LAYER_CLASS("GRU", "gated recurrent unit over (batch, time, features)", gru_args, RecurrentArgs),
    .shape = gru_shape,
    .forward = gru_forward,
    .stream = recurrent_stream,
    .stateful = recurrent_stateful,
    .recurrent = true,
    .masks = true,
    .ends = true,
};
const LayerDef layer_SimpleRNN = {
    LAYER_CLASS("SimpleRNN", "h = activation(x · kernel + h · recurrent_kernel + bias), step by step", simple_args,
                RecurrentArgs),
    .shape = simple_shape,
    .forward = simple_forward,
    .stream = recurrent_stream,
    .stateful = recurrent_stateful,
    .recurrent = true,
    .masks = true,
    .ends = true,
};
