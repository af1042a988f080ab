/* SPDX-License-Identifier: MIT-0 */
/* callbacks_figures.c - the figures that callbacks watch: finding them, comparing them as Keras does, showing them. */
#include "data/data.h"
#include "host/host.h"
#include "session/session.h"
#include "training/callbacks.h"
#include "training/training.h"

#include <math.h>
#include <string.h>

NNC_API double nnc_rounded(const nnc_model *model, double value) {
    return model->real_size == sizeof(float) ? (double)(float)value : value;
}

NNC_API int nnc_is_better(const nnc_training *training, const nnc_callback *callback, double value, double than) {
    double least = nnc_rounded(training->model, value - callback->direction * fabs(callback->min_delta));
    double reference = nnc_rounded(training->model, than);
    return callback->direction > 0 ? least > reference : least < reference;
}

NNC_API const nnc_figure *nnc_figure_of(const nnc_training *training, const char *name, size_t size) {
    for (size_t i = 0; i < training->figure_count; i++) {
        if (strlen(training->figures[i].name) == size && memcmp(training->figures[i].name, name, size) == 0) {
            return &training->figures[i];
        }
    }
    return NULL;
}

NNC_API nnc_quoted_list nnc_list_figures(const nnc_training *training) {
    nnc_quoted_list list;
    size_t used = 0;
    list.text[0] = '\0';
    for (size_t i = 0; i < training->figure_count && used + 80 < sizeof list.text; i++) {
        used += (size_t)snprintf(list.text + used, sizeof list.text - used, "%s%.60s", i > 0 ? ", " : "",
                                 training->figures[i].name);
    }
    return list;
}

NNC_API int nnc_watch(nnc_training *training, nnc_running *running, double *value) {
    const nnc_callback *callback = running->callback;
    const nnc_figure *figure = nnc_figure_of(training, callback->monitor, strlen(callback->monitor));
    if (figure == NULL && !running->has_warned) {
        running->has_warned = 1;
        nnc_warn(training->host, "%s watches '%s', which is not among the figures of epoch %llu: %s", callback->name,
                 callback->monitor, (unsigned long long)training->place.epoch + 1, nnc_list_figures(training).text);
    }
    *value = figure != NULL ? nnc_rounded(training->model, figure->value) : 0;
    return figure != NULL;
}

NNC_API nnc_number_text nnc_show_number(double value) {
    nnc_number_text shown;
    double back = 0;
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(shown.text, sizeof shown.text, "%.*g", digits, value);
        if (nnc_parse_number(shown.text, strlen(shown.text), &back) == 0 && memcmp(&back, &value, sizeof back) == 0) {
            break;
        }
    }
    if (strpbrk(shown.text, ".einf") == NULL) {
        strcat(shown.text, ".0");
    }
    return shown;
}
