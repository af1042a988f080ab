/* SPDX-License-Identifier: MIT-0 */
#ifndef NNC_PLAN_MAP_ATTRS_H
#define NNC_PLAN_MAP_ATTRS_H

#include "plan/plan.h"

/** How many of an operation's first steps make what it sums up; the others follow. 0 of all but sums. */
int op_terms(const Op *op);
void sum_set_terms(Op *op, int terms);
/** The elements that an update changes: those of a weight. */
void update_set_space(Op *op, Shape space);
/** The elements that the steps of an operation run over: of its result, or of what it changes. */
Shape op_space(const Op *op);

#endif
