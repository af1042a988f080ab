/* SPDX-License-Identifier: MIT-0 */
/* confusion.c - what comes out of predicting, batch after batch: how often each class was taken for each other, as a
 * table. */
#include "data/data.h"
#include "host/host.h"
#include "session/session.h"

#include <stdlib.h>
#include <string.h>

NNC_API size_t nnc_class_count(const nnc_model *model) {
    int64_t last = model->output_rank > 0 ? model->output_shape[model->output_rank - 1] : 1;
    if (model->integer_target) {
        return (size_t)model->classes;
    }
    if (model->target == NNC_TARGET_DISTRIBUTION) {
        return (size_t)last;
    }
    return model->target == NNC_TARGET_UNIT && last == 1 ? 2 : 0;
}

NNC_API int nnc_confusion_open(nnc_host *host, const nnc_model *model, nnc_confusion *confusion) {
    memset(confusion, 0, sizeof *confusion);
    confusion->classes = nnc_class_count(model);
    if (confusion->classes == 0) {
        return nnc_fail_usage(host,
                              "the outputs of the model %s are no classes: a confusion matrix needs a cross-entropy "
                              "over classes, or of one output",
                              model->name);
    }
    confusion->counts = nnc_alloc(host, confusion->classes, confusion->classes * sizeof *confusion->counts);
    return confusion->counts != NULL ? 0 : -1;
}

NNC_API void nnc_confusion_close(nnc_confusion *confusion) {
    free(confusion->counts);
    memset(confusion, 0, sizeof *confusion);
}

static double nnc_output_value(const nnc_session *session, size_t i) {
    return nnc_get_real(session->model, session->output, i);
}

/* The first of the greatest of the values of a row, or on which side of the threshold its only one is. */
static size_t nnc_class_of_row(const nnc_session *session, double (*value)(const nnc_session *session, size_t i),
                               size_t row, double threshold) {
    const nnc_model *model = session->model;
    size_t width = (size_t)model->output_shape[model->output_rank - 1], best = 0;
    if (width == 1) {
        return value(session, row) > threshold;
    }
    for (size_t i = 1; i < width; i++) {
        if (value(session, row * width + i) > value(session, row * width + best)) {
            best = i;
        }
    }
    return best;
}

NNC_API size_t nnc_predicted_class(const nnc_session *session, size_t row) {
    return nnc_class_of_row(session, nnc_output_value, row, session->model->from_logits ? 0 : 0.5);
}

NNC_API int64_t nnc_true_class(const nnc_session *session, size_t row) {
    const nnc_model *model = session->model;
    if (!model->integer_target) {
        return (int64_t)nnc_class_of_row(session, nnc_target_value, row, 0.5);
    }
    int32_t label = ((const int32_t *)session->y)[row];
    return label != model->ignore_class ? label : -1;
}

NNC_API void nnc_confusion_add(const nnc_session *session, void *confusion, size_t at, size_t n) {
    const nnc_model *model = session->model;
    const nnc_confusion *counted = confusion;
    size_t width = (size_t)model->output_shape[model->output_rank - 1], rows = n * (nnc_output_size(model) / width);
    (void)at;
    for (size_t row = 0; row < rows; row++) {
        int64_t label = nnc_true_class(session, row);
        if (label >= 0) {
            counted->counts[(size_t)label * counted->classes + nnc_predicted_class(session, row)]++;
        }
    }
}

NNC_API int nnc_predict_range(nnc_session *session, const nnc_dataset *data, size_t first, size_t end,
                              nnc_predicted *each, void *context) {
    const nnc_model *model = session->model;
    memset((char *)session->work + model->states_in_work, 0, model->states_bytes);
    for (size_t at = first; at < end; at += session->batch) {
        size_t n = end - at < session->batch ? end - at : session->batch;
        if (nnc_signal_pending() != 0) {
            return 1;
        }
        nnc_session_gather(session, data, NULL, at, n);
        int status = model->predict(session->params, session->work, session->x, session->output, n);
        if (status != NNC_OK) {
            return nnc_fail_status(session->host, status, "predict");
        }
        each(session, context, at, n);
    }
    return 0;
}

NNC_API nnc_class_label nnc_label_of_class(const nnc_learned *learned, size_t index) {
    nnc_class_label label;
    if (index < learned->classes.count) {
        snprintf(label.text, sizeof label.text, "%.*s", (int)sizeof label.text - 1, learned->classes.at[index]);
    } else {
        snprintf(label.text, sizeof label.text, "%zu", index);
    }
    return label;
}

/* Columns that a text takes, as far as UTF-8 tells. */
static int nnc_columns_of(const char *text) {
    int columns = 0;
    for (; *text != '\0'; text++) {
        columns += ((unsigned char)*text & 0xc0) != 0x80;
    }
    return columns;
}

static void nnc_put_cell(const char *text, int width) {
    printf("%*s%s", width - nnc_columns_of(text), "", text);
}

/* The widest number or label. */
static int nnc_confusion_width(const nnc_confusion *confusion, const nnc_learned *learned) {
    int width = 4;
    for (size_t i = 0; i < confusion->classes; i++) {
        int label = nnc_columns_of(nnc_label_of_class(learned, i).text);
        width = label > width ? label : width;
    }
    for (size_t i = 0; i < confusion->classes * confusion->classes; i++) {
        int digits = snprintf(NULL, 0, "%llu", (unsigned long long)confusion->counts[i]);
        width = digits > width ? digits : width;
    }
    return width;
}

NNC_API void nnc_confusion_print(const nnc_confusion *confusion, const nnc_learned *learned) {
    size_t classes = confusion->classes;
    int width = nnc_confusion_width(confusion, learned);
    printf("confusion matrix: a row for each class, a column for each prediction\n%*s", width, "");
    for (size_t i = 0; i < classes; i++) {
        nnc_put_cell(nnc_label_of_class(learned, i).text, width + 2);
    }
    printf("    right\n");
    for (size_t i = 0; i < classes; i++) {
        const uint64_t *row = confusion->counts + i * classes;
        uint64_t total = 0;
        nnc_put_cell(nnc_label_of_class(learned, i).text, width);
        for (size_t j = 0; j < classes; j++) {
            printf("%*llu", width + 2, (unsigned long long)row[j]);
            total += row[j];
        }
        printf(total > 0 ? "%7.1f %%\n" : "        -\n", total > 0 ? 100 * (double)row[i] / (double)total : 0);
    }
}
