/* SPDX-License-Identifier: MIT-0 */
/* The graph within a Loop, read node by node: constants are folded, everything else becomes a formula, or is none. */
#include "import/import.h"

#ifdef NNC_IMPORT

#include <math.h>
#include <string.h>

#include "import/onnx_loop.h"

/* A body on its way to formulas. */
typedef struct Body {
    Onnx *outer;
    Onnx own;      /* its graph and constants */
    Names values;  /* name → StepValue */
    Names renamed; /* name → that of the value outside which it is in each step */
} Body;

static StepValue *new_value(const Body *body, StepKind kind, int64_t width) {
    StepValue *const value = NEW(body->own.import->arena, StepValue);
    *value = (StepValue){.kind = kind, .width = width};
    return value;
}

static StepValue *value_of(const Body *body, const char *name) { return name ? names_find(&body->values, name) : NULL; }

static bool is_kind(const StepValue *value, StepKind kind) { return value && value->kind == kind; }

/* Formulas ------------------------------------------------------------ */

/* A state's width is that of what it is multiplied or added with. */
static int64_t width_of(StepValue *a, StepValue *b) {
    if (a->width == 0) a->width = b->width;
    if (b->width == 0) b->width = a->width;
    return a->width == b->width ? a->width : -1;
}

static StepValue *two_of(const Body *body, StepKind kind, StepValue *a, StepValue *b) {
    const int64_t width = width_of(a, b);
    StepValue *const value = width >= 0 ? new_value(body, kind, width) : NULL;
    if (value) value->a = a, value->b = b;
    return value;
}

static StepValue *product(const Body *body, StepValue *of, const Constant *matrix, bool turned) {
    if (!of || !matrix || !matrix->real || matrix->rank != 2) return NULL;
    const int64_t inputs = matrix->dim[turned ? 1 : 0], width = matrix->dim[turned ? 0 : 1];
    if (of->width == 0) of->width = inputs;
    if (of->width != inputs || width < 1) return NULL;
    StepValue *const value = new_value(body, STEP_LINEAR, width);
    const float *const values =
        turned ? onnx_permuted(body->outer, matrix, 2, matrix->dim, (int[]){1, 0}) : matrix->real;
    value->terms[value->term_count++] = (StepTerm){of, inputs, values, NULL};
    return value;
}

/* Numbers that are added to a sum of products, (width,) or one. */
static StepValue *biased(const Body *body, const StepValue *linear, const Constant *bias) {
    const int64_t width = linear->width;
    if (!bias || !bias->real || (bias->count != 1 && bias->count != (size_t)width)) return NULL;
    StepValue *const value = new_value(body, STEP_LINEAR, width);
    *value = *linear;
    value->a = bias->count == 1 ? linear : NULL;
    value->plus = bias->real[0];
    float *const sum = NEW_ARRAY(body->own.import->arena, float, width);
    for (int64_t i = 0; i < width; i++)
        sum[i] = bias->real[bias->count == 1 ? 0 : i] + (linear->terms[0].bias ? linear->terms[0].bias[i] : 0);
    value->terms[0].bias = sum;
    return value;
}

static StepValue *sum_of_products(const Body *body, const StepValue *a, const StepValue *b) {
    if (a->width != b->width || a->term_count + b->term_count > STEP_TERMS) return NULL;
    StepValue *const value = new_value(body, STEP_LINEAR, a->width);
    *value = *a;
    value->a = NULL;
    for (int i = 0; i < b->term_count; i++) value->terms[value->term_count++] = b->terms[i];
    return value;
}

/* Some of a sum's columns. */
static StepValue *columns(const Body *body, const StepValue *linear, int64_t from, int64_t to) {
    if (!is_kind(linear, STEP_LINEAR) || from < 0 || to > linear->width || from >= to) return NULL;
    const int64_t width = to - from;
    StepValue *const value = new_value(body, STEP_LINEAR, width);
    *value = *linear;
    value->width = width;
    value->a = NULL;
    for (int i = 0; i < value->term_count; i++) {
        StepTerm *const term = &value->terms[i];
        float *const part = NEW_ARRAY(body->own.import->arena, float, term->inputs *width);
        for (int64_t row = 0; row < term->inputs; row++)
            memcpy(part + row * width, term->matrix + row * linear->width + from, (size_t)width * sizeof *part);
        term->matrix = part;
        if (term->bias) term->bias += from;
    }
    return value;
}

