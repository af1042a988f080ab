/* SPDX-License-Identifier: MIT-0 */
/* Within TimeDistributed the samples of a layer are the time steps of the model's: (batch * steps, …). Keras calls the
 * layer once for each step. */
#ifndef NNC_LAYERS_WRAPPERS_H
#define NNC_LAYERS_WRAPPERS_H

#include <stdint.h>

#include "model/shape.h"

/** How many such steps there are; 1 outside of TimeDistributed. */
int64_t steps_of(Shape samples);
/** (batch, steps, …) of (batch * steps, …). */
Shape steps_apart(Shape samples);

#endif
