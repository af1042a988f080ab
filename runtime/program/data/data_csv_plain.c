/* SPDX-License-Identifier: MIT-0 */
/* data_csv_plain.c - lines of CSV that are plain are read by several threads, each from a place of its own on: numbers,
 * dates, labels that are known, quotes without anything special in them. A part counts only where it begins where the
 * one before ends, so the rows, and what is said of them, are those of one thread. */
#include "data/csv.h"
#include "data/data.h"
#include "host/host.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of text: of a part, of the first after a line that is not plain; parts for each thread. An empty line is not
 * plain: in one column it would be a value. */
enum { NNC_CSV_PART = 1 << 18, NNC_CSV_TRY = 1 << 13, NNC_CSV_PARTS_EACH = 2, NNC_CSV_MOST_THREADS = 16 };

/* A wanted column, in the order of the file. */
typedef struct nnc_csv_pick {
    size_t field, wanted;
} nnc_csv_pick;

/* Lines that one thread reads. */
typedef struct nnc_csv_part {
    const char *begin, *stop; /* lines that begin in here; … */
    const char *at;           /* … where the next one begins: behind `stop`, or it is not plain */
    size_t rows, lines;       /* lines that end in here */
    char *values;             /* of `capacity` rows */
    nnc_text_place *places;   /* lines counted from 0 */
} nnc_csv_part;

struct nnc_csv_team {
    nnc_team team;
    size_t columns;
    nnc_csv_pick *picks;
    nnc_csv_part *parts;
    size_t count, capacity; /* of parts; of rows in each */
    size_t part_size;       /* bytes of text */
    size_t plain;           /* bytes since the last line that was not plain */
    const nnc_csv *csv;
    const char *end; /* of what is visible */
    int is_last;     /* nothing follows it */
};

static int nnc_compare_picks(const void *a, const void *b) {
    const nnc_csv_pick *of_a = a, *of_b = b;
    return of_a->field != of_b->field ? (of_a->field > of_b->field) - (of_a->field < of_b->field)
                                      : (of_a->wanted > of_b->wanted) - (of_a->wanted < of_b->wanted);
}

static int nnc_is_line_end(char c) { return c == '\n' || c == '\r'; }

/* The end of a field that begins at `at`; *text to *stop is what it holds. NULL: it is not plain. */
static const char *nnc_csv_plain_field(const nnc_csv *csv, const char *at, const char *end, const char **text,
                                       const char **stop) {
    *text = at;
    if (at < end && *at == '"') {
        *text = ++at;
        while (at < end && *at != '"' && !nnc_is_line_end(*at) && *at != '\0') {
            at++;
        }
        *stop = at;
        at++;
        return at < end && (*at == csv->delimiter || nnc_is_line_end(*at)) && *(at - 1) == '"' ? at : NULL;
    }
    while (at < end && *at != csv->delimiter && !nnc_is_line_end(*at) && *at != '\0') {
        at++;
    }
    *stop = at;
    return at < end && *at == '\0' ? NULL : at;
}

/* The value of a field that is no mere number. -1: its line is not plain. */
static int nnc_csv_plain_value(const nnc_csv *csv, size_t wanted, const char *text, const char *stop, double *value) {
    enum nnc_column_kind kind = csv->kinds != NULL ? csv->kinds[wanted].kind : NNC_COLUMN_NUMBER;
    const nnc_labels *labels = csv->has_labels               ? csv->labels
                               : kind == NNC_COLUMN_CATEGORY ? &csv->categories[wanted]
                                                             : NULL;
    nnc_csv own = *csv;
    nnc_csv_field field = {0, (size_t)(stop - text), 0, 0};
    own.text = (char *)(uintptr_t)text; /* read-only for who takes it apart */
    if (nnc_csv_is_missing(&own, &field)) {
        *value = (double)NAN;
        return csv->may_lack ? 0 : -1;
    }
    if (labels != NULL) {
        size_t size;
        const char *label = nnc_csv_trim(&own, &field, &size);
        const int number = nnc_labels_find(labels, label, size);
        *value = number;
        return number >= 0 ? 0 : -1;
    }
    return kind == NNC_COLUMN_DATE ? nnc_csv_date(&own, &field, value) : nnc_csv_number(&own, &field, value);
}

/* Whether the wanted columns are numbers and nothing else. */
static int nnc_csv_is_number(const nnc_csv *csv, size_t wanted) {
    return !csv->has_labels && (csv->kinds == NULL || csv->kinds[wanted].kind == NNC_COLUMN_NUMBER);
}

