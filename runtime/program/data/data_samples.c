/* SPDX-License-Identifier: MIT-0 */
/* data_samples.c - from a source of the model file to samples that fit it: format, rows, columns, shape, values. */
#include "data/data.h"
#include "host/host.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef enum nnc_format {
    NNC_FORMAT_CSV,
    NNC_FORMAT_NPY,
    NNC_FORMAT_NPZ,
    NNC_FORMAT_IDX,
    NNC_FORMAT_TEXT,
    NNC_FORMAT_SEQUENCES
} nnc_format;

static int nnc_ends_with(const char *text, const char *end) {
    size_t size = strlen(text), end_size = strlen(end);
    return size >= end_size && memcmp(text + size - end_size, end, end_size) == 0;
}

/* By the first bytes; a name tells only IDX from text that is none of the others. */
static int nnc_detect_format(nnc_reader *reader, nnc_format *format) {
    if (nnc_reader_fill(reader, 8) != 0) {
        return -1;
    }
    const unsigned char *start = reader->buffer + reader->begin;
    size_t size = reader->end - reader->begin;
    if (size >= 6 && memcmp(start, "\x93NUMPY", 6) == 0) {
        *format = NNC_FORMAT_NPY;
    } else if (size >= 4 && start[0] == 'P' && start[1] == 'K' && start[2] < 8 && start[3] < 9) {
        *format = NNC_FORMAT_NPZ;
    } else if (size >= 4 && start[0] == 0 && start[1] == 0 && start[2] >= 8 && start[2] <= 14) {
        *format = NNC_FORMAT_IDX;
    } else if (nnc_ends_with(reader->path, ".npy")) {
        *format = NNC_FORMAT_NPY;
    } else if (nnc_ends_with(reader->path, ".npz")) {
        *format = NNC_FORMAT_NPZ;
    } else {
        *format = NNC_FORMAT_CSV;
    }
    return 0;
}

static nnc_format nnc_named_format(const char *name) {
    return strcmp(name, "npy") == 0   ? NNC_FORMAT_NPY
           : strcmp(name, "npz") == 0 ? NNC_FORMAT_NPZ
           : strcmp(name, "idx") == 0 ? NNC_FORMAT_IDX
           : strcmp(name, "text") == 0      ? NNC_FORMAT_TEXT
           : strcmp(name, "sequences") == 0 ? NNC_FORMAT_SEQUENCES
                                            : NNC_FORMAT_CSV;
}

/* What a source says of text; of other formats nothing. */
static nnc_format nnc_text_format(const char *name) {
    nnc_format format = nnc_named_format(name);
    return format == NNC_FORMAT_TEXT || format == NNC_FORMAT_SEQUENCES ? format : NNC_FORMAT_CSV;
}

/* Reads the file. `format` NULL: found out. csv has the wanted columns already picked: *is_csv. */
static int nnc_read_array(nnc_host *host, const nnc_source *source, const char *path, const char *format,
                          const nnc_role *role, nnc_array *array, int *is_csv) {
    nnc_reader reader;
    nnc_format found = NNC_FORMAT_CSV;
    nnc_labels *labels = role->classes > 0 && role->learned != NULL ? &role->learned->classes : NULL;
    memset(array, 0, sizeof *array);
    *is_csv = 0;
    if (format != NULL && strcmp(format, "labels") == 0) {
        return nnc_read_images(host, path, 0, labels, array);
    }
    if (format != NULL && strcmp(format, "images") == 0) {
        int64_t last = role->rank > 2 ? role->shape[role->rank - 1] : 1;
        return nnc_read_images(host, path, last == 3 || last == 4 ? (int)last : 1, NULL, array);
    }
    if (nnc_reader_open(host, &reader, path) != 0) {
        return -1;
    }
    int status = 0;
    if (format != NULL) {
        found = nnc_named_format(format);
    } else {
        status = nnc_detect_format(&reader, &found);
        /* Another file of text is read as that of the source. */
        found = found == NNC_FORMAT_CSV && source->format != NULL ? nnc_text_format(source->format) : found;
    }
    *is_csv = found == NNC_FORMAT_CSV;
    if (status == 0) {
        switch (found) {
        case NNC_FORMAT_NPY: status = nnc_read_npy(&reader, array); break;
        case NNC_FORMAT_NPZ: status = nnc_read_npz(&reader, source->array, role->name, array); break;
        case NNC_FORMAT_IDX: status = nnc_read_idx(&reader, array); break;
        case NNC_FORMAT_TEXT:
            status = nnc_read_text(&reader, source->are_words, role, array);
            break;
        case NNC_FORMAT_SEQUENCES:
            status = nnc_read_sequences(&reader, source, role, array);
            break;
        case NNC_FORMAT_CSV:
            status = nnc_read_csv(&reader, source, role, array);
            break;
        }
    }
    nnc_reader_close(&reader);
    return status;
}

