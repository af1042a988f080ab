/* SPDX-License-Identifier: MIT-0 */
/* data_csv.c - CSV as RFC 4180 has it: a state machine over characters that always knows line and column. */
#include "nnc_host.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NNC_CSV_MAX_FIELD = 1 << 20, NNC_CSV_MAX_FIELDS = 1 << 20 };

/* One line taken apart. Fields are text between offsets of `text`. */
typedef struct nnc_csv_field {
    size_t begin, end;   /* in text, quotes removed */
    size_t line, column; /* where it starts in the file */
} nnc_csv_field;

typedef struct nnc_csv {
    nnc_reader *reader;
    nnc_host *host;
    char delimiter;
    size_t line, column; /* of the next character */
    char *text;
    size_t text_size, text_capacity;
    nnc_csv_field *fields;
    size_t field_count, field_capacity;
    size_t *wanted; /* the columns of the result, once the first line is known */
    size_t wanted_count;
} nnc_csv;

static int nnc_csv_fail(const nnc_csv *csv, const nnc_csv_field *field, const char *text) {
    return nnc_fail_at(csv->host, csv->reader->path, field->line, field->column, "%s", text);
}

/* The next character without consuming it; -1 at the end, -2 after an error. */
static int nnc_csv_peek(nnc_csv *csv) {
    nnc_reader *reader = csv->reader;
    if (reader->begin == reader->end && nnc_reader_fill(reader, 1) != 0) {
        return -2;
    }
    return reader->begin < reader->end ? reader->buffer[reader->begin] : -1;
}

static void nnc_csv_skip(nnc_csv *csv) {
    csv->column++;
    csv->reader->begin++;
}

static int nnc_csv_append(nnc_csv *csv, char character) {
    void *text = csv->text;
    if (nnc_grow(csv->host, &text, &csv->text_capacity, csv->text_size + 1, 1) != 0) {
        return -1;
    }
    csv->text = text;
    csv->text[csv->text_size++] = character;
    return 0;
}

/* Consumes LF, CR or CR LF; true when there was one. */
static int nnc_csv_line_end(nnc_csv *csv) {
    int c = nnc_csv_peek(csv);
    if (c != '\n' && c != '\r') {
        return 0;
    }
    nnc_csv_skip(csv);
    if (c == '\r' && nnc_csv_peek(csv) == '\n') {
        nnc_csv_skip(csv);
    }
    csv->line++;
    csv->column = 1;
    return 1;
}

/* After the opening quote: up to the closing one, "" standing for one quote. */
static int nnc_csv_quoted(nnc_csv *csv, const nnc_csv_field *field) {
    for (;;) {
        int c = nnc_csv_peek(csv);
        if (c < 0) {
            return c == -2 ? -1 : nnc_csv_fail(csv, field, "this quote is never closed");
        }
        if (c == '\n' || c == '\r') {
            nnc_csv_line_end(csv);
            c = '\n';
        } else {
            nnc_csv_skip(csv);
            if (c == '"') {
                if (nnc_csv_peek(csv) != '"') {
                    return 0;
                }
                nnc_csv_skip(csv);
            }
        }
        if (csv->text_size - field->begin >= NNC_CSV_MAX_FIELD) {
            return nnc_csv_fail(csv, field, "this field is longer than 1 MiB: is a quote missing?");
        }
        if (nnc_csv_append(csv, (char)c) != 0) {
            return -1;
        }
    }
}

static int nnc_csv_is_field_end(const nnc_csv *csv, int c) {
    return c < 0 || c == '\n' || c == '\r' || c == (unsigned char)csv->delimiter;
}

