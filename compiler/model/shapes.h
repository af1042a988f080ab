/* SPDX-License-Identifier: MIT-0 */
/* The shapes of all layers of a model. */
#ifndef NNC_MODEL_SHAPES_H
#define NNC_MODEL_SHAPES_H

#include "base/diag.h"
#include "model/model.h"

/** Runs every layer's shape rule in order; after an error later layers stay silent. */
void model_shapes(Model *model, Diags *diags);

#endif
