/* SPDX-License-Identifier: MIT-0 */
/* For targets without vectors: what templates say of vectors, said of numbers. */
#ifndef NNC_EMIT_PLAIN_H
#define NNC_EMIT_PLAIN_H

#include "emit/emit.h"

/** Statements in which vectors have one lane as a person would write them: x[c] for v_load_all(x + c), c++ for
 *  c += LANES. The same numbers come out. */
const char *plain_text(Emit *emit, const char *text);

#endif
