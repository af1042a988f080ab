/* SPDX-License-Identifier: MIT-0 */
/* What is put into an operation. */
#ifndef NNC_PLAN_OP_H
#define NNC_PLAN_OP_H

#include "base/arena.h"
#include "plan/plan.h"

/** One input more. */
void op_read(Op *op, Tensor *tensor);
/** The attributes of an operation; to ask for those of another kind is an internal error. */
void *op_attrs(const Op *op, const AttrsKind *kind);
/** Appends the kind of an operation and its attributes to a key (base/key.h). */
void op_key(const Op *op, Text *key);
/** Makes it an operation of this kind, with attributes that are zero. */
void op_become(Arena *arena, Op *op, const OpDef *def);

/** Whether an operation that makes one line of an image at a time finds the lines of its window in what it reads; else
 *  it reads one line, or there is one to make. */
bool op_finds_lines(const Op *op);
/** What an operation makes, with all its lines where it makes one at a time. */
Shape op_image(const Op *op);

#endif
