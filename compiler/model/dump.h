/* SPDX-License-Identifier: MIT-0 */
/* --emit=model, --emit=shapes, and what checkpoints must agree in. */
#ifndef NNC_MODEL_DUMP_H
#define NNC_MODEL_DUMP_H

#include "base/arena.h"

typedef struct Model Model;

/** What checkpoints must agree in, a line each: the input, the layers, compile(). */
void identity_dump(const Model *model, Text *out);
/** --emit=model and --emit=shapes. */
void model_dump(const Model *model, Text *out);
void shapes_dump(const Model *model, Text *out);

#endif
