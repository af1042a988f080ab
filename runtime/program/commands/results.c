/* SPDX-License-Identifier: MIT-0 */
/* results.c - predictions in a file, in the format of its ending. Numbers in text read back to the same bits. */
#include "commands/commands.h"
#include "data/data.h"
#include "host/host.h"
#include "session/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A format writes one array behind the other, or both side by side in a table. */
typedef struct nnc_result_format {
    const char *ending;
    size_t most; /* arrays */
    int is_table;
    void (*begin)(nnc_results *results, const char *array); /* of a table: once */
    void (*rows)(nnc_results *results, const void *reals, size_t n);
    void (*end)(nnc_results *results);
    void (*finish)(nnc_results *results);
} nnc_result_format;

static void nnc_result_text(nnc_results *results, const char *text) {
    nnc_writer_write(&results->writer, text, strlen(text));
}

/* NPY and NPZ ------------------------------------------------------------------------------------------------------ */

static void nnc_put_npy_begin(nnc_results *results, const char *array) {
    const nnc_model *model = results->session->model;
    int64_t shape[7] = {(int64_t)results->samples};
    (void)array;
    memcpy(shape + 1, model->output_shape, sizeof model->output_shape);
    nnc_write_npy_header(&results->writer, nnc_real_dtype(model), model->output_rank + 1, shape);
}

static void nnc_put_npy_rows(nnc_results *results, const void *reals, size_t n) {
    const nnc_model *model = results->session->model;
    nnc_writer_write(&results->writer, reals, n * nnc_output_size(model) * model->real_size);
}

static void nnc_put_npz_begin(nnc_results *results, const char *array) {
    nnc_write_npz_begin(&results->writer, &results->npz, array);
    nnc_put_npy_begin(results, array);
}

static void nnc_put_npz_next(nnc_results *results) { nnc_write_npz_next(&results->writer, &results->npz); }

static void nnc_put_npz_finish(nnc_results *results) { nnc_write_npz_end(&results->writer, &results->npz); }

/* Numbers and names in text ---------------------------------------------------------------------------------------- */

/* The fewest digits that bring the number back, whether they are read as a float at once or by way of a double. */
static void nnc_result_real(nnc_results *results, const void *reals, size_t index, const char *not_finite) {
    const nnc_model *model = results->session->model;
    double value = nnc_get_real(model, reals, index);
    int is_float = model->real_size == sizeof(float), digits = is_float ? 6 : 15, last = is_float ? 9 : 17;
    char text[40];
    if (!isfinite(value) && not_finite != NULL) {
        nnc_result_text(results, not_finite);
        return;
    }
    if (isnan(value)) {
        nnc_result_text(results, "nan"); /* without a sign */
        return;
    }
    for (;; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        double back = strtod(text, NULL);
        int is_same = is_float ? (double)(float)back == value && (double)strtof(text, NULL) == value : back == value;
        if (is_same || digits == last) {
            break;
        }
    }
    nnc_result_text(results, text);
}

/* The label of the class that an output of the last dimension stands for, or NULL. */
static const char *nnc_label_of_output(const nnc_results *results, size_t index) {
    const nnc_model *model = results->session->model;
    const nnc_learned *learned = &results->session->learned;
    size_t last = model->output_rank > 0 ? (size_t)model->output_shape[model->output_rank - 1] : 1;
    return learned->classes.count == last ? learned->classes.at[index % last] : NULL;
}

/* CSV: a line of names, then a line for each sample ---------------------------------------------------------------- */

/* Whether a spreadsheet would take it for a formula, and do what that says. */
static int nnc_is_formula(const char *text) {
    double value;
    return text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL && nnc_parse_number(text, strlen(text), &value) != 0;
}

/* RFC 4180: in quotes where it must be. */
static void nnc_result_field(nnc_results *results, const char *text) {
    const char *mark = nnc_is_formula(text) ? "'" : ""; /* by which spreadsheets know text */
    if (strpbrk(text, ",\"\r\n") == NULL) {
        nnc_result_text(results, mark);
        nnc_result_text(results, text);
        return;
    }
    nnc_result_text(results, "\"");
    nnc_result_text(results, mark);
    for (; *text != '\0'; text++) {
        nnc_writer_write(&results->writer, text, 1);
        nnc_writer_write(&results->writer, text, *text == '"');
    }
    nnc_result_text(results, "\"");
}