/* One wanted field. Where it ends; NULL: the line is not plain. */
static const char *nnc_csv_plain_pick(const nnc_csv *csv, size_t wanted, const char *at, const char *end, void *row) {
    const char *text, *stop, *after = NULL;
    double value;
    if (nnc_csv_is_number(csv, wanted)) {
        after = nnc_scan_number(at, end, csv->decimal == ',' ? ',' : '.', &value);
        if (after != NULL && after < end && *after != csv->delimiter && !nnc_is_line_end(*after)) {
            after = NULL;
        }
    }
    if (after == NULL && ((after = nnc_csv_plain_field(csv, at, end, &text, &stop)) == NULL ||
                          nnc_csv_plain_value(csv, wanted, text, stop, &value) != 0)) {
        return NULL;
    }
    if (isinf(value) || (isnan(value) && !csv->may_lack) || (csv->dtype == NNC_F32 && fabs(value) > (double)FLT_MAX)) {
        return NULL;
    }
    if (csv->dtype == NNC_F32) {
        ((float *)row)[wanted] = (float)value;
    } else {
        ((double *)row)[wanted] = value;
    }
    return after;
}

/* One line, which does not begin with its end. Where the next one begins; NULL: it is not plain. */
static const char *nnc_csv_plain_line(const struct nnc_csv_team *team, const char *line, char *row, uint32_t *column) {
    const nnc_csv *csv = team->csv;
    const nnc_csv_pick *pick = team->picks, *last = pick + csv->wanted_count;
    const char *at = line, *end = team->end, *text, *stop;
    for (size_t field = 0;; field++) {
        const char *after = NULL;
        for (; pick < last && pick->field == field; pick++) {
            if (pick->wanted == 0) {
                *column = (uint32_t)(at - line) + 1;
            }
            if ((after = nnc_csv_plain_pick(csv, pick->wanted, at, end, row)) == NULL) {
                return NULL;
            }
        }
        if (after == NULL && (after = nnc_csv_plain_field(csv, at, end, &text, &stop)) == NULL) {
            return NULL;
        }
        if (after - at > NNC_CSV_MAX_FIELD) {
            return NULL;
        }
        at = after;
        if (at == end || *at != csv->delimiter) {
            if (field + 1 != team->columns || (at == end && !team->is_last)) {
                return NULL;
            }
            break;
        }
        at++;
    }
    if (at < end && *at == '\r') {
        at++;
        return at < end || team->is_last ? at + (at < end && *at == '\n') : NULL;
    }
    return at < end ? at + 1 : at;
}

static void nnc_csv_read_part(const void *job, size_t number) {
    const struct nnc_csv_team *team = job;
    nnc_csv_part *part = &team->parts[number];
    const size_t row_size = team->csv->row_size;
    part->rows = part->lines = 0;
    part->at = part->begin;
    while (part->at < part->stop && part->rows < team->capacity && !nnc_is_line_end(*part->at)) {
        nnc_text_place *place = &part->places[part->rows];
        const char *next = nnc_csv_plain_line(team, part->at, part->values + part->rows * row_size, &place->column);
        if (next == NULL) {
            return;
        }
        place->line = (uint32_t)part->lines;
        part->at = next;
        part->lines++;
        part->rows++;
    }
}

/* The rows of a part follow those that are there. */
static int nnc_csv_accept(nnc_csv *csv, const nnc_csv_part *part) {
    for (size_t i = 0; i < part->rows; i++) {
        part->places[i].line += (uint32_t)csv->line;
    }
    csv->line += part->lines;
    csv->rows += part->rows;
    csv->reader->begin += (size_t)(part->at - part->begin);
    return nnc_sink_put(&csv->values, part->values, part->rows * csv->row_size) != 0
               ? -1
               : nnc_sink_put(&csv->places, part->places, part->rows * sizeof *part->places);
}

/* Behind the line end at `at` or after it; NULL: there is none before `end`. */
static const char *nnc_behind_line(const char *at, const char *end) {
    const char *found = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
    return found != NULL ? found + 1 : NULL;
}

/* Cuts what is visible into parts of whole lines; how many there are. */
static size_t nnc_csv_cut(struct nnc_csv_team *team, const char *begin, size_t size, size_t most) {
    size_t count = 0;
    while (count < most && begin < team->end) {
        const size_t left = (size_t)(team->end - begin);
        const char *stop = left > size ? nnc_behind_line(begin + size, team->end) : NULL;
        if (stop == NULL && !team->is_last) {
            break;
        }
        stop = stop != NULL ? stop : team->end;
        team->parts[count].begin = begin;
        team->parts[count].stop = stop;
        begin = stop;
        count++;
    }
    return count;
}

