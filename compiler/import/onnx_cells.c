/* SPDX-License-Identifier: MIT-0 */
/* The formulas of a Loop as cells of recurrent layers: SimpleRNN, GRU and LSTM, one behind the other. */
#include "import/import.h"

#ifdef NNC_IMPORT

#include <string.h>

#include "import/onnx_loop.h"

enum { GATES = 4, CELLS = 16 };

/* function(in + state), where the products are with what goes in and with the state. */
typedef struct Gate {
    const char *function;
    StepTerm in, state;
} Gate;

typedef struct LoopCell {
    const char *class_name, *function, *recurrent_function;
    const StepValue *state; /* that is the output of the step before */
    const StepValue *in;
    Gate gates[GATES]; /* in Keras' order */
    int gate_count;
    bool resets_behind; /* the product with the state, as GRU(reset_after=True) */
    int64_t units;
} LoopCell;

static bool is_kind(const StepValue *value, StepKind kind) { return value && value->kind == kind; }

/* Formulas ------------------------------------------------------------ */

static const char *function_of(const StepValue *value) {
    return is_kind(value, STEP_ACTIVATED) ? value->function : "linear";
}

static const StepValue *argument_of(const StepValue *value) {
    return is_kind(value, STEP_ACTIVATED) ? value->a : value;
}

/* One factor of a product where the other is given. */
static const StepValue *other_factor(const StepValue *product, const StepValue *factor) {
    if (!is_kind(product, STEP_PRODUCT)) return NULL;
    return product->a == factor ? product->b : product->b == factor ? product->a : NULL;
}

/* A sum of a product with `state` and one with what goes in, which is the same for all gates of a cell. */
static bool read_terms(LoopCell *cell, const StepValue *sum, const StepValue *state, Gate *gate) {
    if (!is_kind(sum, STEP_LINEAR) || sum->term_count != 2) return false;
    const int at = sum->terms[0].of == state ? 0 : sum->terms[1].of == state ? 1 : -1;
    if (at < 0) return false;
    gate->state = sum->terms[at];
    gate->in = sum->terms[1 - at];
    if (!cell->in) cell->in = gate->in.of;
    if (cell->units == 0) cell->units = sum->width;
    return gate->in.of == cell->in && sum->width == cell->units && gate->state.inputs == cell->units;
}

static bool read_gate(LoopCell *cell, const StepValue *value, int place) {
    Gate *const gate = &cell->gates[place];
    gate->function = function_of(value);
    return read_terms(cell, argument_of(value), cell->state, gate);
}

static bool read_simple(LoopCell *cell, const StepValue *output) {
    cell->class_name = "SimpleRNN";
    cell->gate_count = 1;
    if (!read_gate(cell, output, 0)) return false;
    cell->function = cell->gates[0].function;
    return true;
}

/* h = o · f(c), c = forget · c before + i · f(candidate) */
static bool read_lstm(LoopCell *cell, const Loop *loop, const StepValue *output) {
    cell->class_name = "LSTM";
    cell->gate_count = 4;
    if (!is_kind(output, STEP_PRODUCT)) return false;
    for (int turn = 0; turn < 2; turn++) {
        const StepValue *const out = turn ? output->b : output->a, *const shown = turn ? output->a : output->b;
        const StepValue *const sum = argument_of(shown);
        const StepValue *before = NULL;
        for (int i = 0; i < loop->states.count; i++)
            if (sum && loop->states.at[i].next == sum) before = loop->states.at[i].value;
        if (!before || !is_kind(sum, STEP_SUM)) continue;
        const bool first = other_factor(sum->a, before) != NULL;
        const StepValue *const forget = other_factor(first ? sum->a : sum->b, before), *const added =
                                                                                           first ? sum->b : sum->a;
        if (!forget || !is_kind(added, STEP_PRODUCT)) continue;
        cell->function = function_of(shown);
        const bool candidate_last =
            !strcmp(function_of(added->b), cell->function) && !strcmp(function_of(added->a), function_of(out));
        cell->recurrent_function = function_of(out);
        if (!read_gate(cell, candidate_last ? added->a : added->b, 0) || !read_gate(cell, forget, 1) ||
            !read_gate(cell, candidate_last ? added->b : added->a, 2) || !read_gate(cell, out, 3))
            continue;
        return !strcmp(cell->gates[0].function, cell->recurrent_function) &&
               !strcmp(cell->gates[1].function, cell->recurrent_function) &&
               !strcmp(cell->gates[2].function, cell->function);
    }
    return false;
}

