/* SPDX-License-Identifier: MIT-0 */
/* Words from elsewhere: what habits.def says about them. */
#ifndef NNC_LANGUAGE_HABITS_H
#define NNC_LANGUAGE_HABITS_H

#include <stdbool.h>

#include "base/arena.h"
#include "language/class.h"

/* What habits.def says about words from elsewhere. */
typedef struct Habit {
    const char *new_word; /* NULL: there is none */
    const char *note;     /* or NULL */
} Habit;

/** NULL when `word` is no habit for an argument of `owner`. */
const Habit *habit_of_argument(const Class *owner, const char *word);
/** What is written instead of a class of that name, or NULL. */
const char *habit_of_class(ClassKind kind, const char *word);
/** Why nnc lacks what Keras has under that name; NULL: Keras has no such thing. */
const char *keras_class_refused(ClassKind kind, const char *word);
/** A line for each name of Keras that nnc lacks: "Lambda: it runs Python". */
void list_refused(ClassKind kind, Text *out);

#endif
