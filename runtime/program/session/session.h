/* SPDX-License-Identifier: MIT-0 */
/* session.h - a model with its memory, and the figures that it gives. */
#ifndef NNC_SESSION_H_INCLUDED
#define NNC_SESSION_H_INCLUDED

#include "data/data.h"
#include "host/host.h"

/* Running a model (session.c) -------------------------------------------------------------------------------------- */

/** A model with its memory. */
typedef struct nnc_session {
    nnc_host *host;
    const nnc_model *model;
    void *trainer; /* NULL when only weights are needed */
    void *params;  /* inside the trainer where there is one */
    void *work;
    void *x, *y, *sample_weight, *output; /* of one batch */
    void *sums;                           /* what the model reports of a batch */
    size_t batch;                         /* rows used: at most the compiled batch */
    size_t threads;                       /* for steps of training and batches of inference; 0: as many as pay */
    struct nnc_crew *crew;                /* the threads, once they are wanted; or NULL */
    struct nnc_ahead *ahead;              /* who fetches the next batch, likewise */
    nnc_learned learned;                  /* from the data, or with the weights */
} nnc_session;

/** `batch_size` 0: the compiled batch; more than that is a usage error. */
NNC_API int nnc_session_open(nnc_host *host, const nnc_model *model, int64_t batch_size, int with_trainer,
                             nnc_session *session);
/** The part of it that belongs to a batch, for as many samples as the program is compiled for. */
NNC_API int nnc_session_buffers(nnc_session *session);
/** Of these x, y and the weights only. */
NNC_API int nnc_session_batch_buffers(nnc_session *session);
NNC_API void nnc_session_free_buffers(nnc_session *session);
/** Hands the states of stateful layers from training to inference, or back: in Keras they are the same. */
NNC_API void nnc_session_share_states(nnc_session *session, int to_work);
NNC_API void nnc_session_close(nnc_session *session);
/** Weights from a file, or those baked in; neither is a usage error, unless the model has none. */
NNC_API int nnc_session_weights(nnc_session *session, const char *path);
/** Whether all weights are finite. */
NNC_API int nnc_session_is_finite(const nnc_session *session);
/** Copies `n` samples, from `first` on in order, or as `order` lists them from there, and clears the sums. */
NNC_API void nnc_session_gather(nnc_session *session, const nnc_dataset *data, const uint32_t *order, size_t first,
                                size_t n);
/** The same by a team. */
NNC_API void nnc_session_gather_shared(nnc_session *session, const nnc_dataset *data, const uint32_t *order,
                                       size_t first, size_t n, nnc_team team);
/** The same, but the sums stay. */
NNC_API void nnc_session_fill(nnc_session *session, const nnc_dataset *data, const uint32_t *order, size_t first,
                              size_t n, nnc_team team);
/** Fills x, y, the weights and the masks with suitable numbers for `n` samples, and clears the sums. (made_up.c) */
NNC_API void nnc_session_make_up(nnc_session *session, nnc_stream *stream, size_t n);
/** Weights for the rows of a batch to train on, by class where fit() says so; else as nnc_session_sample_weight. */
NNC_API const void *nnc_session_fit_weight(nnc_session *session, const nnc_dataset *data, size_t n);
/** Error when the data have weights and fit() has weights of classes. */
NNC_API int nnc_check_weights(nnc_host *host, const nnc_model *model, const nnc_dataset *data);
/** Rows of the loss that a sample has, each with its weight. */
NNC_API size_t nnc_weight_size(const nnc_model *model);
/** Value `i` of the targets of a batch, not class numbers, as loss and metrics see it. */
NNC_API double nnc_target_value(const nnc_session *session, size_t i);
/** What to hand to the model: the weights gathered, or NULL when the data have none. */
NNC_API const void *nnc_session_sample_weight(const nnc_session *session, const nnc_dataset *data);
/** Values of one sample of the input, and of the output. */
NNC_API size_t nnc_input_size(const nnc_model *model);
NNC_API size_t nnc_output_size(const nnc_model *model);
/** Turns a status of the model into an error that says what was being done. */
NNC_API int nnc_fail_status(nnc_host *host, int status, const char *doing);

/* Work that threads share (threads.c) ------------------------------------------------------------------------------ */

enum { NNC_MAX_THREADS = 256 };
typedef struct nnc_crew nnc_crew;

/** What is done with each batch of `n` samples from `at` on. */
typedef struct nnc_batch_job {
    /** In several threads at once, each with a session of its own; returns a status for `follow`. */
    int (*work)(nnc_session *session, void *context, size_t at, size_t n);
    /** In the caller's thread, in the order of the batches; not 0 ends it all. */
    int (*follow)(nnc_session *session, void *context, int status, size_t n);
    void *context;
    int is_by_sample; /* a batch may be smaller, for nothing that is made depends on which samples are in it */
} nnc_batch_job;

/** Samples [first, end) in session->threads threads (0: as many as pay), or in one where layers keep states from batch
 *  to batch. 1 when a signal asked to stop. */
