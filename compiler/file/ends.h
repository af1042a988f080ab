/* SPDX-License-Identifier: MIT-0 */
/* NAME_predict_steps: a sample that ends before the last time step. */
#ifndef NNC_FILE_ENDS_H
#define NNC_FILE_ENDS_H

#include "base/arena.h"
#include "emit/emit.h"
#include "emit/template.h"

/** Where samples are of any length: the declaration, with what stands in the header beside it; and the function. */
void emit_ends_header(Emit *emit, const Hole *holes, Text *out);
void emit_ends(Emit *emit, const Hole *holes, Text *out);

#endif