/* One field, up to the delimiter or the end of the line, which stay. */
static int nnc_csv_field_read(nnc_csv *csv) {
    void *fields = csv->fields;
    nnc_csv_field field = {csv->text_size, 0, csv->line, csv->column};
    if (nnc_grow(csv->host, &fields, &csv->field_capacity, csv->field_count + 1, sizeof field) != 0) {
        return -1;
    }
    csv->fields = fields;
    if (csv->field_count == NNC_CSV_MAX_FIELDS) {
        return nnc_csv_fail(csv, &field, "this line has more than 1048576 fields");
    }
    if (nnc_csv_peek(csv) == '"') {
        nnc_csv_skip(csv);
        if (nnc_csv_quoted(csv, &field) != 0) {
            return -1;
        }
        if (!nnc_csv_is_field_end(csv, nnc_csv_peek(csv))) {
            return nnc_csv_fail(csv, &(nnc_csv_field){0, 0, csv->line, csv->column},
                                "text follows a closing quote; expected the delimiter or the end of the line");
        }
    }
    int c;
    while (!nnc_csv_is_field_end(csv, c = nnc_csv_peek(csv))) {
        if (c == '\0') {
            return nnc_fail_at(csv->host, csv->reader->path, csv->line, csv->column,
                               "a zero byte: this is not a text file (UTF-16 must be saved as UTF-8)");
        }
        if (csv->text_size - field.begin >= NNC_CSV_MAX_FIELD) {
            return nnc_csv_fail(csv, &field, "this field is longer than 1 MiB");
        }
        nnc_csv_skip(csv);
        if (nnc_csv_append(csv, (char)c) != 0) {
            return -1;
        }
    }
    field.end = csv->text_size;
    csv->fields[csv->field_count++] = field;
    return c == -2 ? -1 : 0;
}

/* The next line that is not empty: 1, or 0 at the end. */
static int nnc_csv_line_read(nnc_csv *csv) {
    while (nnc_csv_line_end(csv)) {
    }
    int c = nnc_csv_peek(csv);
    if (c < 0) {
        return c == -2 ? -1 : 0;
    }
    csv->text_size = 0;
    csv->field_count = 0;
    for (;;) {
        if (nnc_csv_field_read(csv) != 0) {
            return -1;
        }
        c = nnc_csv_peek(csv);
        if (c != (unsigned char)csv->delimiter) {
            break;
        }
        nnc_csv_skip(csv);
    }
    if (c == -2) {
        return -1;
    }
    nnc_csv_line_end(csv);
    return 1;
}

/* A byte order mark is skipped. The delimiter is a tab or a semicolon if the first line has one, else a comma. */
static int nnc_csv_start(nnc_csv *csv, char delimiter) {
    nnc_reader *reader = csv->reader;
    if (nnc_reader_fill(reader, 512) != 0) {
        return -1;
    }
    const unsigned char *at = reader->buffer + reader->begin;
    size_t size = reader->end - reader->begin;
    if (size >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0) {
        reader->begin += 3;
        at += 3;
        size -= 3;
    } else if (size >= 2 && (memcmp(at, "\xff\xfe", 2) == 0 || memcmp(at, "\xfe\xff", 2) == 0)) {
        return nnc_fail_at(csv->host, reader->path, 0, 0, "is text in UTF-16; save it as UTF-8");
    }
    csv->delimiter = delimiter;
    if (delimiter == '\0') {
        int is_quoted = 0;
        csv->delimiter = ',';
        for (size_t i = 0; i < size && (is_quoted || (at[i] != '\n' && at[i] != '\r')); i++) {
            is_quoted ^= at[i] == '"';
            if (!is_quoted && (at[i] == '\t' || (at[i] == ';' && csv->delimiter == ','))) {
                csv->delimiter = (char)at[i];
            }
        }
    }
    return 0;
}

/* Turns the source's columns, negative ones counted from the end, into indices. */
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
        if (index < 0 || index >= fields) {
            return nnc_fail_at(csv->host, csv->reader->path, csv->fields[0].line, 0,
                               "column %lld is wanted, but there are %lld columns (0 to %lld)", (long long)column,
                               (long long)fields, (long long)fields - 1);
        }
        csv->wanted[i] = (size_t)index;
    }
    return 0;
}

/* The number of a field; spaces around it do not count. */
static int nnc_csv_number(const nnc_csv *csv, const nnc_csv_field *field, double *value) {
    size_t begin = field->begin, end = field->end;
    while (begin < end && (csv->text[begin] == ' ' || csv->text[begin] == '\t')) {
        begin++;
    }
    while (end > begin && (csv->text[end - 1] == ' ' || csv->text[end - 1] == '\t')) {
        end--;
    }
    return nnc_parse_number(csv->text + begin, end - begin, value);
}

static int nnc_csv_is_header(const nnc_csv *csv) {
    double value;
    for (size_t i = 0; i < csv->wanted_count; i++) {
        if (nnc_csv_number(csv, &csv->fields[csv->wanted[i]], &value) != 0) {
            return 1;
        }
    }
    return 0;
}

