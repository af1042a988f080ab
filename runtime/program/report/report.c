/* SPDX-License-Identifier: MIT-0 */
/* report.c - fit --report: one page of HTML about a run, which stands alone and needs no script. The order of its
 * parts. */
#include "host/host.h"
#include "report/report.h"
#include "session/options.h"
#include "training/training.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char nnc_validation_prefix[] = "val_";

static int nnc_is_validation(const char *name) {
    return strncmp(name, nnc_validation_prefix, sizeof nnc_validation_prefix - 1) == 0;
}

static void nnc_put_seconds(nnc_writer *page, double seconds) {
    if (seconds >= 90) {
        nnc_page_put(page, "%.0f min %.0f s", floor(seconds / 60), fmod(seconds, 60));
    } else if (seconds >= 0.1) {
        nnc_page_put(page, "%.1f s", seconds);
    } else {
        nnc_page_put(page, "%.2g ms", seconds * 1e3);
    }
}

static void nnc_put_bytes(nnc_writer *page, size_t bytes) {
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB"};
    double size = (double)bytes;
    size_t unit = 0;
    while (size >= 1024 && unit + 1 < sizeof units / sizeof units[0]) {
        size /= 1024;
        unit++;
    }
    nnc_page_put(page, unit == 0 ? "%.0f %s" : "%.1f %s", size, units[unit]);
}

static void nnc_put_value(nnc_writer *page, const nnc_series *series, const char *style) {
    double value = series != NULL && series->count > 0 ? series->values[series->count - 1] : (double)NAN;
    nnc_page_put(page, isnan(value) ? "<td class=\"%s\"></td>" : "<td class=\"%s\">%.4g</td>", style, value);
}

/* The figures at the end. */
static void nnc_put_end_table(nnc_writer *page, const nnc_report *report) {
    const nnc_record *record = report->record;
    int has_validation = report->validation.data != NULL;
    nnc_page_put(page, "<table>\n<thead><tr><th></th><th scope=\"col\">training</th>%s</tr></thead>\n<tbody>\n",
                 has_validation ? "<th scope=\"col\">validation</th>" : "");
    for (size_t i = 0; i < record->series_count; i++) {
        const nnc_series *series = &record->series[i];
        if (nnc_is_validation(series->name)) {
            continue;
        }
        nnc_page_put(page, "<tr><th scope=\"row\">");
        nnc_page_text(page, series->name);
        nnc_page_put(page, "</th>");
        nnc_put_value(page, series, "");
        if (has_validation) {
            nnc_put_value(page, nnc_record_find(record, nnc_validation_prefix, series->name), "v");
        }
        nnc_page_put(page, "</tr>\n");
    }
    int has_random = report->session->model->predict_mc != NULL;
    nnc_page_put(page,
                 "</tbody></table>\n<p class=\"note\">Figures of training are means over the last epoch, measured "
                 "while the weights still changed%s%s%s.</p>\n",
                 has_random ? " and with dropout at work" : "",
                 !has_validation ? ""
                 : has_random    ? "; those of validation, after it and without"
                                 : "; those of validation, after it",
                 has_validation && has_random ? ": a model with dropout may well look better there" : "");
}

static void nnc_put_head(nnc_writer *page, const nnc_report *report) {
    const nnc_record *record = report->record;
    nnc_page_put(page, "<h1>");
    nnc_page_text(page, report->session->model->name);
    nnc_page_put(page, "</h1>\n<p class=\"lede\">");
    if (record->first > 0) {
        nnc_page_put(page, "epochs %zu to %zu of %llu", record->first + 1, record->first + record->epochs,
                     (unsigned long long)report->epochs);
    } else if (report->epochs != record->epochs) {
        nnc_page_put(page, "%zu of %llu epochs", record->epochs, (unsigned long long)report->epochs);
    } else {
        nnc_page_put(page, "%zu epoch%s", record->epochs, record->epochs == 1 ? "" : "s");
    }
    nnc_page_put(page, " in ");
    nnc_put_seconds(page, report->seconds);
    if (report->ending[0] != '\0') {
        nnc_page_put(page, "; ");
        nnc_page_text(page, report->ending);
    }
    nnc_page_put(page, "</p>\n");
    if (record->epochs > 0) {
        nnc_put_end_table(page, report);
    }
}