/* Dimensions of 1 do not count: (N, 1) is as good as (N,), (28, 28, 1) as (28, 28). */
static int nnc_squeeze(const int64_t *shape, int rank, int64_t *squeezed) {
    int left = 0;
    for (int i = 0; i < rank; i++) {
        if (shape[i] != 1) {
            squeezed[left++] = shape[i];
        }
    }
    return left;
}

/* The same shape, or the same number of values where one side is flat. */
static int nnc_shapes_agree(const int64_t *have, int have_rank, const int64_t *want, int want_rank) {
    int64_t a[NNC_MAX_RANK], b[NNC_MAX_RANK];
    size_t a_count, b_count;
    int a_rank = nnc_squeeze(have, have_rank, a), b_rank = nnc_squeeze(want, want_rank, b);
    if (nnc_shape_count(a, a_rank, &a_count) != 0 || nnc_shape_count(b, b_rank, &b_count) != 0 || a_count != b_count) {
        return 0;
    }
    return a_rank <= 1 || b_rank <= 1 || (a_rank == b_rank && memcmp(a, b, (size_t)a_rank * sizeof a[0]) == 0);
}

/* Windows of the `rows` rows chosen, or of a target what lies ahead of them. */
static int nnc_choose_windows(nnc_host *host, const nnc_source *source, const nnc_role *role, nnc_samples *samples) {
    size_t reach = (source->window - 1) * source->sampling_rate, rows = samples->count;
    if (rows < reach + source->ahead + 1) {
        return nnc_fail_at(host, samples->path, 0, 0,
                           "holds %zu rows, but a window of %zu takes %zu, and its target lies %zu behind: shorter "
                           "windows, or more rows",
                           rows, source->window, reach + 1, source->ahead);
    }
    samples->count = (rows - reach - source->ahead - 1) / source->stride + 1;
    samples->stride = source->stride;
    samples->step = source->sampling_rate;
    int is_each = role->is_target && source->follows; /* a target for each step */
    samples->window = role->is_target && !is_each ? 1 : source->window;
    samples->first += is_each ? source->ahead : role->is_target ? reach + source->ahead : 0;
    return 0;
}

/* Rows first_row up to end_row. */
static int nnc_choose_rows(nnc_host *host, const nnc_source *source, nnc_samples *samples) {
    int64_t rows = samples->array.shape[0];
    int64_t end = source->end_row < 0 ? rows : source->end_row;
    if (source->first_row < 0 || source->first_row > end || end > rows) {
        return nnc_fail_at(host, samples->path, 0, 0, "rows %lld to %lld are wanted, but it has %lld",
                           (long long)source->first_row, (long long)end, (long long)rows);
    }
    if (source->first_row == end) {
        return nnc_fail_at(host, samples->path, 0, 0, "holds no samples");
    }
    if ((uint64_t)(end - source->first_row) > UINT32_MAX) {
        return nnc_fail_at(host, samples->path, 0, 0, "holds more than 4294967295 samples");
    }
    samples->first = (size_t)source->first_row;
    samples->count = (size_t)(end - source->first_row);
    return 0;
}

