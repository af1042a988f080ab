/* SPDX-License-Identifier: MIT-0 */
/* For targets that make products row by row: of two dense layers, one behind the other, the first makes a few units at
 * a time, and the sums of the second go on from them. So what the first gives is never there as a whole, each sum is
 * added up in the same order, and one layer out of two takes memory. */
#include "build/build.h"
#include "build/builder.h"
#include "build/loop.h"
#include "model/shape.h"
#include "passes/memory_taken.h"
#include "passes/overlaps.h"
#include "passes/passes.h"
#include "plan/access.h"
#include "plan/matmul_attrs.h"
#include "plan/plan.h"
#include "plan/tensor.h"
#include "plan/uses.h"

enum {
    FEWEST_UNITS = 8, /* at a time: each time the sums behind them are loaded and stored */
    MOST_UNITS = 32,  /* of so many that takes a small part of the time */
    GAIN = 8,         /* memory that is worth it: one part in so many … */
    TIME = 64         /* … and each time takes as long as so many multiplications, of which it may be the same part */
};

/* Two products with nothing between them but elementwise work. */
typedef struct Pair {
    Op *first, *map, *second; /* map: NULL: there is none */
    int64_t units, at_once;
    int64_t before, behind; /* reals of memory where they stand, as they are, and with the units split */
} Pair;

static int64_t columns_of(const Tensor *tensor) { return tensor->shape.dim[tensor->shape.rank - 1]; }

/* How many of so many units are made at a time: a divisor, if possible of as many as are summed at once. 0: there is
 * none. */
static int64_t units_at_once(int64_t units) {
    int64_t best = 0;
    const int64_t quarter = units / 4 < MOST_UNITS ? units / 4 : MOST_UNITS;
    const int64_t most = quarter > FEWEST_UNITS ? quarter : FEWEST_UNITS;
    for (int64_t at_once = 2; at_once <= most && at_once < units; at_once++)
        if (units % at_once == 0 && (at_once % 4 == 0 || best % 4 != 0)) best = at_once;
    return best;
}

/* Whether a value is what one operation makes of `readers` others, and nothing but that. */
static bool is_passed_on(const Program *program, const Tensor *value) {
    return value->kind == TENSOR_VALUE && !value->base && !value->views && readers_of(program, value) == 1;
}

static bool is_weight(const Tensor *tensor) { return tensor->kind == TENSOR_WEIGHT && !tensor->base; }

/* Whether a product is that of a layer: rows times a weight, which begin with nothing or with a bias. */
static bool is_dense(const Op *op) {
    if (!op || !is_matmul_straight(op) || op->loop || op->steps.count || op->in_count > 3) return false;
    if (!is_weight(op->in[1]) || op->in[1]->shape.rank != 2) return false;
    return op->in_count < 3 || (is_weight(op->in[2]) && op->in[2]->shape.rank == 1);
}

/* Whether it is a weight of one number for each unit. */
static bool is_by_unit(const Tensor *tensor, int64_t units) {
    return is_weight(tensor) && tensor->shape.rank == 1 && tensor->shape.dim[0] == units;
}

/* Whether a map makes one value of `units`, element by element, and what else it reads is one number for each column or
 * for all. */
static bool maps_units(const Program *program, const Op *map, const Tensor *units) {
    int made = 0;
    if (map->def != &op_map || map->loop) return false;
    for (Access at = {.op = map}; access_next(&at);) {
        const Tensor *const tensor = at.tensor;
        if (at.writes && at.reads) return false;
        if (at.writes && at.step >= 0 && !tensor->in_registers) made++;
        if (tensor == units || tensor->in_registers || at.writes) continue;
        const bool of_all = is_weight(tensor) && shape_size(tensor->shape, 1) == 1;
        if (tensor->regenerated || (!of_all && !is_by_unit(tensor, columns_of(units)))) return false;
    }
    return made == 1 && is_passed_on(program, map->out) && shape_equal(map->out->shape, units->shape);
}

static bool find_pair(const Program *program, int at, Pair *pair) {
    Op *const *const ops = program->ops.at + at;
    const int left = program->ops.count - at;
    if (left < 2 || !is_dense(ops[0]) || !is_passed_on(program, ops[0]->out)) return false;
    const bool maps = left > 2 && maps_units(program, ops[1], ops[0]->out);
    *pair = (Pair){.first = ops[0], .map = maps ? ops[1] : NULL, .second = ops[1 + maps]};
    const Tensor *const units = maps ? pair->map->out : pair->first->out;
    pair->units = columns_of(units);
    pair->at_once = units_at_once(pair->units);
    return is_dense(pair->second) && pair->second->in[0] == units && pair->at_once;
}

/* What a pair takes: at the place that takes most; and with all that it reads and makes there at once, but of the units
 * those of one time. */
