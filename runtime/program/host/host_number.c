/* SPDX-License-Identifier: MIT-0 */
/* host_number.c - text to numbers, whatever the locale. */
#include "host/host.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Powers of ten that a double holds exactly. */
static const double nnc_powers_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                           1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
enum { NNC_EXACT_POWER = 22 };

/* A number taken apart: digits * 10^exponent. */
typedef struct nnc_decimal {
    int negative;
    uint64_t digits;
    int is_exact; /* no more digits than `digits` holds */
    long exponent;
} nnc_decimal;

static int nnc_is_word(const char *text, size_t size, const char *word) {
    size_t length = strlen(word);
    if (size != length) {
        return 0;
    }
    for (size_t i = 0; i < length; i++) {
        if ((text[i] | 0x20) != word[i]) {
            return 0;
        }
    }
    return 1;
}

/* The exponent behind its e. Where it stops; NULL: there is none. */
static const char *nnc_split_exponent(const char *at, const char *end, nnc_decimal *decimal) {
    const int negative = at < end && *at == '-';
    long exponent = 0;
    at += at < end && (*at == '+' || *at == '-');
    const char *first = at;
    for (; at < end && *at >= '0' && *at <= '9'; at++) {
        exponent = exponent < 100000 ? exponent * 10 + (*at - '0') : exponent;
    }
    decimal->exponent += negative ? -exponent : exponent;
    return at > first ? at : NULL;
}

#if defined __BYTE_ORDER__ && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* How many of eight characters are digits until one is not; *number is what they are together (Lemire 2018). */
static size_t nnc_take_digits(const char *at, uint64_t *number) {
    uint64_t digits;
    memcpy(&digits, at, sizeof digits);
    digits ^= 0x3030303030303030u; /* from 0 to 9 */
    const uint64_t others = (digits | (digits + 0x7676767676767676u)) & 0x8080808080808080u;
    const size_t count = others != 0 ? (size_t)__builtin_ctzll(others) / 8 : 8;
    digits = count > 0 ? digits << (64 - 8 * count) : 0; /* zeros in front of them */
    digits = digits * 10 + (digits >> 8);
    digits = (digits & 0x00ff00ff00ff00ffu) * 100 + (digits >> 16 & 0x00ff00ff00ff00ffu);
    digits = (digits & 0x0000ffff0000ffffu) * 10000 + (digits >> 32 & 0x0000ffff0000ffffu);
    *number = digits & 0xffffffffu;
    return count;
}
#else
static size_t nnc_take_digits(const char *at, uint64_t *number) {
    *number = 0;
    return (void)at, 0;
}
#endif

/* Digits from `at` on are added to those that there are, whatever becomes of what 64 bits do not hold. */
static const char *nnc_add_digits(const char *at, const char *end, uint64_t *digits) {
    static const uint32_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    uint64_t number = *digits, more;
    for (size_t taken = 8; taken == 8 && end - at >= 8; at += taken) {
        taken = nnc_take_digits(at, &more);
        number = number * powers[taken] + more;
    }
    for (; at < end; at++) {
        const unsigned digit = (unsigned)(unsigned char)*at - '0';
        if (digit > 9) {
            break;
        }
        number = number * 10 + digit;
    }
    *digits = number;
    return at;
}

/* Whether 64 bits hold the digits of a text with at most one point in it: 19 of them, but for zeros in front. */
static int nnc_holds_digits(const char *at, const char *end, char point) {
    enum { MOST = 19 };
    for (; at < end && (*at == '0' || *at == point); at++) {
    }
    return end - at <= MOST || (end - at == MOST + 1 && memchr(at, point, MOST) != NULL);
}

/* [+-] digits [. digits] [e [+-] digits], at least one digit before the e. Where it stops; NULL: there is none. */
static const char *nnc_split_decimal(const char *at, const char *end, char point, nnc_decimal *decimal) {
    enum { SURE = 19 }; /* characters */
    *decimal = (nnc_decimal){0, 0, 1, 0};
    if (at < end && (*at == '+' || *at == '-')) {
        decimal->negative = *at++ == '-';
    }
    const char *first = at;
    at = nnc_add_digits(at, end, &decimal->digits);
    ptrdiff_t count = at - first;
    if (at < end && *at == point) {
        const char *fraction = at + 1;
        at = nnc_add_digits(fraction, end, &decimal->digits);
        decimal->exponent = -(long)(at - fraction);
        count += at - fraction;
    }
    if (count == 0) {
        return NULL;
    }
    decimal->is_exact = count <= SURE || nnc_holds_digits(first, at, point);
    return at < end && (*at | 0x20) == 'e' ? nnc_split_exponent(at + 1, end, decimal) : at;
}

/* Powers of five that 64 bits hold. */
enum { NNC_WHOLE_POWER = 27 };

#if defined __SIZEOF_INT128__
__extension__ typedef unsigned __int128 nnc_wide;

/* The number rounded once to a double, half to even: digits * 10^exponent = q * 2^shift, and a rest that is not 0. */
static double nnc_round_wide(nnc_wide q, int has_rest, int shift) {
    int bits = 0;
    const uint64_t high = (uint64_t)(q >> 64);
    bits = high > 0 ? 128 - __builtin_clzll(high) : 64 - __builtin_clzll((uint64_t)q);
    const int drop = bits > 53 ? bits - 53 : 0;
    uint64_t kept = (uint64_t)(q >> drop);
    if (drop > 0) {
        const nnc_wide rest = q & (((nnc_wide)1 << drop) - 1), half = (nnc_wide)1 << (drop - 1);
        kept += rest > half || (rest == half && (has_rest || (kept & 1) != 0));
    }
    return ldexp((double)kept, shift + drop);
}

