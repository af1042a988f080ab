/* SPDX-License-Identifier: MIT-0 */
/* No line of a printed file is longer than 120 columns. */
#ifndef NNC_EMIT_COLUMNS_H
#define NNC_EMIT_COLUMNS_H

#include "base/arena.h"

/** The text with its long lines broken: C behind commas and operators, comments between words, directives with a
 *  backslash. What has no blank stays as it is. */
const char *within_columns(Arena *arena, const char *text);

#endif
