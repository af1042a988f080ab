/* SPDX-License-Identifier: MIT-0 */
/* The struct of the trainer. */
#ifndef NNC_FILE_TRAINER_H
#define NNC_FILE_TRAINER_H

#include "base/arena.h"
#include "emit/emit.h"

/** The members of NAME_trainer, and the table of those that checkpoints hold. */
const char *trainer_fields(Emit *emit);
void kept_table(Emit *emit, Text *out);

#endif