NNC_API void nnc_csv_team_close(nnc_csv *csv) {
    struct nnc_csv_team *team = csv->team;
    if (team == NULL) {
        return;
    }
    nnc_team_close(&team->team);
    for (size_t i = 0; team->parts != NULL && i < team->count; i++) {
        free(team->parts[i].values);
        free(team->parts[i].places);
    }
    free(team->parts);
    free(team->picks);
    free(team);
    csv->team = NULL;
}

/* Threads where there is text for them, and buffers for the rows of each part. */
static int nnc_csv_hire(nnc_csv *csv, size_t columns) {
    nnc_host *host = csv->host;
    nnc_reader *reader = csv->reader;
    const int is_long = !reader->finished || reader->end - reader->begin > 2 * NNC_CSV_PART;
    struct nnc_csv_team *team = csv->team = nnc_alloc(host, 1, sizeof *team);
    if (team == NULL) {
        return -1;
    }
    size_t threads = !is_long ? 1 : host->threads > 0 ? host->threads : nnc_cores();
    threads = threads < NNC_CSV_MOST_THREADS ? threads : NNC_CSV_MOST_THREADS;
    while (threads > 1 && threads * NNC_CSV_PARTS_EACH * NNC_CSV_PART > nnc_memory_left(host) / 16) {
        threads--;
    }
    team->team = nnc_team_open(threads);
    team->columns = columns;
    team->part_size = is_long ? NNC_CSV_PART : NNC_CSV_TRY;
    team->capacity = team->part_size / (2 * columns) + 2;
    const size_t count = is_long ? team->team.parts * NNC_CSV_PARTS_EACH : 1;
    if ((team->picks = nnc_alloc(host, csv->wanted_count, sizeof *team->picks)) == NULL ||
        (team->parts = nnc_alloc(host, count, sizeof *team->parts)) == NULL ||
        (is_long && nnc_reader_widen(reader, (count + 2) * NNC_CSV_PART) != 0)) {
        return -1;
    }
    team->count = count;
    for (size_t i = 0; i < csv->wanted_count; i++) {
        team->picks[i] = (nnc_csv_pick){csv->wanted[i], i};
    }
    qsort(team->picks, csv->wanted_count, sizeof *team->picks, nnc_compare_picks);
    for (size_t i = 0; i < count; i++) {
        nnc_csv_part *part = &team->parts[i];
        if ((part->values = nnc_alloc(host, team->capacity, csv->row_size)) == NULL ||
            (part->places = nnc_alloc(host, team->capacity, sizeof *part->places)) == NULL) {
            return -1;
        }
    }
    return 0;
}

/* One round: 1 when all of it was plain. */
static int nnc_csv_round(nnc_csv *csv, size_t size, size_t most) {
    struct nnc_csv_team *team = csv->team;
    nnc_reader *reader = csv->reader;
    if (nnc_reader_fill(reader, (most + 1) * size) != 0) {
        return -1;
    }
    const char *begin = (const char *)reader->buffer + reader->begin;
    team->csv = csv;
    team->end = (const char *)reader->buffer + reader->end;
    team->is_last = reader->finished;
    const size_t count = nnc_csv_cut(team, begin, size, most);
    nnc_team alone = {1, nnc_run_alone, NULL}, *who = count > 1 ? &team->team : &alone;
    who->run(who->pool, nnc_csv_read_part, team, count);
    for (size_t i = 0; i < count; i++) {
        const nnc_csv_part *part = &team->parts[i];
        if (nnc_csv_accept(csv, part) != 0) {
            return -1;
        }
        if (part->at != part->stop) { /* full, or not plain */
            const int is_full = part->rows == team->capacity;
            team->plain = is_full ? team->plain : 0;
            return is_full;
        }
        team->plain += (size_t)(part->stop - part->begin);
    }
    return count > 0;
}

NNC_API int nnc_csv_plain_rows(nnc_csv *csv, size_t columns) {
    if (csv->is_alone) {
        return 0;
    }
    if (csv->team == NULL && nnc_csv_hire(csv, columns) != 0) { /* no memory for buffers: it goes without them */
        nnc_csv_team_close(csv);
        nnc_forgive(csv->host);
        csv->is_alone = 1;
        return 0;
    }
    struct nnc_csv_team *team = csv->team;
    for (;;) {
        const int is_sure = team->part_size > NNC_CSV_TRY && team->plain > NNC_CSV_TRY;
        const int status = nnc_csv_round(csv, is_sure ? team->part_size : NNC_CSV_TRY, is_sure ? team->count : 1);
        if (status <= 0) {
            return status;
        }
    }
}
