/* SPDX-License-Identifier: MIT-0 */
/* statistics.c - what a model learns of its data before it trains: what stands for missing values, mean and deviation.
 * NAME_adapt of the emitted C computes the same. */
#include "data/data.h"
#include "host/host.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The data that statistics are of. */
typedef struct nnc_population {
    nnc_host *host;
    const nnc_model *model;
    const nnc_samples *samples;
    size_t count;
    double scale;
    void *params;
    const nnc_tensor *fill, *mean, *deviation, *idf, *bounds, *vocabulary; /* or NULL */
    double *values;                            /* of one sample */
} nnc_population;

/* One of the model's first tensors, or NULL. */
static const nnc_tensor *nnc_statistic(const nnc_model *model, char of, const char *name) {
    char path[40];
    snprintf(path, sizeof path, "%c/%s", of, name);
    for (size_t i = 0; i < model->statistics; i++) {
        if (strcmp(model->tensors[i].name, path) == 0) {
            return &model->tensors[i];
        }
    }
    return NULL;
}

static size_t nnc_statistic_size(const nnc_tensor *tensor) {
    size_t size = 1;
    for (int i = 0; i < tensor->rank; i++) {
        size *= (size_t)tensor->shape[i];
    }
    return size;
}

/* A value as the functions of the model see it. */
static double nnc_seen(const nnc_model *model, double value) {
    return model->real_size == sizeof(float) ? (double)(float)value : value;
}

static int nnc_compare_values(const void *a, const void *b) {
    const double *of_a = a, *of_b = b;
    return (*of_a > *of_b) - (*of_a < *of_b);
}

/* The middle of sorted values, or of the two in the middle. */
static double nnc_median(const double *sorted, size_t count) {
    return count % 2 == 1 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}

/* The most frequent of sorted values, and of several the least. */
static double nnc_mode(const double *sorted, size_t count) {
    size_t most = 0, best = 0;
    for (size_t i = 0, run = 0; i < count; i++) {
        run = i > 0 && sorted[i] <= sorted[i - 1] ? run + 1 : 1;
        best = run > most ? i : best;
        most = run > most ? run : most;
    }
    return sorted[best];
}

static double nnc_mean_value(const double *values, size_t count) {
    double mean = 0;
    for (size_t i = 0; i < count; i++) {
        mean += (values[i] - mean) / (double)(i + 1);
    }
    return mean;
}

/* What stands for missing values of a column, where these are there: the most frequent category, or as fit() says. */
static double nnc_filling(const nnc_model *model, size_t column, double *values, size_t count) {
    int is_category = model->columns[column].kind == NNC_COLUMN_CATEGORY;
    if (is_category && count == 0) {
        return 0;
    }
    if (count == 0 || (!is_category && model->fill == NNC_FILL_NUMBER)) {
        return model->fill_number;
    }
    if (!is_category && model->fill == NNC_FILL_MEAN) {
        return nnc_mean_value(values, count);
    }
    qsort(values, count, sizeof *values, nnc_compare_values);
    return is_category ? nnc_mode(values, count) : nnc_median(values, count);
}

static int nnc_learn_fill(const nnc_population *of) {
    const nnc_model *model = of->model;
    size_t columns = model->column_count, each = of->samples->width / columns, rows;
    double *there = nnc_multiply(of->count, each, &rows) == 0 ? nnc_alloc(of->host, rows, sizeof *there) : NULL;
    for (size_t column = 0; there != NULL && column < columns; column++) {
        size_t found = 0;
        for (size_t i = 0; i < of->count; i++) {
            nnc_sample_values(of->samples, i, of->values);
            for (size_t j = 0; j < each; j++) {
                double value = nnc_seen(model, of->values[j * columns + column]);
                there[found] = value;
                found += isnan(value) ? 0 : 1;
            }
        }
        nnc_set_real(model, of->params, of->fill->offset + column, nnc_filling(model, column, there, found));
    }
    free(there);
    return there != NULL ? 0 : -1;
}

/* Value `i` of a row as the first layer gets it. */
static double nnc_prepared(const nnc_population *of, size_t i) {
    const nnc_model *model = of->model;
    double value = nnc_seen(model, of->values[i]);
    if (isnan(value) && of->fill != NULL) {
        value = nnc_get_real(model, of->params, of->fill->offset + i % model->column_count);
    }
    return value * of->scale;
}

/* What is found in all values, sorted: as many numbers as the tensor has room for. What is left of it is a number that
 * no value reaches. */
static int nnc_learn_sorted(const nnc_population *of, const nnc_tensor *tensor,
                            size_t (*find)(const double *sorted, size_t count, double *found, size_t room)) {
    size_t width = of->samples->width, room = nnc_statistic_size(tensor), count;
    double *sorted = nnc_multiply(of->count, width, &count) == 0 ? nnc_alloc(of->host, count, sizeof *sorted) : NULL;
    double *found = sorted != NULL ? nnc_alloc(of->host, room, sizeof *found) : NULL;
    for (size_t row = 0; found != NULL && row < of->count; row++) {
        nnc_sample_values(of->samples, row, of->values);
        for (size_t i = 0; i < width; i++) {
            sorted[row * width + i] = nnc_seen(of->model, nnc_prepared(of, i));
        }
    }
    if (found != NULL) {
        qsort(sorted, count, sizeof *sorted, nnc_compare_values);
        size_t learned = find(sorted, count, found, room);
        for (size_t i = 0; i < room; i++) {
            nnc_set_real(of->model, of->params, tensor->offset + i, i < learned ? found[i] : (double)FLT_MAX);
        }
    }
    free(sorted);
    free(found);
    return found != NULL ? 0 : -1;
}

