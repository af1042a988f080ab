/* SPDX-License-Identifier: MIT-0 */
/* What a function computes, as a comment. */
#ifndef NNC_EMIT_COMMENT_H
#define NNC_EMIT_COMMENT_H

#include "emit/emit.h"

/** Says what a function that has just been printed computes. */
void op_formula(Emit *emit, Function *function);
/** The comment above a function: its layers and its formula, ASCII only. */
const char *op_comment(Emit *emit, const Function *function);

#endif