NNC_API int nnc_for_batches(nnc_session *session, size_t first, size_t end, const nnc_batch_job *job);
NNC_API void nnc_crew_close(nnc_crew *crew);
/** The threads of a step of training, which this starts where they are wanted. */
NNC_API nnc_team nnc_training_team(nnc_session *session);
/** A line that says how many these are, and why. */
NNC_API void nnc_print_threads(nnc_session *session);
/** The outputs of the `n` samples gathered, in session->threads threads, or in as many as pay; a status. */
NNC_API int nnc_session_predict(nnc_session *session, size_t n);
/** Of a group of processes: each gets all that outlasts a step. */
NNC_API int nnc_session_gather_ranks(nnc_session *session);
/** A step of training on the `n` samples gathered, in session->threads threads where that pays; a status. */
NNC_API int nnc_session_step(nnc_session *session, const void *sample_weight, size_t n);

/* Batches that are fetched ahead (ahead.c) ------------------------------------------------------------------------- */

typedef struct nnc_ahead nnc_ahead;

/** The batch to train on, as nnc_session_gather() does: perhaps it is there already. */
NNC_API int nnc_session_fetch(nnc_session *session, const nnc_dataset *data, const uint32_t *order, size_t first,
                              size_t n);
/** Begins to fetch the next one, where that pays; `data` and `order` stay as they are until it is fetched, or … */
NNC_API void nnc_session_fetch_ahead(nnc_session *session, const nnc_dataset *data, const uint32_t *order,
                                     size_t first, size_t n);
/** … waited for, and forgotten. */
NNC_API void nnc_session_await(nnc_session *session);
NNC_API void nnc_ahead_close(nnc_ahead *ahead);

/* Figures: what is logged (figures.c) ------------------------------------------------------------------------------ */

/** A named figure of a log. */
typedef struct nnc_figure {
    const char *name;
    double value;         /* the mean of … */
    const double *values; /* … several; */
    size_t count;         /* at most 1: there is only the one */
} nnc_figure;

/** How many figures a metric has, and what they are. (metrics.c) */
NNC_API size_t nnc_metric_figures(const nnc_metric *metric);
NNC_API void nnc_metric_results(const nnc_metric *metric, const double *sums, double *figures);

/** Running means over the batches of an epoch: the loss weighted by samples, metrics from their sums. */
typedef struct nnc_totals {
    const nnc_model *model;
    const char *prefix;   /* of the figures' names: "" or "val_" */
    double loss, samples; /* the loss times the samples it stands for */
    double *sums;         /* as the model's; [0] unused */
    nnc_figure *figures;  /* nnc_totals_figures, */
    double *values;       /* and those that metrics have several of */
    char *names;
} nnc_totals;

NNC_API int nnc_totals_open(nnc_host *host, const nnc_model *model, const char *prefix, nnc_totals *totals);
NNC_API void nnc_totals_close(nnc_totals *totals);
NNC_API void nnc_totals_clear(nnc_totals *totals);
/** Adds the sums of a batch of `n` samples. */
NNC_API void nnc_totals_add(nnc_totals *totals, const nnc_session *session, size_t n);
/** The loss and the metrics, sorted by name; *count of them, valid until the next call. */
NNC_API const nnc_figure *nnc_totals_figures(nnc_totals *totals, size_t *count);

/* Which class was taken for which (confusion.c) -------------------------------------------------------------------- */

typedef struct nnc_confusion {
    size_t classes;
    uint64_t *counts; /* [class][prediction] */
} nnc_confusion;

/** The label of a class, cut when long; its number where the data had numbers. */
typedef struct nnc_class_label {
    char text[64];
} nnc_class_label;

/** Of what the model tells apart; 0 when its outputs are no classes. */
NNC_API size_t nnc_class_count(const nnc_model *model);
/** All counts 0. A model without classes is a usage error. */
NNC_API int nnc_confusion_open(nnc_host *host, const nnc_model *model, nnc_confusion *confusion);
/** What is done with a batch of `n` samples, from `at` on, whose inputs, targets and outputs lie in the session. */
typedef void nnc_predicted(const nnc_session *session, void *context, size_t at, size_t n);
/** Predicts samples [first, end), from zero states on. 1 when a signal asked to stop, -1 after a message. */
NNC_API int nnc_predict_range(nnc_session *session, const nnc_dataset *data, size_t first, size_t end,
                              nnc_predicted *each, void *context);
/** An nnc_predicted: counts them in; the context is an nnc_confusion. */
NNC_API void nnc_confusion_add(const nnc_session *session, void *confusion, size_t at, size_t n);
/** The class that row `row` of the session's outputs stands for, and that its targets name: -1 where none is asked. */
NNC_API size_t nnc_predicted_class(const nnc_session *session, size_t row);
NNC_API int64_t nnc_true_class(const nnc_session *session, size_t row);
NNC_API nnc_class_label nnc_label_of_class(const nnc_learned *learned, size_t index);
NNC_API void nnc_confusion_print(const nnc_confusion *confusion, const nnc_learned *learned);
NNC_API void nnc_confusion_close(nnc_confusion *confusion);

#endif
