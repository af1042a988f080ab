/* SPDX-License-Identifier: MIT-0 */
/* Gradients add up. */
#ifndef NNC_BUILD_GRADIENT_ADD_H
#define NNC_BUILD_GRADIENT_ADD_H

#include "build/builder.h"
#include "plan/plan.h"

/** Adds `d` to the gradient of `tensor`; nothing when the tensor needs none. Where the tensor was broadcast, over its
 *  dimensions or over the steps of a loop, `d` is summed. */
void gradient_add(Builder *build, Tensor *tensor, Tensor *d);

#endif
