/* SPDX-License-Identifier: MIT-0 */
/* report_results.c - what the trained model makes of samples: a confusion matrix and the gravest mistakes, or a
 * scatter. */
#include "data/data.h"
#include "host/host.h"
#include "report/report.h"
#include "session/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NNC_MISTAKES = 14, NNC_MOST_CLASSES = 24, NNC_MOST_POINTS = 1500 };

/* A wrong prediction, and how sure the model was of it. */
typedef struct nnc_mistake {
    size_t sample;
    int64_t class;
    size_t predicted;
    double sure;
} nnc_mistake;

/* Confusion matrix ------------------------------------------------------------------------------------------------- */

static uint64_t nnc_row_sum(const nnc_confusion *confusion, size_t row) {
    uint64_t sum = 0;
    for (size_t i = 0; i < confusion->classes; i++) {
        sum += confusion->counts[row * confusion->classes + i];
    }
    return sum;
}

static uint64_t nnc_column_sum(const nnc_confusion *confusion, size_t column) {
    uint64_t sum = 0;
    for (size_t i = 0; i < confusion->classes; i++) {
        sum += confusion->counts[i * confusion->classes + column];
    }
    return sum;
}

static void nnc_put_label(nnc_writer *page, const nnc_report *report, size_t class) {
    nnc_page_text(page, nnc_label_of_class(&report->session->learned, class).text);
}

static void nnc_put_share(nnc_writer *page, uint64_t part, uint64_t whole) {
    if (whole > 0) {
        nnc_page_put(page, "<td class=\"r\">%.1f %%</td>", 100 * (double)part / (double)whole);
    } else {
        nnc_page_put(page, "<td class=\"r\">-</td>");
    }
}

static void nnc_put_matrix(nnc_writer *page, const nnc_report *report, const nnc_confusion *confusion) {
    size_t classes = confusion->classes;
    nnc_page_put(page,
                 "<div class=\"wide\"><table class=\"confusion\"><caption>A row for each class, a column for each "
                 "prediction</caption>\n<thead><tr><th scope=\"col\"></th>");
    for (size_t i = 0; i < classes; i++) {
        nnc_page_put(page, "<th scope=\"col\">");
        nnc_put_label(page, report, i);
        nnc_page_put(page, "</th>");
    }
    nnc_page_put(page, "<th scope=\"col\" class=\"r\">found</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < classes; i++) {
        uint64_t sum = nnc_row_sum(confusion, i);
        nnc_page_put(page, "<tr><th scope=\"row\">");
        nnc_put_label(page, report, i);
        nnc_page_put(page, "</th>");
        for (size_t j = 0; j < classes; j++) {
            uint64_t count = confusion->counts[i * classes + j];
            double share = sum > 0 ? (double)count / (double)sum : 0;
            /* Mistakes are few: their shade grows with the root. */
            nnc_page_put(page, "<td class=\"%s\" style=\"--a:%.2f\">%llu</td>",
                         count == 0 ? "z"
                         : i == j   ? "d"
                                    : "e",
                         i == j ? 0.45 * share : 0.8 * sqrt(share), (unsigned long long)count);
        }
        nnc_put_share(page, confusion->counts[i * classes + i], sum);
        nnc_page_put(page, "</tr>\n");
    }
    nnc_page_put(page, "</tbody>\n<tfoot><tr><th scope=\"row\">right</th>");
    for (size_t i = 0; i < classes; i++) {
        uint64_t sum = nnc_column_sum(confusion, i);
        if (sum > 0) {
            nnc_page_put(page, "<td>%.0f %%</td>", 100 * (double)confusion->counts[i * classes + i] / (double)sum);
        } else {
            nnc_page_put(page, "<td>-</td>");
        }
    }
    nnc_page_put(page, "<td></td></tr></tfoot>\n</table></div>\n");
}

/* With many classes: the pairs that are confused most often. */
static void nnc_put_pairs(nnc_writer *page, const nnc_report *report, const nnc_confusion *confusion) {
    enum { MOST_CONFUSED = 12 };
    size_t classes = confusion->classes, best[MOST_CONFUSED], found = 0;
    for (size_t i = 0; i < classes * classes; i++) {
        size_t at = found;
        if (i / classes == i % classes || confusion->counts[i] == 0) {
            continue;
        }
        while (at > 0 && confusion->counts[best[at - 1]] < confusion->counts[i]) {
            at--;
        }
        if (at < MOST_CONFUSED) {
            found += found < MOST_CONFUSED;
            memmove(&best[at + 1], &best[at], (found - at - 1) * sizeof best[0]);
            best[at] = i;
        }
    }
    nnc_page_put(
        page,
        "<table><caption>What is confused most often</caption>\n<thead><tr><th class=\"l\" scope=\"col\">class</th>"
        "<th class=\"l\" scope=\"col\">taken for</th><th scope=\"col\">times</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < found; i++) {
        nnc_page_put(page, "<tr><td class=\"l\">");
        nnc_put_label(page, report, best[i] / classes);
        nnc_page_put(page, "</td><td class=\"l\">");
        nnc_put_label(page, report, best[i] % classes);
        nnc_page_put(page, "</td><td>%llu</td></tr>\n", (unsigned long long)confusion->counts[best[i]]);
    }
    nnc_page_put(page, "</tbody></table>\n");
}

