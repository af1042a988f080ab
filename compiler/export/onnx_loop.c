/* SPDX-License-Identifier: MIT-0 */
/* Recurrent layers that no node of ONNX is: a Loop over the steps of a sequence, whose graph is the formulas of the
 * cells. Where steps are masked, they leave the states as they were. */
#include "export/export.h"

#ifdef NNC_IMPORT

#include <string.h>

#include "export/onnx.h"

enum { STATES = 2 }; /* of a cell at most: output and cell state */

/* A step of a cell in the graph of the loop: names of values, (batch, units). */
typedef struct CellStep {
    Graph *body;
    const Layer *layer;
    int64_t units;
    const char *x, *before[STATES], *next[STATES];
} CellStep;

/* Ports ------------------------------------------------------------ */

static const char *two(Graph *graph, const char *type, const char *a, const char *b) {
    graph->value = a;
    graph_input(graph, graph_node(graph, type), b);
    return graph->value;
}

static const char *activated(const CellStep *step, const char *argument, const char *value, bool *good) {
    const Object *const *const field = arg_field(step->layer, argument, ARG_OBJECT);
    step->body->value = value;
    *good = graph_put_activation(step->body, step->layer, field ? *field : NULL) && *good;
    return step->body->value;
}

/* Columns of a weight, of some gates, as a constant of a node. */
static void add_columns(const CellStep *step, Onnx__NodeProto *node, int index, int64_t row, int gate, int gates) {
    const Weight *const weight = step->layer->weights.at[index];
    const Shape shape = weight->shape;
    const int64_t width = shape.dim[shape.rank - 1], rows = index == 2 ? 1 : shape.dim[0], wide = gates * step->units;
    const float *const from = graph_values(step->body, step->layer, index) + row * width + gate * step->units;
    float *const to = NEW_ARRAY(step->body->export->arena, float, rows *wide + 1);
    for (int64_t i = 0; i < rows; i++) memcpy(to + i * wide, from + i * width, (size_t)wide * sizeof *to);
    if (index == 2) graph_tensor(step->body, node, weight->path, TYPE_FLOAT, 1, &wide, to);
    else graph_tensor(step->body, node, weight->path, TYPE_FLOAT, 2, (int64_t[]){rows, wide}, to);
}

/* of · kernel, or · recurrent_kernel (index 1), and row `bias` of the bias; -1: without. */
static const char *product(const CellStep *step, const char *of, int index, int bias, int gate, int gates) {
    step->body->value = of;
    add_columns(step, graph_node(step->body, "MatMul"), index, 0, gate, gates);
    if (bias >= 0 && arg_flag(step->layer, "use_bias"))
        add_columns(step, graph_node(step->body, "Add"), 2, bias, gate, gates);
    return step->body->value;
}

/* Gates of units each, side by side. */
static void split(const CellStep *step, const char *value, int gates, const char **parts) {
    enum { NAMED = 18 }; /* the opset from which on it says into how many */
    Arena *const arena = step->body->export->arena;
    step->body->value = value;
    Onnx__NodeProto *const node = graph_node(step->body, "Split");
    node->output = NEW_ARRAY(arena, char *, gates);
    node->n_output = (size_t)gates;
    for (int i = 0; i < gates; i++) parts[i] = node->output[i] = arena_printf(arena, "%s_%d", node->name, i);
    graph_int(step->body, node, "axis", 1);
    if (step->body->opset >= NAMED) graph_int(step->body, node, "num_outputs", gates);
}

/* Cells ------------------------------------------------------------ */

static bool step_simple(CellStep *step) {
    bool good = true;
    const char *const sum =
        two(step->body, "Add", product(step, step->x, 0, 0, 0, 1), product(step, step->before[0], 1, -1, 0, 1));
    step->next[0] = activated(step, "activation", sum, &good);
    return good;
}

static bool step_lstm(CellStep *step) {
    Graph *const body = step->body;
    const char *gates[4];
    bool good = true;
    split(step, two(body, "Add", product(step, step->x, 0, 0, 0, 4), product(step, step->before[0], 1, -1, 0, 4)), 4,
          gates);
    for (int i = 0; i < 4; i++)
        gates[i] = activated(step, i == 2 ? "activation" : "recurrent_activation", gates[i], &good);
    const char *const kept = two(body, "Mul", gates[1], step->before[1]);
    step->next[1] = two(body, "Add", kept, two(body, "Mul", gates[0], gates[2]));
    step->next[0] = two(body, "Mul", gates[3], activated(step, "activation", step->next[1], &good));
    return good;
}

