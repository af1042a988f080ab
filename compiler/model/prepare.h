/* SPDX-License-Identifier: MIT-0 */
/* What is done to the values of a file before the first layer. */
#ifndef NNC_MODEL_PREPARE_H
#define NNC_MODEL_PREPARE_H

#include "base/diag.h"
#include "model/model.h"
#include "model/shape.h"

/** What the source of x says of its columns, before any layer has a shape. */
void model_read_x(Model *model, Diags *diags);
/** The shape of what the first layer gets of x in the shape `input`: categories have become several values. */
Shape model_prepared(const Model *model, Shape input);
/** Finds out what x and y are prepared by; reports what cannot be done to them. */
void model_prepare(Model *model, Diags *diags);

#endif
