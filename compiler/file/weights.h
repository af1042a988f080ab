/* SPDX-License-Identifier: MIT-0 */
/* The weights of --weights. */
#ifndef NNC_FILE_WEIGHTS_H
#define NNC_FILE_WEIGHTS_H

#include <stdbool.h>

#include "base/arena.h"
#include "data/data.h"
#include "emit/emit.h"
#include "emit/template.h"
#include "plan/plan.h"

/** What stands with the weights of --weights: notes. Their values are Tensor.values. */
typedef struct Baked {
    nnc_notes notes;
} Baked;

/** Reads the weights of --weights, once, into Tensor.values and plan->baked, where they are asked for; false after a
 *  message about a file that cannot be read, or is of another model. */
bool weights_bake(Arena *arena, Plan *plan);
/** The notes that stand with them: labels; none without them. */
const nnc_notes *baked_notes(const Emit *emit);
/** Their identity. */
uint64_t baked_hash(const Emit *emit);
/** The weights as constants. */
void emit_weights(Emit *emit, const Hole *holes, Text *out);

#endif
