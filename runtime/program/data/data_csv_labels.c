/* SPDX-License-Identifier: MIT-0 */
/* data_csv_labels.c - columns of text: labels of classes, and categories, become the numbers of their places. */
#include "data/csv.h"
#include "data/data.h"
#include "host/host.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

NNC_API nnc_quoted nnc_csv_column(const nnc_csv *csv, size_t wanted) {
    nnc_quoted text;
    snprintf(text.text, sizeof text.text, csv->names != NULL ? "%zu (%.50s)" : "%zu", csv->wanted[wanted],
             csv->names != NULL ? csv->names[wanted] : "");
    return text;
}

/* A label or category that nobody has learned. Always -1. */
static int nnc_csv_unknown_label(nnc_csv *csv, size_t wanted, const nnc_labels *labels, const char *text, size_t size) {
    const nnc_csv_field *field = &csv->fields[csv->wanted[wanted]];
    nnc_fail_at(csv->host, csv->reader->path, field->line, field->column,
                "expected one of the %s %s in column %s, found %s", csv->has_labels ? "labels" : "categories",
                nnc_labels_list(labels).text, nnc_csv_column(csv, wanted).text, nnc_quote(text, size).text);
    return csv->has_labels ? -1
                           : nnc_fail_hint(csv->host, "unknown='other' in the csv() of the model file gives all that "
                                                      "training has not seen the last place");
}

/* Whether a label may be learned. */
static int nnc_csv_check_label(nnc_csv *csv, size_t wanted, const nnc_labels *labels, const char *text, size_t size) {
    enum { MOST = 10000 };
    const nnc_csv_field *field = &csv->fields[csv->wanted[wanted]];
    if (labels->count == MOST) {
        return nnc_fail_at(csv->host, csv->reader->path, field->line, field->column,
                           "expected %s in column %s, found more than 10000 different ones",
                           csv->has_labels ? "labels" : "categories", nnc_csv_column(csv, wanted).text);
    }
    if (!nnc_is_utf8_text(text, size)) {
        return nnc_fail_at(csv->host, csv->reader->path, field->line, field->column,
                           "this text in column %s is not UTF-8: save the file as UTF-8",
                           nnc_csv_column(csv, wanted).text);
    }
    if (csv->has_labels && csv->guesses && csv->names != NULL &&
        strcmp(csv->names[0], nnc_quote(text, size).text) == 0) {
        nnc_fail_at(csv->host, csv->reader->path, field->line, field->column,
                    "expected a label other than %s in column %zu: the first line holds it, too, as a name",
                    csv->names[0], csv->wanted[0]);
        return nnc_csv_header_hint(csv);
    }
    return 0;
}

NNC_API int nnc_csv_label(nnc_csv *csv, size_t wanted, nnc_labels *labels, int learns, double *value) {
    const nnc_column *column = csv->has_labels ? NULL : &csv->kinds[wanted];
    size_t size;
    const nnc_csv_field *field = &csv->fields[csv->wanted[wanted]];
    const char *text = nnc_csv_trim(csv, field, &size);
    if (nnc_csv_is_missing(csv, field)) {
        return nnc_csv_bad_field(csv, wanted, csv->has_labels ? "a label" : "a category", NULL);
    }
    int number = memchr(text, '\0', size) == NULL ? nnc_labels_find(labels, text, size) : -1;
    if (number < 0 && !learns && (column == NULL || !column->has_other)) {
        return nnc_csv_unknown_label(csv, wanted, labels, text, size);
    }
    if (number < 0 && learns) {
        number = (int)labels->count;
        if (nnc_csv_check_label(csv, wanted, labels, text, size) != 0 ||
            nnc_labels_add(csv->host, labels, text, size) != 0) {
            return -1;
        }
    }
    size_t places = column != NULL ? (size_t)column->places : 0;
    /* Any other has the last place if that is free, else none; among numbers it is one more. */
    *value = number >= 0 ? number : labels->count < places ? (double)places - 1 : (double)labels->count;
    return 0;
}

/* How many labels get a place of their own; -1 after an error. */
static int64_t nnc_csv_kept(nnc_csv *csv, size_t wanted, const nnc_labels *labels, const nnc_column *column) {
    size_t places = column != NULL ? (size_t)column->places : 0, count = labels->count;
    if (places == 0 || count <= places) {
        return (int64_t)count;
    }
    if (column->has_other) {
        return (int64_t)places - 1;
    }
    nnc_fail_at(csv->host, csv->reader->path, 0, 0, "column %s holds %zu categories, but has %zu places: %s",
                nnc_csv_column(csv, wanted).text, count, places, nnc_labels_list(labels).text);
    return nnc_fail_hint(csv->host, "the model file says categories={column: %zu}, or unknown='other', which gives "
                                    "the rarest one place together", count);
}

NNC_API int nnc_csv_sort_labels(nnc_csv *csv, size_t wanted, nnc_labels *labels, const nnc_column *column,
                                nnc_array *array) {
    size_t count = labels->count;
    int64_t kept = nnc_csv_kept(csv, wanted, labels, column);
    size_t last = column != NULL && column->places > 0 ? (size_t)column->places - 1 : 0;
    size_t *rows = kept >= 0 ? nnc_alloc(csv->host, count, 2 * sizeof *rows) : NULL;
    if (rows == NULL) {
        return -1;
    }
    size_t *number = rows + count;
    int status = nnc_count_labels(csv->host, array, wanted, rows) == 0 &&
                         nnc_labels_order(csv->host, labels, rows, (size_t)kept, last, number) == 0
                     ? nnc_renumber_labels(csv->host, array, wanted, number)
                     : -1;
    free(rows);
    return status;
}
