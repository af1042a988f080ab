/* SPDX-License-Identifier: MIT-0 */
/* One arena for all values of a program: two values share a place when one dies before the other is made. */
#include <stdlib.h>

#include "plan.h"

enum { ALIGNMENT = 16 /* reals: a cache line of floats, the widest vector */ };

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
    for (int i = 0; i < program->ops.count; i++) {
        Op *op = program->ops.at[i];
        for (int j = 0; j < op->in_count; j++) use(program, op->in[j], i);
        if (op->out) use(program, op->out, i);
        for (int j = 0; j < op->steps.count; j++) {
            if (op->steps.at[j].result) use(program, op->steps.at[j].result, i);
            for (int k = 0; k < op->steps.at[j].operand_count; k++)
                if (op->steps.at[j].operands[k].tensor) use(program, op->steps.at[j].operands[k].tensor, i);
        }
    }
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

static int64_t rounded(int64_t size) { return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; }

/* The lowest place where `tensor` overlaps no value that lives at the same time. */
static int64_t find_place(Tensor *const *placed, int count, const Tensor *tensor) {
    int64_t place = 0;
    for (bool moved = true; moved;) {
        moved = false;
        for (int i = 0; i < count; i++) {
            const Tensor *other = placed[i];
            if (other->last < tensor->first || other->first > tensor->last) continue;
            const int64_t end = other->offset + rounded(other->size);
            if (place < end && other->offset < place + tensor->size) {
                place = end;
                moved = true;
            }
        }
    }
    return place;
}

/* Requires: fusion done. Largest values first, each at the lowest free place. */
void pass_memory(Plan *plan, Program *program) {
    find_lifetimes(program);
    Tensor **placed = NEW_ARRAY(plan->arena, Tensor *, program->tensors.count + 1);
    int count = 0;
    for (int i = 0; i < program->tensors.count; i++)
        if (needs_memory(program->tensors.at[i])) {
            placed[count] = program->tensors.at[i];
            placed[count]->size = tensor_size(plan, placed[count]);
            count++;
        }
    qsort(placed, (size_t)count, sizeof *placed, by_size);
    for (int i = 0; i < count; i++) {
        placed[i]->offset = find_place(placed, i, placed[i]);
        const int64_t end = placed[i]->offset + rounded(placed[i]->size);
        if (end > program->arena_size) program->arena_size = end;
    }
}
