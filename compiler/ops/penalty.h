/* SPDX-License-Identifier: MIT-0 */
/* Penalties in the loss. */
#ifndef NNC_OPS_PENALTY_H
#define NNC_OPS_PENALTY_H

#include "build/builder.h"
#include "model/layer.h"
#include "plan/plan.h"

extern const OpDef op_penalty;

/** Adds l1·Σ|x| + l2·Σx² to the loss, divided by the batch where x depends on it. The gradient of a weight's penalty is
 *  added to `g`, the rest of its gradient, by build_penalized. */
void build_penalty(Builder *build, Tensor *x, double l1, double l2);
Tensor *build_penalized(Builder *build, Tensor *g, Tensor *weight, double l1, double l2);
/** The penalty on a layer's output y, if it has one. */
void build_activity_penalty(Builder *build, const Layer *layer, Tensor *y);

#endif
