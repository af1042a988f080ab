/* SPDX-License-Identifier: MIT-0 */
/* report_chart.c - axes and curves of a report, as SVG. */
#include "host/host.h"
#include "report/report.h"
#include "training/training.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

NNC_API void nnc_axis_include(nnc_axis *axis, double value) {
    if (isfinite(value)) {
        axis->low = axis->is_empty || value < axis->low ? value : axis->low;
        axis->high = axis->is_empty || value > axis->high ? value : axis->high;
        axis->is_empty = 0;
    }
}

NNC_API nnc_axis nnc_axis_between(double from, double to) {
    nnc_axis axis;
    memset(&axis, 0, sizeof axis);
    axis.is_empty = 1;
    axis.from = from;
    axis.to = to;
    return axis;
}

NNC_API double nnc_axis_at(const nnc_axis *axis, double value) {
    double low = axis->low, high = axis->high;
    if (axis->is_log) {
        low = log(low);
        high = log(high);
        value = log(value);
    }
    double share = high > low ? (value - low) / (high - low) : 0.5;
    return axis->from + share * (axis->to - axis->from);
}

/* 1, 2 or 5 times a power of ten: some `wanted` steps in the axis. */
static double nnc_axis_step(const nnc_axis *axis, int wanted) {
    double rough = (axis->high - axis->low) / wanted;
    double power = pow(10, floor(log10(rough)));
    double times = rough / power;
    return (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10) * power;
}

/* The ticks from `low` to `high`; a logarithmic axis has powers of ten and, when they are few, 2 and 5 times those. */
static size_t nnc_axis_ticks(const nnc_axis *axis, int wanted, int whole, double ticks[64]) {
    size_t count = 0;
    if (!(axis->high > axis->low)) {
        ticks[0] = axis->low;
        return 1;
    }
    if (axis->is_log) {
        static const double times[] = {1, 2, 5};
        size_t each = log10(axis->high / axis->low) > 2.5 ? 1 : 3;
        for (double power = pow(10, floor(log10(axis->low))); power <= axis->high && count < 60; power *= 10) {
            for (size_t i = 0; i < each; i++) {
                if (times[i] * power >= axis->low * (1 - 1e-9) && times[i] * power <= axis->high * (1 + 1e-9)) {
                    ticks[count++] = times[i] * power;
                }
            }
        }
        return count;
    }
    double step = nnc_axis_step(axis, wanted);
    step = whole && step < 1 ? 1 : step;
    for (double i = ceil(axis->low / step - 1e-9); i * step <= axis->high + 1e-9 * step && count < 64; i++) {
        ticks[count++] = i * step;
    }
    return count;
}

/* Without exponents where a reader would not expect one, and without a minus before 0. */
static void nnc_put_tick(nnc_writer *page, double value) {
    double size = fabs(value);
    if (size >= 1e6 || (size > 0 && size < 1e-4)) {
        nnc_page_put(page, "%.3g", value);
    } else {
        nnc_page_put(page, "%.6g", size > 0 ? value : 0);
    }
}

NNC_API void nnc_axis_put(nnc_writer *page, const nnc_axis *axis, int is_vertical, double across, int wanted,
                          int whole) {
    double ticks[64];
    size_t count = nnc_axis_ticks(axis, wanted, whole, ticks);
    /* A range frame: the line reaches from the least to the greatest value. */
    nnc_page_put(page,
                 is_vertical ? "<path class=\"axis\" d=\"M%.1f %.1fV%.1f" : "<path class=\"axis\" d=\"M%.1f %.1fH%.1f",
                 is_vertical ? across : axis->from, is_vertical ? axis->from : across, axis->to);
    for (size_t i = 0; i < count; i++) {
        double at = nnc_axis_at(axis, ticks[i]);
        nnc_page_put(page, is_vertical ? "M%.1f %.1fh-4" : "M%.1f %.1fv4", is_vertical ? across : at,
                     is_vertical ? at : across);
    }
    nnc_page_put(page, "\"/>\n");
    for (size_t i = 0; i < count; i++) {
        double at = nnc_axis_at(axis, ticks[i]);
        nnc_page_put(page, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", is_vertical ? across - 8 : at,
                     is_vertical ? at + 4 : across + 18, is_vertical ? "end" : "middle");
        nnc_put_tick(page, ticks[i]);
        nnc_page_put(page, "</text>\n");
    }
}

/* A path through values; those that are not finite break it. */
typedef struct nnc_path {
    nnc_writer *page;
    const nnc_axis *x, *y;
    double start, step; /* in x of the first value, and from value to value */
    int is_drawing;
} nnc_path;

