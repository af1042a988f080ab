/* SPDX-License-Identifier: MIT-0 */
/* NAME_selftest (--selftest): a prediction whose outputs are known. */
#ifndef NNC_FILE_SELFTEST_H
#define NNC_FILE_SELFTEST_H

#include "base/arena.h"
#include "emit/emit.h"
#include "emit/template.h"

/** Its declaration. */
void emit_selftest_header(Emit *emit, const Hole *holes, Text *out);
/** The function, with Options.selftest_outputs; or, as long as they are not known, a main() that prints them. */
void emit_selftest(Emit *emit, const Hole *holes, Text *out);

#endif
