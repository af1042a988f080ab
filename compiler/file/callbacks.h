/* SPDX-License-Identifier: MIT-0 */
/* The table of callbacks. */
#ifndef NNC_FILE_CALLBACKS_H
#define NNC_FILE_CALLBACKS_H

#include "base/arena.h"
#include "emit/emit.h"

/** The table of callbacks; nothing when there are none. */
void callbacks_table(Emit *emit, Text *out);

#endif