/* The candidate of a GRU: f(in + reset · (state · kernel)), or f(in + (reset · state) · kernel). */
static bool read_candidate(LoopCell *cell, const StepValue *candidate) {
    const StepValue *const sum = argument_of(candidate);
    Gate *const gate = &cell->gates[2];
    const StepValue *reset = NULL;
    cell->function = gate->function = function_of(candidate);
    if (is_kind(sum, STEP_LINEAR) && sum->term_count == 2) {
        for (int i = 0; i < 2 && !reset; i++) {
            reset = other_factor(sum->terms[i].of, cell->state);
            if (reset && !read_terms(cell, sum, sum->terms[i].of, gate)) return false;
        }
    } else if (is_kind(sum, STEP_SUM)) {
        const bool first = is_kind(sum->a, STEP_PRODUCT);
        const StepValue *const product = first ? sum->a : sum->b, *const in = first ? sum->b : sum->a;
        if (!is_kind(product, STEP_PRODUCT) || !is_kind(in, STEP_LINEAR) || in->term_count != 1) return false;
        const bool behind = is_kind(product->b, STEP_LINEAR);
        const StepValue *const state = behind ? product->b : product->a;
        reset = behind ? product->a : product->b;
        if (!is_kind(state, STEP_LINEAR) || state->term_count != 1 || state->terms[0].of != cell->state ||
            state->width != in->width)
            return false;
        StepValue both = *in;
        both.terms[both.term_count++] = state->terms[0];
        cell->resets_behind = true;
        if (!read_terms(cell, &both, cell->state, gate)) return false;
    }
    return reset && read_gate(cell, reset, 1);
}

/* h = z · h before + (1 - z) · candidate */
static bool read_gru(LoopCell *cell, const StepValue *output) {
    cell->class_name = "GRU";
    cell->gate_count = 3;
    if (!is_kind(output, STEP_SUM)) return false;
    for (int turn = 0; turn < 2; turn++) {
        const StepValue *const kept = turn ? output->b : output->a, *const new = turn ? output->a : output->b;
        const StepValue *const update = other_factor(kept, cell->state);
        if (!update || !is_kind(new, STEP_PRODUCT)) continue;
        const bool first = is_kind(new->a, STEP_REST) && new->a->a == update;
        const StepValue *const rest = first ? new->a : new->b, *const candidate = first ? new->b : new->a;
        if (!is_kind(rest, STEP_REST) || rest->a != update) continue;
        cell->recurrent_function = function_of(update);
        return read_gate(cell, update, 0) && read_candidate(cell, candidate) &&
               !strcmp(cell->gates[1].function, cell->recurrent_function);
    }
    return false;
}

static bool read_cell(const Loop *loop, const StepValue *output, LoopCell *cell) {
    for (int i = 0; i < loop->states.count; i++) {
        if (loop->states.at[i].next != output || !output) continue;
        const LoopCell empty = {.state = loop->states.at[i].value};
        *cell = empty;
        if (read_simple(cell, output)) return true;
        *cell = empty;
        if (read_lstm(cell, loop, output)) return true;
        *cell = empty;
        if (read_gru(cell, output)) return true;
    }
    return false;
}

/* Layers ------------------------------------------------------------ */

static float *kernel_of(const Onnx *onnx, const LoopCell *cell, bool of_state) {
    const int64_t units = cell->units, width = units * cell->gate_count,
                  inputs = of_state ? units : cell->gates[0].in.inputs;
    float *const kernel = NEW_ARRAY(onnx->import->arena, float, inputs *width);
    for (int gate = 0; gate < cell->gate_count; gate++) {
        const StepTerm *const term = of_state ? &cell->gates[gate].state : &cell->gates[gate].in;
        for (int64_t row = 0; row < inputs; row++)
            memcpy(kernel + row * width + gate * units, term->matrix + row * units, (size_t)units * sizeof *kernel);
    }
    return kernel;
}

static bool has_bias(const LoopCell *cell) {
    for (int i = 0; i < cell->gate_count; i++)
        if (cell->gates[i].in.bias || cell->gates[i].state.bias) return true;
    return false;
}

