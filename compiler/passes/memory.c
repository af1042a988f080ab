/* SPDX-License-Identifier: MIT-0 */
/* One arena for all values of a program: two values share a place when one dies before the other is made. */
#include <stdlib.h>

#include "base/arena.h"
#include "passes/free_space.h"
#include "passes/passes.h"
#include "plan/access.h"
#include "plan/plan.h"
#include "plan/tensor.h"
#include "plan/uses.h"

/* What lives within one step of a loop is needed from its first to its last use there; everything else that a loop
 * touches is needed until the loop is through. */
static void use(const Program *program, Tensor *tensor, int at) {
    const TimeLoop *loop = program->ops.at[at]->loop;
    int first = at, last = at;
    tensor = tensor_storage(tensor);
    if (loop && !(tensor->producer && tensor->producer->loop == loop && !tensor->producer->adds)) {
        first = loop_first(program, at);
        last = loop_last(program, at);
    }
    if (tensor->first < 0 || tensor->first > first) tensor->first = first;
    if (tensor->last < last) tensor->last = last;
}

static void find_lifetimes(Program *program) {
    for (int i = 0; i < program->ops.count; i++)
        for (Access at = {.op = program->ops.at[i]}; access_next(&at);) use(program, at.tensor, i);
}

static bool needs_memory(const Tensor *tensor) {
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

/* Gives every value that is left a place: the largest first, each the lowest that is free as long as it is kept.
 * Requires: all is fused. Guarantees: Tensor.offset, and lifetimes. Costs: n log n looks for n values, where few gaps
 * are too small for what is placed. */
void pass_place_values(Plan *plan, Program *program) {
    find_lifetimes(program);
    Tensor **placed = NEW_ARRAY(plan->arena, Tensor *, program->tensors.count + 1);
    int count = 0;
    visit(program->tensors.count);
    for (int i = 0; i < program->tensors.count; i++)
        if (needs_memory(program->tensors.at[i])) {
            placed[count] = program->tensors.at[i];
            placed[count]->size = tensor_reals(plan, placed[count]);
            count++;
        }
    qsort(placed, (size_t)count, sizeof *placed, by_size);
    Arena *const scratch = arena_new();
    FreeSpace *const space = free_space_new(scratch, program->ops.count);
    for (int i = 0; i < count; i++) {
        const int64_t size = rounded(placed[i]->size, plan->target->alignment);
        placed[i]->offset = free_space_take(space, placed[i]->first, placed[i]->last, size);
        if (placed[i]->offset + size > program->arena_size) program->arena_size = placed[i]->offset + size;
    }
    arena_free(scratch);
}
