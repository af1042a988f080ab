/* SPDX-License-Identifier: MIT-0 */
/* --main: what fit() and evaluate() of the model file say. */
#ifndef NNC_FILE_DEFAULTS_H
#define NNC_FILE_DEFAULTS_H

#include "base/arena.h"
#include "emit/emit.h"

/** main_fit and main_evaluate_defaults, and the tables that they name. */
void fit_table(Emit *emit, Text *out);
void evaluate_table(Emit *emit, Text *out);

#endif
