/* SPDX-License-Identifier: MIT-0 */
/* What processes that share a step of training give each other, as C. */
#ifndef NNC_FILE_RANKS_H
#define NNC_FILE_RANKS_H

#include <stdbool.h>

#include "base/arena.h"
#include "emit/emit.h"
#include "emit/template.h"
#include "plan/plan.h"

/** A function that gives others what they need where a step has come to, and its call; "" where that is nothing.
 *  `name` ends in a number that is the round's, from 1; `loop`: in each step of it. */
const char *emit_given(Emit *emit, const Hole *holes, const Portions *portions, const TimeLoop *loop, const char *name,
                       Text *programs);
/** "mlp_train_give_3": before a round, or behind it, by its place. */
const char *given_before(Emit *emit, int round);
const char *given_after(Emit *emit, int round);
const char *given_at_end(Emit *emit);
/** The function that makes whole what each keeps its part of. */
void emit_gather(Emit *emit, const Hole *holes, Text *programs);
/** "#define mlp_train_give_3 NNC_COPY(mlp_train_give_3)", of all such functions. */
void given_names(Emit *emit, Text *out);

#endif