/* Columns of a matrix; of (N,) there is column 0. */
static int nnc_choose_columns(nnc_host *host, const nnc_source *source, nnc_samples *samples) {
    int64_t width = samples->array.rank == 1 ? 1 : samples->array.shape[1];
    if (samples->array.rank > 2) {
        return nnc_fail_at(host, samples->path, 0, 0, "columns are wanted, but it is no matrix: its shape is %s",
                           nnc_show_shape(samples->array.shape, samples->array.rank).text);
    }
    if (source->column_names != NULL) { /* they are there in this order, and no others */
        return width == (int64_t)source->column_count
                   ? 0
                   : nnc_fail_at(host, samples->path, 0, 0,
                                 "columns are wanted by name, which only CSV has: it has %lld columns, not these %zu",
                                 (long long)width, source->column_count);
    }
    samples->columns = nnc_alloc(host, source->column_count, sizeof *samples->columns);
    if (samples->columns == NULL) {
        return -1;
    }
    for (size_t i = 0; i < source->column_count; i++) {
        int64_t column = source->columns[i] < 0 ? source->columns[i] + width : source->columns[i];
        if (column < 0 || column >= width) {
            return nnc_fail_at(host, samples->path, 0, 0, "column %lld is wanted, but it has %lld columns (0 to %lld)",
                               (long long)source->columns[i], (long long)width, (long long)width - 1);
        }
        samples->columns[i] = (size_t)column;
    }
    samples->width = source->column_count;
    return 0;
}

/* Whether they are samples of fewer time steps than the model's longest; nothing follows these then. */
static int nnc_end_early(const nnc_role *role, const int64_t *have, int have_rank, nnc_samples *samples) {
    size_t step;
    if (role->max_steps == 0 || have_rank != role->rank || have[0] < 1 || have[0] >= role->shape[0] ||
        memcmp(have + 1, role->shape + 1, (size_t)(have_rank - 1) * sizeof *have) != 0 ||
        nnc_shape_count(role->shape + 1, role->rank - 1, &step) != 0) {
        return 0;
    }
    samples->missing = (size_t)(role->shape[0] - have[0]) * step;
    return 1;
}

static int nnc_check_shape(nnc_host *host, const nnc_role *role, nnc_samples *samples) {
    const nnc_array *array = &samples->array;
    int64_t chosen = (int64_t)samples->width;
    size_t values;
    int64_t have[NNC_MAX_RANK + 1] = {(int64_t)samples->window};
    int is_window = samples->window > 1, have_rank = is_window + (samples->columns != NULL ? 1 : array->rank - 1);
    memcpy(have + is_window, samples->columns != NULL ? &chosen : array->shape + 1,
           (size_t)(have_rank - is_window) * sizeof *have);
    samples->repeat = 1;
    samples->nothing = role->nothing;
    if (nnc_end_early(role, have, have_rank, samples)) {
        return 0;
    }
    for (int rank = role->rank; rank >= (role->may_repeat ? 0 : role->rank); rank--) {
        if (nnc_shapes_agree(have, have_rank, role->shape, rank)) {
            return nnc_shape_count(role->shape + rank, role->rank - rank, &samples->repeat);
        }
    }
    /* A class number where the loss wants a row with a 1 in the place of the class. */
    if (role->is_one_hot && nnc_shape_count(have, have_rank, &values) == 0 && values == 1) {
        samples->is_one_hot = 1;
        samples->hot = 1 / role->scale;
        samples->scale *= role->scale;
        return 0;
    }
    nnc_shape_text want = nnc_show_shape(role->shape, role->rank);
    return nnc_fail_at(host, samples->path, 0, 0, "%s has samples of shape %s, the model wants %s%s%s", role->name,
                       nnc_show_shape(have, have_rank).text,
                       role->rank == 0 || role->may_repeat ? "one value for each" : want.text,
                       role->rank > 0 && role->may_repeat ? ", or values of shape " : role->hint,
                       role->rank > 0 && role->may_repeat ? want.text : "");
}

/* Images are bytes, and are converted again in every epoch: from a table that is three times as fast. */
static int nnc_tabulate_bytes(nnc_host *host, nnc_samples *samples) {
    if (samples->dtype != NNC_F32 || samples->array.dtype != NNC_U8 || samples->columns != NULL ||
        samples->window > 1 || samples->missing > 0) {
        return 0;
    }
    samples->bytes = nnc_alloc(host, 256, sizeof *samples->bytes);
    if (samples->bytes == NULL) {
        return -1;
    }
    for (int i = 0; i < 256; i++) {
        const uint8_t byte = (uint8_t)i;
        nnc_convert(&samples->bytes[i], NNC_F32, &byte, NNC_U8, 1, samples->scale);
    }
    return 0;
}