/* Of what goes in, and behind it of the state; added up where a cell has but one. */
static float *bias_of(const Onnx *onnx, const LoopCell *cell) {
    const int64_t units = cell->units, width = units * cell->gate_count;
    float *const bias = NEW_ARRAY(onnx->import->arena, float, 2 * width);
    for (int gate = 0; gate < cell->gate_count; gate++)
        for (int64_t unit = 0; unit < units; unit++) {
            const Gate *const from = &cell->gates[gate];
            const int64_t at = gate * units + unit;
            const float in = from->in.bias ? from->in.bias[unit] : 0,
                        state = from->state.bias ? from->state.bias[unit] : 0;
            bias[at] = cell->resets_behind ? in : in + state;
            bias[width + at] = state;
        }
    return bias;
}

static void put_cell(Onnx *onnx, const LoopCell *cell, Text *args) {
    text_printf(args, "%lld", (long long)cell->units);
    if (strcmp(cell->function, "tanh") != 0) text_printf(args, ", activation='%s'", cell->function);
    if (cell->recurrent_function && strcmp(cell->recurrent_function, "sigmoid") != 0)
        text_printf(args, ", recurrent_activation='%s'", cell->recurrent_function);
    if (!has_bias(cell)) text_puts(args, ", use_bias=False");
    if (!strcmp(cell->class_name, "GRU") && !cell->resets_behind) text_puts(args, ", reset_after=False");
    (void)onnx;
}

static void add_weights(Onnx *onnx, const LoopCell *cell) {
    const int64_t width = cell->units * cell->gate_count;
    onnx_weight(onnx, kernel_of(onnx, cell, false), 2, (int64_t[]){cell->gates[0].in.inputs, width});
    onnx_weight(onnx, kernel_of(onnx, cell, true), 2, (int64_t[]){cell->units, width});
    if (has_bias(cell))
        onnx_weight(onnx, bias_of(onnx, cell), cell->resets_behind ? 2 : 1,
                    cell->resets_behind ? (int64_t[]){2, width} : (int64_t[]){width});
}

/* One cell is a layer, several are those of an RNN; the last one found is the first that the input goes through. */
static void add_layer(Onnx *onnx, const Loop *loop, const LoopCell *cells, int count) {
    Text args = {.arena = onnx->import->arena};
    if (count > 1) text_puts(&args, "[");
    for (int i = count; i-- > 0;) {
        if (count > 1) text_printf(&args, "%s%sCell(", i < count - 1 ? ", " : "", cells[i].class_name);
        put_cell(onnx, &cells[i], &args);
        if (count > 1) text_puts(&args, ")");
    }
    if (count > 1) text_puts(&args, "]");
    if (loop->all_steps) text_puts(&args, ", return_sequences=True");
    if (loop->zeros && !onnx->is_way) text_puts(&args, ", zero_output_for_mask=True");
    if (onnx->turned) text_puts(&args, ", go_backwards=True");
    onnx->turned = false;
    Found *const found = onnx_layer(onnx, count > 1 ? "RNN" : cells[0].class_name);
    found->recurs = true;
    found->masks = loop->masked;
    onnx_arg(onnx, "%s", text_chars(&args));
    for (int i = count; i-- > 0;) add_weights(onnx, &cells[i]);
}

bool onnx_take_loop(Onnx *onnx, const Node *node) {
    Loop loop;
    LoopCell cells[CELLS];
    int count = 0;
    if (!onnx_read_loop(onnx, node, &loop)) return false;
    const StepValue *output = loop.output;
    while (count < CELLS && read_cell(&loop, output, &cells[count]) && !is_kind(cells[count++].in, STEP_INPUT))
        output = cells[count - 1].in;
    if (count == 0 || !is_kind(cells[count - 1].in, STEP_INPUT)) {
        onnx_fail(onnx, node, "it has a graph of its own, step by step, which is none of nnc's recurrent layers");
        nnc_fail_hint(&onnx->import->host,
                      "import what it was exported from: the .keras, or PyTorch's weights by --for");
        return false;
    }
    if (loop.masked != onnx->masked || (loop.masked && !onnx->mask_layer))
        return onnx_fail(onnx, node, "it does not mask its steps as nnc's layers do");
    add_layer(onnx, &loop, cells, count);
    onnx->masked &= loop.all_steps;
    onnx->zeros = loop.zeros;
    onnx->positive = false;
    onnx->rank = loop.all_steps ? 3 : 2;
    if (!loop.all_steps) onnx->dim[0] = 1;
    onnx->dim[onnx->rank - 1] = cells[0].units;
    onnx->lay = loop.all_steps ? LAY_TIME : LAY_SAME;
    onnx_step(onnx, loop.used);
    return true;
}

#endif
