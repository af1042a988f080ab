/* SPDX-License-Identifier: MIT-0 */
/* What arena_printf() and text_printf() make of a format is what snprintf() makes of it, however long. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"

static int wrong;

#define CHECK(...)                                                                                                     \
    do {                                                                                                               \
        static char want[4096];                                                                                        \
        Text text = {.arena = arena};                                                                                  \
        snprintf(want, sizeof want, __VA_ARGS__);                                                                      \
        text_puts(&text, "before ");                                                                                   \
        text_printf(&text, __VA_ARGS__);                                                                               \
        if (strcmp(arena_printf(arena, __VA_ARGS__), want) || strcmp(text_chars(&text) + 7, want) ||                   \
            text.length != strlen(want) + 7)                                                                           \
            printf("want %s, got %s\n", want, text_chars(&text)), wrong = 1;                                           \
    } while (0)

int main(void) {
    Arena *const arena = arena_new();
    char name[1024];
    CHECK("%s", "");
    CHECK("nothing in it");
    CHECK("%d %d %d %d%%", 0, -1, INT_MIN, INT_MAX);
    CHECK("%ld %lld %lld %zu", LONG_MIN, LLONG_MIN, LLONG_MAX, (size_t)-1);
    CHECK("%s = %.9g + %5d, %-4s|%s", "x", 1.0 / 3, 7, "a", "behind what snprintf takes over");
    CHECK("%.*s%c%x", 2, "abc", 'd', 255u);
    for (size_t length = 500; length < 530; length++) { /* where what fits on the stack ends */
        memset(name, 'n', length);
        name[length] = '\0';
        CHECK("%s", name);
        CHECK("%s%d", name, 12345);
        CHECK("%s%g%s", name, 0.5, name);
    }
    arena_free(arena);
    return wrong;
}