/* What is expected instead of a value, in `expected`; 0: nothing, it will do. */
static int nnc_value_problem(const nnc_role *role, int is_class, double value, char *expected, size_t size) {
    if (isnan(value) && role->may_lack) {
        return 0;
    }
    if (!isfinite(value)) {
        return snprintf(expected, size, "a finite value");
    }
    if (role->dtype == NNC_F32 && fabs(value) > (double)FLT_MAX) {
        return snprintf(expected, size, "a value that a float can hold");
    }
    if (role->dtype != NNC_I32 && !is_class && !role->is_index) {
        return 0;
    }
    if (role->dtype != NNC_I32 && !is_class) {
        value = trunc(value);
    }
    double low = is_class ? 0 : (double)role->low, high = is_class ? (double)role->classes - 1 : (double)role->high;
    int is_also = !is_class && value >= (double)role->also && value <= (double)role->also;
    if (is_also || (value >= low && value <= high && value >= floor(value) && value <= floor(value))) {
        return 0;
    }
    return snprintf(expected, size, "%s from %.0f to %.0f", is_class ? "a class" : role->meaning, low, high);
}

/* How many values of a sample stand before its end; what follows is nothing. */
static size_t nnc_values_before_end(const nnc_role *role, const double *values, size_t width) {
    size_t step = role->max_steps > 0 ? width / role->max_steps : 1;
    for (; role->max_steps > 0 && width > 0; width -= step) {
        for (size_t i = width - step; i < width; i++) {
            if (isnan(role->nothing) ? !isnan(values[i]) : values[i] >= 0) {
                return width;
            }
        }
    }
    return width;
}

/* Of samples of any length: that there are enough of its time steps. */
static int nnc_check_length(nnc_host *host, const nnc_role *role, const nnc_samples *samples, size_t row,
                            size_t values) {
    size_t place = nnc_row_of(samples, row, 0), steps = values * role->max_steps / samples->width;
    if (role->max_steps == 0 || steps >= role->least_steps) {
        return 0;
    }
    return nnc_fail_at(host, samples->path, nnc_array_place(&samples->array, place).line, 0,
                       "sample %zu of x has %zu time steps, and the model takes %zu to %zu", row, steps,
                       role->least_steps, role->max_steps);
}

/* Whether all values of an array are finite, also as what the model takes: most arrays are, and that is soon seen. */
static int nnc_fits_reals(const nnc_samples *samples) {
    enum { PIECE = 1024 };
    const nnc_array *array = &samples->array;
    double values[PIECE];
    const double most = samples->dtype == NNC_F32 ? (double)FLT_MAX : DBL_MAX;
    size_t count = 0;
    nnc_shape_count(array->shape, array->rank, &count);
    for (size_t at = 0; at < count; at += PIECE) {
        const size_t n = count - at < PIECE ? count - at : PIECE;
        int is_wrong = 0;
        nnc_array_get(array, at, n, NNC_F64, samples->scale, values);
        for (size_t i = 0; i < n; i++) {
            is_wrong |= !(fabs(values[i]) <= most);
        }
        if (is_wrong) {
            return 0;
        }
    }
    return 1;
}

/* Reals must be finite, class numbers and indices whole and in range. Integers are always finite. */
static int nnc_check_sample_values(nnc_host *host, const nnc_role *role, const nnc_samples *samples) {
    char expected[160];
    const int is_any = role->dtype != NNC_I32 && !role->is_index && !samples->is_one_hot;
    if (is_any && (nnc_dtype_of(samples->array.dtype).is_integer ||
                   (role->max_steps == 0 && nnc_fits_reals(samples)))) {
        return 0;
    }
    size_t width = samples->is_one_hot ? 1 : samples->width;
    double *values = nnc_alloc(host, samples->width, sizeof *values);
    if (values == NULL) {
        return -1;
    }
    int status = 0;
    for (size_t row = 0; row < samples->count && status == 0; row++) {
        nnc_sample_values(samples, row, values);
        size_t there = nnc_values_before_end(role, values, width);
        status = nnc_check_length(host, role, samples, row, there);
        for (size_t i = 0; i < there && status == 0; i++) {
            if (nnc_value_problem(role, samples->is_one_hot, values[i], expected, sizeof expected) != 0) {
                size_t each = width / samples->window, place = nnc_row_of(samples, row, i / each);
                nnc_text_place at = nnc_array_place(&samples->array, place);
                status = nnc_fail_at(host, samples->path, at.line, i % each == 0 ? at.column : 0,
                                     "expected %s, found %.9g: %s of row %zu, value %zu (counted from 0)", expected,
                                     values[i], role->name, place, i % each);
            }
        }
    }
    free(values);
    return status;
}

