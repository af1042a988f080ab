/* SPDX-License-Identifier: MIT-0 */
/* report.h - the page of fit --report. */
#ifndef NNC_REPORT_H_INCLUDED
#define NNC_REPORT_H_INCLUDED

#include "data/data.h"
#include "host/host.h"
#include "session/options.h"
#include "session/session.h"
#include "training/training.h"

/* Report: a page of HTML about a run (report*.c) ------------------------------------------------------------------- */

/** Samples of a dataset from `first` on. */
typedef struct nnc_range {
    const nnc_dataset *data; /* NULL: there are none */
    size_t first, end;
} nnc_range;

typedef struct nnc_report {
    nnc_session *session;
    const nnc_options *options;
    const nnc_record *record;
    nnc_range train, validation;
    uint64_t epochs, seed; /* wanted */
    double seconds;
    int is_shuffled;
    const char *ending; /* what cut the run short, or "" */
} nnc_report;

/** Writes the page; predicts, and so may change the session's work and batch. */
NNC_API int nnc_report_write(nnc_host *host, const nnc_report *report, const char *path);

/** Head and foot of the page; text as it is, and text from outside, with what HTML would read as its own replaced. */
NNC_API void nnc_page_begin(nnc_writer *page, const char *title);
NNC_API void nnc_page_end(nnc_writer *page);
NNC_API void nnc_page_put(nnc_writer *page, const char *format, ...) NNC_PRINTF(2, 3);
NNC_API void nnc_page_text(nnc_writer *page, const char *text);
/** A piece of text, for a page; what stands behind it may be looked at, up to a 0. */
NNC_API void nnc_page_piece(void *page, const char *text, size_t length);

/** Values low … high become coordinates from … to. */
typedef struct nnc_axis {
    double low, high, from, to;
    int is_empty, is_log;
} nnc_axis;
NNC_API nnc_axis nnc_axis_between(double from, double to);
NNC_API void nnc_axis_include(nnc_axis *axis, double value);
NNC_API double nnc_axis_at(const nnc_axis *axis, double value);
/** Line, ticks and numbers; `across` is the other coordinate, `whole` allows whole numbers only. */
NNC_API void nnc_axis_put(nnc_writer *page, const nnc_axis *axis, int is_vertical, double across, int wanted,
                          int whole);
/** A figure of one series over the epochs from `first` on, counted from 0, maybe with its validation; of the losses of
 * the batches. */
NNC_API void nnc_chart_epochs(nnc_writer *page, size_t first, const nnc_series *train, const nnc_series *validation);
NNC_API void nnc_chart_batches(nnc_writer *page, const nnc_record *record);

/** What the trained model makes of `part`: the confusion matrix and its gravest mistakes, or outputs against
 * targets. */
NNC_API int nnc_report_results(nnc_writer *page, const nnc_report *report, const nnc_range *part);
/** What the model said of a sample. */
typedef struct nnc_answer {
    double sure;     /* the probability of the class that it chose */
    double positive; /* of two classes: the probability of the second */
    int is_right, is_positive;
} nnc_answer;

typedef struct nnc_answers {
    nnc_answer *at;
    size_t count;
    int are_probabilities;
} nnc_answers;
/** Room for so many; those of the `n` samples that the session has just predicted. (report_quality.c) */
NNC_API int nnc_answers_open(nnc_host *host, size_t most, nnc_answers *answers);
NNC_API void nnc_answers_add(nnc_answers *answers, const nnc_session *session, size_t n);
NNC_API void nnc_answers_close(nnc_answers *answers);
/** How far its probabilities can be believed; of two classes ROC, precision and recall. Brings the answers into another
 *  order. (report_quality.c) */
NNC_API void nnc_report_quality(nnc_writer *page, const nnc_report *report, nnc_answers *answers);
/** A histogram of output less target, of pairs {target, output}. */
NNC_API void nnc_report_residuals(nnc_writer *page, const double (*pairs)[2], size_t count);
/** The samples themselves, when they have one or two inputs, and what the model says in between. */
NNC_API int nnc_report_samples(nnc_writer *page, const nnc_report *report);

#endif
