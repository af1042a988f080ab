/* SPDX-License-Identifier: MIT-0 */
/* record.c - the figures of a run kept for what is drawn of them: every epoch's, and a thinned curve of the batches'
 * losses. */
#include "host/host.h"
#include "session/session.h"
#include "training/training.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static nnc_series *nnc_record_series(nnc_record *record, const char *name) {
    void *series = record->series;
    for (size_t i = 0; i < record->series_count; i++) {
        if (strcmp(record->series[i].name, name) == 0) {
            return &record->series[i];
        }
    }
    if (nnc_grow(record->host, &series, &record->series_capacity, record->series_count + 1, sizeof *record->series) !=
        0) {
        return NULL;
    }
    record->series = series;
    nnc_series *added = &record->series[record->series_count];
    memset(added, 0, sizeof *added);
    added->name = nnc_copy_text(record->host, name);
    record->series_count += added->name != NULL;
    return added->name != NULL ? added : NULL;
}

/* Values of epochs without this figure are NaN. */
static int nnc_series_set(nnc_host *host, nnc_series *series, size_t epoch, double value) {
    void *values = series->values;
    if (nnc_grow(host, &values, &series->capacity, epoch + 1, sizeof *series->values) != 0) {
        return -1;
    }
    series->values = values;
    while (series->count < epoch) {
        series->values[series->count++] = (double)NAN;
    }
    series->values[series->count++] = value;
    return 0;
}

NNC_API int nnc_record_epoch(nnc_record *record, const nnc_figure *figures, size_t count) {
    for (size_t i = 0; i < count; i++) {
        nnc_series *series = nnc_record_series(record, figures[i].name);
        if (series == NULL || nnc_series_set(record->host, series, record->epochs, figures[i].value) != 0) {
            return -1;
        }
    }
    record->epochs++;
    return 0;
}

NNC_API void nnc_record_batch(nnc_record *record, double loss) {
    enum { BINS = sizeof record->losses / sizeof record->losses[0] };
    if (record->per_bin == 0) {
        record->per_bin = 1;
    }
    if (record->batches == BINS * record->per_bin) { /* full: two bins become one */
        for (size_t i = 0; i < BINS / 2; i++) {
            record->losses[i] = (record->losses[2 * i] + record->losses[2 * i + 1]) / 2;
        }
        record->per_bin *= 2;
    }
    size_t bin = record->batches / record->per_bin, within = record->batches % record->per_bin;
    record->losses[bin] =
        within == 0 ? loss : record->losses[bin] + (loss - record->losses[bin]) / (double)(within + 1);
    record->batches++;
}

NNC_API const nnc_series *nnc_record_find(const nnc_record *record, const char *prefix, const char *name) {
    size_t length = strlen(prefix);
    for (size_t i = 0; i < record->series_count; i++) {
        const char *of = record->series[i].name;
        if (strncmp(of, prefix, length) == 0 && strcmp(of + length, name) == 0) {
            return &record->series[i];
        }
    }
    return NULL;
}

NNC_API void nnc_record_free(nnc_record *record) {
    for (size_t i = 0; i < record->series_count; i++) {
        free(record->series[i].name);
        free(record->series[i].values);
    }
    free(record->series);
    memset(record, 0, sizeof *record);
}
