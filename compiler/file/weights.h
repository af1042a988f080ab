/* SPDX-License-Identifier: MIT-0 */
/* The weights of --weights. */
#ifndef NNC_FILE_WEIGHTS_H
#define NNC_FILE_WEIGHTS_H

#include "base/arena.h"
#include "data/data.h"
#include "emit/emit.h"
#include "emit/template.h"

/** The notes that stand with the weights of --weights: labels. */
const nnc_notes *baked_notes(Emit *emit);
/** The identity of the weights of --weights. */
uint64_t baked_hash(Emit *emit);
/** The weights of --weights as constants. */
void emit_weights(Emit *emit, const Hole *holes, Text *out);

#endif
