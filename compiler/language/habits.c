/* SPDX-License-Identifier: MIT-0 */
/* Words that people bring along from elsewhere: lookup in habits.def. */
#include <string.h>

#include "language/class.h"
#include "language/habits.h"

static const struct {
    const char *owner, *word;
    Habit habit;
} arguments[] = {
#define HABIT(owner, old_word, new_word, note) {owner, old_word, {new_word, note}},
#define CLASS_HABIT(kind, old_word, new_word)
#define KERAS_HAS(kind, ...)
#include "language/habits.def"
#undef HABIT
#undef CLASS_HABIT
#undef KERAS_HAS
};

static const struct {
    ClassKind kind;
    const char *word, *new_word;
} class_words[] = {
#define HABIT(owner, old_word, new_word, note)
#define CLASS_HABIT(kind, old_word, new_word) {kind, old_word, new_word},
#define KERAS_HAS(kind, ...)
#include "language/habits.def"
#undef HABIT
#undef CLASS_HABIT
#undef KERAS_HAS
};

static const struct {
    ClassKind kind;
    const char *const *words; /* ends with NULL */
} keras_words[] = {
#define HABIT(owner, old_word, new_word, note)
#define CLASS_HABIT(kind, old_word, new_word)
#define KERAS_HAS(kind, ...) {kind, (const char *const[]){__VA_ARGS__, NULL}},
#include "language/habits.def"
#undef HABIT
#undef CLASS_HABIT
#undef KERAS_HAS
};

static bool has_argument(const Class *owner, const char *name) {
    for (const ArgDef *row = owner->args; row != NULL && row->name != NULL; row++) {
        if (strcmp(row->name, name) == 0) {
            return true;
        }
    }
    return false;
}

const Habit *habit_of_argument(const Class *owner, const char *word) {
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++) {
        const Habit *habit = &arguments[i].habit;
        bool any = strcmp(arguments[i].owner, "*") == 0;
        if (strcmp(arguments[i].word, word) == 0 && (any || strcmp(arguments[i].owner, owner->name) == 0) &&
            (habit->new_word == NULL || has_argument(owner, habit->new_word))) {
            return habit;
        }
    }
    return NULL;
}

const char *habit_of_class(ClassKind kind, const char *word) {
    for (size_t i = 0; i < sizeof class_words / sizeof *class_words; i++) {
        if (class_words[i].kind == kind && strcmp(class_words[i].word, word) == 0) {
            return class_words[i].new_word;
        }
    }
    return NULL;
}

bool keras_has_class(ClassKind kind, const char *word) {
    for (size_t i = 0; i < sizeof keras_words / sizeof *keras_words; i++) {
        for (const char *const *at = keras_words[i].words; keras_words[i].kind == kind && *at != NULL; at++) {
            if (strcmp(*at, word) == 0) {
                return true;
            }
        }
    }
    return false;
}
