/* SPDX-License-Identifier: MIT-0 */
/* Reverse mode: the gradients of all operations, last first. */
#ifndef NNC_BUILD_BACKWARD_H
#define NNC_BUILD_BACKWARD_H

#include "build/builder.h"
#include "plan/plan.h"

/** Appends the gradients of all operations before `end`, last first, from the loss on `prediction`. */
void build_gradients(Builder *build, int end, Tensor *prediction);

#endif
