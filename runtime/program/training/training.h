/* SPDX-License-Identifier: MIT-0 */
/* training.h - a run of fit(): what is kept and shown of it, its checkpoints and its callbacks. */
#ifndef NNC_TRAINING_H_INCLUDED
#define NNC_TRAINING_H_INCLUDED

#include "data/data.h"
#include "host/host.h"
#include "session/options.h"
#include "session/session.h"
#include "tensors/tensors.h"

/* What is kept of a run, to be drawn (record.c) -------------------------------------------------------------------- */

/** A figure over the epochs: NaN where an epoch had none. */
typedef struct nnc_series {
    char *name;
    double *values;
    size_t count, capacity;
} nnc_series;

/** Starts zeroed, but for the host. */
typedef struct nnc_record {
    nnc_host *host;
    nnc_series *series;
    size_t series_count, series_capacity;
    size_t first, epochs; /* what the run began with, counted from 0, and how many there were */
    double losses[512]; /* of batches, the mean of `per_bin` of them each */
    size_t per_bin, batches;
} nnc_record;

NNC_API int nnc_record_epoch(nnc_record *record, const nnc_figure *figures, size_t count);
NNC_API void nnc_record_batch(nnc_record *record, double loss);
/** The series of this prefix and name, or NULL. */
NNC_API const nnc_series *nnc_record_find(const nnc_record *record, const char *prefix, const char *name);
NNC_API void nnc_record_free(nnc_record *record);

/* Progress and history (progress.c, history.c, curve.c) ------------------------------------------------------------ */

typedef struct nnc_progress {
    int verbose; /* 0 nothing, 1 a bar, 2 one line at the end */
    size_t steps, step;
    double started, drawn; /* seconds */
    int is_terminal, has_color, has_unicode, width;
} nnc_progress;

/** verbose -1: a bar on a terminal, a line elsewhere. */
NNC_API void nnc_progress_open(nnc_progress *progress, int verbose);
NNC_API void nnc_progress_begin(nnc_progress *progress, size_t steps);
/** After a batch: draws at most ten times a second, with the figures of `totals` unless it is NULL. */
NNC_API void nnc_progress_step(nnc_progress *progress, nnc_totals *totals);
/** Ends the line with all figures. */
NNC_API void nnc_progress_end(nnc_progress *progress, const nnc_figure *figures, size_t count);
/** Leaves a line that was begun. */
NNC_API void nnc_progress_abandon(const nnc_progress *progress);
/** Draws the loss over the epochs where a bar was shown. */
NNC_API void nnc_curve_print(const nnc_record *record, const nnc_progress *progress);
/** Seconds of a clock that never jumps. */
NNC_API double nnc_seconds(void);

/** Bytes that grow. */
typedef struct nnc_text {
    void *bytes; /* from malloc, or NULL */
    size_t size, capacity;
} nnc_text;

/** Keras' CSVLogger: a line per epoch, epochs from 0. */
typedef struct nnc_history {
    nnc_host *host;
    const char *path;
    char separator;   /* 0: a comma */
    int validates;    /* figures of validation will come, though perhaps not in the first row */
    int keeps;        /* what is in the file stays */
    int remembers;    /* `written`, for checkpoints */
    int is_resumed;   /* a checkpoint has filled columns, written and before */
    FILE *file;       /* NULL: none is written */
    nnc_text columns; /* their names, each with its 0; made from the first row */
    nnc_text written; /* all that this run has written, so that a resumed one can write it again */
    uint64_t before;  /* bytes of the file that were there before the run */
} nnc_history;

/** Adds bytes. (history.c) */
NNC_API int nnc_text_put(nnc_host *host, nnc_text *text, const char *chars, size_t size);

/** Creates the file, or makes it again as the checkpoint knows it. `path` NULL: nothing will be
 *  written. */
NNC_API int nnc_history_open(nnc_history *history, nnc_host *host, const char *path);
/** The columns are the names of the first row, sorted; a figure that a later row does not have is NA. */
NNC_API int nnc_history_row(nnc_history *history, uint64_t epoch, const nnc_figure *figures, size_t count);
NNC_API int nnc_history_close(nnc_history *history);

/* Checkpoints: files of tensors with a checksum (checkpoint.c, safetensors_write.c) -------------------------------- */

/** A tensor of a checkpoint and where it lives while training runs. */
typedef struct nnc_part {
    nnc_entry entry; /* its name from malloc */
    void *home;
    nnc_text *text; /* instead of home: bytes, as many as there are */
    int is_learned; /* weights, and what the optimizer keeps of each: also an imported checkpoint has them */
} nnc_part;

typedef struct nnc_parts {
    nnc_host *host;
    nnc_part *at;
    size_t count, capacity;
    int failed;
} nnc_parts;

/** Adds a tensor of one dimension (count numbers at `home`) whose name is made by printf. */
NNC_API void nnc_parts_add(nnc_parts *parts, nnc_dtype dtype, size_t count, void *home, const char *format, ...)
    NNC_PRINTF(5, 6);