static void nnc_put_confusion(nnc_writer *page, const nnc_report *report, const nnc_confusion *confusion) {
    uint64_t right = 0, all = 0;
    for (size_t i = 0; i < confusion->classes; i++) {
        right += confusion->counts[i * confusion->classes + i];
        all += nnc_row_sum(confusion, i);
    }
    nnc_page_put(page, "<p>%llu of %llu are right (%.2f %%).</p>\n", (unsigned long long)right,
                 (unsigned long long)all, all > 0 ? 100 * (double)right / (double)all : 0);
    (confusion->classes <= NNC_MOST_CLASSES ? nnc_put_matrix : nnc_put_pairs)(page, report, confusion);
}

/* Pictures that were read wrong ------------------------------------------------------------------------------------ */

static int nnc_is_picture(const nnc_model *model) {
    int64_t channels = model->input_rank == 3 ? model->input_shape[2] : 1;
    return !model->integer_input && (model->input_rank == 2 || model->input_rank == 3) &&
           (channels == 1 || channels == 3) && model->input_shape[0] >= 6 && model->input_shape[0] <= 96 &&
           model->input_shape[1] >= 6 && model->input_shape[1] <= 96;
}

/* The score of a class in row `row` of the outputs. */
static double nnc_score(const nnc_session *session, size_t row, size_t class) {
    size_t width = nnc_output_size(session->model);
    if (width == 1) {
        return fabs(nnc_get_real(session->model, session->output, row) - (session->model->from_logits ? 0 : 0.5));
    }
    return nnc_get_real(session->model, session->output, row * width + class);
}

/* The gravest of them: the surest first. */
typedef struct nnc_mistakes {
    nnc_mistake at[NNC_MISTAKES + 1];
    size_t count;
} nnc_mistakes;

/* Adds those of a batch whose first sample is `at`. */
static void nnc_mistakes_add(nnc_mistakes *mistakes, const nnc_session *session, size_t at, size_t n) {
    for (size_t row = 0; row < n; row++) {
        nnc_mistake mistake = {at + row, nnc_true_class(session, row), nnc_predicted_class(session, row), 0};
        if (mistake.class < 0 || (size_t)mistake.class == mistake.predicted) {
            continue;
        }
        mistake.sure = nnc_score(session, row, mistake.predicted);
        size_t place = mistakes->count;
        while (place > 0 && mistakes->at[place - 1].sure < mistake.sure) {
            place--;
        }
        if (place < NNC_MISTAKES) {
            mistakes->count += mistakes->count < NNC_MISTAKES;
            memmove(&mistakes->at[place + 1], &mistakes->at[place],
                    (mistakes->count - place - 1) * sizeof *mistakes->at);
            mistakes->at[place] = mistake;
        }
    }
}

/* Base64 of bytes that come one after another. */
typedef struct nnc_base64 {
    nnc_writer *page;
    unsigned bits, count;
} nnc_base64;

static void nnc_base64_put(nnc_base64 *out, unsigned byte) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char text[4];
    out->bits = out->bits << 8 | (byte & 0xff);
    if (++out->count == 3) {
        for (int i = 0; i < 4; i++) {
            text[i] = alphabet[out->bits >> (18 - 6 * i) & 63];
        }
        nnc_writer_write(out->page, text, sizeof text);
        out->bits = out->count = 0;
    }
}

static void nnc_base64_put32(nnc_base64 *out, unsigned value) {
    for (int i = 0; i < 4; i++) {
        nnc_base64_put(out, value >> (8 * i));
    }
}

/* A BMP of 24 bits as a data: URL. Its rows stand upside down, in BGR, padded to 4 bytes; its size is a multiple of 3
 * with the padding at the end, so that base64 needs none. */
