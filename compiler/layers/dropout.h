/* SPDX-License-Identifier: MIT-0 */
/* The argument noise_shape. */
#ifndef NNC_LAYERS_DROPOUT_H
#define NNC_LAYERS_DROPOUT_H

#include <stdbool.h>

#include "base/diag.h"
#include "language/class.h"
#include "model/layer.h"
#include "model/shape.h"

/** The argument noise_shape: an error when it does not fit the layer's input, and the shape of what is drawn. */
void noise_shape_check(const Layer *layer, Ints noise_shape, Diags *diags);
Shape noise_shape_of(Shape input, Ints noise_shape);
/** LayerDef.stream of layers with such a shape. */
const char *noise_shape_stream(Ints noise_shape, bool timed);

#endif
