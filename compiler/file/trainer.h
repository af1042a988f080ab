/* SPDX-License-Identifier: MIT-0 */
/* The struct of the trainer. */
#ifndef NNC_FILE_TRAINER_H
#define NNC_FILE_TRAINER_H

#include "base/arena.h"
#include "emit/emit.h"

/** The members of NAME_trainer, and the table of those that checkpoints hold. */
const char *trainer_fields(Emit *emit);
void kept_table(Emit *emit, Text *out);
/** Calls `take` for each member that checkpoints hold: how it is kept, as an nnc_kept_as without its NNC_KEPT_, and how
 *  many numbers it has; 0: as many as there are weights. */
void trainer_kept(Emit *emit, void (*take)(void *context, const char *name, const char *kept, int64_t count),
                  void *context);

#endif
