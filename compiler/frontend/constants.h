/* SPDX-License-Identifier: MIT-0 */
/* Values of expressions: constants and arithmetic. */
#ifndef NNC_FRONTEND_CONSTANTS_H
#define NNC_FRONTEND_CONSTANTS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/diag.h"
#include "language/ast.h"
#include "language/class.h"

/** Names and values of the file's constants. */
typedef struct Constants Constants;
Constants *constants_new(Arena *arena, Diags *diags);
/** -D NAME=EXPR: wins over the file's own definition. False (and *error) when it does not parse. */
bool constants_override(Constants *constants, const char *definition, const char **error);
/** Evaluates and defines the constants of the file in order; reports doubles, unknown names, division by zero, and
 *  (after the file) overrides that name no constant. */
void constants_define(Constants *constants, const AstFile *file);
/** The value of an expression: constants replaced, arithmetic done, dotted names strings. Never AST_NAME, AST_NEGATE or
 *  AST_BINARY; AST_ERROR after an error. Entries of tuples, lists, dicts and calls are left as they are. `wanted` is
 *  the kind of class that is expected here, for the message about a name without quotes; CLASS_KIND_COUNT: none. */
const Ast *constants_value(Constants *constants, const Ast *ast, ClassKind wanted);
/** The name of the class that a call names: through a constant (RNN = LSTM), or as it is written. */
const char *constants_called(Constants *constants, const Ast *call);
/** Adds a note to the diagnostic just reported when the value of `ast` was written elsewhere: where. */
void constants_note(Constants *constants, const Ast *ast);
/** Warns of constants that no value used. */
void constants_warn_unused(Constants *constants);
/** The value of an argument's default, parsed once. */
const Ast *constants_default(Constants *constants, const char *text);

#endif
