/* SPDX-License-Identifier: MIT-0 */
/* Source files: reading them, and the only place that knows lines, columns and UTF-8. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/source.h"

static const size_t SIZE_LIMIT = SOURCE_LIMIT; /* offsets stay far from the limits of int */

static char *read_all(Arena *arena, FILE *file, size_t *length, const char **error) {
    size_t capacity = (size_t)64 << 10, used = 0;
    char *text = arena_alloc(arena, capacity);
    for (;;) {
        used += fread(text + used, 1, capacity - 1 - used, file);
        if (ferror(file)) {
            *error = arena_printf(arena, "cannot read: %s", strerror(errno));
            return NULL;
        }
        if (used > SIZE_LIMIT || used + 1 < capacity) {
            used = used > SIZE_LIMIT ? SIZE_LIMIT + 1 : used; /* what lies behind is of no interest */
            text[used] = '\0';
            *length = used;
            return text;
        }
        text = arena_grow(arena, text, used, 2 * capacity);
        capacity *= 2;
    }
}

Source *source_load(Arena *arena, const char *path, const char **error) {
    if (strcmp(path, "-") == 0) {
        size_t length = 0;
        char *text = read_all(arena, stdin, &length, error);
        return text == NULL ? NULL : source_from_text(arena, "<stdin>", text, length);
    }
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        *error = arena_printf(arena, "cannot open: %s", strerror(errno));
        return NULL;
    }
    size_t length = 0;
    char *text = read_all(arena, file, &length, error);
    fclose(file);
    return text == NULL ? NULL : source_from_text(arena, path, text, length);
}

Source *source_from_text(Arena *arena, const char *path, const char *text, size_t length) {
    Source *source = NEW(arena, Source);
    source->path = arena_strdup(arena, path);
    source->text = arena_strndup(arena, text, length);
    source->length = length;
    int lines = 1;
    for (size_t i = 0; i < length; i++) {
        lines += text[i] == '\n';
    }
    source->line_start = NEW_ARRAY(arena, int, lines);
    source->line_count = lines;
    int line = 1;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n') {
            source->line_start[line++] = (int)i + 1;
        }
    }
    return source;
}

int source_line(const Source *source, int offset) {
    int low = 0, high = source->line_count - 1;
    while (low < high) {
        int middle = (low + high + 1) / 2;
        if (source->line_start[middle] <= offset) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low + 1;
}

void source_position(const Source *source, int offset, int *line, int *column) {
    *line = source_line(source, offset);
    int start = source->line_start[*line - 1];
    *column = 1;
    if (start == 0 && offset >= UTF8_BOM_LENGTH && source_has_bom(source)) {
        start = UTF8_BOM_LENGTH;
    }
    while (start < offset) {
        uint32_t code;
        start += utf8_decode(source->text + start, source->length - (size_t)start, &code);
        *column += 1;
    }
}

const char *source_line_text(const Source *source, int line, int *length) {
    int start = source->line_start[line - 1];
    int end = line < source->line_count ? source->line_start[line] - 1 : (int)source->length;
    if (end > start && source->text[end - 1] == '\r') {
        end--;
    }
    *length = end - start;
    return source->text + start;
}

bool source_has_bom(const Source *source) {
    return source->length >= UTF8_BOM_LENGTH && memcmp(source->text, "\xEF\xBB\xBF", UTF8_BOM_LENGTH) == 0;
}

int utf8_decode(const char *text, size_t length, uint32_t *code) {
    const unsigned char *byte = (const unsigned char *)text;
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    int size = byte[0] < 0x80   ? 1
               : byte[0] < 0xC0 ? 0
               : byte[0] < 0xE0 ? 2
               : byte[0] < 0xF0 ? 3
               : byte[0] < 0xF8 ? 4
                                : 0;
    if (size == 1) {
        *code = byte[0];
        return 1;
    }
    *code = UTF8_INVALID;
    if (size == 0 || (size_t)size > length) {
        return 1;
    }
    uint32_t value = byte[0] & (0x7Fu >> size);
    for (int i = 1; i < size; i++) {
        if ((byte[i] & 0xC0) != 0x80) {
            return 1;
        }
        value = value << 6 | (byte[i] & 0x3Fu);
    }
    if (value < smallest[size] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        return 1;
    }
    *code = value;
    return size;
}

int utf8_encode(uint32_t code, char out[4]) {
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    int size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (int i = size - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    out[0] = (char)(lead[size] | code);
    return size;
}
