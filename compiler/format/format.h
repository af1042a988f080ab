/* SPDX-License-Identifier: MIT-0 */
/* nnc fmt: a model file in the one layout that all have. */
#ifndef NNC_FORMAT_FORMAT_H
#define NNC_FORMAT_FORMAT_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/source.h"

/** The text of a model file laid out: a layer a line, calls that do not fit into 100 columns with an argument a line,
 *  blanks as Python has them. Comments stay as they are, tokens too, but for the commas that a layout of its own needs
 *  or not. What is laid out stays as it is. NULL after errors, which `diags` has. */
const char *format_text(Arena *arena, const Source *source, Diags *diags);

#endif
