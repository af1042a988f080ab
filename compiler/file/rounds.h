/* SPDX-License-Identifier: MIT-0 */
/* A step of training that is shared out, as C. The texts are in rounds.t.c. */
#ifndef NNC_FILE_ROUNDS_H
#define NNC_FILE_ROUNDS_H

#include "base/arena.h"
#include "emit/emit.h"
#include "emit/template.h"

/** The functions of the rounds, and the one that has a team make them one after the other. */
void emit_rounds(Emit *emit, const Hole *holes, Text *programs);
/** "mlp_train_3": the function of a round, by its place. */
const char *round_name(Emit *emit, int round);

#endif
