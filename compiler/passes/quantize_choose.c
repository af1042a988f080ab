/* SPDX-License-Identifier: MIT-0 */
/* How each operation is made of whole numbers, or why it is not. A formula is not known by its name, but by what it
 * computes: a straight line, a line between bounds, a sum of products, or some function of one operand. */
#include <math.h>

#include "base/arena.h"
#include "ops/depthwise.h"
#include "ops/gather.h"
#include "ops/pad.h"
#include "ops/pool.h"
#include "ops/softmax.h"
#include "passes/quantizer.h"
#include "plan/access.h"
#include "plan/evaluate.h"
#include "plan/matmul_attrs.h"
#include "plan/plan.h"
#include "plan/step.h"
#include "plan/tensor.h"
#include "plan/uses.h"
#include "plan/window.h"

enum {
    MOST_STEP_OPERANDS = 8,
    MOST_DEPTH = 32768 /* of a product: then neither its sum nor its bias leave 32 bits */
};
static const double same = 1e-9; /* relatively: by so much formulas may differ in double precision */

double choice_value(Quantizer *q, const Step *step, const Choice *choice, const double *operands, int64_t channel,
                    int64_t channels) {
    double numbers[MOST_STEP_OPERANDS] = {0};
    if (step->operand_count > MOST_STEP_OPERANDS) return NAN;
    for (int i = 0; i < step->operand_count; i++) {
        const Operand *const operand = &step->operands[i];
        if (operand->kind == OPERAND_SCALAR) return NAN;
        const double *const known = operand->kind == OPERAND_TENSOR ? known_values(q, operand->tensor) : NULL;
        if (!known) continue;
        const Shape shape = operand->tensor->shape;
        const int64_t size = shape_size(shape, 1);
        if (size != 1 && (size != channels || shape.dim[shape.rank - 1] != channels)) return NAN;
        numbers[i] = known[size == 1 ? 0 : channel];
    }
    for (int i = 0; i < choice->operands; i++) numbers[choice->place[i]] = operands[i];
    return step_value(step, numbers);
}

/* Finds the operands of a map that are not known: at most three. False: there are more. */
static bool find_operands(Quantizer *q, const Step *step, Choice *choice) {
    choice->operands = 0;
    for (int i = 0; i < step->operand_count; i++) {
        const Operand *const operand = &step->operands[i];
        if (operand->kind == OPERAND_SCALAR || step->operand_count > MOST_STEP_OPERANDS) return false;
        if (operand->kind == OPERAND_NUMBER || known_values(q, operand->tensor)) continue;
        if (choice->operands == MAX_OPERANDS) return false;
        choice->operand[choice->operands] = operand->tensor;
        choice->place[choice->operands++] = i;
    }
    return true;
}

static bool is_near(double a, double b, double size) { return fabs(a - b) <= same * (fabs(size) + fabs(a) + fabs(b)); }

/* Whether a step is factor · x + summand. */
static bool is_line(Quantizer *q, const Step *step, const Choice *x, int64_t channel, int64_t channels, double *factor,
                    double *summand) {
    const double at[] = {0, 1, -3, 1000}, zero = choice_value(q, step, x, &at[0], channel, channels),
                 one = choice_value(q, step, x, &at[1], channel, channels);
    *summand = zero;
    *factor = one - zero;
    for (int i = 2; i < 4; i++)
        if (!is_near(choice_value(q, step, x, &at[i], channel, channels), zero + at[i] * *factor, zero)) return false;
    return isfinite(zero) && isfinite(one);
}

/* Whether a step is x itself between two bounds. */
static bool is_clip(Quantizer *q, const Step *step, const Choice *x, double *low, double *high) {
    static const double at[] = {-1e30, -1e6, -100, -7, -6, -3, -1, -0.5, 0, 0.5, 1, 3, 6, 7, 100, 1e6, 1e30};
    enum { COUNT = sizeof at / sizeof *at };
    *low = choice_value(q, step, x, &at[0], 0, 1);
    *high = choice_value(q, step, x, &at[COUNT - 1], 0, 1);
    if (!(*low < *high)) return false;
    for (int i = 0; i < COUNT; i++)
        if (choice_value(q, step, x, &at[i], 0, 1) != fmin(fmax(at[i], *low), *high)) return false;
    *low = *low <= -1e30 ? -INFINITY : *low;
    *high = *high >= 1e30 ? INFINITY : *high;
    return true;
}

