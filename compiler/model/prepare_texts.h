/* SPDX-License-Identifier: MIT-0 */
/* What the first layer makes of text. */
#ifndef NNC_MODEL_PREPARE_TEXTS_H
#define NNC_MODEL_PREPARE_TEXTS_H

#include "base/diag.h"
#include "model/model.h"

/** What the first layer reads, if that is text, before any layer has a shape: the input becomes what it makes of it. */
void model_read_texts(Model *model, Diags *diags);

#endif
