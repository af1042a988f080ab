/* SPDX-License-Identifier: MIT-0 */
/* --stream: the model for one time step. */
#ifndef NNC_MODEL_STREAM_H
#define NNC_MODEL_STREAM_H

#include <stdbool.h>

#include "base/diag.h"
#include "model/layer.h"

typedef struct Model Model;

/** --stream: the model for one time step of one sample, whose layers keep what they need from step to step. NULL after
 *  an error, which names the layer that needs more than that. */
Model *model_of_step(const Model *model, Diags *diags);
/** LayerDef.stream of layers that treat every time step alike. */
const char *stream_each(const Layer *layer, bool *timed);

#endif