static void nnc_put_curves(nnc_writer *page, const nnc_report *report) {
    const nnc_record *record = report->record;
    const nnc_series *loss = nnc_record_find(record, "", "loss");
    enum { FEW = 4 }; /* epochs: too few for a curve */
    if (record->epochs < 2 && record->batches < 2) {
        return;
    }
    nnc_page_put(page, "<h2>How it went</h2>\n<div class=\"figures\">\n");
    if (record->epochs >= 2 && loss != NULL) {
        nnc_chart_epochs(page, record->first, loss, nnc_record_find(record, nnc_validation_prefix, "loss"));
    }
    for (size_t i = 0; record->epochs >= 2 && i < record->series_count; i++) {
        const nnc_series *series = &record->series[i];
        if (series != loss && !nnc_is_validation(series->name)) {
            nnc_chart_epochs(page, record->first, series, nnc_record_find(record, nnc_validation_prefix, series->name));
        }
    }
    if (record->epochs < FEW && record->batches >= 2) {
        nnc_chart_batches(page, record);
    }
    nnc_page_put(page, "</div>\n");
}

/* For who cannot see the curves, or wants the numbers; of very many epochs every so many, and the last. */
static void nnc_put_epochs(nnc_writer *page, const nnc_record *record) {
    enum { MOST = 200 };
    size_t step = (record->epochs + MOST - 1) / MOST;
    if (record->epochs == 0) {
        return;
    }
    nnc_page_put(page,
                 "<details><summary>The figures of %s epochs</summary>\n<div class=\"wide\"><table>\n<thead><tr>"
                 "<th scope=\"col\">epoch</th>",
                 step > 1 ? "some" : "all");
    for (size_t i = 0; i < record->series_count; i++) {
        nnc_page_put(page, "<th scope=\"col\">");
        nnc_page_text(page, record->series[i].name);
        nnc_page_put(page, "</th>");
    }
    nnc_page_put(page, "</tr></thead>\n<tbody>\n");
    for (size_t epoch = 0; epoch < record->epochs; epoch++) {
        if (epoch % step != 0 && epoch + 1 != record->epochs) {
            continue;
        }
        nnc_page_put(page, "<tr><th scope=\"row\">%zu</th>", record->first + epoch + 1);
        for (size_t i = 0; i < record->series_count; i++) {
            const nnc_series *series = &record->series[i];
            double value = epoch < series->count ? series->values[epoch] : (double)NAN;
            nnc_page_put(page, isnan(value) ? "<td></td>" : "<td>%.4g</td>", value);
        }
        nnc_page_put(page, "</tr>\n");
    }
    nnc_page_put(page, "</tbody></table></div></details>\n");
}

static void nnc_put_model(nnc_writer *page, const nnc_report *report) {
    const nnc_model *model = report->session->model;
    nnc_page_put(page, "<h2>The model</h2>\n<pre>");
    nnc_draw_table(model->summary, nnc_page_piece, page);
    nnc_page_put(page, "</pre>\n<p>Its weights take ");
    nnc_put_bytes(page, model->params_bytes);
    nnc_page_put(page, ", training in all ");
    nnc_put_bytes(page, model->trainer_bytes);
    nnc_page_put(page, ", prediction for a batch of %zu another ", model->batch);
    nnc_put_bytes(page, model->work_bytes);
    nnc_page_put(page, ". That is all the memory it uses, besides the data.</p>\n");
}

static void nnc_put_row(nnc_writer *page, const char *name, const char *value) {
    if (value != NULL) {
        nnc_page_put(page, "<tr><th scope=\"row\">%s</th><td>", name);
        nnc_page_text(page, value);
        nnc_page_put(page, "</td></tr>\n");
    }
}

