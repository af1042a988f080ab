/* SPDX-License-Identifier: MIT-0 */
/* One argument being bound: what the files that convert values share. */
#ifndef NNC_FRONTEND_BIND_TARGET_H
#define NNC_FRONTEND_BIND_TARGET_H

#include <stdbool.h>

#include "base/source.h"
#include "frontend/bind.h"
#include "language/ast.h"
#include "language/class.h"

typedef struct Target {
    const Binder *binder;
    const Class *owner;
    const ArgDef *row;
    const Ast *written; /* as the file has it */
    Span place;
    bool entry; /* of a sequence, not the whole value */
} Target;

/** Reports a value that is not what is `wanted`; false. */
bool wrong_type(const Target *target, const Ast *value, const char *wanted);
/** An entry of a sequence. */
Target entry_target(const Target *target, const Ast *entry);
bool string_value(const Target *target, const Ast *value, const char **text);
bool bind_real(const Target *target, const Ast *value, double *field);
/* bind_objects.c */
bool bind_one(const Target *target, const Ast *value, Object **field);
bool bind_number_or_object(const Target *target, const Ast *value, NumberOrObject *field);
bool bind_objects(const Target *target, const Ast *value, Objects *field);

#endif
