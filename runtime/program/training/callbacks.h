/* SPDX-License-Identifier: MIT-0 */
/* callbacks.h - what the files of the callbacks share. */
#ifndef NNC_CALLBACKS_H_INCLUDED
#define NNC_CALLBACKS_H_INCLUDED

#include "data/data.h"
#include "session/session.h"
#include "training/training.h"

/* One class: what it does at which moment; NULL: nothing. */
typedef int nnc_callback_function(nnc_training *training, nnc_running *running);
typedef struct nnc_callback_kind {
    const char *name;
    int ends_at_nonfinite; /* a loss that is not finite ends training, unless that is to be an error */
    int keeps_log;         /* a history of its own, which checkpoints have */
    nnc_callback_function *train_begin, *epoch_begin, *step_end, *epoch_end, *train_end;
} nnc_callback_kind;

/* Figures (callbacks_figures.c) ------------------------------------------------------------------------------------ */

/** A number of the model's type: Keras compares such. */
NNC_API double nnc_rounded(const nnc_model *model, double value);
/** Whether a watched figure has become better by more than min_delta. */
NNC_API int nnc_is_better(const nnc_training *training, const nnc_callback *callback, double value, double than);
/** The figure of this name in the epoch's log, or NULL. */
NNC_API const nnc_figure *nnc_figure_of(const nnc_training *training, const char *name, size_t size);
/** The names of all figures, for messages. */
NNC_API nnc_quoted_list nnc_list_figures(const nnc_training *training);
/** The watched figure in *value; 0, after a warning the first time, when there is none. */
NNC_API int nnc_watch(nnc_training *training, nnc_running *running, double *value);
/** As Python prints a float: the fewest digits that bring it back. */
typedef struct nnc_number_text {
    char text[40];
} nnc_number_text;
NNC_API nnc_number_text nnc_show_number(double value);

/* What they do at the moments of a run (callbacks_rate.c, callbacks_save.c) ---------------------------------------- */

NNC_API int nnc_plateau_epoch_end(nnc_training *training, nnc_running *running);
NNC_API int nnc_scheduler_epoch_begin(nnc_training *training, nnc_running *running);
NNC_API int nnc_scheduler_epoch_end(nnc_training *training, nnc_running *running);
NNC_API int nnc_model_checkpoint_train_begin(nnc_training *training, nnc_running *running);
NNC_API int nnc_model_checkpoint_step_end(nnc_training *training, nnc_running *running);
NNC_API int nnc_model_checkpoint_epoch_end(nnc_training *training, nnc_running *running);
NNC_API int nnc_backup_train_end(nnc_training *training, nnc_running *running);

#endif
