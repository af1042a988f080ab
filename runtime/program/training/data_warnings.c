/* SPDX-License-Identifier: MIT-0 */
/* data_warnings.c - what can be said of the data before hours are spent on them: labels that are all the same, classes
 * that only validation sees, values of very different size; and of a run that diverged, which weights did. */
#include "data/data.h"
#include "host/host.h"
#include "session/session.h"
#include "training/training.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How many samples of each class there are, in the part to train on and in the other. */
typedef struct nnc_class_counts {
    size_t *trained, *validated;
    size_t classes;
} nnc_class_counts;

/* 1: they are counted; 0: labels are no classes; -1: there is no memory. */
static int nnc_count_classes(nnc_training *training, nnc_class_counts *counts) {
    const nnc_dataset *data = &training->data;
    counts->classes = nnc_class_count(training->model);
    counts->trained = nnc_alloc(training->host, counts->classes, 2 * sizeof(size_t));
    if (counts->trained == NULL) {
        return -1;
    }
    counts->validated = counts->trained + counts->classes;
    for (size_t i = 0; i < data->count; i++) {
        int64_t number = nnc_class_in(training->model, &data->y, i);
        if (number < 0 || (uint64_t)number >= counts->classes) {
            free(counts->trained);
            return 0;
        }
        (i < training->train_count ? counts->trained : counts->validated)[number]++;
    }
    return 1;
}

static int nnc_warn_of_classes(nnc_training *training) {
    nnc_class_counts counts;
    size_t seen = 0, last = 0, alone = 0, first_alone = 0;
    int status = nnc_count_classes(training, &counts);
    if (status <= 0) {
        return status;
    }
    for (size_t i = 0; i < counts.classes; i++) {
        seen += counts.trained[i] > 0;
        last = counts.trained[i] > 0 ? i : last;
        if (counts.trained[i] == 0 && counts.validated[i] > 0) {
            first_alone = alone == 0 ? i : first_alone;
            alone++;
        }
    }
    const nnc_learned *learned = &training->session.learned;
    if (alone > 0) {
        nnc_warn(training->host,
                 "class %s stands only among the last samples, which validate%s: training never sees it; say "
                 "shuffle_rows=True in fit()",
                 nnc_label_of_class(learned, first_alone).text, alone > 1 ? ", and so do others" : "");
    } else if (seen == 1) {
        nnc_warn(training->host, "all labels to train on are of class %s: there is nothing to tell apart",
                 nnc_label_of_class(learned, last).text);
    }
    free(counts.trained);
    return 0;
}

/* Of all real targets of the part to train on, whether they are the same. */
static int nnc_warn_of_constant(nnc_training *training) {
    const nnc_samples *y = &training->data.y;
    double *values = nnc_alloc(training->host, y->width, 2 * sizeof *values);
    if (values == NULL) {
        return -1;
    }
    double *first = values + y->width;
    int differ = training->train_count < 2;
    for (size_t i = 0; i < training->train_count && !differ; i++) {
        nnc_sample_values(y, i, i == 0 ? first : values);
        for (size_t j = 0; j < y->width && i > 0; j++) {
            differ |= values[j] < first[j] || values[j] > first[j];
        }
    }
    if (!differ) {
        nnc_warn(training->host, "all targets to train on are the same: there is nothing to learn");
    }
    free(values);
    return 0;
}

/* Whether what comes first brings values to one size. */
static int nnc_normalizes(const nnc_model *model) {
    for (size_t i = 0; i < model->statistics; i++) {
        if (strcmp(model->tensors[i].name, "x/mean") == 0) {
            return 1;
        }
    }
    return model->tensor_count > model->statistics &&
           strstr(model->tensors[model->statistics].name, "normalization") != NULL;
}

typedef struct nnc_value_name {
    char text[80];
} nnc_value_name;

static nnc_value_name nnc_name_of_value(const nnc_model *model, size_t i) {
    const char *name = model->columns != NULL ? model->columns[i].name : NULL;
    nnc_value_name text;
    if (name != NULL) {
        snprintf(text.text, sizeof text.text, "'%.60s'", name);
    } else {
        snprintf(text.text, sizeof text.text, "value %zu", i);
    }
    return text;
}

/* A column whose values differ a thousand times as much as another's drowns it. */
static int nnc_warn_of_sizes(nnc_training *training) {
    const nnc_model *model = training->model;
    const nnc_samples *x = &training->data.x;
    size_t width = x->width, least = width, greatest = width;
    if (model->input_rank != 1 || model->integer_input || nnc_normalizes(model)) {
        return 0;
    }
    double *values = nnc_alloc(training->host, width, 3 * sizeof *values);
    if (values == NULL) {
        return -1;
    }
    double *mean = values + width, *squares = mean + width;
    for (size_t row = 0; row < training->train_count; row++) {
        nnc_sample_values(x, row, values);
        for (size_t i = 0; i < width; i++) {
            double away = isnan(values[i]) ? 0 : values[i] - mean[i];
            mean[i] += away / (double)(row + 1);
            squares[i] += isnan(values[i]) ? 0 : away * (values[i] - mean[i]);
        }
    }
    for (size_t i = 0; i < width; i++) {
        int is_number = model->columns == NULL || model->columns[i].kind != NNC_COLUMN_CATEGORY;
        if (is_number && squares[i] > 0) {
            least = least == width || squares[i] < squares[least] ? i : least;
            greatest = greatest == width || squares[i] > squares[greatest] ? i : greatest;
        }
    }
    double scale = nnc_x_scale(model), of_greatest = 0, ratio = 0;
    if (greatest < width) {
        of_greatest = fabs(scale) * sqrt(squares[greatest] / (double)training->train_count);
        ratio = sqrt(squares[greatest] / squares[least]);
    }
    if (of_greatest > 100 && ratio > 1000) {
        nnc_warn(training->host,
                 "x: %s varies %.0f times as much as %s, and will drown it: standardize=True in the source of x, or "
                 "Normalization() as the first layer, gives all the same weight",
                 nnc_name_of_value(model, greatest).text, ratio, nnc_name_of_value(model, least).text);
    }
    free(values);
    return 0;
}

NNC_API int nnc_warn_of_data(nnc_training *training) {
    int status = nnc_class_count(training->model) > 0 ? nnc_warn_of_classes(training)
                 : !training->model->integer_target ? nnc_warn_of_constant(training)
                                                    : 0;
    return status == 0 ? nnc_warn_of_sizes(training) : status;
}

NNC_API void nnc_find_grown(nnc_training *training) {
    const double out_of_proportion = 1e4;
    const nnc_model *model = training->model;
    training->reached = out_of_proportion;
    for (size_t i = model->statistics; i < model->tensor_count; i++) {
        size_t count = 0;
        nnc_shape_count(model->tensors[i].shape, model->tensors[i].rank, &count);
        for (size_t j = 0; j < count; j++) {
            double size = fabs(nnc_get_real(model, training->session.params, model->tensors[i].offset + j));
            if (size > training->reached) {
                training->reached = size;
                training->grown = model->tensors[i].name;
            }
        }
    }
}
