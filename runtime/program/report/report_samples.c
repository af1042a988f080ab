/* SPDX-License-Identifier: MIT-0 */
/* report_samples.c - samples of one or two inputs as they lie, with what the trained model says everywhere in
 * between. */
#include "data/data.h"
#include "host/host.h"
#include "report/report.h"
#include "session/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NNC_GRID = 96, NNC_MOST_COLORS = 8, NNC_MOST_SAMPLES = 2000, NNC_CURVE_POINTS = 241 };

/* How sure the model is of each class at the nodes of a grid: its probability less the greatest of the others'. */
typedef struct nnc_map {
    nnc_axis x, y;
    size_t classes;
    float *margin; /* [class][row][column] */
} nnc_map;

static size_t nnc_stride(size_t count) { return (count + NNC_MOST_SAMPLES - 1) / NNC_MOST_SAMPLES; }

static void nnc_range_bounds(const nnc_range *part, nnc_axis *x, nnc_axis *y) {
    double values[2] = {0, 0};
    for (size_t i = part->first; part->data != NULL && i < part->end; i++) {
        nnc_sample_values(&part->data->x, i, values);
        nnc_axis_include(x, values[0]);
        if (y != NULL) {
            nnc_axis_include(y, values[1]);
        }
    }
}

static void nnc_widen(nnc_axis *axis, double share) {
    double more = axis->high > axis->low ? share * (axis->high - axis->low) : 1;
    axis->low -= more;
    axis->high += more;
}

/* Puts values into row `row` of the session's batch. */
static void nnc_set_inputs(nnc_session *session, size_t row, const double *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        nnc_set_real(session->model, session->x, row * count + i, values[i]);
    }
}

/* Margins of row `row` of the outputs. */
static void nnc_margins(const nnc_session *session, size_t row, size_t classes, double *margin) {
    const nnc_model *model = session->model;
    double probability[NNC_MOST_COLORS], sum = 0;
    size_t width = nnc_output_size(model);
    for (size_t k = 0; k < classes; k++) {
        double value = nnc_get_real(model, session->output, row * width + (width == 1 ? 0 : k));
        double up = model->from_logits ? (width == 1 ? 1 / (1 + exp(-value)) : exp(value)) : value;
        probability[k] = width == 1 && k == 0 ? 1 - up : up;
        sum += probability[k];
    }
    for (size_t k = 0; k < classes; k++) {
        double other = 0;
        for (size_t j = 0; j < classes; j++) {
            other = j != k ? fmax(other, probability[j]) : other;
        }
        margin[k] = sum > 0 ? (probability[k] - other) / sum : 0;
    }
}

static int nnc_map_fill(const nnc_report *report, nnc_map *map) {
    enum { NODES = (NNC_GRID + 1) * (NNC_GRID + 1) };
    nnc_session *session = report->session;
    double margin[NNC_MOST_COLORS];
    map->margin = nnc_alloc(session->host, map->classes * NODES, sizeof *map->margin);
    if (map->margin == NULL) {
        return -1;
    }
    for (size_t first = 0; first < NODES; first += session->batch) {
        size_t n = NODES - first < session->batch ? NODES - first : session->batch;
        for (size_t i = 0; i < n; i++) {
            size_t column = (first + i) % (NNC_GRID + 1), row = (first + i) / (NNC_GRID + 1);
            double values[2] = {map->x.low + (map->x.high - map->x.low) * (double)column / (double)NNC_GRID,
                                map->y.low + (map->y.high - map->y.low) * (double)row / (double)NNC_GRID};
            nnc_set_inputs(session, i, values, 2);
        }
        int status = session->model->predict(session->params, session->work, session->x, session->output, n);
        if (status != NNC_OK) {
            return nnc_fail_status(session->host, status, "report");
        }
        for (size_t i = 0; i < n; i++) {
            nnc_margins(session, i, map->classes, margin);
            for (size_t k = 0; k < map->classes; k++) {
                map->margin[k * NODES + first + i] = (float)margin[k];
            }
        }
    }
    return 0;
}

/* Part of the cell at (column, row) in which a margin is at least `level`: corners inside, and where edges cross. Both
 * kinds of points in `polygon`, the crossings alone in `cut`. */
