/* SPDX-License-Identifier: MIT-0 */
/* NAME_save, NAME_load and what of the trainer goes with them. */
#ifndef NNC_FILE_STORE_H
#define NNC_FILE_STORE_H

#include "base/arena.h"
#include "emit/emit.h"
#include "emit/template.h"

/** Their declarations. What only predicts loads weights, unless it has its own; what trains saves and loads all. */
void emit_store_header(Emit *emit, const Hole *holes, Text *out);
/** The functions, and what the files hold. */
void emit_store(Emit *emit, const Hole *holes, Text *out);

#endif
