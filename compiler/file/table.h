/* SPDX-License-Identifier: MIT-0 */
/* Structs that the program hands to the hosted runtime: each value on a line, with the member that it is. C++ takes
 * them too, which knows no ".batch = 8". */
#ifndef NNC_FILE_TABLE_H
#define NNC_FILE_TABLE_H

#include <stdint.h>

#include "base/arena.h"
#include "emit/emit.h"

/** "8, " and behind it the member's name as a comment. Members stand in the order of the struct
 *  (tests/structure/members.test). */
void put_member(Text *out, const char *member, const char *value);
void put_count(Text *out, const char *member, int64_t value);
/** The members of a struct within one, as lines. */
void put_struct(Emit *emit, Text *out, const char *member, const char *lines);
/** A literal of the text, or NULL. */
const char *string_or_null(Emit *emit, const char *text);

#endif
