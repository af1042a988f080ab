/* SPDX-License-Identifier: MIT-0 */
/* Names as Keras makes them: a layer's automatic one is its class in snake_case (keras/src/utils/naming.py). */
#include <ctype.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/names.h"
#include "language/keras_names.h"

static bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

/* re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name) */
static const char *split_before_words(Arena *arena, const char *name) {
    Text out = {.arena = arena};
    while (*name != '\0') {
        if (is_upper(name[1]) && is_lower(name[2])) {
            size_t word = 2;
            while (is_lower(name[1 + word])) {
                word++;
            }
            text_printf(&out, "%c_%.*s", name[0], (int)word, name + 1);
            name += 1 + word;
        } else {
            text_append(&out, name++, 1);
        }
    }
    return text_chars(&out);
}

/* re.sub("([a-z])([A-Z])", r"\1_\2", name) */
static const char *split_before_capitals(Arena *arena, const char *name) {
    Text out = {.arena = arena};
    while (*name != '\0') {
        text_append(&out, name, 1);
        if (is_lower(name[0]) && is_upper(name[1])) {
            text_printf(&out, "_%c", name[1]);
            name++;
        }
        name++;
    }
    return text_chars(&out);
}

const char *snake_case(Arena *arena, const char *name) {
    const char *split = split_before_capitals(arena, split_before_words(arena, name));
    Text out = {.arena = arena};
    for (; *split != '\0'; split++) {
        char lower = (char)tolower((unsigned char)*split);
        text_append(&out, &lower, 1);
    }
    return text_chars(&out);
}

const char *layer_name_problem(const char *name) {
    if (!isalpha((unsigned char)name[0]) && name[0] != '_') {
        return "it must start with a letter or _";
    }
    int length = 0;
    for (; name[length] != '\0'; length++) {
        char c = name[length];
        if (!isalnum((unsigned char)c) && c != '_' && c != '.' && c != '-') {
            return "only letters, digits, _ . and - may be in it";
        }
    }
    return length > 128 ? "it is longer than 128 characters" : NULL;
}

const char *numbered_name(Arena *arena, Names *counts, const char *class_name) {
    const char *const base = snake_case(arena, class_name);
    int **const count = (int **)names_slot(counts, base);
    if (!*count) *count = NEW(arena, int);
    const int number = (**count)++;
    return number == 0 ? base : arena_printf(arena, "%s_%d", base, number);
}
