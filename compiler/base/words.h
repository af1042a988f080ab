/* SPDX-License-Identifier: MIT-0 */
/* Words in a text of C. */
#ifndef NNC_BASE_WORDS_H
#define NNC_BASE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/** A letter, a digit or an underscore. */
bool is_word_char(char c);
/** How many of them the text begins with. */
int word_length(const char *text);
/** How often a text names a word. */
int times_named(const char *text, const char *name);
/** How long the comment is that the text begins with; 0: with none, or one without an end. */
size_t comment_length(const char *text);
/** Whether a list that ends with NULL has the word. */
bool word_among(const char *const *words, const char *word);

#endif
