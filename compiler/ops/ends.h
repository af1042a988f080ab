/* SPDX-License-Identifier: MIT-0 */
/* Samples of any length: where they end. */
#ifndef NNC_OPS_ENDS_H
#define NNC_OPS_ENDS_H

#include <stdint.h>

#include "build/builder.h"
#include "model/layer.h"
#include "plan/plan.h"

extern const OpDef op_ends;

/** How many time steps each sample of x (batch, steps, …) has, (batch, 1): those up to the last that is not nothing.
 *  Nothing is NaN, and of indices a number below 0. */
Tensor *build_ends(Builder *build, Tensor *x);
/** The mask (batch, steps) of time steps that are there: `lengths` is what build_ends() makes of the model's input. */
Tensor *build_within(Builder *build, Tensor *lengths, Ends ends, int64_t steps);

#endif
