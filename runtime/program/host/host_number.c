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

/* [+-] digits [. digits] [e [+-] digits], at least one digit before the e. */
static int nnc_split_decimal(const char *text, size_t size, nnc_decimal *decimal) {
    size_t i = 0, seen = 0;
    int after_point = 0;
    *decimal = (nnc_decimal){0, 0, 1, 0};
    if (i < size && (text[i] == '+' || text[i] == '-')) {
        decimal->negative = text[i++] == '-';
    }
    for (; i < size; i++) {
        if (text[i] == '.' && !after_point) {
            after_point = 1;
        } else if (text[i] >= '0' && text[i] <= '9') {
            unsigned digit = (unsigned)(text[i] - '0');
            seen++;
            if (decimal->digits > (UINT64_MAX - 9) / 10) {
                decimal->is_exact = 0;
            } else {
                decimal->digits = decimal->digits * 10 + digit;
                decimal->exponent -= after_point;
            }
        } else {
            break;
        }
    }
    if (seen == 0) {
        return -1;
    }
    if (i < size && (text[i] == 'e' || text[i] == 'E')) {
        i++;
        int negative = i < size && text[i] == '-';
        if (i < size && (text[i] == '+' || text[i] == '-')) {
            i++;
        }
        long exponent = 0;
        size_t first = i;
        for (; i < size && text[i] >= '0' && text[i] <= '9'; i++) {
            exponent = exponent < 100000 ? exponent * 10 + (text[i] - '0') : exponent;
        }
        if (i == first) {
            return -1;
        }
        decimal->exponent += negative ? -exponent : exponent;
    }
    return i == size ? 0 : -1;
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
    if (nnc_split_decimal(text, size, &decimal) != 0) {
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
    /* Both factors are exact doubles, so the one operation rounds once (Clinger 1990); not so on the x87. */
    int is_simple = decimal.is_exact && decimal.digits <= ((uint64_t)1 << 53) && decimal.exponent >= -NNC_EXACT_POWER &&
                    decimal.exponent <= NNC_EXACT_POWER;
    if (!is_simple || FLT_EVAL_METHOD < 0 || FLT_EVAL_METHOD > 1) {
        return nnc_parse_slowly(text, size, value);
    }
    double magnitude = (double)decimal.digits;
    if (decimal.exponent < 0) {
        magnitude /= nnc_powers_of_ten[-decimal.exponent];
    } else {
        magnitude *= nnc_powers_of_ten[decimal.exponent];
    }
    *value = decimal.negative ? -magnitude : magnitude;
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