static int nnc_cell_clip(const float *field, size_t column, size_t row, double level, double polygon[8][2],
                         double cut[4][2], int *cuts) {
    static const int right[] = {0, 1, 1, 0}, up[] = {0, 0, 1, 1};
    int count = 0;
    *cuts = 0;
    for (int i = 0; i < 4; i++) {
        int j = (i + 1) % 4;
        double a = (double)field[(row + (size_t)up[i]) * (NNC_GRID + 1) + column + (size_t)right[i]] - level;
        double b = (double)field[(row + (size_t)up[j]) * (NNC_GRID + 1) + column + (size_t)right[j]] - level;
        if (a >= 0) {
            polygon[count][0] = (double)column + right[i];
            polygon[count++][1] = (double)row + up[i];
        }
        if ((a >= 0) != (b >= 0)) {
            double share = a / (a - b);
            cut[*cuts][0] = polygon[count][0] = (double)column + right[i] + share * (right[j] - right[i]);
            cut[*cuts][1] = polygon[count][1] = (double)row + up[i] + share * (up[j] - up[i]);
            count++;
            (*cuts)++;
        }
    }
    return count;
}

static void nnc_put_node(nnc_writer *page, const nnc_map *map, char command, const double node[2]) {
    nnc_page_put(page, "%c%.1f %.1f", command, map->x.from + (map->x.to - map->x.from) * node[0] / (double)NNC_GRID,
                 map->y.from + (map->y.to - map->y.from) * node[1] / (double)NNC_GRID);
}

/* Where a margin is at least `level`: cells that are whole join to rectangles. */
static void nnc_put_area(nnc_writer *page, const nnc_map *map, const float *field, double level) {
    double polygon[8][2], cut[4][2];
    int cuts;
    for (size_t row = 0; row < NNC_GRID; row++) {
        for (size_t column = 0; column < NNC_GRID; column++) {
            int count = nnc_cell_clip(field, column, row, level, polygon, cut, &cuts);
            size_t end = column + 1;
            if (count == 0) {
                continue;
            }
            if (count == 4 && cuts == 0) {
                while (end < NNC_GRID && nnc_cell_clip(field, end, row, level, polygon, cut, &cuts) == 4 && cuts == 0) {
                    end++;
                }
                const double corners[4][2] = {{(double)column, (double)row},
                                              {(double)end, (double)row},
                                              {(double)end, (double)row + 1},
                                              {(double)column, (double)row + 1}};
                memcpy(polygon, corners, sizeof corners);
                column = end - 1;
            }
            for (int i = 0; i < count; i++) {
                nnc_put_node(page, map, i == 0 ? 'M' : 'L', polygon[i]);
            }
            nnc_page_put(page, "Z");
        }
        nnc_page_put(page, "\n");
    }
}

/* The line on which a margin is 0. */
static void nnc_put_edge(nnc_writer *page, const nnc_map *map, const float *field) {
    double polygon[8][2], cut[4][2];
    int cuts;
    for (size_t row = 0; row < NNC_GRID; row++) {
        for (size_t column = 0; column < NNC_GRID; column++) {
            nnc_cell_clip(field, column, row, 0, polygon, cut, &cuts);
            for (int i = 0; i + 1 < cuts; i += 2) {
                nnc_put_node(page, map, 'M', cut[i]);
                nnc_put_node(page, map, 'L', cut[i + 1]);
            }
        }
    }
}

static void nnc_put_map(nnc_writer *page, const nnc_map *map) {
    static const double levels[] = {0, 0.5, 0.8};
    for (size_t k = 0; k < map->classes; k++) {
        const float *field = map->margin + k * (NNC_GRID + 1) * (NNC_GRID + 1);
        for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
            nnc_page_put(page, "<path class=\"area f%zu\" d=\"", k);
            nnc_put_area(page, map, field, levels[i]);
            nnc_page_put(page, "\"/>\n");
        }
    }
    for (size_t k = map->classes == 2 ? 1 : 0; k < map->classes; k++) {
        nnc_page_put(page, "<path class=\"edge\" d=\"");
        nnc_put_edge(page, map, map->margin + k * (NNC_GRID + 1) * (NNC_GRID + 1));
        nnc_page_put(page, "\"/>\n");
    }
}