static void nnc_put_picture(nnc_writer *page, const nnc_report *report, const double *values) {
    const nnc_model *model = report->session->model;
    size_t high = (size_t)model->input_shape[0], wide = (size_t)model->input_shape[1];
    size_t channels = model->input_rank == 3 ? (size_t)model->input_shape[2] : 1;
    unsigned line = (unsigned)((3 * wide + 3) / 4 * 4), size = 54 + line * (unsigned)high;
    double low = values[0], top = values[0];
    for (size_t i = 1; i < high * wide * channels; i++) {
        low = fmin(low, values[i]);
        top = fmax(top, values[i]);
    }
    const unsigned head[] = {0,    54, 40, (unsigned)wide, (unsigned)high, 0x180001, 0, line * (unsigned)high, 2835,
                             2835, 0,  0};
    nnc_base64 out = {page, 0, 0};
    nnc_page_put(page, "data:image/bmp;base64,");
    nnc_base64_put(&out, 'B');
    nnc_base64_put(&out, 'M');
    nnc_base64_put32(&out, size);
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++) {
        nnc_base64_put32(&out, head[i]);
    }
    for (size_t y = high; y-- > 0;) {
        for (unsigned x = 0; x < line; x++) {
            size_t channel = channels == 3 ? 2 - x % 3 : 0;
            double value = x < 3 * wide ? values[(y * wide + x / 3) * channels + channel] : low;
            nnc_base64_put(&out, top > low ? (unsigned)((value - low) / (top - low) * 255 + 0.5) : 0);
        }
    }
    for (; out.count != 0; size++) {
        nnc_base64_put(&out, 0);
    }
}

static int nnc_put_mistakes(nnc_writer *page, const nnc_report *report, const nnc_samples *x,
                            const nnc_mistakes *found) {
    const nnc_mistake *mistakes = found->at;
    double *values = nnc_alloc(report->session->host, x->width, sizeof *values);
    if (values != NULL && found->count > 0) {
        nnc_page_put(page, "<h2>Of which it was surest, and wrong</h2>\n<ul class=\"pictures\">\n");
        for (size_t i = 0; i < found->count; i++) {
            nnc_sample_values(x, mistakes[i].sample, values);
            nnc_page_put(page, "<li><img alt=\"sample %zu\" src=\"", mistakes[i].sample);
            nnc_put_picture(page, report, values);
            nnc_page_put(page, "\">");
            nnc_put_label(page, report, (size_t)mistakes[i].class);
            nnc_page_put(page, ", taken for ");
            nnc_put_label(page, report, mistakes[i].predicted);
            nnc_page_put(page, "</li>\n");
        }
        nnc_page_put(page, "</ul>\n");
    }
    free(values);
    return values != NULL ? 0 : -1;
}

/* Outputs against targets ------------------------------------------------------------------------------------------ */

typedef struct nnc_pairs {
    double (*at)[2]; /* target, output */
    size_t count, room, step;
    nnc_axis x, y;
    double squares, sum, sum_squares, absolute, n; /* of the errors; of the targets */
} nnc_pairs;

static void nnc_pairs_add(nnc_pairs *pairs, double target, double output) {
    double error = output - target;
    pairs->squares += error * error;
    pairs->absolute += fabs(error);
    pairs->sum += target;
    pairs->sum_squares += target * target;
    if ((size_t)pairs->n % pairs->step == 0 && pairs->count < pairs->room) {
        pairs->at[pairs->count][0] = target;
        pairs->at[pairs->count++][1] = output;
        nnc_axis_include(&pairs->x, target);
        nnc_axis_include(&pairs->y, output);
    }
    pairs->n++;
}

/* An nnc_predicted. */
static void nnc_pairs_add_batch(const nnc_session *session, void *pairs, size_t at, size_t n) {
    (void)at;
    for (size_t i = 0; i < n * session->model->target_size; i++) {
        nnc_pairs_add(pairs, nnc_target_value(session, i), nnc_get_real(session->model, session->output, i));
    }
}

static int nnc_collect_pairs(const nnc_report *report, const nnc_range *part, nnc_pairs *pairs) {
    nnc_session *session = report->session;
    size_t all = (part->end - part->first) * session->model->target_size;
    pairs->step = (all + NNC_MOST_POINTS - 1) / NNC_MOST_POINTS;
    pairs->room = NNC_MOST_POINTS;
    pairs->at = nnc_alloc(session->host, pairs->room, sizeof *pairs->at);
    if (pairs->at == NULL) {
        return -1;
    }
    return nnc_predict_range(session, part->data, part->first, part->end, nnc_pairs_add_batch, pairs);
}

