/* SPDX-License-Identifier: MIT-0 */
/* nnc_words.c - text becomes numbers, as Keras' TextVectorization, StringLookup and Hashing do it on TensorFlow. */
#include "nnc.h"

#include <string.h>

/* @part nnc_read_little */

/* A number of `size` bytes, the lowest first. */
static uint64_t nnc_read_little(const char *from, size_t size) {
    uint64_t number = 0;
    while (size-- > 0) {
        number = number << 8 | (unsigned char)from[size];
    }
    return number;
}

/* @part nnc_turn */

static uint64_t nnc_turn(uint64_t x, int left) {
    return x << left | x >> (64 - left);
}

/* @part nnc_farm_k0 nnc_farm_k1 nnc_farm_k2 nnc_farm_mix nnc_farm_join */

/* FarmHash64 (Pike and Alakuijala 2014), its fingerprint: the same for all machines and releases. */
#define nnc_farm_k0 UINT64_C(0xc3a5c85c97cb3127)
#define nnc_farm_k1 UINT64_C(0xb492b66fbe98f273)
#define nnc_farm_k2 UINT64_C(0x9ae16a3b2f90404f)

static uint64_t nnc_farm_mix(uint64_t x) {
    return x ^ x >> 47;
}

static uint64_t nnc_farm_join(uint64_t u, uint64_t v, uint64_t factor) {
    const uint64_t a = nnc_farm_mix((u ^ v) * factor);
    return nnc_farm_mix((v ^ a) * factor) * factor;
}

/* @part nnc_farm_short nnc_farm_half */

/* Up to 16 bytes. */
static uint64_t nnc_farm_short(const char *s, size_t size) {
    const uint64_t factor = nnc_farm_k2 + size * 2;
    if (size >= 8) {
        const uint64_t a = nnc_read_little(s, 8) + nnc_farm_k2, b = nnc_read_little(s + size - 8, 8);
        return nnc_farm_join(nnc_turn(b, 27) * factor + a, (nnc_turn(a, 39) + b) * factor, factor);
    }
    if (size >= 4) {
        return nnc_farm_join(size + (nnc_read_little(s, 4) << 3), nnc_read_little(s + size - 4, 4), factor);
    }
    if (size > 0) {
        const uint64_t y = (unsigned char)s[0] + ((uint64_t)(unsigned char)s[size >> 1] << 8);
        const uint64_t z = size + ((uint64_t)(unsigned char)s[size - 1] << 2);
        return nnc_farm_mix(y * nnc_farm_k2 ^ z * nnc_farm_k0) * nnc_farm_k2;
    }
    return nnc_farm_k2;
}

/* 17 to 64 bytes: two numbers of the bytes at both ends, which are joined. */
static uint64_t nnc_farm_half(const char *s, size_t size) {
    const uint64_t factor = nnc_farm_k2 + size * 2;
    const uint64_t a = nnc_read_little(s, 8) * (size > 32 ? nnc_farm_k2 : nnc_farm_k1), b = nnc_read_little(s + 8, 8);
    const uint64_t c = nnc_read_little(s + size - 8, 8) * factor, d = nnc_read_little(s + size - 16, 8) * nnc_farm_k2;
    const uint64_t y = nnc_turn(a + b, 21) + nnc_turn(c, 34) + d;
    const uint64_t z = nnc_farm_join(y, a + nnc_turn(b + nnc_farm_k2, 46) + c, factor);
    uint64_t e, f, g, h;
    if (size <= 32) {
        return z;
    }
    e = nnc_read_little(s + 16, 8) * factor;
    f = nnc_read_little(s + 24, 8);
    g = (y + nnc_read_little(s + size - 32, 8)) * factor;
    h = (z + nnc_read_little(s + size - 24, 8)) * factor;
    return nnc_farm_join(nnc_turn(e + f, 21) + nnc_turn(g, 34) + h, e + nnc_turn(f + a, 46) + g, factor);
}

/* @part nnc_farm_pair nnc_farm_weak nnc_farm_round nnc_farm_long nnc_farm_hash */

typedef struct nnc_farm_pair {
    uint64_t first, second;
} nnc_farm_pair;

