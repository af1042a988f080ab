/* SPDX-License-Identifier: MIT-0 */
/* Arena and Text: memory that lives as long as one compilation. What is asked for is cleared when it is handed out, not
 * before: it is in the cache then. */
#define _DEFAULT_SOURCE /* madvise() */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/arena.h"

/* Blocks grow with the arena, and consist of large pages where these take such: a large model would else spend a fifth
 * of its time on page faults. */
enum { SMALLEST_BLOCK = 64 * 1024, LARGE_PAGE = 2 * 1024 * 1024, LARGEST_BLOCK = 4 * LARGE_PAGE };

typedef struct Block {
    struct Block *next, **link; /* and what points to this one */
    size_t used, size;          /* of bytes[] */
    max_align_t bytes[];
} Block;

struct Arena {
    Block *blocks; /* the first is the one that is being filled */
    size_t bytes;  /* of all blocks that were filled in turn */
};

static void out_of_memory(void) {
    fputs("nnc: out of memory\n", stderr);
    exit(2);
}

static Block *block_new(size_t size) {
    if (size > SIZE_MAX - sizeof(Block)) {
        out_of_memory();
    }
    Block *block = malloc(sizeof(Block) + size);
    if (block == NULL) {
        out_of_memory();
    }
    *block = (Block){.size = size};
    return block;
}

/* A block of large pages, where there are such. */
static Block *block_of_pages(size_t bytes) {
    void *block;
    if (posix_memalign(&block, LARGE_PAGE, bytes) != 0) {
        out_of_memory();
    }
#ifdef MADV_HUGEPAGE
    madvise(block, bytes, MADV_HUGEPAGE); /* a hint */
#endif
    *(Block *)block = (Block){.size = bytes - sizeof(Block)};
    return block;
}

/* The next block that is filled: as large as all before it together. */
static Block *next_block(Arena *arena) {
    const size_t bytes = arena->bytes > LARGEST_BLOCK    ? LARGEST_BLOCK
                         : arena->bytes > SMALLEST_BLOCK ? arena->bytes
                                                         : SMALLEST_BLOCK;
    Block *const block = bytes >= LARGE_PAGE ? block_of_pages(bytes / LARGE_PAGE * LARGE_PAGE) : block_new(bytes);
    arena->bytes += block->size;
    return block;
}

Arena *arena_new(void) {
    Arena *arena = calloc(1, sizeof *arena);
    if (arena == NULL) {
        out_of_memory();
    }
    return arena;
}

static void free_blocks(Block *block) {
    while (block != NULL) {
        Block *next = block->next;
        free(block);
        block = next;
    }
}

void arena_free(Arena *arena) {
    if (arena != NULL) {
        free_blocks(arena->blocks);
        free(arena);
    }
}

void arena_reset(Arena *arena) {
    Block *const kept = arena->blocks;
    if (kept == NULL) {
        return;
    }
    free_blocks(kept->next);
    kept->next = NULL;
    kept->used = 0;
    arena->bytes = kept->size;
}

static void put_block(Block *block, Block **link) {
    block->next = *link;
    block->link = link;
    if (block->next != NULL) {
        block->next->link = &block->next;
    }
    *link = block;
}

static size_t aligned(size_t bytes) {
    const size_t align = _Alignof(max_align_t);
    if (bytes > SIZE_MAX / 2) {
        out_of_memory();
    }
    return bytes == 0 ? align : (bytes + align - 1) / align * align;
}

/* What is large has a block of its own, behind the one that is being filled. */
static bool is_large(size_t bytes) { return aligned(bytes) > SMALLEST_BLOCK / 4; }

void *arena_alloc(Arena *arena, size_t bytes) {
    Block *block = arena->blocks;
    bytes = aligned(bytes);
    if (block == NULL || is_large(bytes) || block->size - block->used < bytes) {
        Block *const fresh = is_large(bytes) ? block_new(bytes) : next_block(arena);
        put_block(fresh, is_large(bytes) && block != NULL ? &block->next : &arena->blocks);
        block = fresh;
    }
    void *memory = (char *)block->bytes + block->used;
    block->used += bytes;
    return memset(memory, 0, bytes);
}

void *arena_grow(Arena *arena, void *old, size_t old_bytes, size_t new_bytes) {
    Block *const block = arena->blocks;
    if (old_bytes > 0 && new_bytes > old_bytes && !is_large(new_bytes) &&
        /* what was asked for last grows in its place */
        (char *)old + aligned(old_bytes) == (char *)block->bytes + block->used &&
        block->size - block->used >= aligned(new_bytes) - aligned(old_bytes)) {
        memset((char *)block->bytes + block->used, 0, aligned(new_bytes) - aligned(old_bytes));
        block->used += aligned(new_bytes) - aligned(old_bytes);
        return old;
    }
    void *fresh = arena_alloc(arena, new_bytes);
    if (old_bytes > 0) {
        memcpy(fresh, old, old_bytes < new_bytes ? old_bytes : new_bytes);
    }
    return fresh;
}

/* The block of what is large enough to have one of its own, which is taken out of its list. */
static Block *take_block(void *memory) {
    Block *const block = (Block *)((char *)memory - offsetof(Block, bytes));
    *block->link = block->next;
    if (block->next != NULL) {
        block->next->link = block->link;
    }
    return block;
}