/* Digits of any count up to 64 bits with an exponent that is not far from 0. */
static int nnc_decimal_wide(const nnc_decimal *decimal, double *magnitude) {
    static const uint64_t powers_of_five[NNC_WHOLE_POWER + 1] = {
        1u, 5u, 25u, 125u, 625u, 3125u, 15625u, 78125u, 390625u, 1953125u, 9765625u, 48828125u, 244140625u,
        1220703125u, 6103515625u, 30517578125u, 152587890625u, 762939453125u, 3814697265625u, 19073486328125u,
        95367431640625u, 476837158203125u, 2384185791015625u, 11920928955078125u, 59604644775390625u,
        298023223876953125u, 1490116119384765625u, 7450580596923828125u};
    const int exponent = (int)decimal->exponent;
    if (decimal->digits == 0) {
        *magnitude = 0;
    } else if (exponent >= 0) {
        *magnitude = nnc_round_wide((nnc_wide)decimal->digits * powers_of_five[exponent], 0, exponent);
    } else { /* digits with 64 zeros behind: the quotient has at least 64 - 63 + 53 bits and some */
        const int zeros = __builtin_clzll(decimal->digits) + 63;
        const nnc_wide above = (nnc_wide)decimal->digits << zeros;
        const uint64_t below = powers_of_five[-exponent];
        const nnc_wide quotient = above / below;
        *magnitude = nnc_round_wide(quotient, above - quotient * below != 0, exponent - zeros);
    }
    return 0;
}
#else
static int nnc_decimal_wide(const nnc_decimal *decimal, double *magnitude) {
    (void)decimal, (void)magnitude;
    return -1;
}
#endif

/* The number nearest to a decimal one; -1: it takes more than this. */
static int nnc_decimal_value(const nnc_decimal *decimal, double *value) {
    double magnitude = (double)decimal->digits;
    const long exponent = decimal->exponent;
    if (!decimal->is_exact || exponent < -NNC_WHOLE_POWER || exponent > NNC_WHOLE_POWER) {
        return -1;
    }
    /* Both factors are exact doubles, so the one operation rounds once (Clinger 1990); not so on the x87. */
    if (decimal->digits <= ((uint64_t)1 << 53) && exponent >= -NNC_EXACT_POWER && exponent <= NNC_EXACT_POWER &&
        FLT_EVAL_METHOD >= 0 && FLT_EVAL_METHOD <= 1) {
        magnitude = exponent < 0 ? magnitude / nnc_powers_of_ten[-exponent] : magnitude * nnc_powers_of_ten[exponent];
    } else if (nnc_decimal_wide(decimal, &magnitude) != 0) {
        return -1;
    }
    *value = decimal->negative ? -magnitude : magnitude;
    return 0;
}

NNC_API const char *nnc_scan_number(const char *text, const char *end, char point, double *value) {
    nnc_decimal decimal;
    const char *stop = nnc_split_decimal(text, end, point, &decimal);
    return stop != NULL && nnc_decimal_value(&decimal, value) == 0 ? stop : NULL;
}

/* The C library rounds correctly, given the decimal point of whatever locale the process is in. */
static int nnc_parse_slowly(const char *text, size_t size, double *value) {
    const char *point = localeconv()->decimal_point;
    size_t point_size = strlen(point), at = 0;
    char few[128], *copy = few;
    if (size + point_size >= sizeof few && (copy = malloc(size + point_size + 1)) == NULL) {
        return -1;
    }
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '.') {
            memcpy(copy + at, point, point_size);
            at += point_size;
        } else {
            copy[at++] = text[i];
        }
    }
    copy[at] = '\0';
    *value = strtod(copy, NULL);
    if (copy != few) {
        free(copy);
    }
    return 0;
}

NNC_API int nnc_parse_number(const char *text, size_t size, double *value) {
    nnc_decimal decimal;
    const char *end = text + size;
    if (nnc_split_decimal(text, end, '.', &decimal) == end && size > 0) {
        return nnc_decimal_value(&decimal, value) == 0 ? 0 : nnc_parse_slowly(text, size, value);
    }
    size_t sign = size > 0 && (text[0] == '+' || text[0] == '-') ? 1 : 0;
    if (nnc_is_word(text + sign, size - sign, "nan")) {
        *value = (double)NAN;
    } else if (nnc_is_word(text + sign, size - sign, "inf") || nnc_is_word(text + sign, size - sign, "infinity")) {
        *value = text[0] == '-' ? -(double)INFINITY : (double)INFINITY;
    } else {
        return -1;
    }
    return 0;
}

NNC_API int nnc_parse_count(const char *text, uint64_t *value) {
    uint64_t number = 0;
    if (*text == '\0') {
        return -1;
    }
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9') {
            return -1;
        }
        uint64_t digit = (uint64_t)(*text - '0');
        if (number > (UINT64_MAX - digit) / 10) {
            return -1;
        }
        number = number * 10 + digit;
    }
    *value = number;
    return 0;
}