static void nnc_draw_pairs(nnc_writer *page, nnc_pairs *pairs) {
    double mean = pairs->sum / pairs->n, spread = pairs->sum_squares / pairs->n - mean * mean;
    double low = fmax(pairs->x.low, pairs->y.low), high = fmin(pairs->x.high, pairs->y.high);
    nnc_page_put(
        page,
        "<figure>\n<figcaption><b>prediction against target</b>Root mean square error %.4g, mean absolute error "
        "%.4g",
        sqrt(pairs->squares / pairs->n), pairs->absolute / pairs->n);
    if (spread > 0) {
        nnc_page_put(page, ", R² %.3f", 1 - pairs->squares / pairs->n / spread);
    }
    nnc_page_put(page, ". On the line they are equal%s.</figcaption>\n",
                 pairs->step > 1 ? "; not all points are drawn" : "");
    nnc_page_put(page,
                 "<svg viewBox=\"0 0 480 400\" role=\"img\"><title>%zu predictions against their targets</title>\n",
                 pairs->count);
    nnc_axis_put(page, &pairs->x, 0, 362, 5, 0);
    nnc_axis_put(page, &pairs->y, 1, 48, 5, 0);
    nnc_page_put(
        page,
        "<text x=\"250\" y=\"396\" text-anchor=\"middle\">target</text>\n<text x=\"50\" y=\"10\">prediction</text>\n");
    if (low < high) {
        nnc_page_put(page, "<path class=\"guide\" d=\"M%.1f %.1fL%.1f %.1f\"/>\n", nnc_axis_at(&pairs->x, low),
                     nnc_axis_at(&pairs->y, low), nnc_axis_at(&pairs->x, high), nnc_axis_at(&pairs->y, high));
    }
    for (size_t i = 0; i < pairs->count; i++) {
        if (isfinite(pairs->at[i][0]) && isfinite(pairs->at[i][1])) {
            nnc_page_put(page, "<circle class=\"p\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.2\"/>\n",
                         nnc_axis_at(&pairs->x, pairs->at[i][0]), nnc_axis_at(&pairs->y, pairs->at[i][1]));
        }
    }
    nnc_page_put(page, "</svg>\n</figure>\n");
}

static int nnc_put_pairs_of(nnc_writer *page, const nnc_report *report, const nnc_range *part) {
    nnc_pairs pairs;
    memset(&pairs, 0, sizeof pairs);
    pairs.x = nnc_axis_between(58, 440);
    pairs.y = nnc_axis_between(352, 20);
    int status = nnc_collect_pairs(report, part, &pairs);
    if (status == 0 && pairs.count > 0) {
        nnc_page_put(page, "<div class=\"figures\">\n");
        nnc_draw_pairs(page, &pairs);
        nnc_report_residuals(page, (const double (*)[2])pairs.at, pairs.count);
        nnc_page_put(page, "</div>\n");
    }
    free(pairs.at);
    return status;
}

/* What is collected of the answers of a model of classes, while they are predicted once. */
typedef struct nnc_classified {
    nnc_confusion confusion;
    nnc_answers answers;
    nnc_mistakes mistakes;
    int is_per_sample, are_pictures; /* each sample has one answer; and can be shown */
} nnc_classified;

/* An nnc_predicted. */
static void nnc_classified_add(const nnc_session *session, void *context, size_t at, size_t n) {
    nnc_classified *all = context;
    nnc_confusion_add(session, &all->confusion, at, n);
    if (all->is_per_sample) {
        nnc_answers_add(&all->answers, session, n);
    }
    if (all->are_pictures) {
        nnc_mistakes_add(&all->mistakes, session, at, n);
    }
}

static int nnc_put_classified(nnc_writer *page, const nnc_report *report, const nnc_range *part) {
    const nnc_model *model = report->session->model;
    nnc_host *host = report->session->host;
    nnc_classified all;
    memset(&all, 0, sizeof all);
    all.is_per_sample = model->target_size == 1 || model->output_rank == 1;
    all.are_pictures = all.is_per_sample && nnc_is_picture(model);
    int status = nnc_confusion_open(host, model, &all.confusion);
    if (status == 0 && all.is_per_sample) {
        status = nnc_answers_open(host, part->end - part->first, &all.answers);
    }
    if (status == 0) {
        status = nnc_predict_range(report->session, part->data, part->first, part->end, nnc_classified_add, &all);
    }
    if (status == 0) {
        nnc_put_confusion(page, report, &all.confusion);
        nnc_report_quality(page, report, &all.answers);
    }
    if (status == 0 && all.are_pictures) {
        status = nnc_put_mistakes(page, report, &part->data->x, &all.mistakes);
    }
    nnc_confusion_close(&all.confusion);
    nnc_answers_close(&all.answers);
    return status;
}

NNC_API int nnc_report_results(nnc_writer *page, const nnc_report *report, const nnc_range *part) {
    const nnc_model *model = report->session->model;
    if (nnc_class_count(model) != 0) {
        return nnc_put_classified(page, report, part);
    }
    return model->integer_target || model->target_size != nnc_output_size(model)
               ? 0
               : nnc_put_pairs_of(page, report, part);
}