void arena_return(void *memory, size_t bytes) {
    if (memory != NULL && is_large(bytes)) {
        free(take_block(memory));
    }
}

/* Like arena_grow, but the old block is gone. */
static void *move_to(Arena *arena, void *old, size_t old_bytes, size_t new_bytes) {
    if (old_bytes == 0 || !is_large(old_bytes)) {
        return arena_grow(arena, old, old_bytes, new_bytes);
    }
    Block *const block = take_block(old);
    Block **const link = block->link;
    Block *const moved = realloc(block, sizeof(Block) + aligned(new_bytes));
    if (moved == NULL) {
        out_of_memory();
    }
    moved->size = moved->used = aligned(new_bytes);
    put_block(moved, link);
    return moved->bytes;
}

char *arena_strndup(Arena *arena, const char *text, size_t length) {
    char *copy = arena_alloc(arena, length + 1);
    memcpy(copy, text, length);
    return copy;
}

char *arena_strdup(Arena *arena, const char *text) {
    return arena_strndup(arena, text, strlen(text));
}

/* Appends to a text of which `size` bytes have a place; returns how long it is now. */
static size_t put(char *to, size_t size, size_t at, const char *chars, size_t length) {
    if (at < size) memcpy(to + at, chars, at + length <= size ? length : size - at);
    return at + length;
}

static size_t put_number(char *to, size_t size, size_t at, unsigned long long number, bool negative) {
    char digits[24], *first = digits + sizeof digits;
    do *--first = (char)('0' + number % 10);
    while (number /= 10);
    if (negative) *--first = '-';
    return put(to, size, at, first, (size_t)(digits + sizeof digits - first));
}

static size_t put_signed(char *to, size_t size, size_t at, long long number) {
    return put_number(to, size, at, number < 0 ? 0 - (unsigned long long)number : (unsigned long long)number,
                      number < 0);
}

/* vsnprintf(), which most of a compiler's time would go into: what formats mostly hold is done here; what stands from
 * anything else on is left to it. */
static size_t format_text(char *to, size_t size, const char *format, va_list args) {
    size_t at = 0;
    for (;;) {
        size_t run = 0;
        while (format[run] != '\0' && format[run] != '%') run++;
        at = put(to, size, at, format, run);
        format += run;
        if (*format == '\0') break;
        if (format[1] == 's') {
            const char *const chars = va_arg(args, const char *);
            at = put(to, size, at, chars, strlen(chars));
            format += 2;
        } else if (format[1] == 'd') {
            at = put_signed(to, size, at, va_arg(args, int));
            format += 2;
        } else if (!strncmp(format, "%lld", 4)) {
            at = put_signed(to, size, at, va_arg(args, long long));
            format += 4;
        } else if (!strncmp(format, "%ld", 3)) {
            at = put_signed(to, size, at, va_arg(args, long));
            format += 3;
        } else if (!strncmp(format, "%zu", 3)) {
            at = put_number(to, size, at, va_arg(args, size_t), false);
            format += 3;
        } else if (format[1] == '%') {
            at = put(to, size, at, "%", 1);
            format += 2;
        } else {
            const int rest = vsnprintf(at < size ? to + at : NULL, at < size ? size - at : 0, format, args);
            if (rest < 0) abort(); /* a wrong format is a fault of the program */
            return at + (size_t)rest;
        }
    }
    if (size > 0) to[at < size ? at : size - 1] = '\0';
    return at;
}

char *arena_vprintf(Arena *arena, const char *format, va_list args) {
    char small[512];
    va_list again;
    va_copy(again, args);
    const size_t length = format_text(small, sizeof small, format, args);
    char *chars = arena_alloc(arena, length + 1);
    if (length < sizeof small) memcpy(chars, small, length + 1);
    else format_text(chars, length + 1, format, again);
    va_end(again);
    return chars;
}

char *arena_printf(Arena *arena, const char *format, ...) {
    va_list args;
    va_start(args, format);
    char *chars = arena_vprintf(arena, format, args);
    va_end(args);
    return chars;
}

void text_grow(Text *text, size_t length) {
    const size_t needed = text->length + length + 1;
    size_t capacity = text->capacity == 0 ? 64 : 2 * text->capacity;
    if (capacity < needed) capacity = needed;
    text->chars = move_to(text->arena, text->chars, text->capacity, capacity);
    text->capacity = capacity;
}

void text_append(Text *text, const char *chars, size_t length) {
    memcpy(text_room(text, length), chars, length);
    text->length += length;
    text->chars[text->length] = '\0';
}

void text_puts(Text *text, const char *chars) { text_append(text, chars, strlen(chars)); }

void text_printf(Text *text, const char *format, ...) {
    char small[512];
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const size_t length = format_text(small, sizeof small, format, args);
    va_end(args);
    char *const chars = text_room(text, length);
    if (length < sizeof small) memcpy(chars, small, length + 1);
    else format_text(chars, length + 1, format, again);
    text->length += length;
    va_end(again);
}

const char *text_chars(const Text *text) {
    return text->chars == NULL ? "" : text->chars;
}
