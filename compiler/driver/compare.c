/* SPDX-License-Identifier: MIT-0 */
/* nnc report A.csv B.csv -o PAGE.html: the figures of several runs, a table and a chart for each figure. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/options.h"
#include "data/csv.h"
#include "driver/compare.h"
#include "driver/output.h"
#include "host/host.h"
#include "report/report.h"

enum { COLORS = 8, LEFT = 48, RIGHT = 420, TOP = 12, BOTTOM = 204, WIDTH = 480, HEIGHT = 240 };

typedef LIST(double) Values;

/* A column of a history. */
typedef struct Figure {
    const char *name;
    Values values; /* one for each epoch; NaN where there is none */
} Figure;

typedef struct Run {
    const char *path, *name;
    Values epochs; /* counted from 0 */
    LIST(Figure) figures;
} Run;

typedef LIST(Run) Runs;

static const char *field_text(Arena *arena, const nnc_csv *csv, size_t field) {
    size_t length;
    const char *const text = nnc_csv_trim(csv, &csv->fields[field], &length);
    return arena_strndup(arena, text, length);
}

static int read_names(Arena *arena, nnc_csv *csv, Run *run) {
    const int status = nnc_csv_start(csv, ',') == 0 ? nnc_csv_line_read(csv) : -1;
    if (status < 0) return -1;
    if (status == 0 || csv->field_count < 2 || strcmp(field_text(arena, csv, 0), "epoch") != 0)
        return nnc_fail_at(csv->host, run->path, 1, 1,
                           "is no history: fit --history writes one, which begins with epoch");
    for (size_t i = 1; i < csv->field_count; i++) {
        const Figure figure = {.name = field_text(arena, csv, i)};
        list_push(arena, &run->figures, figure);
    }
    return 0;
}

static int read_epoch(Arena *arena, nnc_csv *csv, Run *run) {
    if (csv->field_count != (size_t)run->figures.count + 1)
        return nnc_fail_at(csv->host, run->path, csv->fields[0].line, 1, "has %zu values here, and %d names",
                           csv->field_count, run->figures.count + 1);
    for (size_t i = 0; i < csv->field_count; i++) {
        double value = NAN;
        const bool number = nnc_csv_number(csv, &csv->fields[i], &value) == 0;
        if (!number && !nnc_csv_is_missing(csv, &csv->fields[i]))
            return nnc_fail_at(csv->host, run->path, csv->fields[i].line, csv->fields[i].column, "is no number");
        if (i == 0) list_push(arena, &run->epochs, value);
        else list_push(arena, &run->figures.at[i - 1].values, number ? value : (double)NAN);
    }
    return 0;
}

static int read_run(Arena *arena, nnc_host *host, Run *run) {
    nnc_reader reader;
    if (nnc_reader_open(host, &reader, run->path) != 0) return -1;
    nnc_csv csv = {.reader = &reader, .host = host, .line = 1, .column = 1};
    int status = read_names(arena, &csv, run), more = 0;
    while (status == 0 && (more = nnc_csv_line_read(&csv)) == 1) status = read_epoch(arena, &csv, run);
    if (status == 0 && more < 0) status = -1;
    if (status == 0 && !run->epochs.count) status = nnc_fail_at(host, run->path, 0, 0, "has no epochs");
    free(csv.text);
    free(csv.fields);
    nnc_reader_close(&reader);
    return status;
}

/* The name of the file, or the path where two are called so. */
static void name_runs(Arena *arena, Runs *runs) {
    for (int i = 0; i < runs->count; i++) {
        const char *const path = runs->at[i].path, *const slash = strrchr(path, '/');
        const char *const base = slash ? slash + 1 : path, *const dot = strrchr(base, '.');
        runs->at[i].name = arena_strndup(arena, base, dot && dot > base ? (size_t)(dot - base) : strlen(base));
    }
    for (int i = 0; i < runs->count; i++)
        for (int j = 0; j < i; j++)
            if (!strcmp(runs->at[i].name, runs->at[j].name)) {
                runs->at[i].name = runs->at[i].path;
                runs->at[j].name = runs->at[j].path;
            }
}

