/* SPDX-License-Identifier: MIT-0 */
/* From a source to its model, for what compiles none. */
#ifndef NNC_MODEL_READ_H
#define NNC_MODEL_READ_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/options.h"
#include "base/source.h"

typedef struct Model Model;

/** The model of a source; with `shapes`, if it has no errors before, these are found and all is checked that main.c
 *  checks. Never NULL; errors are in `diags`. */
Model *model_read(Arena *arena, const Source *source, const Options *options, bool shapes, Diags *diags);

#endif
