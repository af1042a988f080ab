/* SPDX-License-Identifier: MIT-0 */
/* report_quality.c - how far a model's probabilities can be believed (reliability), what two classes cost each other
 * (ROC, precision and recall), and how predictions of numbers are off (residuals). */
#include "host/host.h"
#include "report/report.h"
#include "session/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NNC_BINS = 10, NNC_MOST_STEPS = 400, NNC_BARS = 25 };

static double nnc_output_at(const nnc_session *session, size_t i) {
    return nnc_get_real(session->model, session->output, i);
}

/* The probability of a class in a row of the outputs, whatever they are: logits, one sigmoid, a softmax. */
static double nnc_probability(const nnc_session *session, size_t row, size_t class) {
    const nnc_model *model = session->model;
    size_t width = (size_t)model->output_shape[model->output_rank - 1];
    if (width == 1) {
        double one = nnc_output_at(session, row);
        one = model->from_logits ? 1 / (1 + exp(-one)) : one;
        return class == 1 ? one : 1 - one;
    }
    if (!model->from_logits) {
        return nnc_output_at(session, row * width + class);
    }
    double sum = 0, of_class = nnc_output_at(session, row * width + class);
    for (size_t i = 0; i < width; i++) {
        sum += exp(nnc_output_at(session, row * width + i) - of_class);
    }
    return 1 / sum;
}

NNC_API int nnc_answers_open(nnc_host *host, size_t most, nnc_answers *answers) {
    memset(answers, 0, sizeof *answers);
    answers->at = nnc_alloc(host, most + 1, sizeof *answers->at);
    answers->are_probabilities = 1;
    return answers->at != NULL ? 0 : -1;
}

NNC_API void nnc_answers_close(nnc_answers *answers) {
    free(answers->at);
    memset(answers, 0, sizeof *answers);
}

NNC_API void nnc_answers_add(nnc_answers *answers, const nnc_session *session, size_t n) {
    int has_two = nnc_class_count(session->model) == 2;
    for (size_t row = 0; row < n; row++) {
        int64_t label = nnc_true_class(session, row);
        size_t predicted = nnc_predicted_class(session, row);
        double sure = nnc_probability(session, row, predicted);
        nnc_answer answer = {sure, has_two ? nnc_probability(session, row, 1) : 0, label == (int64_t)predicted,
                             label == 1};
        answers->are_probabilities &= sure >= 0 && sure <= 1 + 1e-4;
        if (label >= 0) {
            answers->at[answers->count++] = answer;
        }
    }
}

/* A square from 0 to 1 both ways, with the names of its axes. */
static void nnc_begin_square(nnc_writer *page, nnc_axis *x, nnc_axis *y, const char *across, const char *up,
                             const char *title) {
    *x = nnc_axis_between(58, 440);
    *y = nnc_axis_between(352, 20);
    for (int i = 0; i < 2; i++) {
        nnc_axis_include(x, i);
        nnc_axis_include(y, i);
    }
    nnc_page_put(page, "<svg viewBox=\"0 0 480 400\" role=\"img\"><title>%s</title>\n", title);
    nnc_axis_put(page, x, 0, 362, 5, 0);
    nnc_axis_put(page, y, 1, 48, 5, 0);
    nnc_page_put(page,
                 "<text x=\"250\" y=\"396\" text-anchor=\"middle\">%s</text>\n<text x=\"50\" y=\"10\">%s</text>\n",
                 across, up);
}

static void nnc_put_diagonal(nnc_writer *page, const nnc_axis *x, const nnc_axis *y) {
    nnc_page_put(page, "<path class=\"guide\" d=\"M%.1f %.1fL%.1f %.1f\"/>\n", x->from, y->from, x->to, y->to);
}

