/* SPDX-License-Identifier: MIT-0 */
/* Which names a text of C uses. */
#ifndef NNC_FILE_USED_H
#define NNC_FILE_USED_H

#include <stdbool.h>

#include "file/program.h"

/** Whether a name stands in a text of C: not in a comment, nor as a member. */
bool uses_name(const char *text, const char *name);
/** "(void)x;" for each of these names, separated by spaces, that a text of C does not use. */
const char *unused_names(Emit *emit, const char *names, const char *text);
/** The same of a program, of which `arena`, perhaps "", says where its values lie. */
const char *unused_by(Emit *emit, const ProgramText *program, const char *arena, const char *names);

#endif
