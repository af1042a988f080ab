/* SPDX-License-Identifier: MIT-0 */
/* Which name was probably meant. */
#ifndef NNC_BASE_SUGGEST_H
#define NNC_BASE_SUGGEST_H

/* After so many errors nobody reads suggestions, and a hostile file could make looking for them slow. */
enum { SUGGESTION_LIMIT = 100 };

/** The name among `names` (count of them) that was probably meant by `word`: one that differs in case and underscores
 *  only, else the nearest by Damerau-Levenshtein distance, at most max(1, length/3) away. NULL when none is near or two
 *  are equally near. */
const char *nearest_name(const char *word, const char *const *names, int count);

#endif