/* Guo et al., "On Calibration of Modern Neural Networks", 2017: samples in bins of how sure the model was. */
static void nnc_put_reliability(nnc_writer *page, const nnc_answers *answers) {
    double sure[NNC_BINS] = {0}, right[NNC_BINS] = {0}, n[NNC_BINS] = {0}, error = 0;
    for (size_t i = 0; i < answers->count; i++) {
        size_t bin = (size_t)(answers->at[i].sure * (double)NNC_BINS);
        bin = bin < NNC_BINS ? bin : NNC_BINS - 1;
        sure[bin] += answers->at[i].sure;
        right[bin] += answers->at[i].is_right;
        n[bin]++;
    }
    for (size_t bin = 0; bin < NNC_BINS; bin++) {
        error += fabs(right[bin] - sure[bin]) / (double)answers->count;
    }
    nnc_axis x, y;
    nnc_page_put(page,
                 "<figure>\n<figcaption><b>how sure, and how often right</b>On the line the model is as often right as "
                 "it is sure; below, it believes itself too much. Expected calibration error %.1f %%.</figcaption>\n",
                 100 * error);
    nnc_begin_square(page, &x, &y, "how sure", "how often right", "reliability of the probabilities");
    nnc_put_diagonal(page, &x, &y);
    for (size_t bin = 0; bin < NNC_BINS; bin++) {
        if (n[bin] > 0) {
            nnc_page_put(page, "<circle class=\"p\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"><title>%.0f samples</title>"
                               "</circle>\n",
                         nnc_axis_at(&x, sure[bin] / n[bin]), nnc_axis_at(&y, right[bin] / n[bin]),
                         3 + 14 * sqrt(n[bin] / (double)answers->count), n[bin]);
        }
    }
    nnc_page_put(page, "</svg>\n</figure>\n");
}

static int nnc_more_positive_first(const void *a, const void *b) {
    double one = ((const nnc_answer *)a)->positive, other = ((const nnc_answer *)b)->positive;
    return (one < other) - (one > other);
}

/* One point for each threshold: what is found so far, of both classes. */
typedef struct nnc_thresholds {
    const nnc_answers *answers; /* sorted */
    size_t next, step;
    double found, false_alarms, positives, negatives;
} nnc_thresholds;

/* Moves on to the next threshold, past all that have the same score; 0 at the end. */
static int nnc_next_threshold(nnc_thresholds *at) {
    const nnc_answers *answers = at->answers;
    if (at->next >= answers->count) {
        return 0;
    }
    double score = answers->at[at->next].positive;
    while (at->next < answers->count && answers->at[at->next].positive >= score) {
        at->found += answers->at[at->next].is_positive;
        at->false_alarms += !answers->at[at->next].is_positive;
        at->next++;
    }
    return 1;
}

static nnc_thresholds nnc_thresholds_of(const nnc_answers *answers) {
    nnc_thresholds at = {answers, 0, answers->count / NNC_MOST_STEPS + 1, 0, 0, 0, 0};
    for (size_t i = 0; i < answers->count; i++) {
        at.positives += answers->at[i].is_positive;
    }
    at.negatives = (double)answers->count - at.positives;
    return at;
}

static void nnc_put_roc(nnc_writer *page, const nnc_answers *answers) {
    nnc_thresholds at = nnc_thresholds_of(answers), curve = at;
    double area = 0;
    for (double found = 0, alarms = 0; nnc_next_threshold(&at); found = at.found, alarms = at.false_alarms) {
        area += (at.false_alarms - alarms) * (at.found + found) / 2 / (at.positives * at.negatives);
    }
    nnc_axis x, y;
    nnc_page_put(page,
                 "<figure>\n<figcaption><b>found against false alarms</b>The receiver operating characteristic: a "
                 "point for each threshold. Area under it %.4f; by chance it is 0.5.</figcaption>\n",
                 area);
    nnc_begin_square(page, &x, &y, "false alarms, of those that are not", "found, of those that are", "ROC curve");
    nnc_put_diagonal(page, &x, &y);
    nnc_page_put(page, "<path class=\"v\" d=\"M%.1f %.1f", x.from, y.from);
    for (size_t drawn = 0; nnc_next_threshold(&curve);) {
        if (curve.next >= drawn + curve.step || curve.next == answers->count) {
            nnc_page_put(page, "L%.1f %.1f", nnc_axis_at(&x, curve.false_alarms / curve.negatives),
                         nnc_axis_at(&y, curve.found / curve.positives));
            drawn = curve.next;
        }
    }
    nnc_page_put(page, "\"/>\n</svg>\n</figure>\n");
}

