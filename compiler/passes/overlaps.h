/* SPDX-License-Identifier: MIT-0 */
/* Results that may lie over what they are made of. */
#ifndef NNC_PASSES_OVERLAPS_H
#define NNC_PASSES_OVERLAPS_H

#include <stdbool.h>

#include "plan/plan.h"

/** Finds for what each operation reads for the last time the result that may lie over it: Tensor.over, .under and
 *  .lead. Requires lifetimes. Costs: one look at each pair of what an operation reads and makes. */
void find_overlaps(const Plan *plan, Program *program);
/** Finds lifetimes: Tensor.first and .last. Whether a value takes memory then. (memory.c) */
void find_lifetimes(Program *program);
bool needs_memory(const Tensor *tensor);

#endif
