/* SPDX-License-Identifier: MIT-0 */
/* data_samples.c - from a source of the model file to samples that fit it: format, rows, columns, shape, values. */
#include "nnc_host.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef enum nnc_format { NNC_FORMAT_CSV, NNC_FORMAT_NPY, NNC_FORMAT_NPZ, NNC_FORMAT_IDX } nnc_format;

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
                                      : NNC_FORMAT_CSV;
}

/* Reads the file. `format` NULL: found out. csv has the wanted columns already picked: *is_csv. */
static int nnc_read_array(nnc_host *host, const nnc_source *source, const char *path, const char *format,
                          const nnc_role *role, nnc_array *array, int *is_csv) {
    nnc_reader reader;
    nnc_format found = NNC_FORMAT_CSV;
    memset(array, 0, sizeof *array);
    if (nnc_reader_open(host, &reader, path) != 0) {
        return -1;
    }
    int status = 0;
    if (format != NULL) {
        found = nnc_named_format(format);
    } else {
        status = nnc_detect_format(&reader, &found);
    }
    *is_csv = found == NNC_FORMAT_CSV;
    if (status == 0) {
        switch (found) {
        case NNC_FORMAT_NPY: status = nnc_read_npy(&reader, array); break;
        case NNC_FORMAT_NPZ: status = nnc_read_npz(&reader, source->array, role->name, array); break;
        case NNC_FORMAT_IDX: status = nnc_read_idx(&reader, array); break;
        case NNC_FORMAT_CSV:
            status = nnc_read_csv(&reader, source, role->dtype == NNC_F32 ? NNC_F32 : NNC_F64, array);
            break;
        }
    }
    nnc_reader_close(&reader);
    return status;
}

NNC_API nnc_role nnc_role_x(const nnc_model *model) {
    nnc_role role;
    memset(&role, 0, sizeof role);
    role.name = "x";
    role.dtype = model->integer_input ? NNC_I32 : nnc_real_dtype(model);
    role.rank = model->input_rank;
    memcpy(role.shape, model->input_shape, sizeof role.shape);
    role.low = INT32_MIN;
    role.high = INT32_MAX;
    role.also = role.low;
    role.meaning = "index";
    role.hint = "";
    return role;
}

NNC_API nnc_role nnc_role_y(const nnc_model *model) {
    nnc_role role = nnc_role_x(model);
    role.name = "y";
    role.dtype = model->integer_target ? NNC_I32 : nnc_real_dtype(model);
    role.rank = model->output_rank;
    memcpy(role.shape, model->output_shape, sizeof role.shape);
    if (model->integer_target) { /* one class number per position of the output: its last dimension is the classes */
        role.rank--;
        role.low = 0;
        role.high = model->classes - 1;
        role.also = model->ignore_class >= INT32_MIN && model->ignore_class <= INT32_MAX ? model->ignore_class : 0;
        role.meaning = "class";
        role.hint = "; a sparse loss wants class numbers, not one-hot rows";
    } else if (model->target == NNC_TARGET_DISTRIBUTION) {
        role.hint = "; for class numbers use the loss sparse_categorical_crossentropy";
    }
    return role;
}

