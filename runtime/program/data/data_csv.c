/* SPDX-License-Identifier: MIT-0 */
/* data_csv.c - the table in a CSV file: the lines below its header, their numbers and labels. */
#include "data/csv.h"
#include "data/data.h"
#include "host/host.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

NNC_API int nnc_csv_number(const nnc_csv *csv, const nnc_csv_field *field, double *value) {
    size_t size;
    const char *text = nnc_csv_trim(csv, field, &size);
    return nnc_parse_number(text, size, value);
}

NNC_API int nnc_csv_is_missing(const nnc_csv *csv, const nnc_csv_field *field) {
    static const char *const words[] = {"",    "NA",   "N/A",  "na",   "n/a", "NaN", "nan",
                                        "NAN", "null", "NULL", "None", "?",   "-"};
    size_t size;
    const char *text = nnc_csv_trim(csv, field, &size);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strlen(words[i]) == size && memcmp(words[i], text, size) == 0) {
            return 1;
        }
    }
    return 0;
}

/* "1" or "1 ('age')": a column of the result, for messages. */
static nnc_quoted nnc_csv_column(const nnc_csv *csv, size_t wanted) {
    nnc_quoted text;
    snprintf(text.text, sizeof text.text, csv->names != NULL ? "%zu (%.50s)" : "%zu", csv->wanted[wanted],
             csv->names != NULL ? csv->names[wanted] : "");
    return text;
}

/* The lines from here on in which a wanted value is missing, after the first such field has been found: "; lines 7 and
 * 9 lack values too". Whoever mends the file wants to know all of them. */
static void nnc_csv_missing_lines(nnc_csv *csv, char *text, size_t size) {
    enum { LISTED = 8 };
    size_t lines[LISTED], count = 0, used = 0;
    text[0] = '\0';
    while (nnc_csv_line_read(csv) == 1) {
        int lacks = 0;
        for (size_t i = 0; i < csv->wanted_count && !lacks; i++) {
            lacks = csv->wanted[i] < csv->field_count && nnc_csv_is_missing(csv, &csv->fields[csv->wanted[i]]);
        }
        if (lacks) {
            lines[count < LISTED ? count : LISTED - 1] = csv->fields[0].line;
            count++;
        }
    }
    csv->host->text[0] = '\0'; /* of what the rest of the file may hold besides, the first error is told */
    for (size_t i = 0; i < count && i < LISTED; i++) {
        const char *between = i == 0 ? "" : i + 1 == count ? " and " : ", ";
        used += (size_t)snprintf(text + used, size - used, "%s%zu", i + 1 < LISTED || count <= LISTED ? between : ", ",
                                 lines[i]);
        if (i + 1 == LISTED && count > LISTED) {
            snprintf(text + used, size - used, " and so on, %zu in all", count);
        }
    }
}

/* `problem` says why a number will not do; NULL: it is none. */
static int nnc_csv_bad_field(nnc_csv *csv, size_t wanted, const char *problem) {
    const nnc_csv_field field = csv->fields[csv->wanted[wanted]];
    const char *text = csv->text + field.begin;
    size_t size = field.end - field.begin;
    const char *expected = csv->has_labels ? "a label" : "a number";
    nnc_quoted column = nnc_csv_column(csv, wanted);
    if (nnc_csv_is_missing(csv, &field)) {
        nnc_quoted found = nnc_quote(text, size);
        char lines[160];
        problem = problem != NULL && size > 0 ? problem : "";
        nnc_csv_missing_lines(csv, lines, sizeof lines);
        return nnc_fail_at(csv->host, csv->reader->path, field.line, field.column,
                           "expected %s in column %s, found %s%s%s%s", expected, column.text,
                           size == 0 ? "an empty field" : found.text, problem,
                           lines[0] != '\0' ? "; values are missing in these lines too: " : "", lines);
    }
    const char *hint = problem != NULL                   ? problem
                       : memchr(text, ',', size) != NULL ? ": the decimal point must be a point"
                       : memchr(text, ' ', size) != NULL ? ": fields are separated by comma, semicolon or tab"
                                                         : "";
    return nnc_fail_at(csv->host, csv->reader->path, field.line, field.column, "expected %s in column %s, found %s%s",
                       expected, column.text, nnc_quote(text, size).text, hint);
}

