/* SPDX-License-Identifier: MIT-0 */
/* What an operation reads and makes. */
#ifndef NNC_PLAN_ACCESS_H
#define NNC_PLAN_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/plan.h"

/** True when an input of `op` is memory of `tensor`, whichever part of it; or a step from number `first` on reads it;
 *  or either. */
bool op_reads_input(const Op *op, const Tensor *tensor);
bool op_reads_in_steps(const Op *op, int first, const Tensor *tensor);
bool op_reads(const Op *op, const Tensor *tensor);
/** True when `op` makes (a part of) `tensor`. */
bool op_makes(const Op *op, const Tensor *tensor);
/** True when `op` writes to the memory of `tensor`, whichever part of it. */
bool op_writes(const Op *op, const Tensor *tensor);

/** One tensor after the other that an operation reads or makes, some of them twice: inputs, its result, then of each
 *  step its operands and its result.  for (Access at = {.op = op}; access_next(&at);) … at.tensor … */
struct Access {
    const Op *op;
    Tensor *tensor;
    const Operand *operand; /* of a step; NULL: it is none */
    int step;               /* -1: not of a step */
    bool reads, writes;     /* a tensor that is changed in place both */
    int position;           /* within the step, or the operation */
};

bool access_next(Access *access);
/** How many operations, tensors and uses passes have looked at so far: what they cost, without a clock. */
extern int64_t plan_visits;
static inline void visit(int64_t count) { plan_visits += count; }

#endif
