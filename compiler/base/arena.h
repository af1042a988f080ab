/* SPDX-License-Identifier: MIT-0 */
/* Memory and text of one compilation: everything lives in one arena and is freed with it. */
#ifndef NNC_BASE_ARENA_H
#define NNC_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

typedef struct Arena Arena;

Arena *arena_new(void);
void arena_free(Arena *arena);
/** Forgets all that was asked for; a block is kept for what follows. */
void arena_reset(Arena *arena);

/** Zeroed memory, aligned for any type. Out of memory ends the program with a message and status 2. */
void *arena_alloc(Arena *arena, size_t bytes);
/** Like realloc: the first `old_bytes` are copied. The old block stays valid until the arena is freed. */
void *arena_grow(Arena *arena, void *old, size_t old_bytes, size_t new_bytes);
/** Gives back what was asked for in this size and is not used any more, where that is worth it. */
void arena_return(void *memory, size_t bytes);
char *arena_strndup(Arena *arena, const char *text, size_t length);
char *arena_strdup(Arena *arena, const char *text);
char *arena_printf(Arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(Arena *arena, const char *format, va_list args);

#define NEW(arena, type) ((type *)arena_alloc(arena, sizeof(type)))
#define NEW_ARRAY(arena, type, count) ((type *)arena_alloc(arena, sizeof(type) * (size_t)(count)))

/* A growable array: LIST(int) sizes; list_push(arena, &sizes, 3); sizes.at[i], sizes.count. */
#define LIST(type)                                                                                                     \
    struct {                                                                                                           \
        type *at;                                                                                                      \
        int count, capacity;                                                                                           \
    }
#define list_push(arena, list, item)                                                                                   \
    do {                                                                                                               \
        if ((list)->count == (list)->capacity) {                                                                       \
            int capacity_ = (list)->capacity ? 2 * (list)->capacity : 8;                                               \
            (list)->at = arena_grow(arena, (list)->at, (size_t)(list)->count * sizeof *(list)->at,                     \
                                    (size_t)capacity_ * sizeof *(list)->at);                                           \
            (list)->capacity = capacity_;                                                                              \
        }                                                                                                              \
        (list)->at[(list)->count++] = (item);                                                                          \
    } while (0)

/* Text that grows: Text t = {arena}; text_printf(&t, …); t.chars is always terminated (NULL while empty). */
typedef struct Text {
    Arena *arena;
    char *chars;
    size_t length, capacity;
} Text;

void text_printf(Text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_append(Text *text, const char *chars, size_t length);
void text_puts(Text *text, const char *chars);
/** Makes room for so many bytes more, and the end. */
void text_grow(Text *text, size_t length);
/** Where so many bytes more, and the end, have a place: whoever fills it adds to the length. */
static inline char *text_room(Text *text, size_t length) {
    if (text->length + length >= text->capacity) text_grow(text, length);
    return text->chars + text->length;
}
/** The characters so far, "" when there are none. */
const char *text_chars(const Text *text);

#endif