/* The class of a label. */
static int nnc_csv_label(nnc_csv *csv, double *value) {
    size_t size;
    const nnc_csv_field *field = &csv->fields[csv->wanted[0]];
    const char *text = nnc_csv_trim(csv, field, &size);
    if (nnc_csv_is_missing(csv, field)) {
        return nnc_csv_bad_field(csv, 0, NULL);
    }
    int number = memchr(text, '\0', size) == NULL ? nnc_learned_find(csv->learned, text, size) : -1;
    if (number < 0 && !csv->learns) {
        return nnc_fail_at(csv->host, csv->reader->path, field->line, field->column,
                           "expected one of the labels %s in column %s, found %s", nnc_learned_list(csv->learned).text,
                           nnc_csv_column(csv, 0).text, nnc_quote(text, size).text);
    }
    enum { MOST = 10000 };
    if (number < 0 && csv->learned->class_count == MOST) {
        return nnc_fail_at(csv->host, csv->reader->path, field->line, field->column,
                           "expected labels in column %s, found more than 10000 different ones",
                           nnc_csv_column(csv, 0).text);
    }
    if (number < 0 && csv->guesses && csv->names != NULL && strcmp(csv->names[0], nnc_quote(text, size).text) == 0) {
        nnc_fail_at(csv->host, csv->reader->path, field->line, field->column,
                    "expected a label other than %s in column %zu: the first line holds it, too, as a name",
                    csv->names[0], csv->wanted[0]);
        return nnc_csv_header_hint(csv);
    }
    if (number < 0) {
        number = (int)csv->learned->class_count;
        if (nnc_learned_add(csv->host, csv->learned, text, size) != 0) {
            return -1;
        }
    }
    *value = number;
    return 0;
}

/* The wanted numbers of the line read last, in the type of the array. */
static int nnc_csv_convert(nnc_csv *csv, nnc_dtype dtype, char *to) {
    size_t size = nnc_dtype_of(dtype).size;
    for (size_t i = 0; i < csv->wanted_count; i++) {
        double value;
        if (csv->has_labels) {
            if (nnc_csv_label(csv, &value) != 0) {
                return -1;
            }
        } else if (nnc_csv_number(csv, &csv->fields[csv->wanted[i]], &value) != 0) {
            return nnc_csv_bad_field(csv, i, NULL);
        }
        if (!isfinite(value)) {
            return nnc_csv_bad_field(csv, i, ": values must be finite");
        }
        if (dtype == NNC_F32 && fabs(value) > (double)FLT_MAX) {
            return nnc_csv_bad_field(csv, i, ": too large for a model of floats");
        }
        nnc_convert(to + i * size, dtype, &value, NNC_F64, 1, 1);
    }
    return 0;
}

/* Whether the column holds labels follows from its first value. */
static void nnc_csv_expect_labels(nnc_csv *csv) {
    double value;
    if (csv->learned == NULL || csv->wanted_count != 1) {
        return;
    }
    const nnc_csv_field *field = &csv->fields[csv->wanted[0]];
    csv->learns = csv->learned->class_count == 0;
    csv->has_labels = !csv->learns || (nnc_csv_number(csv, field, &value) != 0 && !nnc_csv_is_missing(csv, field));
}

/* At the second line: the first holds a label where this one holds a number, as in 1,2,class above 5,6,0. */
static int nnc_csv_is_name_of_numbers(const nnc_csv *csv) {
    double value;
    return csv->guesses && csv->has_labels && csv->learns && csv->learned->class_count == 2 &&
           nnc_csv_number(csv, &csv->fields[csv->wanted[0]], &value) == 0;
}

static int nnc_csv_not_a_label(nnc_csv *csv, nnc_text_place place) {
    const char *label = csv->learned->classes[0];
    nnc_fail_at(csv->host, csv->reader->path, place.line, place.column,
                "expected a number in column %s as in the next line, found %s", nnc_csv_column(csv, 0).text,
                nnc_quote(label, strlen(label)).text);
    return nnc_csv_header_hint(csv);
}