static bool step_gru(CellStep *step) {
    Graph *const body = step->body;
    const bool behind = arg_flag(step->layer, "reset_after");
    const char *in[3], *state[3] = {NULL}, *const h = step->before[0];
    bool good = true;
    split(step, product(step, step->x, 0, 0, 0, 3), 3, in);
    if (behind) split(step, product(step, h, 1, 1, 0, 3), 3, state);
    for (int i = 0; i < 2; i++) {
        const char *const of_state = behind ? state[i] : product(step, h, 1, -1, i, 1);
        in[i] = activated(step, "recurrent_activation", two(body, "Add", in[i], of_state), &good);
    }
    const char *const reset =
        behind ? two(body, "Mul", in[1], state[2]) : product(step, two(body, "Mul", in[1], h), 1, -1, 2, 1);
    const char *const candidate = activated(step, "activation", two(body, "Add", in[2], reset), &good);
    body->value = in[0];
    Onnx__NodeProto *const rest = graph_node(body, "Sub");
    rest->n_input = 0;
    graph_number(body, rest, "one", 1);
    graph_input(body, rest, in[0]);
    const char *const added = two(body, "Mul", rest->output[0], candidate);
    step->next[0] = two(body, "Add", two(body, "Mul", in[0], h), added);
    return good;
}

static const struct {
    const char *class_name;
    int states;
    bool (*step)(CellStep *step);
} cells[] = {{"LSTM", 2, step_lstm}, {"GRU", 1, step_gru}, {"SimpleRNN", 1, step_simple}};

static int cell_of(const Layer *layer) {
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        if (!strcmp(cells[i].class_name, layer->def->class.name)) return (int)i;
    return -1;
}

/* The loop ------------------------------------------------------------ */

/* A sequence as the loop takes it: (time, batch, …), in the order in which it goes. */
static const char *by_time(Graph *graph, const Layer *layer, const char *value, bool turned) {
    graph->value = value;
    graph_permute(graph, (int64_t[]){1, 0, 2}, 3);
    if (turned) graph_turn_time(graph, layer, 0);
    return graph->value;
}

/* Zeros, (batch, units). */
static const char *zeros(Graph *graph, const Layer *layer, const char *x, int64_t units) {
    Arena *const arena = graph->export->arena;
    graph->value = x;
    Onnx__NodeProto *const sizes = graph_node(graph, "Shape");
    graph_int(graph, sizes, "start", 1);
    graph_int(graph, sizes, "end", 2);
    Onnx__NodeProto *const both = graph_node(graph, "Concat");
    graph_list(graph, both, arena_printf(arena, "%s/units", layer->name), &units, 1);
    graph_int(graph, both, "axis", 0);
    const char *const shape = graph->value;
    Onnx__NodeProto *const filled = graph_node(graph, "Expand");
    filled->n_input = 0;
    graph_number(graph, filled, "zero", 0);
    graph_input(graph, filled, shape);
    return graph->value;
}

/* What a masked step leaves as it was; without masks what it became. */
static const char *kept(Graph *body, const char *counts, const char *next, const char *before) {
    if (!counts) return next;
    body->value = counts;
    Onnx__NodeProto *const node = graph_node(body, "Where");
    graph_input(body, node, next);
    graph_input(body, node, before);
    return body->value;
}

static const char *at_step(Graph *body, const char *sequence, const char *step) {
    return two(body, "Gather", sequence, step);
}

/* Names of a body's inputs or outputs, and what they are. */
typedef LIST(Onnx__ValueInfoProto *) Ports;

static const char *add_value(Graph *graph, Ports *values, const char *name, int type, int rank, int64_t units) {
    const Shape shape = {.rank = rank, .dim = {1, units}};
    list_push(graph->export->arena, values, graph_value(graph, name, shape, type));
    return name;
}

/* A loop on its way: the node, its graph, and what goes into and comes out of that. */
typedef struct Loop {
    Graph body;
    Ports in, out;
    LIST(const char *) first, states; /* before the first step; names of the node's outputs */
} Loop;

/* The step of one cell; false after a message. Returns its output by *x. */
static bool put_step(Graph *graph, Loop *loop, const Layer *layer, const char *sequence, const char *counts,
                     const char **x) {
    Arena *const arena = graph->export->arena;
    const int cell = cell_of(layer);
    CellStep step = {.body = &loop->body, .layer = layer, .units = layer->weights.at[1]->shape.dim[0], .x = *x};
    const char *const first = zeros(graph, layer, sequence, step.units);
    for (int i = 0; i < cells[cell].states; i++) {
        list_push(arena, &loop->first, first);
        step.before[i] =
            add_value(graph, &loop->in, arena_printf(arena, "%s/state_%d", layer->name, i), TYPE_FLOAT, 2, step.units);
    }
    if (!cells[cell].step(&step)) return false;
    for (int i = 0; i < cells[cell].states; i++) {
        const char *const next = kept(&loop->body, counts, step.next[i], step.before[i]);
        list_push(arena, &loop->states, add_value(graph, &loop->out, next, TYPE_FLOAT, 2, step.units));
    }
    *x = step.next[0];
    return true;
}

