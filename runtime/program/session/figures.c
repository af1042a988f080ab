/* SPDX-License-Identifier: MIT-0 */
/* figures.c - what is logged: the loss and the metrics as running means over an epoch, added up in double. */
#include "host/host.h"
#include "session/session.h"

#include <stdlib.h>
#include <string.h>

static size_t nnc_figure_count(const nnc_model *model) { return 1 + model->metric_count; }

/* Names with the prefix, one after another in totals->names; figures in the order of the model, the loss first. */
static int nnc_totals_name(nnc_host *host, nnc_totals *totals) {
    const nnc_model *model = totals->model;
    size_t size = 0;
    for (size_t i = 0; i < nnc_figure_count(model); i++) {
        size += strlen(totals->prefix) + strlen(i == 0 ? "loss" : model->metrics[i - 1].name) + 1;
    }
    totals->names = nnc_alloc(host, size, 1);
    if (totals->names == NULL) {
        return -1;
    }
    char *at = totals->names;
    for (size_t i = 0; i < nnc_figure_count(model); i++) {
        totals->figures[i].name = at;
        at += snprintf(at, size - (size_t)(at - totals->names), "%s%s", totals->prefix,
                       i == 0 ? "loss" : model->metrics[i - 1].name) +
              1;
    }
    return 0;
}

NNC_API int nnc_totals_open(nnc_host *host, const nnc_model *model, const char *prefix, nnc_totals *totals) {
    memset(totals, 0, sizeof *totals);
    totals->model = model;
    totals->prefix = prefix;
    totals->sums = nnc_alloc(host, model->sum_count, sizeof *totals->sums);
    totals->figures = nnc_alloc(host, 2 * nnc_figure_count(model), sizeof *totals->figures);
    size_t values = 0;
    for (size_t i = 0; i < model->metric_count; i++) {
        values += nnc_metric_figures(&model->metrics[i]);
    }
    totals->values = nnc_alloc(host, values, sizeof *totals->values);
    if (totals->sums == NULL || totals->figures == NULL || totals->values == NULL ||
        nnc_totals_name(host, totals) != 0) {
        nnc_totals_close(totals);
        return -1;
    }
    return 0;
}

NNC_API void nnc_totals_close(nnc_totals *totals) {
    free(totals->sums);
    free(totals->figures);
    free(totals->values);
    free(totals->names);
    memset(totals, 0, sizeof *totals);
}

NNC_API void nnc_totals_clear(nnc_totals *totals) {
    totals->loss = 0;
    totals->samples = 0;
    memset(totals->sums, 0, totals->model->sum_count * sizeof *totals->sums);
}

NNC_API void nnc_totals_add(nnc_totals *totals, const nnc_session *session, size_t n) {
    totals->loss += nnc_get_real(session->model, session->sums, 0) * (double)n;
    totals->samples += (double)n;
    for (size_t i = 1; i < session->model->sum_count; i++) {
        totals->sums[i] += nnc_get_real(session->model, session->sums, i);
    }
}

/* A metric of several figures is shown as their mean, as Keras shows it. */
static void nnc_figure_set(nnc_figure *figure, const nnc_metric *metric, const double *sums, double *values) {
    nnc_metric_results(metric, sums, values);
    figure->values = values;
    figure->count = nnc_metric_figures(metric);
    figure->value = 0;
    for (size_t i = 0; i < figure->count; i++) {
        figure->value += values[i] / (double)figure->count;
    }
}

NNC_API const nnc_figure *nnc_totals_figures(nnc_totals *totals, size_t *count) {
    const nnc_model *model = totals->model;
    size_t total = nnc_figure_count(model), sum = 1, used = 0;
    nnc_figure *sorted = totals->figures + total;
    for (size_t i = 0; i < total; i++) {
        nnc_figure *figure = &totals->figures[i];
        if (i == 0) {
            figure->value = totals->samples > 0 ? totals->loss / totals->samples : 0;
        } else {
            nnc_figure_set(figure, &model->metrics[i - 1], totals->sums + sum, totals->values + used);
            sum += (size_t)model->metrics[i - 1].sums;
            used += figure->count;
        }
        size_t at = i;
        for (; at > 0 && strcmp(sorted[at - 1].name, figure->name) > 0; at--) {
            sorted[at] = sorted[at - 1];
        }
        sorted[at] = *figure;
    }
    *count = total;
    return sorted;
}
