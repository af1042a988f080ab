/* SPDX-License-Identifier: MIT-0 */
/* Two recurrent layers as the ways of a Bidirectional. */
#ifndef NNC_LAYERS_RECURRENT_H
#define NNC_LAYERS_RECURRENT_H

#include "model/layer.h"

/** The argument in which two recurrent layers do not go together as the two ways of a Bidirectional; NULL: they do. */
const char *recurrent_mismatch(const Layer *forward, const Layer *backward);

#endif
