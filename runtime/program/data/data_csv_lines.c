/* SPDX-License-Identifier: MIT-0 */
/* data_csv_lines.c - lines of CSV and their fields, as RFC 4180 has them: a state machine over characters that always
 * knows line and column. */
#include "data/csv.h"
#include "host/host.h"

#include <string.h>

enum { NNC_CSV_MAX_FIELDS = 1 << 20 };

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

NNC_API int nnc_csv_line_read(nnc_csv *csv) {
    for (csv->skipped = 0; nnc_csv_line_end(csv); csv->skipped++) {
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

NNC_API int nnc_csv_start(nnc_csv *csv, char delimiter) {
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
    } else if (size >= 4 && (memcmp(at, "\x89PNG", 4) == 0 || memcmp(at, "\xff\xd8\xff", 3) == 0)) {
        return nnc_fail_at(csv->host, reader->path, 0, 0,
                           "expected lines of text, found a picture: images() reads those in folders");
    }
    csv->delimiter = delimiter;
    if (delimiter == '\0') {
        int is_quoted = 0;
        csv->delimiter = csv->decimal == ',' ? ';' : ',';
        for (size_t i = 0; i < size && (is_quoted || (at[i] != '\n' && at[i] != '\r')); i++) {
            is_quoted ^= at[i] == '"';
            if (!is_quoted && (at[i] == '\t' || (at[i] == ';' && csv->delimiter != '\t'))) {
                csv->delimiter = (char)at[i];
            }
        }
    }
    return 0;
}

NNC_API const char *nnc_csv_trim(const nnc_csv *csv, const nnc_csv_field *field, size_t *size) {
    size_t begin = field->begin, end = field->end;
    while (begin < end && (csv->text[begin] == ' ' || csv->text[begin] == '\t')) {
        begin++;
    }
    while (end > begin && (csv->text[end - 1] == ' ' || csv->text[end - 1] == '\t')) {
        end--;
    }
    *size = end - begin;
    return csv->text + begin;
}
