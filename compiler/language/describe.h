/* SPDX-License-Identifier: MIT-0 */
/* Values as the language writes them, and what they are, for messages. */
#ifndef NNC_LANGUAGE_DESCRIBE_H
#define NNC_LANGUAGE_DESCRIBE_H

#include <stddef.h>

#include "base/arena.h"
#include "language/ast.h"

/** A number as the language writes it, with the fewest digits that read back as the same: 0.1, 1e-07, 28. */
const char *number_text(Arena *arena, double value);
/** A string as the language writes it, with quotes and escapes; longer ones end in … */
const char *string_text(Arena *arena, const char *chars, size_t length);
/** "a string", "the number 0.5", "a tuple" …: what a value is, for messages. */
const char *ast_describe(Arena *arena, const Ast *ast);

#endif
