/* SPDX-License-Identifier: MIT-0 */
/* --portable. */
#ifndef NNC_EMIT_EXACT_H
#define NNC_EMIT_EXACT_H

#include "base/arena.h"
#include "print/emit.h"
#include "print/template.h"

/** --portable: what keeps compilers from changing bits, before all code; "exact_end" ends it. */
void emit_exact_begin(Emit *emit, const Hole *holes, Text *out);

#endif
