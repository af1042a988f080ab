/* SPDX-License-Identifier: MIT-0 */
/* --emit=ast. */
#ifndef NNC_FRONTEND_DUMP_H
#define NNC_FRONTEND_DUMP_H

#include "base/arena.h"
#include "base/source.h"
#include "language/ast.h"

/** --emit=ast: one node a line, indented, with line:column. */
void ast_dump(const AstFile *file, const Source *source, Text *out);

#endif
