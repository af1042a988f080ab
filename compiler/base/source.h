/* SPDX-License-Identifier: MIT-0 */
/* A source file and positions in it. Spans are byte offsets; only source.c knows lines and columns. */
#ifndef NNC_BASE_SOURCE_H
#define NNC_BASE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/** Half-open range of bytes [lo, hi) of the source. */
typedef struct Span {
    int lo, hi;
} Span;

#define NO_SPAN ((Span){-1, -1}) /* for what comes from no file: -D, defaults */

typedef struct Source {
    const char *path; /* as given on the command line; "<stdin>" for - */
    const char *text; /* terminated; may also contain NULs, see length */
    size_t length;
    int *line_start; /* byte offset of each line */
    int line_count;
} Source;

enum { SOURCE_LIMIT = 4 << 20 /* bytes of a file; of a longer one only so many are read, and one more */ };

/** Reads a file ("-": standard input). NULL and a message in *error when that fails. */
Source *source_load(Arena *arena, const char *path, const char **error);
Source *source_from_text(Arena *arena, const char *path, const char *text, size_t length);

/** 1-based line, quickly; the column takes time with the length of the line. */
int source_line(const Source *source, int offset);
/** 1-based line; 1-based column counted in characters (UTF-8), as editors do. A tab is one character. */
void source_position(const Source *source, int offset, int *line, int *column);
/** The bytes of a 1-based line without its end. */
const char *source_line_text(const Source *source, int line, int *length);

enum { UTF8_BOM_LENGTH = 3 };
/** A byte order mark at the start belongs to no column. */
bool source_has_bom(const Source *source);

#define UTF8_INVALID UINT32_MAX
/** Decodes one character of at least one byte and returns its length. What is no UTF-8 is one byte and UTF8_INVALID. */
int utf8_decode(const char *text, size_t length, uint32_t *code);
/** Writes a character and returns its length. */
int utf8_encode(uint32_t code, char out[4]);

#endif
