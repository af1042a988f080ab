/* SPDX-License-Identifier: MIT-0 */
/* data_csv_dates.c - dates become days since 1970-01-01. */
#include "data/csv.h"
#include "host/host.h"

#include <string.h>

/* What is left of a field. */
typedef struct nnc_date_text {
    const char *at, *end;
} nnc_date_text;

/* So many digits at least, and at most; -1: something else. */
static int nnc_date_digits(nnc_date_text *text, int least, int most) {
    int value = 0, count = 0;
    for (; count < most && text->at < text->end && *text->at >= '0' && *text->at <= '9'; count++) {
        value = value * 10 + (*text->at++ - '0');
    }
    return count >= least ? value : -1;
}

/* Whether one of `characters` comes next, which is passed over. */
static int nnc_date_takes(nnc_date_text *text, const char *characters) {
    int is_there = text->at < text->end && strchr(characters, *text->at) != NULL && *text->at != '\0';
    text->at += is_there;
    return is_there;
}

/* Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in March, eras have 400 of them. */
static int nnc_days_of(int year, int month, int day) {
    int since_march = year - (month <= 2), era = since_march / 400, of_era = since_march - era * 400;
    int of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int nnc_days_in(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month < 1 || month > 12 ? 0 : days[month - 1] + (month == 2 && is_leap);
}

/* 12:30, 12:30:59, 12:30:59.5 as a part of a day; -1: it is none. */
static double nnc_date_time(nnc_date_text *text) {
    int hour = nnc_date_digits(text, 1, 2);
    int minute = nnc_date_takes(text, ":") ? nnc_date_digits(text, 2, 2) : -1;
    int has_seconds = nnc_date_takes(text, ":"), second = has_seconds ? nnc_date_digits(text, 2, 2) : 0;
    double part = 0, digit = 0.1;
    if (has_seconds && nnc_date_takes(text, ".,")) {
        for (; text->at < text->end && *text->at >= '0' && *text->at <= '9'; digit /= 10) {
            part += digit * (*text->at++ - '0');
        }
    }
    int is_time = hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60;
    return is_time ? (hour * 3600 + minute * 60 + second + part) / 86400 : -1;
}

NNC_API int nnc_csv_date(const nnc_csv *csv, const nnc_csv_field *field, double *days) {
    size_t size;
    nnc_date_text text;
    text.at = nnc_csv_trim(csv, field, &size);
    text.end = text.at + size;
    const char *begin = text.at;
    int year = nnc_date_digits(&text, 1, 4), month, day = 1;
    int is_iso = text.at - begin == 4 && nnc_date_takes(&text, "-/");
    if (is_iso) {
        month = nnc_date_digits(&text, 1, 2);
        if (nnc_date_takes(&text, "-/")) {
            day = nnc_date_digits(&text, 1, 2);
        }
    } else {
        day = year;
        month = nnc_date_takes(&text, ".") ? nnc_date_digits(&text, 1, 2) : -1;
        year = nnc_date_takes(&text, ".") ? nnc_date_digits(&text, 4, 4) : -1;
    }
    if (year < 0 || day < 1 || day > nnc_days_in(year, month)) {
        return -1;
    }
    double part = text.at < text.end && nnc_date_takes(&text, " T") ? nnc_date_time(&text) : 0;
    nnc_date_takes(&text, "Z");
    *days = nnc_days_of(year, month, day) + part;
    return part >= 0 && text.at == text.end ? 0 : -1;
}