/* mask · a, where the mask is one of 0 and 1. */
static const StepValue *masked_factor(const StepValue *value, StepKind mask) {
    if (!is_kind(value, STEP_PRODUCT)) return NULL;
    return value->a->kind == mask ? value->b : value->b->kind == mask ? value->a : NULL;
}

static StepValue *choice(const Body *body, const StepValue *counts, const StepValue *otherwise) {
    StepValue *const value = new_value(body, STEP_CHOICE, counts->width);
    value->a = counts;
    value->b = otherwise;
    return value;
}

/* Nodes ------------------------------------------------------------ */

static StepValue *read_add(const Body *body, const Node *node) {
    StepValue *const a = value_of(body, onnx_input(node, 0)), *const b = value_of(body, onnx_input(node, 1));
    const Constant *const constant = onnx_added(&body->own, node);
    if (a && b && a->kind == STEP_LINEAR && b->kind == STEP_LINEAR) return sum_of_products(body, a, b);
    for (int i = 0; a && b && i < 2; i++) {
        const StepValue *const counts = masked_factor(i ? b : a, STEP_MASK), *const otherwise = masked_factor(
                                                                                 i ? a : b, STEP_UNMASKED);
        if (counts && otherwise) return choice(body, counts, otherwise);
    }
    if (a && b) return two_of(body, STEP_SUM, a, b);
    StepValue *const one = a ? a : b;
    if (!one || !constant) return NULL;
    if (one->kind == STEP_LINEAR) return biased(body, one, constant);
    const bool next = one->kind == STEP_COUNTER && constant->whole && constant->count == 1 && constant->whole[0] == 1;
    return next ? new_value(body, STEP_NEXT, 0) : NULL;
}

static StepValue *activated(const Body *body, const char *function, const StepValue *of) {
    StepValue *const value = new_value(body, STEP_ACTIVATED, of->width);
    value->function = function;
    value->a = of;
    return value;
}

/* relu6(x + 3) / 6 */
static StepValue *read_hard_sigmoid(const Body *body, const Node *node, const StepValue *value) {
    const Constant *const factor = onnx_added(&body->own, node);
    const double number = factor && factor->real && factor->count == 1 ? (double)factor->real[0] : 0;
    const bool sixth = onnx_is(node, "Div") ? number == 6 && value_of(body, onnx_input(node, 0)) == value
                                            : fabs(number - 1.0 / 6) < 1e-7;
    const bool found = sixth && is_kind(value, STEP_ACTIVATED) && !strcmp(value->function, "relu6") &&
                       value->a->kind == STEP_LINEAR && value->a->a && value->a->plus == 3;
    return found ? activated(body, "hard_sigmoid", value->a->a) : NULL;
}

static StepValue *read_mul(const Body *body, const Node *node) {
    StepValue *const a = value_of(body, onnx_input(node, 0)), *const b = value_of(body, onnx_input(node, 1));
    if (!a || !b) return a || b ? read_hard_sigmoid(body, node, a ? a : b) : NULL;
    const bool masks =
        a->kind == STEP_MASK || a->kind == STEP_UNMASKED || b->kind == STEP_MASK || b->kind == STEP_UNMASKED;
    if (!masks) return two_of(body, STEP_PRODUCT, a, b);
    StepValue *const value = new_value(body, STEP_PRODUCT, a->width ? a->width : b->width);
    value->a = a;
    value->b = b;
    return value;
}

/* 1 - a */
static StepValue *read_sub(const Body *body, const Node *node) {
    const Constant *const one = onnx_constant_input(&body->own, node, 0);
    StepValue *const taken = value_of(body, onnx_input(node, 1));
    if (!taken || !one || !one->real || one->count != 1 || one->real[0] != 1) return NULL;
    StepValue *const value = new_value(body, STEP_REST, taken->width);
    value->a = taken;
    return value;
}

static StepValue *read_gather(const Body *body, const Node *node) {
    const char *name = onnx_input(node, 0);
    if (!name || !is_kind(value_of(body, onnx_input(node, 1)), STEP_COUNTER) || onnx_int(node, "axis", 0) != 0)
        return NULL;
    const char *const outside = names_find(&body->renamed, name);
    if (outside) name = outside;
    if (!strcmp(name, body->outer->value)) return new_value(body, STEP_INPUT, body->outer->dim[2]);
    return onnx_masks_steps(body->outer, name) ? new_value(body, STEP_MASK, 0) : NULL;
}

