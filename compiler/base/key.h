/* SPDX-License-Identifier: MIT-0 */
/* Keys: all that something follows from, in a row, as a name without a zero. Equal keys, equal things. */
#ifndef NNC_BASE_KEY_H
#define NNC_BASE_KEY_H

#include <stdint.h>

#include "base/arena.h"
#include "base/names.h"

/** Appends a whole number, any number by its bits, or a text (NULL: an empty one), to a key. */
void key_word(Text *key, uint64_t word);
void key_real(Text *key, double number);
void key_text(Text *key, const char *text);
/** The number of a key, or of another name: from 1 on, in the order in which they are met. New ones are copied. */
int key_number(Names *numbers, const char *key);

#endif
