/* SPDX-License-Identifier: MIT-0 */
/* Whether what an operation makes may lie over what it reads. */
#ifndef NNC_PLAN_LEAD_H
#define NNC_PLAN_LEAD_H

#include <stdint.h>

#include "plan/plan.h"

/** Where `made`, a result of `op`, may lie over `read`, which nobody wants afterwards, it must begin so many reals
 *  before it at least: then nothing is overwritten that is still to be read. -1: it may not. */
int64_t op_lead(const Plan *plan, const Op *op, const Tensor *read, const Tensor *made);
/** Whether it must begin where `read` does, for elements are not made in their order. */
bool op_keeps_place(const Op *op);
/** The same of values in the arena as they were placed, or of such that do not overlap. */
bool lies_well_over(const Plan *plan, const Op *op, const Tensor *read, const Tensor *made);

#endif
