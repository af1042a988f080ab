/* SPDX-License-Identifier: MIT-0 */
/* Which name was probably meant. */
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"

enum { LONGEST = 64 }; /* no name to suggest is longer */

/* early_stopping and EarlyStopping, DENSE and Dense are the same but for the writing. */
static bool same_folded(const char *a, const char *b) {
    for (;;) {
        a += strspn(a, "_");
        b += strspn(b, "_");
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b)) {
            return false;
        }
        if (*a == '\0') {
            return true;
        }
        a++;
        b++;
    }
}

static int least(int a, int b) {
    return a < b ? a : b;
}

/* Damerau-Levenshtein distance (optimal string alignment): insertions, deletions, substitutions and swaps of
 * neighbours, one each. Both lengths are at most LONGEST. */
static int distance(const char *a, int a_length, const char *b, int b_length) {
    int rows[3][LONGEST + 1];
    int *before = rows[0], *last = rows[1], *row = rows[2];
    for (int j = 0; j <= b_length; j++) {
        last[j] = j;
        before[j] = 0;
    }
    for (int i = 1; i <= a_length; i++) {
        row[0] = i;
        for (int j = 1; j <= b_length; j++) {
            row[j] = least(least(last[j] + 1, row[j - 1] + 1), last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = least(row[j], before[j - 2] + 1);
            }
        }
        int *free_row = before;
        before = last;
        last = row;
        row = free_row;
    }
    return last[b_length];
}

const char *nearest_name(const char *word, const char *const *names, int count) {
    size_t length = strlen(word);
    if (length == 0 || length > LONGEST) {
        return NULL;
    }
    const char *best = NULL;
    int limit = length < 6 ? 1 : (int)length / 3;
    int nearest = limit + 1;
    bool tie = false;
    for (int i = 0; i < count; i++) {
        size_t other = strlen(names[i]);
        if (other > LONGEST) {
            continue;
        }
        if (same_folded(word, names[i])) {
            return names[i];
        }
        if (abs((int)other - (int)length) > limit || limit >= (int)other) {
            continue;
        }
        int d = distance(word, (int)length, names[i], (int)other);
        if (d < nearest) {
            nearest = d;
            best = names[i];
            tie = false;
        } else if (d == nearest && best != NULL && strcmp(best, names[i]) != 0) {
            tie = true;
        }
    }
    return tie ? NULL : best;
}
