/* SPDX-License-Identifier: MIT-0 */
/* The range of a value. */
#ifndef NNC_OPS_OBSERVE_H
#define NNC_OPS_OBSERVE_H

#include "build/builder.h"
#include "plan/plan.h"

extern const OpDef op_observe;

/** Widens `range` (2), the least and the greatest so far, by the elements of x; both become NaN or infinite where one
 *  of these is. */
void build_observe(Builder *build, Tensor *x, Tensor *range);

#endif
