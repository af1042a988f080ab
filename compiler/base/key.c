/* SPDX-License-Identifier: MIT-0 */
/* Keys. */
#include <stddef.h>

#include "base/key.h"

void key_word(Text *key, uint64_t word) {
    char *const digits = text_room(key, 12);
    size_t length = 0;
    for (; word; word >>= 7) digits[length++] = (char)(0x80 | (word & 0x7f));
    digits[length++] = '\x01';
    digits[length] = '\0';
    key->length += length;
}

void key_text(Text *key, const char *text) {
    text_puts(key, text ? text : "");
    text_append(key, "\x02", 1);
}