/* All lines after the header. */
static int nnc_csv_rows(nnc_csv *csv, size_t first_line, size_t columns, int has_line, nnc_array *array) {
    size_t row_size, capacity = 0, place_capacity = 0, rows = 0;
    int status = has_line ? 1 : nnc_csv_line_read(csv);
    if (nnc_multiply(csv->wanted_count, nnc_dtype_of(array->dtype).size, &row_size) != 0) {
        return nnc_fail(csv->host, "out of memory");
    }
    for (; status == 1; status = nnc_csv_line_read(csv), rows++) {
        if (csv->field_count != columns) {
            return nnc_fail_at(csv->host, csv->reader->path, csv->fields[0].line, 0,
                               "expected %zu fields as in line %zu, found %zu", columns, first_line, csv->field_count);
        }
        if (columns == 1 && csv->skipped > 0 && csv->fields[0].line > first_line) {
            return nnc_fail_at(csv->host, csv->reader->path, csv->fields[0].line - 1, 0,
                               "expected a value, found an empty line: "
                               "the file has one column, so a row would be lost");
        }
        void *places = array->places;
        if (nnc_grow(csv->host, &array->data, &capacity, rows + 1, row_size) != 0 ||
            nnc_grow(csv->host, &places, &place_capacity, rows + 1, sizeof *array->places) != 0) {
            return -1;
        }
        const nnc_csv_field *field = &csv->fields[csv->wanted[0]];
        array->places = places;
        array->places[rows] = (nnc_text_place){(uint32_t)field->line, (uint32_t)field->column};
        if (rows == 0) {
            nnc_csv_expect_labels(csv);
        }
        if (nnc_csv_convert(csv, array->dtype, (char *)array->data + rows * row_size) != 0) {
            return rows == 0 && has_line ? nnc_csv_header_hint(csv) : -1;
        }
        if (rows == 1 && has_line && nnc_csv_is_name_of_numbers(csv)) {
            return nnc_csv_not_a_label(csv, array->places[0]);
        }
    }
    array->shape[0] = (int64_t)rows;
    return status;
}

static int nnc_compare_labels(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Classes are numbered in the order of their labels, wherever these stand in the file. */
static int nnc_csv_sort_labels(nnc_csv *csv, nnc_array *array) {
    size_t count = csv->learned->class_count, rows = (size_t)array->shape[0], size = nnc_dtype_of(array->dtype).size;
    char **found = nnc_alloc(csv->host, count, sizeof *found);
    double *number = nnc_alloc(csv->host, count, sizeof *number), value;
    if (found != NULL && number != NULL) {
        memcpy(found, csv->learned->classes, count * sizeof *found);
        qsort(csv->learned->classes, count, sizeof *found, nnc_compare_labels);
        for (size_t i = 0; i < count; i++) {
            number[i] = nnc_learned_find(csv->learned, found[i], strlen(found[i]));
        }
        for (size_t row = 0; row < rows; row++) {
            char *at = (char *)array->data + row * size;
            nnc_convert(&value, NNC_F64, at, array->dtype, 1, 1);
            nnc_convert(at, array->dtype, &number[(size_t)value], NNC_F64, 1, 1);
        }
    }
    int status = found != NULL && number != NULL ? 0 : -1;
    free(found);
    free(number);
    return status;
}

NNC_API int nnc_read_csv(nnc_reader *reader, const nnc_source *source, nnc_dtype dtype, nnc_learned *learned,
                         nnc_array *array) {
    nnc_csv csv;
    memset(&csv, 0, sizeof csv);
    csv.reader = reader;
    csv.host = reader->host;
    csv.line = csv.column = 1;
    csv.learned = learned;
    int status = nnc_csv_start(&csv, source->delimiter);
    if (status == 0 && (csv.text = nnc_alloc(csv.host, 1, 1)) == NULL) { /* so that even empty fields have an address */
        status = -1;
    }
    if (status == 0) {
        status = nnc_csv_line_read(&csv);
    }
    if (status == 0) {
        status = nnc_fail_at(csv.host, reader->path, 0, 0, "is empty: expected lines of numbers");
    }
    if (status == 1) {
        status = nnc_csv_first_line(&csv, source, &array->has_names);
    }
    if (status == 0) {
        array->dtype = dtype;
        array->rank = 2;
        array->shape[1] = (int64_t)csv.wanted_count;
        status = nnc_csv_rows(&csv, csv.fields[0].line, csv.field_count, !array->has_names, array);
    }
    if (status == 0 && array->shape[0] == 0) {
        status = nnc_fail_at(csv.host, reader->path, 0, 0, "holds a header line, but no lines of numbers");
    }
    if (status == 0 && csv.has_labels && csv.learns) {
        status = nnc_csv_sort_labels(&csv, array);
    }
    for (size_t i = 0; csv.names != NULL && i < csv.wanted_count; i++) {
        free(csv.names[i]);
    }
    free(csv.names);
    free(csv.text);
    free(csv.fields);
    free(csv.wanted);
    return status;
}
