/* SPDX-License-Identifier: MIT-0 */
/* What is done to the values of a file before the first layer. */
#ifndef NNC_LOWER_PREPARE_H
#define NNC_LOWER_PREPARE_H

#include "base/diag.h"
#include "build/builder.h"
#include "model/model.h"
#include "plan/plan.h"

/** Finds out what x and y are prepared by; reports what cannot be done to them. */
void model_prepare(Model *model, Diags *diags);
/** The values that the first layer sees, and that loss and metrics compare with: what the caller gives, prepared as the model
 *  says. */
Tensor *build_prepared_x(Builder *build, const Model *model, Tensor *x);
Tensor *build_prepared_y(Builder *build, const Model *model, Tensor *target);

#endif
