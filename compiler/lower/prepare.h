/* SPDX-License-Identifier: MIT-0 */
/* Preparing x and y, before the first layer and before the loss. */
#ifndef NNC_LOWER_PREPARE_H
#define NNC_LOWER_PREPARE_H

#include "build/builder.h"
#include "model/model.h"
#include "plan/plan.h"

/** What the first layer sees: what the caller gives, prepared as the model says. */
Tensor *build_prepared_x(Builder *build, const Model *model, Tensor *x);
/** Real targets in the units of predictions; others as they are. */
Tensor *build_scaled_y(Builder *build, const Model *model, Tensor *target);
/** What the loss compares with: those of above, standardized where fit() says so. */
Tensor *build_standardized_y(Builder *build, const Model *model, Tensor *target);
/** A prediction of standardized targets in their units; any other as it is. */
Tensor *build_restored_y(Builder *build, const Model *model, Tensor *prediction);

#endif