static void nnc_path_add(nnc_path *path, double at, double value) {
    int is_shown = isfinite(value) && (!path->y->is_log || value > 0);
    if (is_shown) {
        nnc_page_put(path->page, "%c%.1f %.1f", path->is_drawing ? 'L' : 'M',
                     nnc_axis_at(path->x, path->start + at * path->step), nnc_axis_at(path->y, value));
    }
    path->is_drawing = is_shown;
}

/* The least and the greatest value of a stretch, in their order. */
static void nnc_path_add_extremes(nnc_path *path, const double *values, size_t first, size_t end) {
    size_t low = first, high = first;
    for (size_t i = first; i < end; i++) {
        low = values[i] < values[low] ? i : low;
        high = values[i] > values[high] ? i : high;
    }
    nnc_path_add(path, (double)(low < high ? low : high), values[low < high ? low : high]);
    if (low != high) {
        nnc_path_add(path, (double)(low < high ? high : low), values[low < high ? high : low]);
    }
}

static double nnc_mean(const double *values, size_t first, size_t end) {
    double sum = 0;
    for (size_t i = first; i < end; i++) {
        sum += values[i];
    }
    return sum / (double)(end - first);
}

/* Where there are more values than can be seen apart: a faint band of what they vary in, and the means of stretches. */
static void nnc_put_path(nnc_path path, const char *style, const double *values, size_t count) {
    enum { MOST = 600, BAND = 300, MEANS = 100 };
    nnc_path band = path;
    size_t stretches = count <= MOST ? count : MEANS;
    if (count > MOST) {
        nnc_page_put(path.page, "<path class=\"%s band\" d=\"", style);
        for (size_t i = 0; i < BAND; i++) {
            nnc_path_add_extremes(&band, values, i * count / BAND, (i + 1) * count / BAND);
        }
        nnc_page_put(path.page, "\"/>\n");
    }
    nnc_page_put(path.page, "<path class=\"%s\" d=\"", style);
    for (size_t i = 0; i < stretches; i++) {
        size_t first = i * count / stretches, end = (i + 1) * count / stretches;
        nnc_path_add(&path, (double)(first + end - 1) / 2, nnc_mean(values, first, end));
    }
    nnc_page_put(path.page, "\"/>\n");
}

static void nnc_include_all(nnc_axis *axis, const double *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        nnc_axis_include(axis, values[i]);
    }
}

/* A few large values would press everything else flat. */
static void nnc_choose_scale(nnc_axis *axis, const double *values, size_t count) {
    double sum = 0;
    size_t finite = 0;
    for (size_t i = 0; i < count; i++) {
        if (isfinite(values[i])) {
            sum += values[i];
            finite++;
        }
    }
    axis->is_log = finite > 4 && axis->low > 0 && axis->high > 12 * sum / (double)finite;
}

static double nnc_last(const nnc_series *series) { return series->values[series->count - 1]; }

/* The names and last values at the ends of the lines, moved apart where they would overlap. */
static void nnc_put_ends(nnc_writer *page, const nnc_axis *x, const nnc_axis *y, const nnc_series *train,
                         const nnc_series *validation) {
    const double line = 15;
    double at[2] = {nnc_axis_at(y, nnc_last(train)), validation != NULL ? nnc_axis_at(y, nnc_last(validation)) : 0};
    if (validation != NULL && fabs(at[0] - at[1]) < line) {
        double middle = (at[0] + at[1]) / 2, half = at[0] < at[1] ? line / 2 : -line / 2;
        at[0] = middle - half;
        at[1] = middle + half;
    }
    for (int i = 0; i < 1 + (validation != NULL); i++) {
        double value = nnc_last(i == 0 ? train : validation);
        if (isfinite(at[i])) {
            nnc_page_put(page, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s %.4g</text>\n", i == 0 ? "tl" : "vl",
                         x->to + 8, at[i] + 4, i == 0 ? "training" : "validation", value);
        }
    }
}

static size_t nnc_least(const nnc_series *series) {
    size_t best = 0;
    for (size_t i = 1; i < series->count; i++) {
        if (series->values[i] < series->values[best] || !isfinite(series->values[best])) {
            best = i;
        }
    }
    return best;
}

static void nnc_put_caption(nnc_writer *page, size_t first, const nnc_series *train, const nnc_series *validation,
                            int is_log) {
    nnc_page_put(page, "<figcaption><b>");
    nnc_page_text(page, train->name);
    nnc_page_put(page, "</b>");
    if (validation != NULL && strcmp(train->name, "loss") == 0 && validation->count > 1) {
        size_t best = nnc_least(validation);
        nnc_page_put(page,
                     best + 1 < validation->count ? "On validation it is least after epoch %zu: %.4g."
                                                  : "On validation it is least at the end, epoch %zu: %.4g.",
                     first + best + 1, validation->values[best]);
    }
    nnc_page_put(page, "%s</figcaption>\n", is_log ? " The scale is logarithmic." : "");
}

