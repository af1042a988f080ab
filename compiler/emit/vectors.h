/* SPDX-License-Identifier: MIT-0 */
/* The words of vectors (runtime/core/nnc_vec.h), in which templates, formulas and the printer say elementwise work. On
 * a target with one lane they become what a person would write of numbers, as the text is made: x[c] for
 * v_load_all(x + c), c++ for c += LANES, float for vec. The same numbers come out. */
#ifndef NNC_EMIT_VECTORS_H
#define NNC_EMIT_VECTORS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "emit/emit.h"

/** The type of a vector. */
const char *lanes_type(const Emit *emit);
/** A vector from memory, or into it (a statement): all lanes, or only some where `lanes` is not NULL. */
const char *lanes_load(Emit *emit, const char *address, const char *lanes);
const char *lanes_store(Emit *emit, const char *address, const char *value, const char *lanes);
/** A number in all lanes; 0 in all. */
const char *lanes_splat(Emit *emit, const char *value);
const char *lanes_zero(const Emit *emit);
/** The first lanes of a value, and 0; the sum of all lanes. */
const char *lanes_head(Emit *emit, const char *value, const char *lanes);
const char *lanes_sum(Emit *emit, const char *value);
/** A statement: how many lanes of the vector at `at` lie before `end`, n. Nothing where there is one lane. */
const char *lanes_left(Emit *emit, const char *end, const char *at);

/** Puts a piece of a source in which no word is left. */
typedef void VectorsPut(void *context, Text *out, const char *at, size_t length);
/** Appends what a source - a template's line, a formula - says on the target: `put` is called for the pieces between
 *  the words and for their arguments, and fills in what they stand for, in which no words are looked for. */
void vectors_put(Emit *emit, Text *out, const char *source, size_t length, VectorsPut *put, void *context);
/** Whether a line of a template says how many lanes are left, and nobody needs it. */
bool vectors_skip(const Emit *emit, const char *line);

#endif
