/* SPDX-License-Identifier: MIT-0 */
/* Which calls are alike but for numbers, known without printing them. */
#ifndef NNC_FILE_ALIKE_CALLS_H
#define NNC_FILE_ALIKE_CALLS_H

#include "emit/emit.h"
#include "file/brackets.h"
#include "file/calls.h"
#include "file/statements.h"

/** Adds a call as a statement that is not printed yet: its key, all that its text follows from but for numbers; and
 *  these. emit->file->loop is its operation's; the text is one for the key. */
void add_call(Emit *emit, const Calls *calls, int at, const Brackets *brackets, Text *key, Statements *all);
/** Whether a parameter lies at a number, in a struct or in the arena, by which calls of equal layers differ. */
bool lies_at_number(const Tensor *storage);

#endif
