/* SPDX-License-Identifier: MIT-0 */
/* Strings as JSON has them. */
#ifndef NNC_BASE_JSON_TEXT_H
#define NNC_BASE_JSON_TEXT_H

#include "base/arena.h"

/** Appends a string as JSON has it, in quotes; what is not UTF-8 becomes U+FFFD. */
void text_json(Text *out, const char *text);

#endif
