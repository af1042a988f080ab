/* SPDX-License-Identifier: MIT-0 */
/* Reports of inputs that a layer cannot take. */
#ifndef NNC_LAYERS_REFUSE_H
#define NNC_LAYERS_REFUSE_H

#include <stdbool.h>

#include "base/diag.h"
#include "model/layer.h"

/** Reports an input that has not the `rank` dimensions that the layer `needs`, "(batch, time, features)", with where it
 *  comes from and what would help. `image`: the last dimension holds channels. */
void layer_refuse(const Layer *layer, int rank, const char *needs, bool image, Diags *diags);
/** Whether the mask that arrives, if one does, has the input's first `rank` dimensions, "(batch, time)"; else reports
 *  it. */
bool layer_mask_check(const Layer *layer, int rank, const char *needs, Diags *diags);

#endif
