/* SPDX-License-Identifier: MIT-0 */
/* What only the whole model can tell. */
#ifndef NNC_MODEL_CHECK_H
#define NNC_MODEL_CHECK_H

#include "base/diag.h"

typedef struct Model Model;

/** Whether loss and metrics fit the output. */
void model_check(const Model *model, Diags *diags);

#endif
