/* SPDX-License-Identifier: MIT-0 */
/* The header, and what it shares with the C. */
#ifndef NNC_FILE_HEADER_H
#define NNC_FILE_HEADER_H

#include <stdbool.h>

#include "base/arena.h"
#include "emit/emit.h"
#include "emit/template.h"

/** MODEL.h. */
const char *emit_model_h(Arena *arena, const Plan *plan);

/** A printer of the plan, with names for all weights and states. */
Emit emitter(Arena *arena, const Plan *plan);
/** Whether the file may have a copy for every instruction set: with --portable all compute alike. */
bool may_copy(const Plan *plan);
/** The header's facts as holes, shared by all templates of the file. */
const Hole *facts(Emit *emit);
/** The text of the header. */
void emit_header(Emit *emit, const Hole *holes, Text *out);

#endif