enum {
    NNC_CHART_WIDTH = 480,
    NNC_CHART_HEIGHT = 240,
    NNC_CHART_LEFT = 48,
    NNC_CHART_RIGHT = 372,
    NNC_CHART_TOP = 12,
    NNC_CHART_BOTTOM = 204
};

static void nnc_chart_begin(nnc_writer *page) {
    nnc_page_put(page, "<svg viewBox=\"0 0 %d %d\" role=\"img\"><title>", NNC_CHART_WIDTH, NNC_CHART_HEIGHT);
}

NNC_API void nnc_chart_epochs(nnc_writer *page, size_t first, const nnc_series *train, const nnc_series *validation) {
    nnc_axis x = nnc_axis_between(NNC_CHART_LEFT, NNC_CHART_RIGHT),
             y = nnc_axis_between(NNC_CHART_BOTTOM, NNC_CHART_TOP);
    nnc_axis_include(&x, (double)first + 1);
    nnc_axis_include(&x, (double)(first + train->count));
    nnc_include_all(&y, train->values, train->count);
    if (validation != NULL) {
        nnc_include_all(&y, validation->values, validation->count);
    }
    nnc_choose_scale(&y, train->values, train->count);
    nnc_page_put(page, "<figure>\n");
    nnc_put_caption(page, first, train, validation, y.is_log);
    nnc_chart_begin(page);
    nnc_page_text(page, train->name);
    nnc_page_put(page, " over %zu epochs: %.4g at the end of training", train->count, nnc_last(train));
    if (validation != NULL) {
        nnc_page_put(page, ", %.4g on validation", nnc_last(validation));
    }
    nnc_page_put(page, "</title>\n");
    nnc_axis_put(page, &y, 1, NNC_CHART_LEFT - 10, 4, 0);
    nnc_axis_put(page, &x, 0, NNC_CHART_BOTTOM + 10, 5, 1);
    nnc_page_put(page, "<text x=\"%d\" y=\"%d\">epoch</text>\n", NNC_CHART_RIGHT + 24, NNC_CHART_BOTTOM + 28);
    nnc_put_path((nnc_path){page, &x, &y, (double)first + 1, 1, 0}, "t", train->values, train->count);
    nnc_page_put(page, "<circle class=\"td\" cx=\"%.1f\" cy=\"%.1f\" r=\"2\"/>\n", x.to,
                 nnc_axis_at(&y, nnc_last(train)));
    if (validation != NULL) {
        size_t best = strcmp(train->name, "loss") == 0 ? nnc_least(validation) : validation->count - 1;
        nnc_put_path((nnc_path){page, &x, &y, (double)first + 1, 1, 0}, "v", validation->values, validation->count);
        if (isfinite(validation->values[best])) {
            nnc_page_put(page, "<circle class=\"vd\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>\n",
                         nnc_axis_at(&x, (double)(first + best + 1)), nnc_axis_at(&y, validation->values[best]));
        }
    }
    nnc_put_ends(page, &x, &y, train, validation);
    nnc_page_put(page, "</svg>\n</figure>\n");
}

NNC_API void nnc_chart_batches(nnc_writer *page, const nnc_record *record) {
    size_t count = (record->batches + record->per_bin - 1) / record->per_bin;
    nnc_axis x = nnc_axis_between(NNC_CHART_LEFT, NNC_CHART_RIGHT),
             y = nnc_axis_between(NNC_CHART_BOTTOM, NNC_CHART_TOP);
    nnc_axis_include(&x, 1);
    nnc_axis_include(&x, (double)record->batches);
    nnc_include_all(&y, record->losses, count);
    nnc_choose_scale(&y, record->losses, count);
    nnc_page_put(
        page,
        "<figure>\n<figcaption><b>loss of the batches</b>Before each update, as training sees it%s.</figcaption>\n",
        record->per_bin > 1 ? "; means of neighbours" : "");
    nnc_chart_begin(page);
    nnc_page_put(page, "loss of %zu batches: %.4g at first, %.4g at the end</title>\n", record->batches,
                 record->losses[0], record->losses[count - 1]);
    nnc_axis_put(page, &y, 1, NNC_CHART_LEFT - 10, 4, 0);
    nnc_axis_put(page, &x, 0, NNC_CHART_BOTTOM + 10, 4, 1);
    nnc_page_put(page, "<text x=\"%d\" y=\"%d\">batch</text>\n", NNC_CHART_RIGHT + 24, NNC_CHART_BOTTOM + 28);
    double step = (double)record->batches / (double)count;
    nnc_put_path((nnc_path){page, &x, &y, (1 + step) / 2, step, 0}, "t", record->losses, count);
    nnc_page_put(page, "</svg>\n</figure>\n");
}
