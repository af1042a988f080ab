/* SPDX-License-Identifier: MIT-0 */
/* What NAME_train_init does. */
#ifndef NNC_FILE_INIT_H
#define NNC_FILE_INIT_H

#include "emit/emit.h"

/** What NAME_train_init draws, and what it clears. */
const char *init_text(Emit *emit);
const char *clear_text(Emit *emit);

#endif