/* What a step gives besides its states: a copy of its output, or 0 where it is masked. */
static void add_output(Loop *loop, const char *counts, const char *output, int64_t units, bool zero) {
    if (zero) {
        loop->body.value = counts;
        Onnx__NodeProto *const node = graph_node(&loop->body, "Where");
        graph_input(&loop->body, node, output);
        graph_number(&loop->body, node, "zero", 0);
    } else {
        loop->body.value = output;
        graph_node(&loop->body, "Identity");
    }
    add_value(&loop->body, &loop->out, loop->body.value, TYPE_FLOAT, 2, units);
}

/* The node, whose outputs are the states behind the last step and (steps, batch, units). */
static Onnx__NodeProto *add_loop(Graph *graph, Loop *loop, const Layer *layer) {
    Arena *const arena = graph->export->arena;
    Onnx__NodeProto *const node = graph_node(graph, "Loop");
    const int states = loop->states.count;
    node->n_input = 0;
    node->input = NEW_ARRAY(arena, char *, states + 2);
    graph_tensor(graph, node, arena_printf(arena, "%s/steps", layer->name), TYPE_INT64, 0, NULL, &layer->input.dim[1]);
    graph_input(graph, node, "");
    for (int i = 0; i < states; i++) graph_input(graph, node, loop->first.at[i]);
    node->n_output = (size_t)states + 1;
    node->output = NEW_ARRAY(arena, char *, states + 1);
    for (int i = 0; i <= states; i++) node->output[i] = arena_printf(arena, "%s_%d", node->name, i);
    Onnx__GraphProto body;
    onnx__graph_proto__init(&body);
    body.name = node->name;
    body.n_node = (size_t)loop->body.nodes.count;
    body.node = loop->body.nodes.at;
    body.n_input = (size_t)loop->in.count;
    body.input = loop->in.at;
    body.n_output = (size_t)loop->out.count;
    body.output = loop->out.at;
    const size_t size = onnx__graph_proto__get_packed_size(&body);
    unsigned char *const bytes = arena_alloc(arena, size + 1);
    onnx__graph_proto__pack(&body, bytes);
    graph_inner(graph, node, "body", bytes, size);
    return node;
}

/* Whether steps that are masked give 0. Within a Bidirectional they do where all are given. */
static bool gives_zeros(const Layer *layer) {
    return layer->half ? arg_flag(layer, "return_sequences") : arg_flag(layer, "zero_output_for_mask");
}

static bool within_steps(const Layer *layer) {
    while (layer && strcmp(layer->def->class.name, "TimeDistributed") != 0) layer = layer->wrapper;
    return layer != NULL;
}

/* Of (time, batch, units) the last, by the negative index: it is what the last step gave. */
static void add_last_step(Graph *graph, const Layer *layer) {
    const int64_t at = -1;
    Onnx__NodeProto *const node = graph_node(graph, "Gather");
    graph_tensor(graph, node, arena_printf(graph->export->arena, "%s/last", layer->name), TYPE_INT64, 0, NULL, &at);
    graph_int(graph, node, "axis", 0);
}

bool graph_put_loop(Graph *graph, const Layer *const *layers, int count, bool turned) {
    Arena *const arena = graph->export->arena;
    const Layer *const last = layers[count - 1];
    const bool masked = graph_masked(layers[0]), steps = arg_flag(last, "return_sequences"),
               zero = masked && gives_zeros(last);
    if (masked && within_steps(last))
        return graph_lacks(graph, last, "within TimeDistributed masks of time steps have no counterpart in ONNX");
    Loop loop = {.body = {.export = graph->export, .opset = graph->opset, .outer = graph}};
    const char *const x = graph->value;
    const char *const mask = masked ? by_time(graph, last, graph->mask, turned) : NULL;
    const char *const sequence = by_time(graph, last, x, turned);
    const char *const at = add_value(graph, &loop.in, arena_printf(arena, "%s/step", last->name), TYPE_INT64, 0, 0);
    const char *const goes_on =
        add_value(graph, &loop.in, arena_printf(arena, "%s/goes_on", last->name), TYPE_BOOL, 0, 0);
    loop.body.value = goes_on;
    graph_node(&loop.body, "Identity");
    add_value(graph, &loop.out, loop.body.value, TYPE_BOOL, 0, 0);
    const char *output = at_step(&loop.body, sequence, at), *const counts = mask ? at_step(&loop.body, mask, at) : NULL;
    for (int i = 0; i < count; i++)
        if (!put_step(graph, &loop, layers[i], sequence, counts, &output)) return false;
    const int states = cells[cell_of(last)].states, of_last = loop.states.count - states;
    add_output(&loop, counts, zero ? output : loop.states.at[of_last], last->weights.at[1]->shape.dim[0], zero);
    Onnx__NodeProto *const node = add_loop(graph, &loop, last);
    graph->value = node->output[steps || zero ? loop.states.count : of_last];
    if (steps) graph_permute(graph, (int64_t[]){1, 0, 2}, 3);
    else if (zero) add_last_step(graph, last);
    return true;
}

#endif