/* Takes a map behind a product into it. */
static bool take_step(Quantizer *q, Choice *choice, Op *map, int64_t channels) {
    const Step *const step = &map->steps.at[0];
    Choice x = {0};
    double *const factor = NEW_ARRAY(q->plan->arena, double, channels + 1),
                 *const summand = NEW_ARRAY(q->plan->arena, double, channels + 1);
    if (!find_operands(q, step, &x) || x.operands != 1 || x.operand[0] != choice->made) return false;
    bool line = choice->low == -INFINITY && choice->high == INFINITY;
    for (int64_t c = 0; c < channels && line; c++)
        line = is_line(q, step, &x, c, channels, &factor[c], &summand[c]);
    double low, high;
    if (!line && !is_clip(q, step, &x, &low, &high)) return false;
    if (!line) choice->low = low, choice->high = high;
    if (!line) return true;
    for (int64_t c = 0; c < channels; c++) {
        choice->factor[c] *= factor[c];
        choice->summand[c] = choice->summand[c] * factor[c] + summand[c];
    }
    return true;
}

static void choose_product(Quantizer *q, Op *op, Choice *choice) {
    const int64_t channels = op->out->shape.dim[op->out->shape.rank - 1];
    *choice = (Choice){.kind = CHOICE_PRODUCT,
                       .made = op->out,
                       .operand = {op->in[0]},
                       .operands = 1,
                       .factor = NEW_ARRAY(q->plan->arena, double, channels + 1),
                       .summand = NEW_ARRAY(q->plan->arena, double, channels + 1),
                       .low = -INFINITY,
                       .high = INFINITY};
    for (int64_t c = 0; c < channels; c++) choice->factor[c] = 1;
    for (;;) {
        Tensor *const made = choice->made;
        if (made->base || made->views || made->kind != TENSOR_VALUE || readers_of(q->program, made) != 1) return;
        Op *const next = first_reader(q->program, made)->op;
        if (next->def != &op_map || next->steps.count != 1 || next->loop != op->loop || next->out->base) return;
        if (isfinite(choice->low) || isfinite(choice->high)) return;
        if (!shape_equal(next->out->shape, made->shape) || !take_step(q, choice, next, channels)) return;
        choice->made = next->out;
        list_push(q->plan->arena, &choice->fused, next);
        q->choices[next->at].kind = CHOICE_FUSED;
    }
}

static bool can_multiply(Quantizer *q, const Op *op) {
    if (op->def != &op_conv && op->def != &op_depthwise && !is_matmul_straight(op)) return false;
    const double *const kernel = known_values(q, op->in[1]);
    const Shape shape = op->in[1]->shape;
    if (!kernel || op->in_count != 2) return false;
    const int64_t depth = shape_size(shape, 1) / shape.dim[shape.rank - 1];
    if (depth > MOST_DEPTH) return false;
    if (op->def == &op_conv) return op_window(op)->groups == 1 && !op->in[0]->columns;
    return op->def != &op_depthwise || op->out->shape.rank == op->in[0]->shape.rank;
}

/* The coefficients of a sum of products of operands, each at most once in a product of at most two. */
static bool is_sum_of_products(Quantizer *q, const Step *step, Choice *choice) {
    const int sets = 1 << choice->operands;
    for (int set = 0; set < sets; set++) { /* by what is left when all smaller products are known */
        double at[MAX_OPERANDS] = {0}, rest;
        for (int i = 0; i < choice->operands; i++) at[i] = set >> i & 1;
        rest = choice_value(q, step, choice, at, 0, 1);
        for (int part = 0; part < set; part++)
            if ((part & set) == part) rest -= choice->coefficients[part];
        choice->coefficients[set] = fabs(rest) < same ? 0 : rest;
        if (!isfinite(rest)) return false;
    }
    if (choice->operands == 3 && choice->coefficients[7] != 0) return false;
    static const double probes[][MAX_OPERANDS] = {{2, -3, 5}, {-0.5, 0.25, -7}, {11, 13, -17}, {-100, -1, 0.125}};
    for (int i = 0; i < 4; i++) {
        double sum = 0;
        for (int set = 0; set < sets; set++) {
            double product = choice->coefficients[set];
            for (int j = 0; j < choice->operands; j++) product *= set >> j & 1 ? probes[i][j] : 1;
            sum += product;
        }
        if (!is_near(choice_value(q, step, choice, probes[i], 0, 1), sum, 1)) return false;
    }
    return true;
}

/* Such a line of the caller's x becomes a part of its scale. */
static bool is_rising_line_of_input(Quantizer *q, const Step *step, const Choice *x) {
    double factor, summand;
    return x->operand[0] == q->program->input && is_line(q, step, x, 0, 1, &factor, &summand) && factor > 0;
}