NNC_API void nnc_parts_add_text(nnc_parts *parts, nnc_text *text, const char *name);
/** The weights, or numbers laid out like the trainable ones, each under its name behind `prefix`. */
NNC_API void nnc_parts_add_weights(nnc_parts *parts, const nnc_model *model, int trainable, void *reals,
                                   const char *prefix);
/** What a history has written. */
NNC_API void nnc_parts_add_history(nnc_parts *parts, nnc_history *history, const char *prefix);
NNC_API void nnc_parts_free(nnc_parts *parts);

/* A training run (commands/train.c, checkpoint.c) ------------------------------------------------------------------ */

/** Where a run stands; all counted from 0. Whole numbers only: a checkpoint holds it as it is. */
typedef struct nnc_place {
    uint64_t epoch, step;  /* the next step of this epoch */
    uint64_t pass, sample; /* through the data, whose order follows from it; the next sample of it */
    uint64_t batches;      /* done in all */
    uint64_t is_stopped;   /* a callback has ended training */
} nnc_place;

/** What a callback remembers: numbers only, as checkpoints hold them. */
typedef struct nnc_memory {
    double best, has_best, best_epoch, stopped_epoch, has_weights;
    double wait, cooldown; /* epochs */
    double steps;          /* since it last did something */
} nnc_memory;

/** A callback at work. */
typedef struct nnc_running {
    const nnc_callback *callback;
    const struct nnc_callback_kind *kind;
    nnc_memory memory;
    void *weights;   /* of the best epoch; or NULL */
    nnc_history log; /* CSVLogger */
    int has_warned;
} nnc_running;

typedef struct nnc_training {
    nnc_host *host;
    const nnc_model *model;
    const nnc_options *options;
    nnc_session session;
    nnc_dataset data, validation_data; /* validation_data.count 0: the tail of data, or nothing */
    size_t train_count;                /* the samples of data before the tail */
    nnc_tensors masks;
    nnc_totals totals, validation_totals;
    nnc_figure *figures; /* of both, and what callbacks add */
    size_t figure_count;
    nnc_progress progress;
    nnc_history history;
    nnc_record record;
    double started; /* seconds */
    uint32_t *order; /* NULL: not shuffled */
    uint64_t ordered; /* the pass that `order` is for, from 1; 0: none yet */
    uint64_t epochs, steps, seed; /* wanted; in an epoch */
    nnc_place place;
    int signal; /* that ended the run, in some process of it */
    nnc_running *callbacks;
    size_t callback_count;
    char *resumed; /* the checkpoint that the run goes on from, or NULL */
    /* it comes from elsewhere: it has weights and what the optimizer keeps, and the rest begins anew */
    int is_imported;
    nnc_tensors checkpoint;  /* which has been read */
    const char *grown; /* when the loss was not finite: the weight that had become largest, … */
    double reached;    /* … and how large, if that is out of all proportion; else grown is NULL */
} nnc_training;

/** Says what of the data will not do, if anything: only validation sees a class, all targets are the same, values are
 *  of very different size. -1: there is no memory. (data_warnings.c) */
NNC_API int nnc_warn_of_data(nnc_training *training);
/** The loss is not finite: finds the weight that left the numbers first. */
NNC_API void nnc_find_grown(nnc_training *training);
/** Writes everything that going on needs, atomically. */
NNC_API int nnc_checkpoint_save(nnc_training *training, const char *path);
/** Reads a checkpoint into training->checkpoint, which is sound and of this model, and what was learned from the data;
 *  all else stays as it is. */
NNC_API int nnc_checkpoint_read(nnc_training *training, const char *path);
/** Once the data are there: goes on where that checkpoint was written. */
NNC_API int nnc_checkpoint_restore(nnc_training *training);

/* Callbacks (callbacks.c): each in the order of the model file */
typedef enum nnc_hook { NNC_TRAIN_BEGIN, NNC_EPOCH_BEGIN, NNC_STEP_END, NNC_EPOCH_END, NNC_TRAIN_END } nnc_hook;
typedef enum nnc_moment { NNC_AT_STEP, NNC_AT_EPOCH, NNC_AT_SIGNAL } nnc_moment;

NNC_API int nnc_callbacks_open(nnc_training *training);
NNC_API void nnc_callbacks_close(nnc_training *training);
NNC_API int nnc_callbacks_run(nnc_training *training, nnc_hook hook);
/** After a loss that is not finite: the best weights in place of the last ones, where an EarlyStopping holds them:
 *  then 1. */
NNC_API int nnc_callbacks_restore_best(nnc_training *training);
/** 1 when a callback takes a loss that is not finite for the end of training. */
NNC_API int nnc_callbacks_accept_nonfinite(nnc_training *training);
/** Writes the backups that are due. */
NNC_API int nnc_callbacks_backup(nnc_training *training, nnc_moment moment);
/** Reads the backup of an interrupted run: 1; 0 when there is none. */
NNC_API int nnc_callbacks_restore(nnc_training *training);
/** What they remember, for a checkpoint. */
NNC_API void nnc_callbacks_parts(nnc_training *training, nnc_parts *parts);

#endif