static nnc_farm_pair nnc_farm_weak(const char *s, uint64_t a, uint64_t b) {
    const uint64_t w = nnc_read_little(s, 8), x = nnc_read_little(s + 8, 8), y = nnc_read_little(s + 16, 8);
    const uint64_t z = nnc_read_little(s + 24, 8), first = a + w, sum = first + x + y;
    nnc_farm_pair pair;
    pair.first = sum + z;
    pair.second = nnc_turn(b + first + z, 43) + nnc_turn(sum, 20) + first;
    return pair;
}

/* 64 bytes: x, y, z and the pairs v, w go on. */
static void nnc_farm_round(const char *s, uint64_t factor, uint64_t weight, uint64_t xyz[3], nnc_farm_pair vw[2]) {
    const uint64_t x = (nnc_turn(xyz[0] + xyz[1] + vw[0].first + nnc_read_little(s + 8, 8), 27) * factor) ^
                       vw[1].second * weight;
    const uint64_t y = nnc_turn(xyz[1] + vw[0].second + nnc_read_little(s + 48, 8), 22) * factor +
                       vw[0].first * weight + nnc_read_little(s + 40, 8);
    const uint64_t z = nnc_turn(xyz[2] + vw[1].first, 31) * factor;
    vw[0] = nnc_farm_weak(s, vw[0].second * factor, x + vw[1].first);
    vw[1] = nnc_farm_weak(s + 32, z + vw[1].second, y + nnc_read_little(s + 16, 8));
    xyz[0] = z;
    xyz[1] = y;
    xyz[2] = x;
}

static uint64_t nnc_farm_long(const char *s, size_t size) {
    const uint64_t seed = 81, begun = seed * nnc_farm_k1 + 113;
    uint64_t xyz[3], factor;
    nnc_farm_pair vw[2] = {{0, 0}, {0, 0}};
    size_t left = size;
    xyz[0] = seed * nnc_farm_k2 + nnc_read_little(s, 8);
    xyz[1] = begun;
    xyz[2] = nnc_farm_mix(begun * nnc_farm_k2 + 113) * nnc_farm_k2;
    for (; left > 64; left -= 64, s += 64) {
        nnc_farm_round(s, nnc_farm_k1, 1, xyz, vw);
    }
    factor = nnc_farm_k1 + ((xyz[2] & 0xff) << 1);
    vw[1].first += left - 1;
    vw[0].first += vw[1].first;
    vw[1].first += vw[0].first;
    nnc_farm_round(s + left - 64, factor, 9, xyz, vw);
    return nnc_farm_join(nnc_farm_join(vw[0].first, vw[1].first, factor) + nnc_farm_mix(xyz[1]) * nnc_farm_k0 + xyz[2],
                         nnc_farm_join(vw[0].second, vw[1].second, factor) + xyz[0], factor);
}

static uint64_t nnc_farm_hash(const char *s, size_t size) {
    return size <= 16 ? nnc_farm_short(s, size) : size <= 64 ? nnc_farm_half(s, size) : nnc_farm_long(s, size);
}

/* @part nnc_sip_rounds nnc_sip_hash */

static void nnc_sip_rounds(uint64_t v[4], int rounds) {
    while (rounds-- > 0) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = nnc_turn(v[1], 13) ^ v[0];
        v[3] = nnc_turn(v[3], 16) ^ v[2];
        v[0] = nnc_turn(v[0], 32) + v[3];
        v[2] += v[1];
        v[1] = nnc_turn(v[1], 17) ^ v[2];
        v[3] = nnc_turn(v[3], 21) ^ v[0];
        v[2] = nnc_turn(v[2], 32);
    }
}

/* SipHash-2-4 (Aumasson and Bernstein 2012). */
static uint64_t nnc_sip_hash(const uint64_t key[2], const char *s, size_t size) {
    uint64_t v[4];
    size_t left = size;
    v[0] = key[0] ^ UINT64_C(0x736f6d6570736575);
    v[1] = key[1] ^ UINT64_C(0x646f72616e646f6d);
    v[2] = key[0] ^ UINT64_C(0x6c7967656e657261);
    v[3] = key[1] ^ UINT64_C(0x7465646279746573);
    for (;; left -= 8, s += 8) {
        const uint64_t word = left >= 8 ? nnc_read_little(s, 8) : (uint64_t)size << 56 | nnc_read_little(s, left);
        v[3] ^= word;
        nnc_sip_rounds(v, 2);
        v[0] ^= word;
        if (left < 8) {
            break;
        }
    }
    v[2] ^= 0xff;
    nnc_sip_rounds(v, 4);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* @part nnc_text_length */

NNC_API size_t nnc_text_length(const char *text) {
    size_t length = 0;
    while (text[length] != '\0') {
        length++;
    }
    return length;
}

/* @part nnc_compare_word nnc_word_number */

/* Of a known word with `size` bytes at `text`: less, equal or greater, byte by byte. */
static int nnc_compare_word(const char *known, const char *text, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (known[i] != text[i]) { /* also where the known one ends */
            return known[i] == '\0' || (unsigned char)known[i] < (unsigned char)text[i] ? -1 : 1;
        }
        if (known[i] == '\0') {
            return -1;
        }
    }
    return known[size] != '\0';
}

