/* SPDX-License-Identifier: MIT-0 */
/* Objects as the language writes them. */
#ifndef NNC_FRONTEND_PRINT_H
#define NNC_FRONTEND_PRINT_H

#include "base/arena.h"
#include "language/class.h"

/** Writes an object in the language: Dense(units=10, activation='softmax'), only what differs from the defaults. */
void object_print(const Object *object, Text *out);
/** A field that holds the default `fallback` of a row; NULL where there is none. */
void *bind_default(Arena *arena, const Class *class, const ArgDef *row, const char *fallback);
/** Appends the value that `field` holds, as the language writes it. */
void print_value(const ArgDef *row, const void *field, Text *out);

#endif
