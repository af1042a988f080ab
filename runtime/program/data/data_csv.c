/* SPDX-License-Identifier: MIT-0 */
/* data_csv.c - the table in a CSV file: the lines below its header, and what stands in them as numbers. */
#include "data/csv.h"
#include "data/data.h"
#include "host/host.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

NNC_API int nnc_csv_number(const nnc_csv *csv, const nnc_csv_field *field, double *value) {
    enum { LONGEST = 400 };
    char own[LONGEST];
    size_t size;
    const char *text = nnc_csv_trim(csv, field, &size);
    const char *comma = csv->decimal == ',' && size < LONGEST ? memchr(text, ',', size) : NULL;
    if (comma == NULL) {
        return csv->decimal == ',' && memchr(text, '.', size) != NULL ? -1 : nnc_parse_number(text, size, value);
    }
    memcpy(own, text, size);
    own[comma - text] = '.'; /* one that is there already makes it no number */
    return nnc_parse_number(own, size, value);
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

NNC_API int nnc_csv_bad_field(nnc_csv *csv, size_t wanted, const char *expected, const char *problem) {
    const nnc_csv_field field = csv->fields[csv->wanted[wanted]];
    const char *text = csv->text + field.begin;
    size_t size = field.end - field.begin;
    nnc_quoted column = nnc_csv_column(csv, wanted);
    if (nnc_csv_is_missing(csv, &field)) {
        nnc_quoted found = nnc_quote(text, size);
        char lines[160];
        problem = problem != NULL && size > 0 ? problem : "";
        nnc_csv_missing_lines(csv, lines, sizeof lines);
        nnc_fail_at(csv->host, csv->reader->path, field.line, field.column, "expected %s in column %s, found %s%s%s%s",
                    expected, column.text, size == 0 ? "an empty field" : found.text, problem,
                    lines[0] != '\0' ? "; values are missing in these lines too: " : "", lines);
        return csv->is_first ? -1 : nnc_fail_hint(csv->host, "missing= of the csv() says what is to become of it");
    }
    const char *hint = problem != NULL                     ? problem
                       : strcmp(expected, "a number") != 0 ? ""
                       : csv->decimal != ',' && memchr(text, ',', size) != NULL
                           ? ": the decimal point must be a point, or decimal=',' say that it is a comma"
                       : csv->decimal == ',' && memchr(text, '.', size) != NULL
                           ? ": with decimal=',' a number has no point"
                       : memchr(text, ' ', size) != NULL ? ": fields are separated by comma, semicolon or tab"
                                                         : "";
    return nnc_fail_at(csv->host, csv->reader->path, field.line, field.column, "expected %s in column %s, found %s%s",
                       expected, column.text, nnc_quote(text, size).text, hint);
}

/* What stands in a wanted column of the line read last, as a number. */
static int nnc_csv_value(nnc_csv *csv, size_t wanted, double *value) {
    const nnc_csv_field *field = &csv->fields[csv->wanted[wanted]];
    enum nnc_column_kind kind = csv->kinds != NULL ? csv->kinds[wanted].kind : NNC_COLUMN_NUMBER;
    if (csv->may_lack && nnc_csv_is_missing(csv, field)) {
        *value = (double)NAN;
        return 0;
    }
    if (csv->has_labels) {
        return nnc_csv_label(csv, wanted, csv->labels, csv->learns, value);
    }
    if (kind == NNC_COLUMN_CATEGORY) {
        return nnc_csv_label(csv, wanted, &csv->categories[wanted], csv->learns_categories, value);
    }
    if (kind == NNC_COLUMN_DATE) {
        return nnc_csv_date(csv, field, value) == 0 ? 0
                                                    : nnc_csv_bad_field(csv, wanted, "a date such as 2024-01-31", NULL);
    }
    return nnc_csv_number(csv, field, value) == 0 ? 0 : nnc_csv_bad_field(csv, wanted, "a number", NULL);
}

/* The wanted values of the line read last, as a row. */
static int nnc_csv_convert(nnc_csv *csv) {
    size_t size = nnc_dtype_of(csv->dtype).size;
    for (size_t i = 0; i < csv->wanted_count; i++) {
        const nnc_csv_field *field = &csv->fields[csv->wanted[i]];
        double value;
        if (nnc_csv_value(csv, i, &value) != 0) {
            return -1;
        }
        if (!isfinite(value) && !(csv->may_lack && nnc_csv_is_missing(csv, field))) {
            return nnc_csv_bad_field(csv, i, "a number", ": values must be finite");
        }
        if (csv->dtype == NNC_F32 && fabs(value) > (double)FLT_MAX) {
            return nnc_csv_bad_field(csv, i, "a number", ": too large for a model of floats");
        }
        nnc_convert((char *)csv->row + i * size, csv->dtype, &value, NNC_F64, 1, 1);
    }
    return 0;
}

static int nnc_csv_put(nnc_csv *csv, nnc_text_place place) {
    csv->first_place = csv->rows == 0 ? place : csv->first_place;
    csv->rows++;
    return nnc_sink_put(&csv->values, csv->row, csv->row_size) != 0 ? -1
                                                                    : nnc_sink_put(&csv->places, &place, sizeof place);
}

/* Whether the column holds labels follows from its first value. */
static void nnc_csv_expect_labels(nnc_csv *csv) {
    double value;
    if (csv->labels == NULL || csv->wanted_count != 1) {
        return;
    }
    const nnc_csv_field *field = &csv->fields[csv->wanted[0]];
    csv->learns = csv->labels->count == 0;
    csv->has_labels = !csv->learns || (nnc_csv_number(csv, field, &value) != 0 && !nnc_csv_is_missing(csv, field));
}

/* At the second line: the first holds a label where this one holds a number, as in 1,2,class above 5,6,0. */
static int nnc_csv_is_name_of_numbers(const nnc_csv *csv) {
    double value;
    return csv->guesses && csv->has_labels && csv->learns && csv->labels->count == 2 &&
           nnc_csv_number(csv, &csv->fields[csv->wanted[0]], &value) == 0;
}

static int nnc_csv_not_a_label(nnc_csv *csv) {
    const char *label = csv->labels->at[0];
    nnc_fail_at(csv->host, csv->reader->path, csv->first_place.line, csv->first_place.column,
                "expected a number in column %s as in the next line, found %s", nnc_csv_column(csv, 0).text,
                nnc_quote(label, strlen(label)).text);
    return nnc_csv_header_hint(csv);
}

/* The line read last. */
static int nnc_csv_row(nnc_csv *csv, size_t first_line, size_t columns, int has_line) {
    if (csv->field_count != columns) {
        return nnc_fail_at(csv->host, csv->reader->path, csv->fields[0].line, 0,
                           "expected %zu fields as in line %zu, found %zu", columns, first_line, csv->field_count);
    }
    if (columns == 1 && csv->skipped > 0 && csv->fields[0].line > first_line) {
        return nnc_fail_at(csv->host, csv->reader->path, csv->fields[0].line - 1, 0,
                           "expected a value, found an empty line: "
                           "the file has one column, so a row would be lost");
    }
    const nnc_csv_field *field = &csv->fields[csv->wanted[0]];
    const nnc_text_place place = {(uint32_t)field->line, (uint32_t)field->column};
    if (csv->rows == 0) {
        nnc_csv_expect_labels(csv);
    }
    csv->is_first = csv->rows == 0 && has_line;
    if (nnc_csv_convert(csv) != 0) {
        return csv->is_first ? nnc_csv_header_hint(csv) : -1;
    }
    return nnc_csv_put(csv, place);
}

/* All lines after the header. The first two say what there is; from then on most are plain. */
static int nnc_csv_rows(nnc_csv *csv, size_t first_line, size_t columns, int has_line) {
    int status = has_line ? 1 : nnc_csv_line_read(csv);
    if (nnc_multiply(csv->wanted_count, nnc_dtype_of(csv->dtype).size, &csv->row_size) != 0 ||
        (csv->row = nnc_alloc(csv->host, csv->row_size, 1)) == NULL) {
        return nnc_fail(csv->host, "out of memory");
    }
    for (; status == 1; status = nnc_csv_line_read(csv)) {
        if (nnc_csv_row(csv, first_line, columns, has_line) != 0) {
            return -1;
        }
        if (csv->rows == 2 && has_line && nnc_csv_is_name_of_numbers(csv)) {
            return nnc_csv_not_a_label(csv);
        }
        if (csv->rows >= 2 && nnc_csv_plain_rows(csv, columns) != 0) {
            return -1;
        }
    }
    return status;
}

/* Labels and categories in their order, when all have been seen. */
static int nnc_csv_sort(nnc_csv *csv, nnc_array *array) {
    int status = csv->has_labels && csv->learns ? nnc_csv_sort_labels(csv, 0, csv->labels, NULL, array) : 0;
    for (size_t i = 0; csv->kinds != NULL && csv->learns_categories && i < csv->wanted_count && status == 0; i++) {
        if (csv->kinds[i].kind == NNC_COLUMN_CATEGORY) {
            status = nnc_csv_sort_labels(csv, i, &csv->categories[i], &csv->kinds[i], array);
        }
    }
    return status;
}

static int nnc_csv_has_categories(const nnc_role *role) {
    size_t i = 0;
    while (i < role->column_count && role->columns[i].kind != NNC_COLUMN_CATEGORY) {
        i++;
    }
    return i < role->column_count;
}

/* What the role says of the columns, once they are known. */
static int nnc_csv_expect(nnc_csv *csv, const nnc_role *role) {
    if (role->columns == NULL) {
        return 0;
    }
    if (csv->wanted_count != role->column_count) {
        return nnc_fail_at(csv->host, csv->reader->path, csv->fields[0].line, 0,
                           "expected %zu columns, found %zu: the columns= of its source says which",
                           role->column_count, csv->wanted_count);
    }
    csv->kinds = role->columns;
    csv->learns_categories = role->learned != NULL && role->learned->categories == NULL;
    if (csv->learns_categories && !role->learns && nnc_csv_has_categories(role)) {
        return nnc_fail_unlearned(csv->host, csv->reader->path);
    }
    if (role->learned == NULL || nnc_learned_columns(csv->host, role->learned, role->column_count) != 0) {
        return -1;
    }
    csv->categories = role->learned->categories;
    return 0;
}

static int nnc_csv_read(nnc_csv *csv, const nnc_source *source, const nnc_role *role, nnc_array *array) {
    int status = nnc_csv_start(csv, source->delimiter);
    if (status == 0 && (csv->text = nnc_alloc(csv->host, 1, 1)) == NULL) { /* even empty fields have an address */
        status = -1;
    }
    if (status == 0) {
        status = nnc_csv_line_read(csv);
    }
    if (status == 0) {
        status = nnc_fail_at(csv->host, csv->reader->path, 0, 0, "is empty: expected lines of numbers");
    }
    if (status == 1) {
        status = nnc_csv_first_line(csv, source, &array->has_names);
    }
    if (status == 0 && role->text != NULL) {
        return nnc_csv_texts(csv, source, role, array);
    }
    if (status == 0 && nnc_csv_expect(csv, role) == 0) {
        array->dtype = csv->dtype = role->dtype == NNC_F32 ? NNC_F32 : NNC_F64;
        array->rank = 2;
        array->shape[1] = (int64_t)csv->wanted_count;
        status = nnc_csv_rows(csv, csv->fields[0].line, csv->field_count, !array->has_names);
        array->shape[0] = (int64_t)csv->rows;
        status = nnc_array_end(array, &csv->values, &csv->places, status);
    } else {
        status = -1;
    }
    if (status == 0 && array->shape[0] == 0) {
        status = nnc_fail_at(csv->host, csv->reader->path, 0, 0, "holds a header line, but no lines of numbers");
    }
    return status == 0 ? nnc_csv_sort(csv, array) : status;
}

NNC_API int nnc_read_csv(nnc_reader *reader, const nnc_source *source, const nnc_role *role, nnc_array *array) {
    nnc_csv csv;
    memset(&csv, 0, sizeof csv);
    csv.reader = reader;
    csv.host = reader->host;
    csv.line = csv.column = 1;
    csv.labels = role->classes > 0 && role->learned != NULL ? &role->learned->classes : NULL;
    csv.decimal = source->decimal;
    csv.values.host = csv.places.host = reader->host;
    csv.may_lack = role->may_lack || role->max_steps > 0 || source->drops;
    int status = nnc_csv_read(&csv, source, role, array);
    for (size_t i = 0; csv.names != NULL && i < csv.wanted_count; i++) {
        free(csv.names[i]);
    }
    free(csv.names);
    free(csv.text);
    free(csv.fields);
    free(csv.wanted);
    free(csv.row);
    nnc_csv_team_close(&csv);
    return status;
}