NNC_API int32_t nnc_word_number(const nnc_words *words, const char *text, size_t size) {
    size_t low = 0, high = words->count;
    if (words->nothing && nnc_compare_word(words->nothing, text, size) == 0) {
        return words->nothing_number;
    }
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = nnc_compare_word(words->known[middle].text, text, size);
        if (order == 0) {
            return words->known[middle].number;
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return words->unknown;
}

/* @part nnc_word_hashed */

NNC_API int32_t nnc_word_hashed(const nnc_words *words, const char *text, size_t size) {
    const int32_t number = nnc_word_number(words, text, size);
    uint64_t hash;
    if (words->unknowns == 1 || number != words->unknown) {
        return number;
    }
    hash = words->is_keyed ? nnc_sip_hash(words->key, text, size) : nnc_farm_hash(text, size);
    return number + (int32_t)(hash % words->unknowns);
}

/* @part nnc_is_blank nnc_is_mark */

static int nnc_is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Punctuation of ASCII. */
static int nnc_is_mark(char c) {
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

/* @part nnc_word_add nnc_word_piece nnc_word_begin nnc_word_next */

static void nnc_word_add(nnc_word_walk *walk, char c) {
    if (walk->length < NNC_TOKEN_MOST) {
        walk->token[walk->length] = c;
    }
    walk->length++; /* one that is longer than any word that is known */
}

/* Appends what stands up to the next place where the text is split; 0: there is nothing. */
static int nnc_word_piece(nnc_word_walk *walk, size_t *at) {
    const nnc_words *const words = walk->words;
    int found = words->split == NNC_SPLIT_NONE && *at <= walk->size; /* even an empty text is a piece */
    for (; *at < walk->size; ++*at) {
        const char c = walk->text[*at];
        const int begins = ((unsigned char)c & 0xc0) != 0x80; /* a character of UTF-8 */
        const int blank = words->split == NNC_SPLIT_SPACE && nnc_is_blank(c);
        if ((words->strips && nnc_is_mark(c)) || (blank && !found)) {
            continue;
        }
        if (blank || (words->split == NNC_SPLIT_CHARACTER && found && begins)) {
            return 1;
        }
        nnc_word_add(walk, words->lowers && c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
        found = 1;
    }
    *at += words->split == NNC_SPLIT_NONE; /* which is the only one */
    return found;
}

NNC_API void nnc_word_begin(nnc_word_walk *walk, const nnc_words *words, const char *text, size_t size) {
    walk->words = words;
    walk->text = text;
    walk->size = size;
    walk->at = walk->width = 0;
}

NNC_API int nnc_word_next(nnc_word_walk *walk) {
    const unsigned char *const widths = walk->words->widths;
    for (; walk->width < NNC_WIDTHS && widths[walk->width] > 0; walk->width++, walk->at = 0) {
        const unsigned wanted = widths[walk->width];
        size_t at = walk->at;
        unsigned pieces = 0;
        walk->length = 0;
        while (pieces < wanted) {
            if (pieces > 0) {
                nnc_word_add(walk, ' ');
            }
            if (!nnc_word_piece(walk, &at)) {
                break;
            }
            walk->at = pieces == 0 ? at : walk->at; /* the next begins behind the first piece */
            pieces++;
        }
        if (pieces == wanted) { /* a 0 behind what is left of it, where any comparison ends */
            walk->token[walk->length < NNC_TOKEN_MOST ? walk->length : (size_t)NNC_TOKEN_MOST] = '\0';
            return 1;
        }
    }
    return 0;
}

/* @end */
