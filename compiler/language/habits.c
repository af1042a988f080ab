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
#include "language/habits.def"
};

static const struct {
    ClassKind kind;
    const char *word, *new_word;
} class_words[] = {
#define CLASS_HABIT(kind, old_word, new_word) {kind, old_word, new_word},
#include "language/habits.def"
};

enum { ANY_KIND = CLASS_KIND_COUNT };

static const struct {
    ClassKind kind;
    bool for_chains;
    const char *reason;
    const char *const *words; /* ends with NULL */
} keras_words[] = {
#define REFUSED(kind, reason, ...) {(ClassKind)(kind), true, reason, (const char *const[]){__VA_ARGS__, NULL}},
#define NOT_FOR_CHAINS(kind, reason, ...) {(ClassKind)(kind), false, reason, (const char *const[]){__VA_ARGS__, NULL}},
#include "language/habits.def"
};

enum { KERAS_ROWS = sizeof keras_words / sizeof *keras_words };

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

static bool is_row_of(int row, ClassKind kind) {
    return keras_words[row].kind == kind || keras_words[row].kind == (ClassKind)ANY_KIND;
}

const char *keras_class_refused(ClassKind kind, const char *word) {
    for (int i = 0; i < KERAS_ROWS; i++) {
        for (const char *const *at = keras_words[i].words; is_row_of(i, kind) && *at != NULL; at++) {
            if (strcmp(*at, word) == 0) {
                return keras_words[i].reason;
            }
        }
    }
    return NULL;
}

void list_refused(ClassKind kind, Text *out) {
    for (int i = 0; i < KERAS_ROWS; i++) {
        for (const char *const *at = keras_words[i].words; is_row_of(i, kind) && *at != NULL; at++) {
            text_printf(out, "%s: %s%s\n", *at,
                        keras_words[i].for_chains ? "" : "not for chains: ", keras_words[i].reason);
        }
    }
}
