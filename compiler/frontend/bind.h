/* SPDX-License-Identifier: MIT-0 */
/* The binder's parts: bind.c matches arguments with the rows of a table, bind_value.c converts their values. */
#ifndef NNC_BIND_H
#define NNC_BIND_H

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

/* What habits.def says about words from elsewhere. */
typedef struct Habit {
    const char *new_word; /* NULL: there is none */
    const char *note;     /* or NULL */
} Habit;

/** NULL when `word` is no habit for an argument of `owner`. */
const Habit *habit_of_argument(const Class *owner, const char *word);
/** What is written instead of a class of that name, or NULL. */
const char *habit_of_class(ClassKind kind, const char *word);
/** Whether Keras has a class of that name that nnc may lack. */
bool keras_has_class(ClassKind kind, const char *word);

/** Appends the value that `field` holds, as the language writes it. */
void print_value(const ArgDef *row, const void *field, Text *out);

#endif
