/* SPDX-License-Identifier: MIT-0 */
/* Words in a text of C. */
#include <ctype.h>
#include <string.h>

#include "base/words.h"

bool is_word_char(char c) { return isalnum((unsigned char)c) || c == '_'; }

int word_length(const char *text) {
    int length = 0;
    while (is_word_char(text[length])) length++;
    return length;
}

int times_named(const char *text, const char *name) {
    const size_t length = strlen(name);
    int times = 0;
    for (const char *at = length ? strstr(text, name) : NULL; at; at = strstr(at + length, name))
        if ((at == text || !is_word_char(at[-1])) && !is_word_char(at[length])) times++;
    return times;
}

size_t comment_length(const char *text) {
    const char *const end = strncmp(text, "/*", 2) ? NULL : strstr(text + 2, "*/");
    return end ? (size_t)(end + 2 - text) : 0;
}

bool word_among(const char *const *words, const char *word) {
    for (int i = 0; words[i]; i++)
        if (*words[i] == *word && !strcmp(words[i], word)) return true; /* most differ at once */
    return false;
}
