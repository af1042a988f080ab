/* SPDX-License-Identifier: MIT-0 */
/* Gradients add up. */
#ifndef NNC_BUILD_GRADIENT_ADD_H
#define NNC_BUILD_GRADIENT_ADD_H

#include "build/builder.h"
#include "plan/plan.h"

/** The sum of two parts of the gradient of `of`, of its shape. */
Tensor *gradient_sum(Builder *build, const Tensor *of, Tensor *a, Tensor *b);
/** Adds `d` to the gradient of `tensor`, and calls it so where it has no name; nothing when the tensor needs none.
 *  Where the tensor was broadcast, over its dimensions or over the steps of a loop, `d` is summed. */
void gradient_add(Builder *build, Tensor *tensor, Tensor *d);

#endif
