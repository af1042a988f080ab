/* SPDX-License-Identifier: MIT-0 */
/* Values of masked time steps. */
#ifndef NNC_LAYERS_POOLING_H
#define NNC_LAYERS_POOLING_H

#include "plan/plan.h"

/** x where `valid` is more than 0, else 0. */
Tensor *valid_or_zero(Builder *build, Tensor *x, Tensor *valid);

#endif