static void measure(const MemoryTaken *memory, const Plan *plan, Pair *pair) {
    const Tensor *const made = pair->second->out;
    const int64_t units = tensor_reals(plan, pair->first->out);
    pair->before = 0;
    for (int i = pair->first->at; i <= pair->second->at; i++)
        if (memory_at(memory, i) > pair->before) pair->before = memory_at(memory, i);
    pair->behind = memory->live[pair->first->at] - units + units / pair->units * pair->at_once +
                   (needs_memory(made) ? tensor_reals(plan, made) : 0);
}

/* How many sums are loaded and stored once more because a pair is split. */
static int64_t sums_more(const Pair *pair) {
    return (pair->units / pair->at_once - 1) * columns_of(pair->second->out);
}

static bool is_worth_it(const Plan *plan, const Pair *pair) {
    const int64_t times_more = pair->units / pair->at_once - 1;
    return pair->behind <= pair->before - pair->before / GAIN && times_more * TIME <= plan->products / GAIN;
}

/* Whether one pair is to be split before another one: where more memory is taken; else what costs less time. */
static bool comes_before(const Pair *pair, const Pair *other) {
    if (pair->before != other->before) return pair->before > other->before;
    if (sums_more(pair) != sums_more(other)) return sums_more(pair) < sums_more(other);
    return pair->behind < other->behind;
}

/* The pair to split next. False: there is none, or what cannot be split takes as much. */
static bool choose_pair(const Plan *plan, Program *program, Pair *best) {
    Arena *const scratch = arena_new();
    const MemoryTaken memory = memory_taken(plan, program, scratch);
    int64_t others = 0; /* what is taken where nothing is split */
    int end = 0;        /* of what may be */
    bool found = false;
    for (int i = 0; i < program->ops.count; i++) {
        Pair pair = {0};
        if (find_pair(program, i, &pair)) {
            measure(&memory, plan, &pair);
            if (is_worth_it(plan, &pair)) {
                end = pair.second->at + 1;
                if (!found || comes_before(&pair, best)) *best = pair;
                found = true;
            }
        }
        if (i >= end && memory_at(&memory, i) > others) others = memory_at(&memory, i);
    }
    arena_free(scratch);
    return found && others <= best->before - best->before / GAIN;
}

/* The part of a weight's first dimension that each time is of. */
static Tensor *part_of_rows(Builder *build, const Pair *pair, Tensor *weight) {
    Shape shape = {.rank = weight->shape.rank + 1, .dim = {pair->units / pair->at_once, pair->at_once}};
    for (int i = 1; i < weight->shape.rank; i++) shape.dim[i + 1] = weight->shape.dim[i];
    return loop_slot(build, build_view(build, weight, shape, "parts"), 0, weight->weight->name);
}

static Tensor *part_of_columns(Builder *build, const Pair *pair, Tensor *weight) {
    Tensor *const columns = build_columns(build, weight, 0, pair->at_once, weight->weight->name);
    columns->part = columns->stepped = true;
    return columns;
}

static void split_map(Builder *build, const Pair *pair) {
    for (int i = 0; i < pair->map->steps.count; i++) {
        Step *const step = &pair->map->steps.at[i];
        for (int j = 0; j < step->operand_count; j++) {
            Operand *const operand = &step->operands[j];
            if (operand->tensor && is_by_unit(operand->tensor, pair->units))
                operand->tensor = part_of_rows(build, pair, operand->tensor);
        }
        step->result->shape.dim[step->result->shape.rank - 1] = pair->at_once;
    }
}

static void split(Plan *plan, Program *program, const Pair *pair) {
    Op *const first = pair->first, *const second = pair->second, *const ops[] = {first, pair->map, second};
    Builder build = {.plan = plan, .program = program, .layer = second->layer, .phase = second->phase};
    second->in[1] = part_of_rows(&build, pair, second->in[1]);
    second->adds = true;
    build.layer = first->layer;
    first->in[1] = part_of_columns(&build, pair, first->in[1]);
    if (first->in_count == 3) first->in[2] = part_of_rows(&build, pair, first->in[2]);
    first->out->shape.dim[first->out->shape.rank - 1] = pair->at_once;
    if (pair->map) split_map(&build, pair);
    TimeLoop *const loop = NEW(plan->arena, TimeLoop);
    *loop = (TimeLoop){.name = "units", .steps = pair->units / pair->at_once};
    for (int i = 0; i < 3; i++) {
        if (!ops[i]) continue;
        ops[i]->loop = loop;
        op_index(plan, ops[i]);
    }
    program_close(program);
}

/* Splits the units of layers where that takes less memory.
 * Requires: all is fused, and what becomes the output is made there. Guarantees: nothing that others read changes but
 * the loop that it is in. Costs: for each pair that is split, one look at each operation and value. */
void pass_split_units(Plan *plan, Program *program) {
    Pair pair = {0};
    if (plan->target->blocks || program->training) return;
    while (choose_pair(plan, program, &pair)) split(plan, program, &pair);
}