/* Shapes tell classes apart where colors do not. */
static void nnc_put_marker(nnc_writer *page, double x, double y, size_t class, int is_hollow) {
    static const char *const shapes[] = {"M-3.4 0a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0 -6.8 0Z", "M-3 -3H3V3H-3Z",
                                         "M0 -4L3.8 2.8H-3.8Z", "M0 -4.2L4.2 0L0 4.2L-4.2 0Z"};
    size_t color = class % NNC_MOST_COLORS;
    nnc_page_put(page, "<path class=\"%s%c%zu\" transform=\"translate(%.1f %.1f)\" d=\"%s\"/>\n",
                 is_hollow ? "hollow " : "", is_hollow ? 's' : 'f', color, x, y,
                 shapes[class % (sizeof shapes / sizeof shapes[0])]);
}

static void nnc_put_points(nnc_writer *page, const nnc_report *report, const nnc_range *part, const nnc_map *map,
                           int is_hollow) {
    nnc_session *session = report->session;
    double values[2];
    for (size_t i = part->first; part->data != NULL && i < part->end; i += nnc_stride(part->end - part->first)) {
        nnc_session_gather(session, part->data, NULL, i, 1);
        int64_t class = nnc_true_class(session, 0);
        nnc_sample_values(&part->data->x, i, values);
        if (class >= 0 && isfinite(values[0]) && isfinite(values[1])) {
            nnc_put_marker(page, nnc_axis_at(&map->x, values[0]), nnc_axis_at(&map->y, values[1]), (size_t)class,
                           is_hollow);
        }
    }
}

/* What the model file calls column `i` of a source. */
static void nnc_put_column(nnc_writer *page, const nnc_source *source, size_t i, const char *otherwise) {
    const char *name = source->column_names != NULL && i < source->column_count ? source->column_names[i] : NULL;
    nnc_page_text(page, name != NULL ? name : otherwise);
}

static int nnc_put_plane(nnc_writer *page, const nnc_report *report) {
    nnc_map map;
    memset(&map, 0, sizeof map);
    map.classes = nnc_class_count(report->session->model);
    map.x = nnc_axis_between(58, 418);
    map.y = nnc_axis_between(362, 12);
    nnc_range_bounds(&report->train, &map.x, &map.y);
    nnc_range_bounds(&report->validation, &map.x, &map.y);
    nnc_widen(&map.x, 0.06);
    nnc_widen(&map.y, 0.06);
    int status = nnc_map_fill(report, &map);
    if (status == 0) {
        nnc_page_put(
            page,
            "<h2>The data, and what the model makes of the plane</h2>\n<div class=\"figures\"><figure>\n"
            "<figcaption>%s. The line is where the model changes its mind; the deeper the shade, the surer it is "
            "(more than 50, 75 and 90 %% of two classes).</figcaption>\n<svg viewBox=\"0 0 500 408\" role=\"img\">"
            "<title>samples by class over the regions that the model gives to each class</title>\n",
            report->validation.data != NULL ? "Filled: training samples; hollow: validation" : "The training samples");
        nnc_put_map(page, &map);
        nnc_axis_put(page, &map.x, 0, 370, 5, 0);
        nnc_axis_put(page, &map.y, 1, 50, 5, 0);
        nnc_page_put(page, "<text x=\"238\" y=\"404\" text-anchor=\"middle\">");
        nnc_put_column(page, &report->session->model->fit->x, 0, "first input");
        nnc_page_put(page, "</text>\n<text transform=\"translate(10 187) rotate(-90)\" text-anchor=\"middle\">");
        nnc_put_column(page, &report->session->model->fit->x, 1, "second input");
        nnc_page_put(page, "</text>\n");
        nnc_put_points(page, report, &report->validation, &map, 1);
        nnc_put_points(page, report, &report->train, &map, 0);
        for (size_t k = 0; k < map.classes; k++) {
            nnc_put_marker(page, 434, 20 + 18 * (double)k, k, 0);
            nnc_page_put(page, "<text x=\"444\" y=\"%zu\">", 24 + 18 * k);
            nnc_page_text(page, nnc_label_of_class(&report->session->learned, k).text);
            nnc_page_put(page, "</text>\n");
        }
        nnc_page_put(page, "</svg>\n</figure></div>\n");
    }
    free(map.margin);
    return status;
}

/* One input, one output -------------------------------------------------------------------------------------------- */

static void nnc_target_bounds(const nnc_range *part, double scale, nnc_axis *y) {
    double value;
    for (size_t i = part->first; part->data != NULL && i < part->end; i++) {
        nnc_sample_values(&part->data->y, i, &value);
        nnc_axis_include(y, value * scale);
    }
}