static const Figure *figure_of(const Run *run, const char *name) {
    for (int i = 0; i < run->figures.count; i++)
        if (!strcmp(run->figures.at[i].name, name)) return &run->figures.at[i];
    return NULL;
}

/* Of all runs, each once: those of validation first, for these tell how good a run is. */
static int figure_names(const Runs *runs, const char **names) {
    int count = 0;
    for (int validation = 1; validation >= 0; validation--)
        for (int i = 0; i < runs->count; i++)
            for (int j = 0; j < runs->at[i].figures.count; j++) {
                const char *const name = runs->at[i].figures.at[j].name;
                bool known = (strncmp(name, "val_", 4) == 0) != (validation == 1);
                for (int k = 0; k < count && !known; k++) known = !strcmp(names[k], name);
                if (!known) names[count++] = name;
            }
    return count;
}

/* What is better of a figure, the least or the greatest, as its name tells. */
static bool more_is_better(const char *name) {
    static const char *const less[] = {"loss", "error", "entropy", "mse", "mae", "mape", "msle", "divergence", "rmse",
                                       "learning_rate", "lr", "false"};
    for (size_t i = 0; i < sizeof less / sizeof *less; i++)
        if (strstr(name, less[i])) return false;
    return true;
}

static int best_of(const Figure *figure) {
    int best = -1;
    for (int i = 0; i < figure->values.count; i++) {
        const double value = figure->values.at[i];
        if (!isfinite(value)) continue;
        const double before = best < 0 ? value : figure->values.at[best];
        if (best < 0 || (more_is_better(figure->name) ? value > before : value < before)) best = i;
    }
    return best;
}

static double last_of(const Figure *figure) {
    int last = figure->values.count - 1;
    while (last > 0 && !isfinite(figure->values.at[last])) last--;
    return figure->values.at[last];
}

static void put_table(nnc_writer *page, const Runs *runs, const char *const *names, int count) {
    nnc_page_put(page, "<div class=\"wide\"><table><caption>At the end of each run, and in brackets the best and its "
                       "epoch</caption>\n<thead><tr><th class=\"l\" scope=\"col\">run</th>"
                       "<th scope=\"col\">epochs</th>");
    for (int i = 0; i < count; i++) {
        nnc_page_put(page, "<th scope=\"col\">");
        nnc_page_text(page, names[i]);
        nnc_page_put(page, "</th>");
    }
    nnc_page_put(page, "</tr></thead>\n<tbody>\n");
    for (int i = 0; i < runs->count; i++) {
        const Run *const run = &runs->at[i];
        nnc_page_put(page, "<tr><th class=\"l\" scope=\"row\"><svg role=\"img\" style=\"display:inline;width:.8em\" "
                           "viewBox=\"0 0 8 8\"><title>color %d</title><rect class=\"f%d\" width=\"8\" "
                           "height=\"8\"/></svg> ", i % COLORS + 1, i % COLORS);
        nnc_page_text(page, run->name);
        nnc_page_put(page, "</th><td>%d</td>", run->epochs.count);
        for (int j = 0; j < count; j++) {
            const Figure *const figure = figure_of(run, names[j]);
            const int best = figure ? best_of(figure) : -1;
            if (best < 0) nnc_page_put(page, "<td></td>");
            else
                nnc_page_put(page, "<td>%.4g (%.4g, %.0f)</td>", last_of(figure), figure->values.at[best],
                             run->epochs.at[best] + 1);
        }
        nnc_page_put(page, "</tr>\n");
    }
    nnc_page_put(page, "</tbody></table></div>\n");
}