/* predictions; predictions_2 or predictions_0_2 where a sample has several; the class where there are labels: cat, or
 * of two arrays mean_cat and std_cat. */
static void nnc_result_column(nnc_results *results, size_t array, size_t index) {
    const nnc_model *model = results->session->model;
    const char *label = model->output_rank == 1 ? nnc_label_of_output(results, index) : NULL;
    char name[300];
    if (label != NULL) {
        snprintf(name, sizeof name, "%s%s%.200s", results->array_count > 1 ? results->arrays[array] : "",
                 results->array_count > 1 ? "_" : "", label);
    } else {
        size_t size = nnc_output_size(model), stride = size;
        int used = snprintf(name, sizeof name, "%s", results->arrays[array]);
        for (int i = 0; i < model->output_rank && size > 1; i++) {
            size_t length = (size_t)model->output_shape[i];
            stride /= length;
            used += snprintf(name + used, sizeof name - (size_t)used, "_%zu", index / stride % length);
        }
    }
    nnc_result_field(results, name);
}

static void nnc_put_csv_begin(nnc_results *results, const char *array) {
    size_t width = nnc_output_size(results->session->model);
    (void)array;
    for (size_t i = 0; i < results->array_count * width; i++) {
        nnc_result_text(results, i > 0 ? "," : "");
        nnc_result_column(results, i / width, i % width);
    }
    nnc_result_text(results, "\n");
}

/* Rows of the first array, and beside them those of the others. */
static void nnc_put_csv_rows(nnc_results *results, const void *reals, size_t n) {
    size_t width = nnc_output_size(results->session->model);
    for (size_t row = 0; row < n; row++) {
        for (size_t i = 0; i < results->array_count * width; i++) {
            nnc_result_text(results, i > 0 ? "," : "");
            nnc_result_real(results, reals, (i / width * results->samples + row) * width + i % width, NULL);
        }
        nnc_result_text(results, "\n");
    }
}

/* JSON: {"predictions": [[0.25, 0.75], …]}, with the labels of classes before it ----------------------------------- */

static void nnc_result_string(nnc_results *results, const char *text) {
    nnc_result_text(results, "\"");
    for (; *text != '\0'; text++) {
        nnc_result_text(results, nnc_json_character(*text).text);
    }
    nnc_result_text(results, "\"");
}

static void nnc_put_json_begin(nnc_results *results, const char *array) {
    int is_first = array == results->arrays[0];
    nnc_result_text(results, is_first ? "{" : ", ");
    for (size_t i = 0; is_first && nnc_label_of_output(results, i) != NULL; i++) {
        nnc_result_text(results, i == 0 ? "\"classes\": [" : ", ");
        nnc_result_string(results, nnc_label_of_output(results, i));
        if (i + 1 == results->session->learned.classes.count) {
            nnc_result_text(results, "], ");
            break;
        }
    }
    nnc_result_string(results, array);
    nnc_result_text(results, ": [");
}

/* A sample as lists in lists. */
static void nnc_put_json_row(nnc_results *results, const void *reals, size_t row) {
    const nnc_model *model = results->session->model;
    size_t width = nnc_output_size(model);
    for (size_t i = 0; i < width; i++) {
        size_t size = width;
        nnc_result_text(results, i > 0 ? ", " : "");
        for (int d = 0; d < model->output_rank; d++) {
            nnc_result_text(results, i % size == 0 ? "[" : "");
            size /= (size_t)model->output_shape[d];
        }
        nnc_result_real(results, reals, row * width + i, "null");
        for (int d = model->output_rank - 1; d >= 0; d--) {
            size *= (size_t)model->output_shape[d];
            nnc_result_text(results, (i + 1) % size == 0 ? "]" : "");
        }
    }
}

static void nnc_put_json_rows(nnc_results *results, const void *reals, size_t n) {
    for (size_t row = 0; row < n; row++) {
        nnc_result_text(results, results->rows + row > 0 ? ",\n" : "\n");
        nnc_put_json_row(results, reals, row);
    }
}

static void nnc_put_json_end(nnc_results *results) { nnc_result_text(results, "\n]"); }

static void nnc_put_json_finish(nnc_results *results) { nnc_result_text(results, "}\n"); }

