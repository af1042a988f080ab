/* SPDX-License-Identifier: MIT-0 */
/* --portable. */
#ifndef NNC_FILE_EXACT_H
#define NNC_FILE_EXACT_H

#include "base/arena.h"
#include "emit/emit.h"
#include "emit/template.h"

/** --portable: what keeps compilers from changing bits, before all code; "exact_end" ends it. */
void emit_exact_begin(Emit *emit, const Hole *holes, Text *out);

#endif