static void put_line(nnc_writer *page, const Run *run, const Figure *figure, const nnc_axis *x, const nnc_axis *y,
                     int color) {
    bool drawing = false;
    nnc_page_put(page, "<path class=\"fit s%d\" d=\"", color);
    for (int i = 0; i < figure->values.count; i++) {
        const bool shown = isfinite(figure->values.at[i]);
        if (shown)
            nnc_page_put(page, "%c%.1f %.1f", drawing ? 'L' : 'M', nnc_axis_at(x, run->epochs.at[i] + 1),
                         nnc_axis_at(y, figure->values.at[i]));
        drawing = shown;
    }
    nnc_page_put(page, "\"><title>");
    nnc_page_text(page, run->name);
    nnc_page_put(page, "</title></path>\n");
}

static void put_chart(nnc_writer *page, const Runs *runs, const char *name) {
    nnc_axis x = nnc_axis_between(LEFT, RIGHT), y = nnc_axis_between(BOTTOM, TOP);
    for (int i = 0; i < runs->count; i++) {
        const Figure *const figure = figure_of(&runs->at[i], name);
        for (int j = 0; figure && j < figure->values.count; j++) {
            nnc_axis_include(&x, runs->at[i].epochs.at[j] + 1);
            nnc_axis_include(&y, figure->values.at[j]);
        }
    }
    if (x.is_empty || y.is_empty) return;
    nnc_page_put(page, "<figure>\n<figcaption><b>");
    nnc_page_text(page, name);
    nnc_page_put(page, "</b></figcaption>\n<svg viewBox=\"0 0 %d %d\" role=\"img\"><title>", WIDTH, HEIGHT);
    nnc_page_text(page, name);
    nnc_page_put(page, " of %d runs</title>\n", runs->count);
    nnc_axis_put(page, &y, 1, LEFT - 10, 4, 0);
    nnc_axis_put(page, &x, 0, BOTTOM + 10, 5, 1);
    nnc_page_put(page, "<text x=\"%d\" y=\"%d\">epoch</text>\n", RIGHT + 24, BOTTOM + 28);
    for (int i = 0; i < runs->count; i++) {
        const Figure *const figure = figure_of(&runs->at[i], name);
        if (figure) put_line(page, &runs->at[i], figure, &x, &y, i % COLORS);
    }
    nnc_page_put(page, "</svg>\n</figure>\n");
}

static int put_page(Arena *arena, nnc_host *host, const Runs *runs, const char *path) {
    nnc_writer page;
    int most = 0;
    for (int i = 0; i < runs->count; i++) most += runs->at[i].figures.count;
    const char **const names = NEW_ARRAY(arena, const char *, most + 1);
    const int count = figure_names(runs, names);
    if (nnc_writer_open(host, &page, path) != 0) return -1;
    nnc_page_begin(&page, "runs");
    nnc_page_put(&page, "<h1>%d run%s</h1>\n", runs->count, runs->count == 1 ? "" : "s");
    put_table(&page, runs, names, count);
    nnc_page_put(&page, "<h2>How they went</h2>\n<div class=\"figures\">\n");
    for (int i = 0; i < count; i++) put_chart(&page, runs, names[i]);
    nnc_page_put(&page, "</div>\n");
    nnc_page_end(&page);
    return nnc_writer_commit(&page);
}

int compare_command(const Options *options, Arena *arena) {
    nnc_host host = {.program = "nnc"};
    Runs runs = {0};
    nnc_pathname *const paths = NEW_ARRAY(arena, nnc_pathname, options->inputs.count + 1);
    for (int i = 0; i < options->inputs.count; i++) {
        const Run run = {.path = options->inputs.at[i]};
        list_push(arena, &runs, run);
        paths[i] = (nnc_pathname){run.path, "a history", NNC_PATH_READ, 0};
    }
    paths[options->inputs.count] = (nnc_pathname){options->output, "the page of -o", NNC_PATH_WRITE, 0};
    if (!output_check_paths(paths, (size_t)options->inputs.count + 1)) return 2;
    name_runs(arena, &runs);
    int status = 0;
    for (int i = 0; i < runs.count && status == 0; i++) status = read_run(arena, &host, &runs.at[i]);
    if (status == 0) status = put_page(arena, &host, &runs, options->output);
    if (status != 0) nnc_print_error(&host);
    return status != 0 ? 2 : 0;
}
