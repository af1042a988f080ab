/* SPDX-License-Identifier: MIT-0 */
/* One arena for all values of a program: two values share a place when one dies before the other is made. */
#include <stdlib.h>

#include "base/arena.h"
#include "passes/free_space.h"
#include "passes/overlaps.h"
#include "passes/passes.h"
#include "plan/access.h"
#include "plan/plan.h"
#include "plan/tensor.h"
#include "plan/uses.h"

/* What lives within one step of a loop is needed from its first to its last use there; everything else that a loop
 * touches is needed until the loop is through, and what a round touches until that is. */
static void use(const Program *program, Tensor *tensor, int at, const Round *round) {
    const TimeLoop *loop = program->ops.at[at]->loop;
    int first = at, last = at;
    tensor = tensor_storage(tensor);
    if (loop && !(tensor->producer && tensor->producer->loop == loop && !tensor->producer->adds)) {
        first = loop_first(program, at);
        last = loop_last(program, at);
    }
    if (round && round->first < first) first = round->first;
    if (round && round->end - 1 > last) last = round->end - 1;
    if (tensor->first < 0 || tensor->first > first) tensor->first = first;
    if (tensor->last < last) tensor->last = last;
}

void find_lifetimes(Program *program) {
    for (int i = 0; i < program->tensors.count; i++) program->tensors.at[i]->first = program->tensors.at[i]->last = -1;
    const Round *round = program->rounds.count ? program->rounds.at : NULL;
    for (int i = 0; i < program->ops.count; i++) {
        if (round && i == round->end) round++;
        for (Access at = {.op = program->ops.at[i]}; access_next(&at);) use(program, at.tensor, i, round);
    }
}

bool needs_memory(const Tensor *tensor) {
    return tensor->kind == TENSOR_VALUE && !tensor->base && !tensor->in_registers && !tensor->regenerated &&
           tensor->first >= 0;
}

static int by_size(const void *a, const void *b) {
    const Tensor *x = *(Tensor *const *)a, *y = *(Tensor *const *)b;
    if (x->size != y->size) return x->size < y->size ? 1 : -1;
    return x->first != y->first ? x->first - y->first : x->last - y->last;
}

/* Up to where the next place may begin. */
static int64_t rounded(int64_t size, int64_t alignment) { return (size + alignment - 1) / alignment * alignment; }

/* The last lead of a chain of values, each of which lies over the one before it, and all before it: so far from the
 * beginning of the arena the others have room. */
static int64_t leads_behind(const Tensor *tensor) {
    int64_t sum = 0;
    for (; tensor->under; tensor = tensor->under) sum += tensor->under->lead;
    return sum;
}

/* Where a value must not begin because of one that was placed before, which it lies over, or which lies over it: at
 * places from which it would reach into that, but for some before that or behind it. */
static void avoid(const Tensor *tensor, const Tensor *over, const Tensor *under, PlaceRange avoided[AVOIDED]) {
    if (over && over->offset >= 0) {
        const int64_t begin = tensor->lead < tensor->size ? tensor->lead : tensor->size;
        avoided[0] = (PlaceRange){over->offset - begin + 1, over->offset + over->size};
        if (tensor->at_over) avoided[1] = (PlaceRange){over->offset - tensor->size + 1, over->offset};
    }
    if (under && under->offset >= 0) {
        avoided[2] = (PlaceRange){under->offset - tensor->size + 1, under->offset + under->lead};
        if (under->at_over) avoided[3] = (PlaceRange){under->offset + 1, under->offset + under->size};
    }
}

/* Where values lie over others, each operation is two times: what does comes at the second, when the other one has
 * gone. */
static int64_t place_all(const Plan *plan, const Program *program, Tensor **values, int count, bool over) {
    Arena *const scratch = arena_new();
    const int times = over ? 2 : 1; /* of an operation */
    FreeSpace *const space = free_space_new(scratch, times * program->ops.count);
    int64_t end = 0;
    for (int i = 0; i < count; i++) values[i]->offset = -1;
    for (int i = 0; i < count; i++) {
        Tensor *const value = values[i], *const below = over ? value->over : NULL, *const above = over ? value->under
                                                                                                       : NULL;
        const int64_t size = rounded(value->size, plan->target->alignment);
        PlaceRange avoided[AVOIDED] = {{0, 0}};
        avoid(value, below, above, avoided);
        value->offset = free_space_take(space, times * value->first + (below != NULL),
                                        times * (value->last + 1) - 1 - (above != NULL), size,
                                        above ? leads_behind(value) : 0, avoided);
        if (value->offset + size > end) end = value->offset + size;
    }
    arena_free(scratch);
    return end;
}

/* The values that lie in the arena of this type, the largest first; those that are not narrow lie among reals. */
static int list_values(const Plan *plan, const Program *program, ElementType type, Tensor **values) {
    int count = 0;
    visit(program->tensors.count);
    for (int i = 0; i < program->tensors.count; i++) {
        Tensor *const value = program->tensors.at[i];
        const bool narrow = element_is_narrow(value->type);
        if (!needs_memory(value) || (narrow ? value->type != type : element_is_narrow(type))) continue;
        value->size = narrow ? tensor_size(plan, value) : tensor_reals(plan, value);
        values[count++] = value;
    }
    qsort(values, (size_t)count, sizeof *values, by_size);
    return count;
}

/* Gives every value that is left a place: the largest first, each the lowest that is free as long as it is kept.
 * Requires: all is fused. Guarantees: Tensor.offset, and lifetimes. Costs: n log n looks for n values, where few gaps
 * are too small for what is placed. */
void pass_place_values(Plan *plan, Program *program) {
    find_lifetimes(program);
    Tensor **placed = NEW_ARRAY(plan->arena, Tensor *, program->tensors.count + 1);
    for (int type = 0; type < ELEMENT_TYPES; type++) {
        if (!element_is_narrow((ElementType)type)) continue;
        const int narrow = list_values(plan, program, (ElementType)type, placed);
        program->narrow_sizes[type] = place_all(plan, program, placed, narrow, false);
    }
    const int count = list_values(plan, program, plan->real, placed);
    const int64_t apart = place_all(plan, program, placed, count, false);
    program->arena_size = apart;
    if (plan->target->blocks) return;
    find_overlaps(plan, program);
    program->arena_size = place_all(plan, program, placed, count, true);
    if (program->arena_size > apart) program->arena_size = place_all(plan, program, placed, count, false);
}