/* Welford: one pass, and no loss of digits where the mean is large. */
static int nnc_learn_mean(const nnc_population *of) {
    const nnc_model *model = of->model;
    size_t width = of->samples->width, own = nnc_statistic_size(of->mean); /* statistics: of neighbours in turn */
    int by_columns = of->fill != NULL || (model->columns != NULL && own == model->column_count);
    double *mean = nnc_alloc(of->host, 2 * own, sizeof *mean), *squares = mean + own;
    if (mean == NULL) {
        return -1;
    }
    for (size_t row = 0; row < of->count; row++) {
        nnc_sample_values(of->samples, row, of->values);
        for (size_t i = 0; i < width; i++) {
            size_t at = i % own;
            double value = nnc_prepared(of, i);
            double away = value - mean[at];
            mean[at] += away / (double)(row * (width / own) + i / own + 1);
            squares[at] += away * (value - mean[at]);
        }
    }
    for (size_t i = 0; i < own; i++) {
        double deviation = sqrt(squares[i] / (double)(of->count * (width / own)));
        int is_left = by_columns && own == model->column_count && !model->columns[i].standardized;
        nnc_set_real(model, of->params, of->mean->offset + i, is_left ? 0 : mean[i]);
        /* A value that never changes becomes 0; so does one whose changes are too small for a float. */
        nnc_set_real(model, of->params, of->deviation->offset + i,
                     !is_left && deviation >= (double)FLT_MIN ? deviation : 1);
    }
    free(mean);
    return 0;
}

/* Of tokens whose counts x are, log(1 + texts / (1 + texts with it)), as Keras has it; the first stands for unknown
 * ones, with the mean of all that are known. */
static int nnc_learn_idf(const nnc_population *of) {
    const nnc_model *model = of->model;
    size_t places = nnc_statistic_size(of->idf), first = (size_t)model->text->first, known = first + of->samples->words;
    double *with = nnc_alloc(of->host, places, sizeof *with), mean = 0;
    for (size_t row = 0; with != NULL && row < of->count; row++) {
        nnc_sample_values(of->samples, row, of->values);
        for (size_t i = 0; i < places; i++) {
            with[i] += of->values[i] > 0 ? 1 : 0;
        }
    }
    for (size_t i = first; with != NULL && i < known && i < places; i++) {
        double idf = nnc_seen(model, log(1 + (double)of->count / (1 + with[i])));
        nnc_set_real(model, of->params, of->idf->offset + i, idf);
        mean += (idf - mean) / (double)(i - first + 1);
    }
    for (size_t i = 0; with != NULL && i < first; i++) {
        nnc_set_real(model, of->params, of->idf->offset + i, mean);
    }
    free(with);
    return with != NULL ? 0 : -1;
}

static int nnc_learn_of(nnc_population *of, char name) {
    of->fill = nnc_statistic(of->model, name, "fill");
    of->mean = nnc_statistic(of->model, name, "mean");
    of->deviation = nnc_statistic(of->model, name, "deviation");
    of->idf = nnc_statistic(of->model, name, "idf");
    of->bounds = nnc_statistic(of->model, name, "bounds");
    of->vocabulary = nnc_statistic(of->model, name, "vocabulary");
    if (of->fill == NULL && of->mean == NULL && of->idf == NULL && of->bounds == NULL && of->vocabulary == NULL) {
        return 0;
    }
    of->values = nnc_alloc(of->host, of->samples->width, sizeof *of->values);
    int status = of->values == NULL ? -1 : of->fill != NULL ? nnc_learn_fill(of) : 0;
    status = status == 0 && of->mean != NULL ? nnc_learn_mean(of) : status;
    status = status == 0 && of->idf != NULL ? nnc_learn_idf(of) : status;
    status = status == 0 && of->bounds != NULL ? nnc_learn_sorted(of, of->bounds, nnc_bin_bounds) : status;
    status = status == 0 && of->vocabulary != NULL ? nnc_learn_sorted(of, of->vocabulary, nnc_frequent) : status;
    free(of->values);
    return status;
}

NNC_API int nnc_learn_statistics(nnc_host *host, const nnc_model *model, const nnc_samples *x, const nnc_samples *y,
                                 size_t count, void *params) {
    nnc_population of_x = {.host = host, .model = model, .samples = x, .count = count, .scale = nnc_x_scale(model),
                           .params = params};
    nnc_population of_y = {.host = host, .model = model, .samples = y, .count = count, .scale = nnc_y_scale(model),
                           .params = params};
    return nnc_learn_of(&of_x, 'x') == 0 ? nnc_learn_of(&of_y, 'y') : -1;
}
