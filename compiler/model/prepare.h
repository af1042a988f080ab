/* SPDX-License-Identifier: MIT-0 */
/* What is done to the values of a file before the first layer. */
#ifndef NNC_MODEL_PREPARE_H
#define NNC_MODEL_PREPARE_H

#include "base/diag.h"
#include "model/model.h"

/** Finds out what x and y are prepared by; reports what cannot be done to them. */
void model_prepare(Model *model, Diags *diags);

#endif