static StepValue *read_gemm(const Body *body, const Node *node) {
    if (onnx_int(node, "transA", 0) || onnx_real(node, "alpha", 1) != 1 || onnx_real(node, "beta", 1) != 1) return NULL;
    StepValue *const value = product(body, value_of(body, onnx_input(node, 0)),
                                     onnx_constant_input(&body->own, node, 1), onnx_int(node, "transB", 0) != 0);
    return value && onnx_input(node, 2) ? biased(body, value, onnx_constant_input(&body->own, node, 2)) : value;
}

/* All rows, and some columns. */
static StepValue *read_slice(const Body *body, const Node *node) {
    int64_t from[2 * ONNX_RANK], to[2 * ONNX_RANK], axes[2 * ONNX_RANK], step[2 * ONNX_RANK];
    const StepValue *const linear = value_of(body, onnx_input(node, 0));
    const int count = onnx_ints(&body->own, node, "starts", 1, from),
              stepped = onnx_ints(&body->own, node, "steps", 4, step);
    if (!linear || onnx_ints(&body->own, node, "ends", 2, to) != count ||
        onnx_ints(&body->own, node, "axes", 3, axes) != count || (stepped && stepped != count))
        return NULL;
    int64_t low = 0, high = linear->width;
    for (int i = 0; i < count; i++) {
        if (stepped && step[i] != 1) return NULL;
        if (axes[i] == 0 && (from[i] != 0 || to[i] < INT32_MAX)) return NULL;
        if (axes[i] == 0) continue;
        if (axes[i] != 1 && axes[i] != -1) return NULL;
        low = from[i] < 0 ? from[i] + linear->width : from[i];
        high = to[i] < 0 ? to[i] + linear->width : to[i] > linear->width ? linear->width : to[i];
    }
    return columns(body, linear, low, high);
}

static void read_split(Body *body, const Node *node) {
    int64_t sizes[2 * ONNX_RANK];
    const StepValue *const linear = value_of(body, onnx_input(node, 0));
    const int64_t axis = onnx_int(node, "axis", 0), parts = (int64_t)node->n_output;
    const int given = onnx_ints(&body->own, node, "split", 1, sizes);
    if (!linear || (axis != 1 && axis != -1) || (given && given != parts) || (!given && linear->width % parts)) return;
    for (int64_t i = 0, from = 0; i < parts; i++) {
        const int64_t size = given ? sizes[i] : linear->width / parts;
        if (size < 1 || size > linear->width) return;
        StepValue *const part = columns(body, linear, from, from + size);
        if (part) *names_slot(&body->values, node->output[i]) = part;
        from += size;
    }
}

/* Where it goes on: after how many steps the number of this step, or of the next, is no longer less than one. */
static StepValue *read_less(const Body *body, const Node *node) {
    const StepValue *const number = value_of(body, onnx_input(node, 0));
    const Constant *const end = onnx_constant_input(&body->own, node, 1);
    if ((!is_kind(number, STEP_COUNTER) && !is_kind(number, STEP_NEXT)) || !end || end->count != 1) return NULL;
    const double last = end->whole ? (double)end->whole[0] : (double)end->real[0];
    if (!(last >= 1 && last < INT32_MAX)) return NULL;
    return new_value(body, STEP_GOES_ON, (int64_t)ceil(last) + (number->kind == STEP_COUNTER));
}

static bool is_true(const Constant *constant) {
    return constant && constant->whole && constant->count == 1 && constant->whole[0] != 0;
}

static StepValue *read_and(const Body *body, const Node *node) {
    int64_t steps = INT64_MAX;
    for (size_t i = 0; i < 2; i++) {
        const StepValue *const goes_on = value_of(body, onnx_input(node, i));
        if (!is_kind(goes_on, STEP_GOES_ON) && !is_true(onnx_constant_input(&body->own, node, i))) return NULL;
        if (goes_on && goes_on->width < steps) steps = goes_on->width;
    }
    return new_value(body, STEP_GOES_ON, steps);
}

static bool is_zero(const Constant *constant) {
    for (size_t i = 0; constant && constant->real && i < constant->count; i++)
        if (constant->real[i] != 0) return false;
    return constant && constant->real;
}

static StepValue *read_where(const Body *body, const Node *node) {
    const StepValue *const counts = value_of(body, onnx_input(node, 1)), *const otherwise =
                                                                             value_of(body, onnx_input(node, 2));
    if (!is_kind(value_of(body, onnx_input(node, 0)), STEP_MASK) || !counts) return NULL;
    if (otherwise) return choice(body, counts, otherwise);
    return is_zero(onnx_constant_input(&body->own, node, 2)) ? choice(body, counts, new_value(body, STEP_ZERO, 0))
                                                             : NULL;
}

