/* SPDX-License-Identifier: MIT-0 */
/* Preparing x and y, before the first layer and before the loss. */
#ifndef NNC_LOWER_PREPARE_H
#define NNC_LOWER_PREPARE_H

#include "build/builder.h"
#include "model/model.h"
#include "plan/plan.h"

/** The values that the first layer sees, and that loss and metrics compare with: what the caller gives, prepared as the
 *  model says. */
Tensor *build_prepared_x(Builder *build, const Model *model, Tensor *x);
Tensor *build_prepared_y(Builder *build, const Model *model, Tensor *target);

#endif
