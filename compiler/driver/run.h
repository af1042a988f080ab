/* SPDX-License-Identifier: MIT-0 */
/* nnc run. */
#ifndef NNC_DRIVER_RUN_H
#define NNC_DRIVER_RUN_H

#include "base/arena.h"
#include "base/options.h"
#include "model/model.h"

/** Compiles `code` (linked form, with main) unless the same is in the cache, and runs it; relative paths of the model's
 *  data start at the model's folder. Returns the exit status. */
int run_model(const Options *options, Arena *arena, const Model *model, const char *code);

#endif