static bool is_number(const Constant *constant, float number) {
    return constant && constant->real && constant->count == 1 && constant->real[0] == number;
}

static StepValue *read_function(const Body *body, const Node *node) {
    const StepValue *const of = value_of(body, onnx_input(node, 0));
    const int64_t axis = onnx_is(node, "Softmax") ? onnx_int(node, "axis", -1) : 0;
    const bool six = onnx_is(node, "Clip") && is_number(onnx_constant_input(&body->own, node, 1), 0) &&
                     is_number(onnx_constant_input(&body->own, node, 2), 6);
    const char *const function = axis == 1 || axis == -1 ? "softmax" : six ? "relu6" : onnx_function(node);
    return function && of ? activated(body, function, of) : NULL;
}

static StepValue *read_node(const Body *body, const Node *node) {
    StepValue *const first = value_of(body, onnx_input(node, 0));
    if (onnx_is(node, "Identity") || onnx_is(node, "Cast")) return first;
    if (onnx_is(node, "Gather")) return read_gather(body, node);
    if (onnx_is(node, "MatMul")) return product(body, first, onnx_constant_input(&body->own, node, 1), false);
    if (onnx_is(node, "Gemm")) return read_gemm(body, node);
    if (onnx_is(node, "Add")) return read_add(body, node);
    if (onnx_is(node, "Sub")) return read_sub(body, node);
    if (onnx_is(node, "Mul")) return read_mul(body, node);
    if (onnx_is(node, "Div")) return first ? read_hard_sigmoid(body, node, first) : NULL;
    if (onnx_is(node, "Slice")) return read_slice(body, node);
    if (onnx_is(node, "Less")) return read_less(body, node);
    if (onnx_is(node, "And")) return read_and(body, node);
    if (onnx_is(node, "Not") && is_kind(first, STEP_MASK)) return new_value(body, STEP_UNMASKED, 0);
    if (onnx_is(node, "Where")) return read_where(body, node);
    return read_function(body, node);
}

/* What is carried from step to step ------------------------------------------------------------ */

/* Whether a value of the body is one of its inputs, unchanged. */
static bool is_unchanged(const Onnx__GraphProto *graph, const char *value, const char *input) {
    for (size_t i = graph->n_node; i-- > 0 && strcmp(value, input) != 0;) {
        const Node *const node = graph->node[i];
        if (node->n_output == 1 && onnx_input(node, 0) && onnx_is(node, "Identity") && !strcmp(node->output[0], value))
            value = node->input[0];
    }
    return !strcmp(value, input);
}

static bool carry(Body *body, const Node *node, size_t index, Loop *loop, const char **counters) {
    const Onnx__GraphProto *const graph = body->own.graph;
    const char *const before = graph->input[2 + index]->name, *const behind = graph->output[1 + index]->name,
                      *const first = onnx_input(node, 2 + index);
    const Constant *const constant = onnx_constant(body->outer, first);
    StepState state = {0};
    counters[index] = NULL;
    if (is_unchanged(graph, behind, before)) {
        if (onnx_is_filled(body->outer, first, 0)) *names_slot(&body->values, before) = new_value(body, STEP_ZERO, 0);
        else if (constant) onnx_keep_copy(&body->own, before, constant);
        else if (first) *names_slot(&body->renamed, before) = (void *)(uintptr_t)first;
    } else if (constant && constant->whole && constant->count == 1 && constant->whole[0] == 0) {
        *names_slot(&body->values, before) = new_value(body, STEP_COUNTER, 0);
        counters[index] = behind;
    } else {
        if (!onnx_is_filled(body->outer, first, 0))
            return onnx_fail(body->outer, node, "nnc's recurrent layers begin with states of 0");
        state.value = new_value(body, STEP_STATE, 0);
        *names_slot(&body->values, before) = (void *)(uintptr_t)state.value;
    }
    list_push(body->own.import->arena, &loop->states, state);
    return true;
}

static bool has_names(const Onnx__GraphProto *graph) {
    for (size_t i = 0; i < graph->n_input; i++)
        if (!graph->input[i]->name) return false;
    for (size_t i = 0; i < graph->n_output; i++)
        if (!graph->output[i]->name) return false;
    return true;
}

/* What is kept where a step does not count, all states and the output alike: without that choice the formulas are those
 * of a cell. */