/* All of them ------------------------------------------------------------------------------------------------------ */

static const nnc_result_format nnc_result_formats[] = {
    {".npy", 1, 0, nnc_put_npy_begin, nnc_put_npy_rows, NULL, NULL},
    {".npz", NNC_NPZ_ARRAYS, 0, nnc_put_npz_begin, nnc_put_npy_rows, nnc_put_npz_next, nnc_put_npz_finish},
    {".json", NNC_RESULT_ARRAYS, 0, nnc_put_json_begin, nnc_put_json_rows, nnc_put_json_end, nnc_put_json_finish},
    {".csv", NNC_RESULT_ARRAYS, 1, nnc_put_csv_begin, nnc_put_csv_rows, NULL, NULL},
};
enum { NNC_RESULT_FORMAT_COUNT = sizeof nnc_result_formats / sizeof nnc_result_formats[0] };

/* CSV on standard output, and in what only passes text on. */
static const nnc_result_format *nnc_find_result_format(const char *path) {
    size_t length = strlen(path);
    for (size_t i = 0; i < NNC_RESULT_FORMAT_COUNT; i++) {
        size_t size = strlen(nnc_result_formats[i].ending);
        if (length > size && strcmp(path + length - size, nnc_result_formats[i].ending) == 0) {
            return &nnc_result_formats[i];
        }
    }
    int is_text = strcmp(path, "-") == 0 || strncmp(path, "/dev/", 5) == 0;
    return is_text ? &nnc_result_formats[NNC_RESULT_FORMAT_COUNT - 1] : NULL;
}

NNC_API int nnc_results_check(nnc_host *host, const char *path, size_t array_count) {
    const nnc_result_format *format = nnc_find_result_format(path);
    if (format != NULL && array_count <= format->most) {
        return 0;
    }
    if (format == NULL) {
        nnc_fail_usage(host, "-o %s: no format has this ending: give -o", path);
    } else {
        nnc_fail_usage(host, "--mc-samples writes two arrays, mean and std: give -o");
    }
    size_t used = strlen(host->text);
    for (size_t i = 0; i < NNC_RESULT_FORMAT_COUNT; i++) {
        if (array_count <= nnc_result_formats[i].most) {
            snprintf(host->text + used, sizeof host->text - used, " FILE%s,", nnc_result_formats[i].ending);
            used = strlen(host->text);
        }
    }
    snprintf(host->text + used, sizeof host->text - used, " or - for CSV on standard output");
    return -1;
}

NNC_API int nnc_results_open(nnc_results *results, const nnc_session *session, const char *path,
                             const char *const *names, size_t array_count, size_t samples) {
    memset(results, 0, sizeof *results);
    results->session = session;
    results->format = nnc_find_result_format(path);
    results->arrays = names;
    results->array_count = array_count;
    results->samples = samples;
    if (nnc_writer_open(session->host, &results->writer, path) != 0) {
        return -1;
    }
    if (array_count == 1) {
        results->format->begin(results, names[0]);
    }
    return 0;
}

NNC_API void nnc_results_put(nnc_results *results, const void *reals, size_t n) {
    results->format->rows(results, reals, n);
    results->rows += n;
}

static void nnc_results_end(nnc_results *results) {
    if (results->format->end != NULL) {
        results->format->end(results);
    }
    results->rows = 0;
}

NNC_API int nnc_results_put_all(nnc_results *results, const void *reals) {
    size_t bytes = results->samples * nnc_output_size(results->session->model) * results->session->model->real_size;
    for (size_t i = 0; i < results->array_count && (i == 0 || !results->format->is_table); i++) {
        results->format->begin(results, results->arrays[i]);
        nnc_results_put(results, (const char *)reals + i * bytes, results->samples);
        nnc_results_end(results);
    }
    return results->session->host->status == NNC_EXIT_OK ? 0 : -1; /* an archive may have become too large */
}

NNC_API int nnc_results_commit(nnc_results *results) {
    if (results->array_count == 1) {
        nnc_results_end(results);
    }
    if (results->format->finish != NULL) {
        results->format->finish(results);
    }
    return nnc_writer_commit(&results->writer);
}

NNC_API void nnc_results_abandon(nnc_results *results) { nnc_writer_abandon(&results->writer); }
