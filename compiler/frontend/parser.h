/* SPDX-License-Identifier: MIT-0 */
/* From text to the tree. */
#ifndef NNC_FRONTEND_PARSER_H
#define NNC_FRONTEND_PARSER_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/source.h"
#include "language/ast.h"

/** Parses a file. Never NULL; syntax errors are in `diags`, and what could be understood is in the tree. */
AstFile *parse_file(Arena *arena, const Source *source, Diags *diags);
/** Parses one expression, as -D NAME=EXPR and the defaults of arguments need it. All its spans are NO_SPAN. NULL and a
 *  message in *error when it is none. */
Ast *parse_expression(Arena *arena, const char *text, const char **error);

#endif
