/* SPDX-License-Identifier: MIT-0 */
/* The struct of the trainer. */
#ifndef NNC_FILE_TRAINER_H
#define NNC_FILE_TRAINER_H

#include "base/arena.h"
#include "plan/sizes.h"
#include "emit/emit.h"

/** The members of NAME_trainer, and the table of those that checkpoints hold. */
const char *trainer_fields(Emit *emit);
void kept_table(Emit *emit, Text *out);
/** Calls `take` for each member that checkpoints hold. */
void trainer_kept(Emit *emit, void (*take)(void *context, const TrainerPart *part), void *context);

#endif
