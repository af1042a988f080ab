/* SPDX-License-Identifier: MIT-0 */
/* Values of masked time steps. */
#ifndef NNC_LAYERS_POOLING_H
#define NNC_LAYERS_POOLING_H

#include "plan/plan.h"

/** x where `valid` is more than 0, else 0. */
Tensor *valid_or_zero(Builder *build, Tensor *x, Tensor *valid);
/** x (batch, steps, …) with 0 in the time steps that a mask (batch, steps) leaves out. */
Tensor *valid_steps(Builder *build, Tensor *x, Tensor *mask);
/** The mask of what both leave, where there is another one; else the first. */
Tensor *masked_both(Builder *build, Tensor *mask, Tensor *other);

#endif
