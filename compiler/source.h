/* SPDX-License-Identifier: MIT-0 */
/* A source file and positions in it. Spans are byte offsets; only source.c knows lines and columns. */
#ifndef NNC_SOURCE_H
#define NNC_SOURCE_H

#include "arena.h"

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

/** Reads a whole file ("-": standard input). NULL and a message in *error when that fails or it is over 16 MiB. */
Source *source_load(Arena *arena, const char *path, const char **error);
Source *source_from_text(Arena *arena, const char *path, const char *text, size_t length);

/** 1-based line; 1-based column counted in characters (UTF-8), as editors do. A tab is one character. */
void source_position(const Source *source, int offset, int *line, int *column);

#endif