static void nnc_put_precision(nnc_writer *page, const nnc_answers *answers) {
    nnc_thresholds at = nnc_thresholds_of(answers), curve = at;
    double mean = 0;
    for (double found = 0; nnc_next_threshold(&at); found = at.found) {
        mean += (at.found - found) / at.positives * at.found / (at.found + at.false_alarms);
    }
    nnc_axis x, y;
    nnc_page_put(page,
                 "<figure>\n<figcaption><b>precision against recall</b>How many of the alarms are right, and how many "
                 "of those that are raise one. Average precision %.4f; by chance it is %.3f.</figcaption>\n",
                 mean, at.positives / (at.positives + at.negatives));
    nnc_begin_square(page, &x, &y, "recall", "precision", "precision-recall curve");
    nnc_page_put(page, "<path class=\"v\" d=\"");
    for (size_t drawn = 0, begun = 0; nnc_next_threshold(&curve);) {
        if (!begun || curve.next >= drawn + curve.step || curve.next == answers->count) {
            nnc_page_put(page, "%c%.1f %.1f", begun ? 'L' : 'M', nnc_axis_at(&x, curve.found / curve.positives),
                         nnc_axis_at(&y, curve.found / (curve.found + curve.false_alarms)));
            begun = 1;
            drawn = curve.next;
        }
    }
    nnc_page_put(page, "\"/>\n</svg>\n</figure>\n");
}

NNC_API void nnc_report_quality(nnc_writer *page, const nnc_report *report, nnc_answers *answers) {
    if (answers->count == 0 || !answers->are_probabilities) {
        return;
    }
    nnc_thresholds classes = nnc_thresholds_of(answers);
    nnc_page_put(page, "<h2>How far it can be believed</h2>\n<div class=\"figures\">\n");
    nnc_put_reliability(page, answers);
    if (nnc_class_count(report->session->model) == 2 && classes.positives > 0 && classes.negatives > 0) {
        qsort(answers->at, answers->count, sizeof *answers->at, nnc_more_positive_first);
        nnc_put_roc(page, answers);
        nnc_put_precision(page, answers);
    }
    nnc_page_put(page, "</div>\n");
}

NNC_API void nnc_report_residuals(nnc_writer *page, const double (*pairs)[2], size_t count) {
    nnc_axis x = nnc_axis_between(58, 440), y = nnc_axis_between(352, 20);
    size_t bars[NNC_BARS] = {0}, most = 1;
    for (size_t i = 0; i < count; i++) {
        nnc_axis_include(&x, pairs[i][1] - pairs[i][0]);
    }
    if (!(x.high > x.low)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        double share = (pairs[i][1] - pairs[i][0] - x.low) / (x.high - x.low);
        size_t bar = isfinite(share) ? (size_t)(share * (double)NNC_BARS) : 0;
        bar = bar < NNC_BARS ? bar : NNC_BARS - 1;
        bars[bar] += isfinite(share) ? 1 : 0;
        most = bars[bar] > most ? bars[bar] : most;
    }
    nnc_axis_include(&y, 0);
    nnc_axis_include(&y, (double)most);
    nnc_page_put(page, "<figure>\n<figcaption><b>how far off</b>Predictions less their targets, of the points that are "
                       "drawn.</figcaption>\n<svg viewBox=\"0 0 480 400\" role=\"img\"><title>histogram of "
                       "residuals</title>\n");
    nnc_axis_put(page, &x, 0, 362, 5, 0);
    nnc_axis_put(page, &y, 1, 48, 5, 1);
    nnc_page_put(page, "<text x=\"250\" y=\"396\" text-anchor=\"middle\">prediction - target</text>\n"
                       "<text x=\"50\" y=\"10\">points</text>\n");
    for (size_t i = 0; i < NNC_BARS; i++) {
        double top = nnc_axis_at(&y, (double)bars[i]), width = (x.to - x.from) / (double)NNC_BARS;
        if (bars[i] > 0) {
            nnc_page_put(page, "<rect class=\"p\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
                         x.from + (double)i * width + 0.5, top, width - 1, y.from - top);
        }
    }
    if (x.low < 0 && x.high > 0) {
        nnc_page_put(page, "<path class=\"guide\" d=\"M%.1f %.1fV%.1f\"/>\n", nnc_axis_at(&x, 0), y.from, y.to);
    }
    nnc_page_put(page, "</svg>\n</figure>\n");
}