static void choose_map(Quantizer *q, const Op *op, Choice *choice) {
    const Step *const step = &op->steps.at[0];
    if (op->steps.count != 1 || step->result != op->out || !find_operands(q, step, choice)) return;
    for (int i = 0; i < choice->operands; i++)
        if (!shape_equal(choice->operand[i]->shape, op->out->shape)) return;
    const double zeros[MAX_OPERANDS] = {0}, value = choice_value(q, step, choice, zeros, 0, 1);
    if (isnan(value)) return;
    if (choice->operands == 0 && value == 0) choice->kind = CHOICE_FILL;
    else if (choice->operands == 1 && is_rising_line_of_input(q, step, choice)) return;
    else if (choice->operands == 1 && step_copies(step)) choice->kind = CHOICE_TERMS;
    else if (choice->operands == 1) choice->kind = CHOICE_TABLE;
    if (choice->kind == CHOICE_TERMS) choice->coefficients[1] = 1;
    if (choice->operands > 1 && is_sum_of_products(q, step, choice)) choice->kind = CHOICE_TERMS;
}

/* States that go on from call to call are the caller's, and reals. */
static bool uses_lasting(const Op *op) {
    for (Access at = {.op = op}; access_next(&at);)
        if (tensor_storage(at.tensor)->kind == TENSOR_STATE) return true;
    return false;
}

static void choose(Quantizer *q, Op *op) {
    Choice *const choice = &q->choices[op->at];
    if (choice->kind == CHOICE_FUSED || !op->out || uses_lasting(op)) return;
    *choice = (Choice){.made = op->out, .operand = {op->in_count ? op->in[0] : NULL}, .operands = op->in_count > 0};
    if (op->phase == PHASE_FORWARD && known_values(q, op->out)) choice->kind = CHOICE_KNOWN;
    else if (can_multiply(q, op)) choose_product(q, op, choice);
    else if (op->def == &op_map) choose_map(q, op, choice);
    else if (op->def == &op_softmax && !op->in[0]->columns) choice->kind = CHOICE_SOFTMAX;
    else if (op->def == &op_pad || op->def == &op_permute) choice->kind = CHOICE_MOVE;
    else if (op->def == &op_pool && op_window(op)->pool != POOL_SUM) choice->kind = CHOICE_POOL;
    else if (op->def == &op_gather && known_values(q, op->in[1])) choice->kind = CHOICE_GATHER;
}

/* A choice of reals, of what its operation and those fused into it do. */
static void withdraw(Quantizer *q, const Op *op) {
    Choice *const choice = &q->choices[op->at];
    choice->kind = CHOICE_REAL;
    for (int i = 0; i < choice->fused.count; i++) q->choices[choice->fused.at[i]->at].kind = CHOICE_REAL;
    choice->fused.count = 0;
}

/* What computes nothing has the scale of what it reads, and all of its result to itself. */
static bool fits_alone(const Quantizer *q, const Choice *choice) {
    if (choice->kind < CHOICE_MOVE) return true;
    const Use *const writer = first_writer(q->program, choice->made);
    return writer && !next_use(writer) && !choice->made->columns;
}

static bool is_whole(const Choice *choice) { return choice->kind > CHOICE_FUSED; }

/* Whether all that writes to the memory of a tensor can make whole numbers of it. */
static bool is_made_whole(const Quantizer *q, const Tensor *tensor) {
    const Use *use = first_writer(q->program, tensor);
    if (!use) return false;
    for (; use; use = next_use(use)) {
        const ChoiceKind kind = q->choices[use->op->at].kind;
        if (kind == CHOICE_REAL || kind == CHOICE_KNOWN) return false;
    }
    return true;
}

/* In a loop all is of whole numbers, or nothing. */
static bool fits_loop(const Quantizer *q, const Op *op) {
    for (int i = op->loop->first; i <= op->loop->last; i++) {
        const Choice *const choice = &q->choices[i];
        if (choice->kind == CHOICE_REAL) return false;
        for (int j = 0; j < choice->operands && is_whole(choice); j++)
            if (!is_made_whole(q, choice->operand[j])) return false;
    }
    return true;
}

/* Whether an operation of reals in a loop uses what this one makes. */
static bool is_used_by_real_loop(const Quantizer *q, const Tensor *tensor) {
    const Use *const lists[] = {first_reader(q->program, tensor), first_writer(q->program, tensor)};
    for (int i = 0; i < 2; i++)
        for (const Use *use = lists[i]; use; use = next_use(use))
            if (use->op->loop && q->choices[use->op->at].kind == CHOICE_REAL) return true;
    return false;
}

void choose_all(Quantizer *q) {
    const int count = q->program->ops.count;
    for (int i = 0; i < count; i++) choose(q, q->program->ops.at[i]);
    for (bool changed = true; changed;) {
        changed = false;
        for (int i = 0; i < count; i++) {
            const Op *const op = q->program->ops.at[i];
            const Choice *const choice = &q->choices[i];
            if (!is_whole(choice)) continue;
            const bool keeps = is_made_whole(q, choice->made) && fits_alone(q, choice) &&
                               !is_used_by_real_loop(q, choice->made) && (!op->loop || fits_loop(q, op));
            if (keeps) continue;
            withdraw(q, op);
            changed = true;
        }
    }
}