static void nnc_put_data_row(nnc_writer *page, const char *name, const nnc_range *part) {
    if (part->data == NULL) {
        return;
    }
    nnc_page_put(page, "<tr><th scope=\"row\">%s</th><td>%zu samples: ", name, part->end - part->first);
    nnc_page_text(page, part->data->x.path);
    if (part->data->y.path != NULL && strcmp(part->data->x.path, part->data->y.path) != 0) {
        nnc_page_put(page, ", ");
        nnc_page_text(page, part->data->y.path);
    }
    if (part->data->sample_weight.path != NULL) {
        nnc_page_put(page, ", weighted by ");
        nnc_page_text(page, part->data->sample_weight.path);
    }
    nnc_page_put(page, "</td></tr>\n");
}

static void nnc_put_settings(nnc_writer *page, const nnc_report *report) {
    const nnc_model *model = report->session->model;
    const nnc_options *options = report->options;
    size_t batches = report->record->batches;
    nnc_page_put(page, "<h2>The run</h2>\n<table class=\"settings\">\n<tbody>\n");
    nnc_put_row(page, "model file", model->source_name);
    nnc_put_data_row(page, "training", &report->train);
    nnc_put_data_row(page, "validation", &report->validation);
    nnc_page_put(page, "<tr><th scope=\"row\">batches</th><td>of %zu samples, %s</td></tr>\n", report->session->batch,
                 report->is_shuffled ? "shuffled anew in every epoch" : "in the order of the file");
    nnc_page_put(page, "<tr><th scope=\"row\">seed</th><td>%llu: a run with the same seed repeats this one</td></tr>\n",
                 (unsigned long long)report->seed);
    nnc_page_put(page, "<tr><th scope=\"row\">time</th><td>");
    nnc_put_seconds(page, report->seconds);
    if (report->record->epochs > 0 && batches > 0) {
        nnc_page_put(page, "; an epoch ");
        nnc_put_seconds(page, report->seconds / (double)report->record->epochs);
        nnc_page_put(page, ", a batch ");
        nnc_put_seconds(page, report->seconds / (double)batches);
        nnc_page_put(page, "%s", report->validation.data != NULL ? ", validation included" : "");
    }
    nnc_page_put(page, "</td></tr>\n");
    nnc_put_row(page, "weights from", options->weights);
    nnc_put_row(page, "weights saved to", options->save);
    nnc_page_put(page, "</tbody></table>\n");
    if (model->identity != NULL) {
        nnc_page_put(page, "<details open><summary>The layers, as they were understood</summary>\n<pre>");
        nnc_page_text(page, model->identity);
        nnc_page_put(page, "</pre></details>\n");
    }
}

NNC_API int nnc_report_write(nnc_host *host, const nnc_report *report, const char *path) {
    nnc_writer page;
    const nnc_range *part = report->validation.data != NULL ? &report->validation : &report->train;
    if (nnc_writer_open(host, &page, path) != 0) {
        return -1;
    }
    nnc_page_begin(&page, report->session->model->name);
    nnc_put_head(&page, report);
    nnc_put_curves(&page, report);
    nnc_put_epochs(&page, report->record);
    /* Who interrupts does not want to wait for predictions. */
    int status = nnc_signal_pending() != 0 ? 1 : nnc_report_samples(&page, report);
    if (status == 0) {
        nnc_page_put(&page, "<h2>What it makes of %s</h2>\n",
                     report->validation.data != NULL ? "the validation samples" : "the samples it was trained on");
        status = nnc_report_results(&page, report, part);
    }
    if (status < 0) {
        nnc_writer_abandon(&page);
        return -1;
    }
    nnc_put_model(&page, report);
    nnc_put_settings(&page, report);
    nnc_page_end(&page);
    return nnc_writer_commit(&page);
}