/* data_dir/path unless the path is absolute or standard input. From malloc. */
static char *nnc_join_path(nnc_host *host, const char *data_dir, const char *path) {
    int is_whole = data_dir == NULL || path[0] == '/' || strcmp(path, "-") == 0;
    size_t size = (is_whole ? 0 : strlen(data_dir) + 1) + strlen(path) + 1;
    char *joined = nnc_alloc(host, size, 1);
    if (joined != NULL) {
        snprintf(joined, size, "%s%s%s", is_whole ? "" : data_dir, is_whole ? "" : "/", path);
    }
    return joined;
}

NNC_API int nnc_load_samples(nnc_host *host, const nnc_source *source, const char *path, const char *data_dir,
                             const nnc_role *role, nnc_samples *samples) {
    static const nnc_source unsaid = NNC_NO_SOURCE;
    int is_csv;
    memset(samples, 0, sizeof *samples);
    source = source->path != NULL ? source : &unsaid;
    samples->path = nnc_join_path(host, path != NULL ? NULL : data_dir, path != NULL ? path : source->path);
    if (samples->path == NULL) {
        return -1;
    }
    samples->scale = source->scale / role->scale; /* 1 for the source of fit(): the model scales by itself */
    samples->dtype = role->dtype;
    samples->window = samples->stride = samples->step = 1;
    samples->drops = source->drops;
    if (nnc_read_array(host, source, samples->path, path != NULL ? NULL : source->format, role, &samples->array,
                       &is_csv) != 0) {
        return -1;
    }
    samples->words = role->learned != NULL ? role->learned->words.count : 0;
    if (role->classes > 0 && role->learned != NULL && role->learned->classes.count > (size_t)role->classes) {
        nnc_fail_at(host, samples->path, 0, 0, "expected labels of at most %lld classes, found %zu: %s",
                    (long long)role->classes, role->learned->classes.count,
                    nnc_labels_list(&role->learned->classes).text);
        return is_csv && !samples->array.has_names && source->header < 0
                   ? nnc_header_hint(host, "does the first line hold names")
                   : -1;
    }
    /* Columns and scale are the model's; rows are those of one file. */
    if (nnc_choose_rows(host, path != NULL ? &unsaid : source, samples) != 0 ||
        (source->window > 0 && nnc_choose_windows(host, source, role, samples) != 0) ||
        (source->columns != NULL && !is_csv && nnc_choose_columns(host, source, samples) != 0) ||
        nnc_check_shape(host, role, samples) != 0) {
        return -1;
    }
    if (nnc_shape_count(role->shape, role->rank, &samples->width) != 0 ||
        nnc_shape_count(samples->array.shape + 1, samples->array.rank - 1, &samples->row_size) != 0) {
        return nnc_fail(host, "the shape of %s is too large for this machine", role->name);
    }
    samples->width /= samples->repeat;
    samples->row_size *= nnc_dtype_of(samples->array.dtype).size;
    nnc_role lenient = *role;
    lenient.may_lack |= samples->drops; /* until they are left out */
    return nnc_check_sample_values(host, &lenient, samples) != 0 || nnc_samples_check(host, samples) != 0
               ? -1
               : nnc_tabulate_bytes(host, samples);
}

NNC_API void nnc_samples_free(nnc_samples *samples) {
    free(samples->path);
    free(samples->columns);
    free(samples->bytes);
    nnc_array_free(&samples->array);
    memset(samples, 0, sizeof *samples);
}
