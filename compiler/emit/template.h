/* SPDX-License-Identifier: MIT-0 */
/* Templates: the text from a line `//@ name` to the next. $hole stands for a text; one of several lines takes over the
 * indentation of its line, an empty one that stands alone takes its line with it. $real is always float or double.
 * $@name is the text of another template, with the same holes, without the end of its last line. */
#ifndef NNC_EMIT_TEMPLATE_H
#define NNC_EMIT_TEMPLATE_H

#include "base/arena.h"

typedef struct Emit Emit;

/** A hole of a template and the text in its place. */
typedef struct Hole {
    const char *name, *text;
} Hole;

/** Prints a template; `holes` ends with a NULL name. A hole without text in `holes` is an internal error. */
void emit_template(Emit *emit, Text *out, const char *name, const Hole *holes);
/** A template as text. */
const char *filled(Emit *emit, const char *name, const Hole *holes);
/** The same without the end of its last line. */
const char *phrase(Emit *emit, const char *name, const Hole *holes);
/** Two lists of holes in one. */
const Hole *with(Emit *emit, const Hole *holes, const Hole *more);
/** Lines as they stand within brackets. */
const char *indented(Emit *emit, const char *lines);

#endif
