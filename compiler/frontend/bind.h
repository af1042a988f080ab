/* SPDX-License-Identifier: MIT-0 */
/* The binder's parts: bind.c matches arguments with the rows of a table, bind_value.c converts their values. */
#ifndef NNC_FRONTEND_BIND_H
#define NNC_FRONTEND_BIND_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/source.h"
#include "frontend/constants.h"
#include "language/ast.h"
#include "language/class.h"

typedef struct Binder {
    Arena *arena;
    Constants *constants;
    Diags *diags;
} Binder;

/** Converts a value to the type of `row` and stores it in `field`. `owner` is for messages. False after an error. */
bool bind_value(const Binder *binder, const Class *owner, const ArgDef *row, const Ast *ast, void *field);
/** Stores None, as the type of `row` has it. */
void bind_none(const ArgDef *row, void *field);
/** As bind_object, for a value whose constants are replaced; `place` is where it is used. */
Object *bind_class(const Binder *binder, const Ast *value, ClassKind kind, Span place, const ArgDef *extra,
                   void *extra_args);

/** Makes an Object from a call (or a string naming a class, or an AST_NAME constant that holds one). Every argument is
 *  checked against the table; errors are reported with carets and suggestions. NULL after an error. `extra` is a table
 *  of arguments common to all classes of the kind (layers: name, trainable, …) bound into `extra_args`; both may be
 *  NULL. Where a class has an argument of the same name as a common one, it is the class's. */
Object *bind_object(Arena *arena, const Ast *ast, ClassKind kind, Constants *constants, Diags *diags,
                    const ArgDef *extra, void *extra_args);

#endif
