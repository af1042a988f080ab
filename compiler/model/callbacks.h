/* SPDX-License-Identifier: MIT-0 */
/* Callbacks against the rest of the model: what they watch, whether it is there, what they write. */
#ifndef NNC_MODEL_CALLBACKS_H
#define NNC_MODEL_CALLBACKS_H

#include "base/arena.h"
#include "base/diag.h"
#include "model/statements.h"

typedef struct Model Model;

/** 1 where a larger figure is better for a callback, -1 where a smaller one is; 0: nobody knows. */
int monitor_direction(const Model *model, const CallbackArgs *args);
/** The name of a file of weights, its ending that of safetensors. */
const char *weights_file(Arena *arena, const char *path);
void check_callbacks(const Model *model, Diags *diags);

#endif