static bool strip_mask(Loop *loop, const StepValue *output) {
    loop->masked = is_kind(output, STEP_CHOICE);
    loop->zeros = loop->masked && is_kind(output->b, STEP_ZERO);
    loop->output = loop->masked ? output->a : output;
    bool kept = !loop->masked || loop->zeros;
    for (int i = 0; i < loop->states.count; i++) {
        StepState *const state = &loop->states.at[i];
        const bool keeps = is_kind(state->next, STEP_CHOICE) && state->next->b == state->value;
        kept |= keeps && state->next == output;
        state->next = keeps == loop->masked ? keeps ? state->next->a : state->next : NULL;
    }
    return kept;
}

static bool read_results(Body *body, const Node *node, Loop *loop, const char *const *counters) {
    const Onnx__GraphProto *const graph = body->own.graph;
    const size_t carried = graph->n_input - 2;
    const StepValue *const goes_on = value_of(body, graph->output[0]->name);
    const Constant *const given = onnx_constant_input(body->outer, node, 0);
    const int64_t most = given && given->whole && given->count == 1 ? given->whole[0] : INT64_MAX,
                  least = is_kind(goes_on, STEP_GOES_ON) ? goes_on->width : INT64_MAX;
    bool regular = (least < INT64_MAX || is_true(onnx_constant(&body->own, graph->output[0]->name)) ||
                    is_unchanged(graph, graph->output[0]->name, graph->input[1]->name)) &&
                   (given || !onnx_input(node, 0)) && (least < most ? least : most) == body->outer->dim[0];
    for (size_t i = 0; i < carried; i++) {
        const StepValue *const next = value_of(body, graph->output[1 + i]->name);
        if (counters[i]) regular &= is_kind(value_of(body, counters[i]), STEP_NEXT);
        loop->states.at[i].next = loop->states.at[i].value ? next : NULL;
    }
    if (!regular)
        return onnx_fail(body->outer, node, "it does not count its %lld steps one by one to the last",
                         (long long)body->outer->dim[0]);
    const int used = onnx_used_output(body->outer, node);
    if (used < 0 || (size_t)used + 1 >= graph->n_output)
        return onnx_fail(body->outer, node, "nnc goes on with one of its outputs: several are used here, or none");
    const StepValue *const output = value_of(body, graph->output[used + 1]->name);
    loop->all_steps = (size_t)used >= carried;
    loop->used = node->output[used];
    return strip_mask(loop, output) || onnx_fail(body->outer, node, "it masks its states and its output unlike");
}

bool onnx_read_loop(Onnx *onnx, const Node *node, Loop *loop) {
    const Onnx__GraphProto *const graph = onnx_body(onnx, node);
    *loop = (Loop){0};
    if (!graph || node->n_input < 3 || graph->n_input != node->n_input || graph->n_output < graph->n_input - 1 ||
        !has_names(graph))
        return onnx_fail(onnx, node, "its graph is damaged, or carries nothing from step to step");
    if (onnx->lay != LAY_TIME || onnx->rank != 3)
        return onnx_fail(onnx, node, "it does not run over the steps of a sequence, (time, batch, features)");
    if (onnx_input(node, 1) && !is_true(onnx_constant_input(onnx, node, 1)))
        return onnx_fail(onnx, node, "whether it begins is not known");
    Arena *const arena = onnx->import->arena;
    Body body = {.outer = onnx,
                 .own = {.import = onnx->import,
                         .graph = graph,
                         .opset = onnx->opset,
                         .outer = onnx,
                         .constants = {.arena = arena},
                         .readers = {.arena = arena},
                         .makers = {.arena = arena},
                         .bodies = {.arena = arena}},
                 .values = {.arena = arena},
                 .renamed = {.arena = arena}};
    const char **const counters = NEW_ARRAY(arena, const char *, graph->n_input);
    *names_slot(&body.values, graph->input[0]->name) = new_value(&body, STEP_COUNTER, 0);
    for (size_t i = 0; i + 2 < graph->n_input; i++)
        if (!carry(&body, node, i, loop, counters)) return false;
    if (!onnx_read_constants(&body.own) || !onnx_fold(&body.own)) return false;
    for (size_t i = 0; i < graph->n_node; i++) {
        const Node *const each = graph->node[i];
        if (onnx_constant(&body.own, each->output[0])) continue;
        if (onnx_is(each, "Split")) {
            read_split(&body, each);
            continue;
        }
        StepValue *const value = read_node(&body, each);
        if (value) *names_slot(&body.values, each->output[0]) = value;
    }
    return read_results(&body, node, loop, counters);
}

#endif
