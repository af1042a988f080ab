/* SPDX-License-Identifier: MIT-0 */
/* The lines of a laid out file, with the comments at their ends one below the other. */
#ifndef NNC_FORMAT_LINES_H
#define NNC_FORMAT_LINES_H

#include <stdbool.h>

#include "base/arena.h"

typedef struct Line {
    const char *text; /* with its indentation */
    const char *comment; /* at its end; NULL: none */
} Line;

typedef struct Lines {
    Arena *arena;
    LIST(Line) done;
    Text line; /* that is being written */
    int column; /* where it ends */
} Lines;

/** How many columns these characters take; of several lines, those of the last. */
int text_columns(const char *text, int length);
bool line_begun(const Lines *lines);
/** Appends to the line, which begins with so many blanks. */
void line_put(Lines *lines, int indent, const char *text, int length);
/** Ends the line, with a comment or NULL. */
void line_end(Lines *lines, const char *comment);
/** Ends what is begun; and leaves an empty line, but not two, and none at the beginning. */
void line_blank(Lines *lines);
/** All as text. */
const char *lines_text(Lines *lines);

#endif
