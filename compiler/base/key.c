/* SPDX-License-Identifier: MIT-0 */
/* Keys. */
#include <stddef.h>
#include <string.h>

#include "base/key.h"

void key_word(Text *key, uint64_t word) {
    char *const digits = text_room(key, 12);
    size_t length = 0;
    for (; word; word >>= 7) digits[length++] = (char)(0x80 | (word & 0x7f));
    digits[length++] = '\x01';
    digits[length] = '\0';
    key->length += length;
}

void key_real(Text *key, double number) {
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    key_word(key, bits);
}

int key_number(Names *numbers, const char *key) {
    uintptr_t number = (uintptr_t)names_find(numbers, key);
    if (number) return (int)number;
    number = numbers->count + 1;
    *names_slot(numbers, arena_strdup(numbers->arena, key)) = (void *)number;
    return (int)number;
}

void key_text(Text *key, const char *text) {
    const size_t length = text ? strlen(text) : 0;
    char *const to = text_room(key, length + 1);
    if (length) memcpy(to, text, length);
    memcpy(to + length, "\x02", 2);
    key->length += length + 1;
}