static void nnc_put_targets(nnc_writer *page, const nnc_range *part, double scale, const nnc_axis *x, const nnc_axis *y,
                            int is_hollow) {
    double value, target;
    for (size_t i = part->first; part->data != NULL && i < part->end; i += nnc_stride(part->end - part->first)) {
        nnc_sample_values(&part->data->x, i, &value);
        nnc_sample_values(&part->data->y, i, &target);
        nnc_put_marker(page, nnc_axis_at(x, value), nnc_axis_at(y, target * scale), 0, is_hollow);
    }
}

static int nnc_line_fill(const nnc_report *report, const nnc_axis *x, nnc_axis *y, double *line) {
    nnc_session *session = report->session;
    for (size_t first = 0; first < NNC_CURVE_POINTS; first += session->batch) {
        size_t n = NNC_CURVE_POINTS - first < session->batch ? NNC_CURVE_POINTS - first : session->batch;
        for (size_t i = 0; i < n; i++) {
            double value = x->low + (x->high - x->low) * (double)(first + i) / (double)(NNC_CURVE_POINTS - 1);
            nnc_set_inputs(session, i, &value, 1);
        }
        int status = session->model->predict(session->params, session->work, session->x, session->output, n);
        if (status != NNC_OK) {
            return nnc_fail_status(session->host, status, "report");
        }
        for (size_t i = 0; i < n; i++) {
            line[first + i] = nnc_get_real(session->model, session->output, i);
            nnc_axis_include(y, line[first + i]);
        }
    }
    return 0;
}

static int nnc_put_line(nnc_writer *page, const nnc_report *report) {
    nnc_axis x = nnc_axis_between(58, 440), y = nnc_axis_between(292, 12);
    double line[NNC_CURVE_POINTS];
    nnc_range_bounds(&report->train, &x, NULL);
    nnc_range_bounds(&report->validation, &x, NULL);
    nnc_target_bounds(&report->train, nnc_y_scale(report->session->model), &y);
    nnc_target_bounds(&report->validation, nnc_y_scale(report->session->model), &y);
    if (nnc_line_fill(report, &x, &y, line) != 0) {
        return -1;
    }
    nnc_page_put(page,
                 "<h2>The data, and what the model has learned</h2>\n<div "
                 "class=\"figures\"><figure>\n<figcaption>%s</figcaption>\n"
                 "<svg viewBox=\"0 0 480 340\" role=\"img\"><title>targets and predictions over the input</title>\n",
                 report->validation.data != NULL ? "Filled: training samples; hollow: validation." : "");
    nnc_axis_put(page, &x, 0, 302, 5, 0);
    nnc_axis_put(page, &y, 1, 48, 5, 0);
    nnc_put_targets(page, &report->validation, nnc_y_scale(report->session->model), &x, &y, 1);
    nnc_put_targets(page, &report->train, nnc_y_scale(report->session->model), &x, &y, 0);
    nnc_page_put(page, "<text x=\"249\" y=\"336\" text-anchor=\"middle\">");
    nnc_put_column(page, &report->session->model->fit->x, 0, "input");
    nnc_page_put(page, "</text>\n<path class=\"fit\" d=\"");
    for (size_t i = 0; i < NNC_CURVE_POINTS; i++) {
        double value = x.low + (x.high - x.low) * (double)i / (double)(NNC_CURVE_POINTS - 1);
        nnc_page_put(page, "%c%.1f %.1f", i == 0 ? 'M' : 'L', nnc_axis_at(&x, value), nnc_axis_at(&y, line[i]));
    }
    nnc_page_put(page, "\"/>\n</svg>\n</figure></div>\n");
    return 0;
}

NNC_API int nnc_report_samples(nnc_writer *page, const nnc_report *report) {
    const nnc_model *model = report->session->model;
    size_t inputs = nnc_input_size(model), outputs = nnc_output_size(model), classes = nnc_class_count(model);
    if (model->integer_input || model->states_bytes > 0) {
        return 0;
    }
    if (inputs == 2 && classes >= 2 && classes <= NNC_MOST_COLORS && (outputs == classes || outputs == 1)) {
        return nnc_put_plane(page, report);
    }
    return inputs == 1 && outputs == 1 && classes == 0 && model->target_size == 1 ? nnc_put_line(page, report) : 0;
}