NNC_API nnc_role nnc_role_sample_weight(const nnc_model *model) {
    nnc_role role = nnc_role_x(model);
    role.name = "sample_weight";
    role.dtype = nnc_real_dtype(model);
    role.rank = 0;
    return role;
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

static int nnc_check_shape(nnc_host *host, const nnc_role *role, const nnc_samples *samples) {
    const nnc_array *array = &samples->array;
    int64_t chosen = (int64_t)samples->width;
    const int64_t *have = samples->columns != NULL ? &chosen : array->shape + 1;
    int have_rank = samples->columns != NULL ? 1 : array->rank - 1;
    if (nnc_shapes_agree(have, have_rank, role->shape, role->rank)) {
        return 0;
    }
    nnc_shape_text want = nnc_show_shape(role->shape, role->rank);
    return nnc_fail_at(host, samples->path, 0, 0, "%s has samples of shape %s, the model wants %s%s", role->name,
                       nnc_show_shape(have, have_rank).text, role->rank > 0 ? want.text : "one value for each",
                       role->hint);
}

/* Sample `index`, its values of type `dtype`. */
static void nnc_convert_sample(const nnc_samples *samples, size_t index, nnc_dtype dtype, void *to) {
    size_t from_size = nnc_dtype_of(samples->array.dtype).size, to_size = nnc_dtype_of(dtype).size;
    const char *row = (const char *)samples->array.data + (samples->first + index) * samples->row_size;
    if (samples->columns == NULL) {
        nnc_convert(to, dtype, row, samples->array.dtype, samples->width, samples->scale);
        return;
    }
    for (size_t i = 0; i < samples->width; i++) {
        nnc_convert((char *)to + i * to_size, dtype, row + samples->columns[i] * from_size, samples->array.dtype, 1,
                    samples->scale);
    }
}

/* Images are bytes, and are converted again in every epoch: from a table that is three times as fast. */
static int nnc_tabulate_bytes(nnc_host *host, nnc_samples *samples) {
    if (samples->dtype != NNC_F32 || samples->array.dtype != NNC_U8 || samples->columns != NULL) {
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

NNC_API void nnc_prefetch_sample(const nnc_samples *samples, size_t index) {
#if defined(__GNUC__)
    enum { CACHE_LINE = 64 };
    size_t size = samples->row_size;
    const char *row = (const char *)samples->array.data + (samples->first + index) * size;
    for (size_t at = 0; at < size; at += CACHE_LINE) {
        __builtin_prefetch(row + at);
    }
#else
    (void)samples, (void)index;
#endif
}

NNC_API void nnc_copy_sample(const nnc_samples *samples, size_t index, void *to) {
    if (samples->bytes == NULL) {
        nnc_convert_sample(samples, index, samples->dtype, to);
        return;
    }
    const uint8_t *from = (const uint8_t *)samples->array.data + (samples->first + index) * samples->row_size;
    float *values = to;
    for (size_t i = 0; i < samples->width; i++) {
        values[i] = samples->bytes[from[i]];
    }
}

/* What is wrong with a value, in `problem`; 0: nothing. */
static int nnc_value_problem(const nnc_role *role, double value, char *problem, size_t size) {
    if (!isfinite(value)) {
        return snprintf(problem, size, "values must be finite");
    }
    if (role->dtype == NNC_F32 && fabs(value) > (double)FLT_MAX) {
        return snprintf(problem, size, "too large for a model of floats");
    }
    if (role->dtype != NNC_I32) {
        return 0;
    }
    if (value < floor(value) || value > floor(value)) {
        return snprintf(problem, size, "a %s must be a whole number", role->meaning);
    }
    int is_also = value >= (double)role->also && value <= (double)role->also;
    if ((value < (double)role->low || value > (double)role->high) && !is_also) {
        return snprintf(problem, size, "a %s must be %lld to %lld", role->meaning, (long long)role->low,
                        (long long)role->high);
    }
    return 0;
}

/* Reals must be finite, class numbers and indices whole and in range. Integers are always finite. */
static int nnc_check_values(nnc_host *host, const nnc_role *role, const nnc_samples *samples) {
    char problem[160];
    if (role->dtype != NNC_I32 && nnc_dtype_of(samples->array.dtype).is_integer) {
        return 0;
    }
    double *values = nnc_alloc(host, samples->width, sizeof *values);
    if (values == NULL) {
        return -1;
    }
    int status = 0;
    for (size_t row = 0; row < samples->count && status == 0; row++) {
        nnc_convert_sample(samples, row, NNC_F64, values);
        for (size_t i = 0; i < samples->width && status == 0; i++) {
            if (nnc_value_problem(role, values[i], problem, sizeof problem) != 0) {
                size_t line = samples->array.lines != NULL ? samples->array.lines[samples->first + row] : 0;
                status =
                    nnc_fail_at(host, samples->path, line, 0, "%s of row %zu, value %zu (counted from 0) is %.9g: %s",
                                role->name, samples->first + row, i, values[i], problem);
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
    static const nnc_source unsaid = {NULL, NULL, NULL, NULL, 0, 0, -1, 1.0, '\0', -1};
    int is_csv;
    memset(samples, 0, sizeof *samples);
    source = source->path != NULL ? source : &unsaid;
    samples->path = nnc_join_path(host, path != NULL ? NULL : data_dir, path != NULL ? path : source->path);
    if (samples->path == NULL) {
        return -1;
    }
    samples->scale = source->scale;
    samples->dtype = role->dtype;
    if (nnc_read_array(host, source, samples->path, path != NULL ? NULL : source->format, role, &samples->array,
                       &is_csv) != 0) {
        return -1;
    }
    /* Columns and scale are the model's; rows are those of one file. */
    if (nnc_choose_rows(host, path != NULL ? &unsaid : source, samples) != 0 ||
        (source->columns != NULL && !is_csv && nnc_choose_columns(host, source, samples) != 0) ||
        nnc_check_shape(host, role, samples) != 0) {
        return -1;
    }
    if (nnc_shape_count(role->shape, role->rank, &samples->width) != 0 ||
        nnc_shape_count(samples->array.shape + 1, samples->array.rank - 1, &samples->row_size) != 0) {
        return nnc_fail(host, "the shape of %s is too large for this machine", role->name);
    }
    samples->row_size *= nnc_dtype_of(samples->array.dtype).size;
    return nnc_check_values(host, role, samples) != 0 ? -1 : nnc_tabulate_bytes(host, samples);
}

NNC_API void nnc_samples_free(nnc_samples *samples) {
    free(samples->path);
    free(samples->columns);
    free(samples->bytes);
    nnc_array_free(&samples->array);
    memset(samples, 0, sizeof *samples);
}
