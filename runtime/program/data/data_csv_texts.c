/* SPDX-License-Identifier: MIT-0 */
/* data_csv_texts.c - columns that hold text which the model's first layer takes. */
#include "data/csv.h"
#include "data/data.h"
#include "host/host.h"

#include <stdlib.h>
#include <string.h>

/* The texts of all rows, one behind the other. */
typedef struct nnc_gathered {
    char *bytes;
    size_t size, capacity;
    size_t *ends, end_capacity;
    size_t samples;
} nnc_gathered;

static int nnc_csv_check_text(nnc_csv *csv, size_t wanted, const char *text, size_t size) {
    const nnc_csv_field *field = &csv->fields[csv->wanted[wanted]];
    return memchr(text, '\0', size) == NULL && nnc_is_utf8_text(text, size)
               ? 0
               : nnc_fail_at(csv->host, csv->reader->path, field->line, field->column,
                             "this text in column %s is not UTF-8: save the file as UTF-8",
                             nnc_csv_column(csv, wanted).text);
}

static int nnc_gather_row(nnc_csv *csv, nnc_gathered *all) {
    nnc_text_place place = {(uint32_t)csv->fields[0].line, (uint32_t)csv->fields[0].column};
    void *bytes, *ends = all->ends;
    size_t first = all->samples * csv->wanted_count;
    if (nnc_grow(csv->host, &ends, &all->end_capacity, first + csv->wanted_count, sizeof *all->ends) != 0 ||
        nnc_sink_put(&csv->places, &place, sizeof place) != 0) {
        return -1;
    }
    all->ends = ends;
    for (size_t i = 0; i < csv->wanted_count; i++) {
        const nnc_csv_field *field = &csv->fields[csv->wanted[i]];
        const char *text = csv->text + field->begin;
        size_t size = field->end - field->begin; /* with the spaces around it */
        bytes = all->bytes;
        if (nnc_csv_check_text(csv, i, text, size) != 0 ||
            nnc_grow(csv->host, &bytes, &all->capacity, all->size + size + 1, 1) != 0) {
            return -1;
        }
        all->bytes = bytes;
        memcpy(all->bytes + all->size, text, size);
        all->ends[first + i] = all->size += size;
    }
    all->samples++;
    return 0;
}

/* A line of names and a line of texts look alike where neither has a number. */
static int nnc_csv_check_names(nnc_csv *csv, const nnc_array *array) {
    if (!csv->guesses || !array->has_names || nnc_csv_numbers(csv) > 0) {
        return 0;
    }
    nnc_fail_at(csv->host, csv->reader->path, 1, 0, "this line may hold names, or be a row: no line has numbers");
    return nnc_csv_header_hint(csv);
}

static int nnc_gather(nnc_csv *csv, nnc_gathered *all, const nnc_array *array) {
    size_t columns = csv->field_count, first_line = csv->fields[0].line;
    int status = array->has_names ? nnc_csv_line_read(csv) : 1;
    for (; status == 1; status = nnc_csv_line_read(csv)) {
        if (csv->field_count != columns) {
            return nnc_fail_at(csv->host, csv->reader->path, csv->fields[0].line, 0,
                               "expected %zu fields as in line %zu, found %zu: text with commas stands in quotes",
                               columns, first_line, csv->field_count);
        }
        if ((all->samples == 0 && nnc_csv_check_names(csv, array) != 0) ||
            nnc_gather_row(csv, all) != 0) {
            return -1;
        }
    }
    return status == 0 && all->samples == 0
               ? nnc_fail_at(csv->host, csv->reader->path, 0, 0, "holds a header line, but no lines of text")
               : status;
}

NNC_API int nnc_csv_texts(nnc_csv *csv, const nnc_source *source, const nnc_role *role, nnc_array *array) {
    nnc_gathered all = {0};
    if (csv->wanted_count != role->text->texts) {
        return nnc_fail_at(csv->host, csv->reader->path, csv->fields[0].line, 0,
                           "the model takes %zu columns of text, and there are %zu: the columns= of its source says "
                           "which",
                           role->text->texts, csv->wanted_count);
    }
    int status = nnc_gather(csv, &all, array);
    if (status == 0) {
        size_t end = source->end_row >= 0 && (size_t)source->end_row < all.samples ? (size_t)source->end_row
                                                                                   : all.samples;
        size_t first = source->first_row > 0 ? (size_t)source->first_row : 0;
        const nnc_texts texts = {csv->reader->path, all.bytes, all.ends, all.samples, first, end};
        status = nnc_number_texts(csv->host, role, &texts, &csv->values);
    }
    array->dtype = NNC_I32;
    array->rank = role->rank + 1;
    array->shape[0] = (int64_t)all.samples;
    memcpy(array->shape + 1, role->shape, (size_t)role->rank * sizeof *role->shape);
    status = nnc_array_end(array, &csv->values, &csv->places, status);
    free(all.bytes);
    free(all.ends);
    return status;
}
