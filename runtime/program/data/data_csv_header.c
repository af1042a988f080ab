/* SPDX-License-Identifier: MIT-0 */
/* data_csv_header.c - the first line of a CSV file: the columns that are wanted; whether it holds names or is a row. */
#include "data/csv.h"
#include "data/data.h"
#include "host/host.h"

#include <stdlib.h>
#include <string.h>

/* The column that the first line gives this name. */
static int nnc_csv_named(nnc_csv *csv, const char *name, size_t *index) {
    char list[200];
    size_t used = 0, size;
    list[0] = '\0';
    for (size_t i = 0; i < csv->field_count; i++) {
        const char *text = nnc_csv_trim(csv, &csv->fields[i], &size);
        if (strlen(name) == size && memcmp(name, text, size) == 0) {
            *index = i;
            return 0;
        }
        if (used + 70 < sizeof list) {
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "",
                                     nnc_quote(text, size).text);
        }
    }
    return nnc_fail_at(csv->host, csv->reader->path, csv->fields[0].line, 0,
                       "expected a column named %s in this line, found %s", nnc_quote(name, strlen(name)).text, list);
}

/* Turns the source's columns, by name or by number, negative ones counted from the end, into indices. */
static int nnc_csv_choose(nnc_csv *csv, const nnc_source *source) {
    size_t count = source->columns != NULL ? source->column_count : csv->field_count;
    csv->wanted = nnc_alloc(csv->host, count, sizeof *csv->wanted);
    if (csv->wanted == NULL) {
        return -1;
    }
    csv->wanted_count = count;
    for (size_t i = 0; i < count; i++) {
        int64_t fields = (int64_t)csv->field_count;
        int64_t column = source->columns != NULL ? source->columns[i] : (int64_t)i;
        int64_t index = column < 0 ? column + fields : column;
        if (source->column_names != NULL && source->column_names[i] != NULL) {
            if (nnc_csv_named(csv, source->column_names[i], &csv->wanted[i]) != 0) {
                return -1;
            }
            continue;
        }
        if (fields == 1 && index != 0) {
            return nnc_fail_at(
                csv->host, csv->reader->path, csv->fields[0].line, 0,
                "expected column %lld, found one column only, 0: fields are separated by comma, semicolon or tab",
                (long long)column);
        }
        if (index < 0 || index >= fields) {
            return nnc_fail_at(csv->host, csv->reader->path, csv->fields[0].line, 0,
                               "column %lld is wanted, but there are %lld columns (0 to %lld)", (long long)column,
                               (long long)fields, (long long)fields - 1);
        }
        csv->wanted[i] = (size_t)index;
    }
    return 0;
}

static int nnc_csv_has_names(const nnc_source *source) {
    for (size_t i = 0; source->column_names != NULL && i < source->column_count; i++) {
        if (source->column_names[i] != NULL) {
            return 1;
        }
    }
    return 0;
}

/* 0x10, 1,5 and 12% are meant to be numbers. Names may begin so, too, but hardly all names of a file. */
static int nnc_csv_begins_as_number(const char *text, size_t size) {
    size_t at = size > 0 && (text[0] == '-' || text[0] == '+');
    at += at < size && (text[at] == '.' || text[at] == ',');
    return at < size && text[at] >= '0' && text[at] <= '9';
}

/* Text that is no number, nor meant to be one. */
static int nnc_csv_is_name(const nnc_csv *csv, const nnc_csv_field *field) {
    double value;
    size_t size;
    const char *text = nnc_csv_trim(csv, field, &size);
    return !nnc_csv_is_missing(csv, field) && nnc_csv_number(csv, field, &value) != 0 &&
           !nnc_csv_begins_as_number(text, size);
}

NNC_API size_t nnc_csv_numbers(const nnc_csv *csv) {
    size_t count = 0;
    double value;
    for (size_t i = 0; i < csv->field_count; i++) {
        count += nnc_csv_number(csv, &csv->fields[i], &value) == 0 && !nnc_csv_is_missing(csv, &csv->fields[i]);
    }
    return count;
}

/* Names stand in a line without numbers; one wanted column that has one is enough. All other lines are rows, which must
 * do as such: a row is never taken for names because a value in it is missing or misspelt. Where labels are allowed,
 * one that is known is no name. */
static int nnc_csv_holds_names(const nnc_csv *csv) {
    size_t size, names = 0;
    const nnc_csv_field *first = &csv->fields[csv->wanted[0]];
    if (nnc_csv_numbers(csv) > 0) {
        return 0;
    }
    if (csv->labels != NULL && csv->wanted_count == 1) {
        const char *text = nnc_csv_trim(csv, first, &size);
        return !nnc_csv_is_missing(csv, first) &&
               (memchr(text, '\0', size) != NULL || nnc_labels_find(csv->labels, text, size) < 0);
    }
    for (size_t i = 0; i < csv->wanted_count; i++) {
        names += (size_t)nnc_csv_is_name(csv, &csv->fields[csv->wanted[i]]);
    }
    return names > 0;
}

static int nnc_csv_keep_names(nnc_csv *csv) {
    csv->names = nnc_alloc(csv->host, csv->wanted_count, sizeof *csv->names);
    for (size_t i = 0; csv->names != NULL && i < csv->wanted_count; i++) {
        size_t size;
        const char *text = nnc_csv_trim(csv, &csv->fields[csv->wanted[i]], &size);
        if ((csv->names[i] = nnc_copy_text(csv->host, nnc_quote(text, size).text)) == NULL) {
            return -1;
        }
    }
    return csv->names != NULL ? 0 : -1;
}

NNC_API int nnc_csv_first_line(nnc_csv *csv, const nnc_source *source, int *has_names) {
    if (nnc_csv_choose(csv, source) != 0) {
        return -1;
    }
    int is_named = nnc_csv_has_names(source);
    csv->guesses = !is_named && source->header < 0;
    *has_names = is_named || (csv->guesses ? nnc_csv_holds_names(csv) : source->header);
    return *has_names ? nnc_csv_keep_names(csv) : 0;
}

NNC_API int nnc_header_hint(nnc_host *host, const char *question) {
    return nnc_fail_hint(
        host, "%s? Say header=True or header=False in the csv() of the model file; that counts for --x and --y, too",
        question);
}

NNC_API int nnc_csv_header_hint(nnc_csv *csv) {
    return csv->guesses ? nnc_header_hint(csv->host, "does the first line hold names")
                        : nnc_fail_hint(csv->host, "the model file says header=False, so the first line is a row");
}
