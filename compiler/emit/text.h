/* SPDX-License-Identifier: MIT-0 */
/* Words, numbers and lines of C. */
#ifndef NNC_EMIT_TEXT_H
#define NNC_EMIT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/shape.h"
#include "plan/plan.h"

typedef struct Emit Emit;

/** A C literal: 0.2f, 1e-07f; doubles with 17 digits. */
const char *literal(Emit *emit, double number);
const char *double_literal(Emit *emit, double number);
/** A line of C, broken after commas where it is longer than 120 columns. */
const char *wrap_line(Emit *emit, const char *text);
/** The same for a width, and with this indentation of what follows. */
const char *wrap_from(Emit *emit, const char *text, size_t width, size_t indent);
const char *integer(Emit *emit, int64_t number);
/** Letters, digits and underscores only: dense/kernel → dense_kernel. */
const char *c_name(Arena *arena, const char *name);
const char *formatted(Emit *emit, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** The elements of the dimensions first … end-1: "batch * 12", "12". */
const char *size_text(Emit *emit, Shape shape, int first, int end);
/** Whether that is 1. */
bool size_is_one(const Emit *emit, Shape shape, int first, int end);
/** What an index adds to an address, or to another index, is a text; NULL: nothing. */
const char *offset(Emit *emit, int64_t number);
const char *plus(Emit *emit, const char *to, const char *index);
/** factor * number, or just the factor. */
const char *times(Emit *emit, const char *factor, int64_t number);
/** dense.sum (batch, 256) */
const char *described(Emit *emit, const Tensor *tensor);
/** A C string literal; whatever is not plain ASCII is written in octal. */
const char *string_literal(Emit *emit, const char *text);
enum { MOST_CHARACTERS = 4095 }; /* of a string in C99 */
/** The same without a line's end in it. */
const char *one_line_literal(Emit *emit, const char *text);
const char *upper(Arena *arena, const char *name);

#endif
