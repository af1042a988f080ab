/* SPDX-License-Identifier: MIT-0 */
/* test_csv_plain.c - a CSV that several threads read, with lines among it that only one reads: quotes around a line's
 * end, empty lines, gaps. Values, places and categories are those that were written, for any number of threads, from
 * memory as in pieces. */
#include "data/data.h"

#include "check.h"

#include <math.h>
#include <zlib.h>

enum { ROWS = 60000, MOST = 64 };

static char *text;
static size_t text_size;
static uint32_t lines[ROWS];

static int has_gap(int row) { return row % 1013 == 6; }
static int has_break(int row) { return row % 1000 == 5; }

static void write_text(void) {
    size_t capacity = (size_t)ROWS * MOST;
    uint32_t line = 1;
    text = malloc(capacity);
    for (int i = 0; i < ROWS; i++) {
        const char *quote = i % 3 == 0 ? "\"" : "", *end = i % 2 == 0 ? "\r\n" : "\n";
        if (i % 997 == 3) {
            line += 1;
            text[text_size++] = '\n';
        }
        lines[i] = line;
        if (has_gap(i)) {
            text_size += (size_t)sprintf(text + text_size, "%sNA,", i % 2 == 0 ? "" : " ");
        } else {
            text_size += (size_t)sprintf(text + text_size, i % 1009 == 4 ? "  %.2f ," : "%.2f,", i * 0.25);
        }
        text_size += has_break(i) ? (size_t)sprintf(text + text_size, "\"na\nme\",")
                                  : (size_t)sprintf(text + text_size, "%sname%d%s,", quote, i % 7, quote);
        text_size += (size_t)sprintf(text + text_size, "unread %d,1970-01-%02d%s", i, i % 28 + 1, end);
        line += has_break(i) ? 2 : 1;
    }
    text[--text_size] = '\0'; /* the last line has no end */
    text_size -= text[text_size - 1] == '\r';
}

/* A reader of the text, or of the text packed. */
static int read_text(nnc_host *host, const nnc_store *store, nnc_coding coding, size_t threads, nnc_array *array) {
    static const int64_t columns[] = {0, 1, 3};
    static const nnc_column kinds[] = {
        {.kind = NNC_COLUMN_NUMBER}, {.kind = NNC_COLUMN_CATEGORY}, {.kind = NNC_COLUMN_DATE}};
    nnc_learned learned;
    nnc_reader reader;
    nnc_source source = NNC_NO_SOURCE;
    memset(&learned, 0, sizeof learned);
    memset(host, 0, sizeof *host);
    memset(array, 0, sizeof *array);
    host->threads = threads;
    source.columns = columns;
    source.column_count = 3;
    const nnc_role role = {.dtype = NNC_F64, .columns = kinds, .column_count = 3, .may_lack = 1, .learns = 1,
                           .learned = &learned};
    if (nnc_reader_part(host, &reader, "table.csv", store, 0, store->size, coding) != 0) {
        return -1;
    }
    int status = nnc_read_csv(&reader, &source, &role, array);
    nnc_reader_close(&reader);
    nnc_learned_free(&learned);
    return status;
}

/* Rows that are not as they were written. */
static int wrong_rows(const nnc_array *array) {
    int wrong = 0;
    for (int i = 0; i < ROWS; i++) {
        double row[3];
        nnc_array_get(array, (size_t)i * 3, 3, NNC_F64, 1, row);
        const nnc_text_place place = nnc_array_place(array, (size_t)i);
        const int is_number = has_gap(i) ? isnan(row[0]) != 0 : fabs(row[0] - i * 0.25) < 1e-12;
        const double category = has_break(i) ? 0 : 1 + i % 7;
        wrong += !is_number || fabs(row[1] - category) > 0 || fabs(row[2] - i % 28) > 0 || place.line != lines[i] ||
                 place.column != 1;
    }
    return wrong;
}

static void test_threads(const nnc_store *store, nnc_coding coding) {
    for (size_t threads = 1; threads < 6; threads += 2) {
        nnc_host host;
        nnc_array array;
        CHECK(read_text(&host, store, coding, threads, &array) == 0 && array.shape[0] == ROWS && array.shape[1] == 3);
        CHECK_ERROR(&host, "");
        CHECK(array.shape[0] == ROWS && wrong_rows(&array) == 0);
        nnc_array_free(&array);
    }
}

/* What is wrong first is told first, whoever finds it. */
static void test_error(nnc_store *store) {
    nnc_host host;
    nnc_array array;
    char *at = strstr(text + text_size / 3, "unread"), *later = strstr(text + text_size / 3 * 2, "unread");
    at[6] = later[6] = ',';
    CHECK(read_text(&host, store, NNC_CODING_PLAIN, 4, &array) != 0);
    CHECK_ERROR(&host, "expected 4 fields as in line 1, found 5");
    char place[64];
    int line = 1;
    for (const char *c = text; c < at; c++) {
        line += *c == '\n';
    }
    snprintf(place, sizeof place, "table.csv:%d", line);
    CHECK(strcmp(host.place, place) == 0);
    nnc_array_free(&array);
}

int main(void) {
    write_text();
    uLongf packed_size = compressBound(text_size) + 64;
    unsigned char *packed = malloc(packed_size);
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    CHECK(deflateInit2(&stream, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    stream.next_in = (unsigned char *)text;
    stream.avail_in = (uInt)text_size;
    stream.next_out = packed;
    stream.avail_out = (uInt)packed_size;
    CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    nnc_store plain = {(const unsigned char *)text, text_size, 0, NULL}, gzip = {packed, stream.total_out, 0, NULL};
    deflateEnd(&stream);
    test_threads(&plain, NNC_CODING_PLAIN);
    test_threads(&gzip, NNC_CODING_GZIP);
    test_error(&plain);
    free(packed);
    free(text);
    return check_end();
}
