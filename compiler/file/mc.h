/* SPDX-License-Identifier: MIT-0 */
/* NAME_predict_mc. */
#ifndef NNC_FILE_MC_H
#define NNC_FILE_MC_H

#include "base/arena.h"
#include "emit/emit.h"
#include "emit/template.h"

/** NAME_predict_mc: its program, and the function that calls it by `run` after `check`. */
void emit_monte_carlo(Emit *emit, const Hole *holes, const char *check, const char *run, Text *programs, Text *out);

#endif
