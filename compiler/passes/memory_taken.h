/* SPDX-License-Identifier: MIT-0 */
/* How much memory values take at each place of a program, for passes that choose by it. */
#ifndef NNC_PASSES_MEMORY_TAKEN_H
#define NNC_PASSES_MEMORY_TAKEN_H

#include "base/arena.h"
#include "plan/plan.h"

/** In reals, for each operation: what is kept there; and how much of that lies where something else lay until then. */
typedef struct MemoryTaken {
    int64_t *live, *in_place;
} MemoryTaken;

/** Finds lifetimes, too. Costs: one look at each value and operation. */
MemoryTaken memory_taken(const Plan *plan, Program *program, Arena *arena);
/** What the operation at `at` and those around it need there. */
int64_t memory_at(const MemoryTaken *memory, int at);

#endif
