/* SPDX-License-Identifier: MIT-0 */
/* What values take before they have places: the sum of all that are kept, but for what is made in place. */
#include "passes/memory_taken.h"
#include "passes/overlaps.h"
#include "plan/access.h"
#include "plan/lead.h"
#include "plan/tensor.h"

/* How much of what an operation makes lies where something was that it reads for the last time. */
static int64_t made_in_place(const Plan *plan, const Op *op, const Tensor *made) {
    for (Access at = {.op = op}; access_next(&at);) {
        const Tensor *const read = tensor_storage(at.tensor);
        if (!at.reads || read == made || !needs_memory(read) || read->last != op->at) continue;
        const int64_t before = tensor_reals(plan, read), now = tensor_reals(plan, made);
        if (op_lead(plan, op, read, made) == 0) return before < now ? before : now;
    }
    return 0;
}

MemoryTaken memory_taken(const Plan *plan, Program *program, Arena *scratch) {
    const int count = program->ops.count;
    const MemoryTaken memory = {NEW_ARRAY(scratch, int64_t, count + 1), NEW_ARRAY(scratch, int64_t, count + 1)};
    find_lifetimes(program);
    visit(program->tensors.count + count);
    for (int i = 0; i < program->tensors.count; i++) {
        const Tensor *const value = program->tensors.at[i];
        if (!needs_memory(value)) continue;
        memory.live[value->first] += tensor_reals(plan, value);
        memory.live[value->last + 1] -= tensor_reals(plan, value);
        memory.in_place[value->first] += made_in_place(plan, program->ops.at[value->first], value);
    }
    for (int i = 1; i <= count; i++) memory.live[i] += memory.live[i - 1];
    return memory;
}

int64_t memory_at(const MemoryTaken *memory, int at) { return memory->live[at] - memory->in_place[at]; }