/* `problem` says why a number will not do; NULL: it is none. */
static int nnc_csv_bad_field(const nnc_csv *csv, const nnc_csv_field *field, size_t column, const char *problem) {
    const char *text = csv->text + field->begin;
    size_t size = field->end - field->begin;
    if (size == 0) {
        return nnc_fail_at(csv->host, csv->reader->path, field->line, field->column,
                           "expected a number in column %zu, found an empty field", column);
    }
    const char *hint = problem != NULL                   ? problem
                       : memchr(text, ',', size) != NULL ? ": the decimal point must be a point"
                       : memchr(text, ' ', size) != NULL ? ": fields are separated by comma, semicolon or tab"
                                                         : "";
    return nnc_fail_at(csv->host, csv->reader->path, field->line, field->column,
                       "expected a number in column %zu, found %s%s", column, nnc_quote(text, size).text, hint);
}

/* The wanted numbers of the line read last, in the type of the array. */
static int nnc_csv_convert(const nnc_csv *csv, nnc_dtype dtype, char *to) {
    size_t size = nnc_dtype_of(dtype).size;
    for (size_t i = 0; i < csv->wanted_count; i++) {
        const nnc_csv_field *field = &csv->fields[csv->wanted[i]];
        double value;
        if (nnc_csv_number(csv, field, &value) != 0) {
            return nnc_csv_bad_field(csv, field, csv->wanted[i], NULL);
        }
        if (!isfinite(value)) {
            return nnc_csv_bad_field(csv, field, csv->wanted[i], ": values must be finite");
        }
        if (dtype == NNC_F32 && fabs(value) > (double)FLT_MAX) {
            return nnc_csv_bad_field(csv, field, csv->wanted[i], ": too large for a model of floats");
        }
        nnc_convert(to + i * size, dtype, &value, NNC_F64, 1, 1);
    }
    return 0;
}

/* All lines after the header. */
static int nnc_csv_rows(nnc_csv *csv, size_t first_line, size_t columns, int has_line, nnc_array *array) {
    size_t row_size, capacity = 0, line_capacity = 0, rows = 0;
    int status = has_line ? 1 : nnc_csv_line_read(csv);
    if (nnc_multiply(csv->wanted_count, nnc_dtype_of(array->dtype).size, &row_size) != 0) {
        return nnc_fail(csv->host, "out of memory");
    }
    for (; status == 1; status = nnc_csv_line_read(csv), rows++) {
        if (csv->field_count != columns) {
            return nnc_fail_at(csv->host, csv->reader->path, csv->fields[0].line, 0,
                               "expected %zu fields as in line %zu, found %zu", columns, first_line, csv->field_count);
        }
        void *lines = array->lines;
        if (nnc_grow(csv->host, &array->data, &capacity, rows + 1, row_size) != 0 ||
            nnc_grow(csv->host, &lines, &line_capacity, rows + 1, sizeof *array->lines) != 0) {
            return -1;
        }
        array->lines = lines;
        array->lines[rows] = (uint32_t)csv->fields[0].line;
        if (nnc_csv_convert(csv, array->dtype, (char *)array->data + rows * row_size) != 0) {
            return -1;
        }
    }
    array->shape[0] = (int64_t)rows;
    return status;
}

NNC_API int nnc_read_csv(nnc_reader *reader, const nnc_source *source, nnc_dtype dtype, nnc_array *array) {
    nnc_csv csv;
    memset(&csv, 0, sizeof csv);
    csv.reader = reader;
    csv.host = reader->host;
    csv.line = csv.column = 1;
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
        status = nnc_csv_choose(&csv, source);
    }
    if (status == 0) {
        int is_header = source->header < 0 ? nnc_csv_is_header(&csv) : source->header;
        array->dtype = dtype;
        array->rank = 2;
        array->shape[1] = (int64_t)csv.wanted_count;
        status = nnc_csv_rows(&csv, csv.fields[0].line, csv.field_count, !is_header, array);
    }
    if (status == 0 && array->shape[0] == 0) {
        status = nnc_fail_at(csv.host, reader->path, 0, 0, "holds a header line, but no lines of numbers");
    }
    free(csv.text);
    free(csv.fields);
    free(csv.wanted);
    return status;
}
