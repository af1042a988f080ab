/* SPDX-License-Identifier: MIT-0 */
/* train.c - the command fit: epochs of shuffled batches, validation, history, and a clean end whatever happens. */
#include "commands/commands.h"
#include "data/data.h"
#include "host/host.h"
#include "report/report.h"
#include "session/options.h"
#include "session/session.h"
#include "tensors/tensors.h"
#include "training/training.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How an epoch ended. */
typedef enum nnc_ending {
    NNC_ENDING_ERROR = -1,
    NNC_ENDING_COMPLETE = 0,
    NNC_ENDING_SIGNAL = 1,
    NNC_ENDING_NONFINITE = 2,
    NNC_ENDING_LOST = 3 /* data cannot be read any more */
} nnc_ending;

static int nnc_validates(const nnc_training *training, uint64_t epoch) {
    const nnc_fit_defaults *fit = training->model->fit;
    if (fit->validation_every > 0) {
        return (epoch + 1) % (uint64_t)fit->validation_every == 0;
    }
    int listed = fit->validation_after_count == 0;
    for (size_t i = 0; i < fit->validation_after_count; i++) {
        listed |= (uint64_t)fit->validation_after[i] == epoch + 1;
    }
    return listed;
}

static int nnc_has_validation(const nnc_training *training) {
    return training->validation_data.count > 0 || training->train_count < training->data.count;
}

/* Fresh weights, those of --weights, or what a checkpoint says about the data: the rest of it comes when they are
 * there. */
static int nnc_initialise(nnc_training *training) {
    nnc_session *session = &training->session;
    const nnc_options *options = training->options;
    training->seed = options->seed;
    int is_backup = options->resume ? 0 : nnc_callbacks_restore(training);
    if (is_backup != 0) {
        return is_backup < 0 ? -1 : 0;
    }
    const int is_there = options->resume && access(options->checkpoint, F_OK) == 0;
    if (is_there && nnc_checkpoint_read(training, options->checkpoint) != 0) {
        return -1;
    }
    if (is_there && !training->is_imported) {
        return 0;
    }
    if (options->resume && !is_there) {
        nnc_warn(training->host, "there is no checkpoint %s yet: training begins anew", options->checkpoint);
    }
    int status = training->model->init(session->trainer, training->seed);
    if (status != NNC_OK) {
        return nnc_fail_status(training->host, status, "init");
    }
    if (is_there || (training->options->weights == NULL && training->model->weights == NULL)) {
        return 0;
    }
    return nnc_session_weights(session, training->options->weights);
}

/* What fills, and standardizes: of the training part only, and only once, unless it came with the weights. */
static int nnc_learn(nnc_training *training) {
    nnc_learned *learned = &training->session.learned;
    if (training->model->statistics == 0 || learned->knows_x || (training->resumed != NULL && !training->is_imported)) {
        return 0;
    }
    learned->knows_x = 1;
    return nnc_learn_statistics(training->host, training->model, &training->data.x, &training->data.y,
                                training->train_count, training->session.params);
}

static int nnc_prepare(nnc_training *training) {
    nnc_host *host = training->host;
    const nnc_model *model = training->model;
    const nnc_options *options = training->options;
    nnc_data_request request = nnc_fit_request(model, options);
    size_t figure_count = 2 * (1 + model->metric_count) + 1; /* learning_rate */
    if (options->resume && options->checkpoint == NULL) {
        return nnc_fail_usage(host, "--resume needs the file: --checkpoint FILE");
    }
    if (options->checkpoint_every > 0 && options->checkpoint == NULL) {
        return nnc_fail_usage(host, "--checkpoint-every needs the file: --checkpoint FILE");
    }
    if (options->resume && options->weights != NULL) {
        return nnc_fail_usage(host, "--resume and --weights exclude each other: a checkpoint has weights of its own");
    }
    request.learned = &training->session.learned;
    if (nnc_session_open(host, model, nnc_choose_batch(model, options, model->fit->batch_size), 1,
                         &training->session) != 0 ||
        nnc_join_ranks(training) != 0 || nnc_load_masks(training) != 0 || nnc_callbacks_open(training) != 0 ||
        nnc_initialise(training) != 0 ||
        nnc_dataset_load(host, model, &request, &training->data) != 0 ||
        (model->fit->shuffle_rows && nnc_dataset_shuffle(host, model, model->fit->shuffle_seed, model->fit->stratify,
                                                         &training->data) != 0) ||
        nnc_check_weights(host, model, &training->data) != 0 || nnc_load_validation(training) != 0 ||
        nnc_learn(training) != 0 || nnc_totals_open(host, model, "", &training->totals) != 0 ||
        nnc_totals_open(host, model, "val_", &training->validation_totals) != 0 ||
        (training->figures = nnc_alloc(host, figure_count, sizeof *training->figures)) == NULL ||
        /* Now, not after hours, is the time to find out that a result cannot be written. */
        (options->save != NULL && nnc_writer_probe(host, options->save) != 0) ||
        (options->report != NULL && nnc_writer_probe(host, options->report) != 0) ||
        (options->checkpoint != NULL && nnc_writer_probe(host, options->checkpoint) != 0)) {
        return -1;
    }
    if (model->fit->shuffle && !options->no_shuffle) {
        training->order = nnc_alloc(host, training->train_count, sizeof *training->order);
        if (training->order == NULL) {
            return -1;
        }
    }
    training->place.epoch = training->place.pass = (uint64_t)model->fit->initial_epoch;
    if (training->resumed != NULL && nnc_checkpoint_restore(training) != 0) {
        return -1;
    }
    if (nnc_compare_ranks(training) != 0) {
        return -1;
    }
    /* Until here, nothing has been written. */
    training->history.validates = nnc_has_validation(training);
    training->history.remembers = options->checkpoint != NULL || model->fit->callback_count > 0;
    if (nnc_history_open(&training->history, host, options->history) != 0 ||
        nnc_callbacks_run(training, NNC_TRAIN_BEGIN) != 0) {
        return -1;
    }
    training->steps = (training->train_count + training->session.batch - 1) / training->session.batch;
    if (model->fit->steps_per_epoch > 0) {
        training->steps = (uint64_t)model->fit->steps_per_epoch;
    }
    training->epochs = options->epochs > 0 ? (uint64_t)options->epochs : (uint64_t)model->fit->epochs;
    nnc_progress_open(&training->progress, options->verbose >= 0 ? options->verbose : model->fit->verbose);
    if (options->verbose > 1) {
        nnc_print_threads(&training->session);
    }
    if (training->progress.verbose > 0) {
        nnc_learned_print(&training->session.learned);
        return nnc_warn_of_data(training);
    }
    return 0;
}

/* The samples of the next step; their order follows from the seed and the pass. */
static size_t nnc_choose_samples(nnc_training *training) {
    const nnc_place *place = &training->place;
    size_t left = training->train_count - (size_t)place->sample;
    if (training->order != NULL && training->ordered != place->pass + 1) {
        nnc_shuffle(training->seed, place->pass, training->order, training->train_count);
        training->ordered = place->pass + 1;
    }
    return left < training->session.batch ? left : training->session.batch;
}

static void nnc_advance(nnc_place *place, size_t n, size_t count) {
    place->step++;
    place->batches++;
    place->sample += n;
    if (place->sample == count) {
        place->sample = 0;
        place->pass++;
    }
}

/* The samples of this step; those of the next one, where the order is known, while it is made. */
static int nnc_fetch_batch(nnc_training *training, size_t n) {
    nnc_session *session = &training->session;
    const size_t first = (size_t)training->place.sample, next = first + n, left = training->train_count - next;
    if (nnc_session_fetch(session, &training->data, training->order, first, n) != 0) {
        return -1;
    }
    nnc_session_fetch_ahead(session, &training->data, training->order, next,
                            left < session->batch ? left : session->batch);
    return 0;
}

/* All that a step needs: processes that share it begin it when everyone has that. */
static nnc_ending nnc_prepare_batch(nnc_training *training, size_t n) {
    const nnc_model *model = training->model;
    if (model->mask_count > 0 && nnc_masks_set(training->host, model, &training->masks, training->place.batches, n,
                                               training->session.trainer) != 0) {
        return NNC_ENDING_ERROR;
    }
    if (nnc_fetch_batch(training, n) != 0) {
        return NNC_ENDING_LOST;
    }
    training->signal = nnc_group_agree(training->host, nnc_signal_pending());
    return training->signal == 0 ? NNC_ENDING_COMPLETE : training->signal < 0 ? NNC_ENDING_ERROR : NNC_ENDING_SIGNAL;
}

static nnc_ending nnc_train_batch(nnc_training *training) {
    nnc_session *session = &training->session;
    const nnc_model *model = training->model;
    nnc_place *place = &training->place;
    size_t n = nnc_choose_samples(training);
    const nnc_ending ready = nnc_prepare_batch(training, n);
    if (ready != NNC_ENDING_COMPLETE) {
        return ready;
    }
    int status = nnc_session_step(session, nnc_session_fit_weight(session, &training->data, n), n);
    if (status == NNC_E_NONFINITE || (status == NNC_OK && !isfinite(nnc_get_real(model, session->sums, 0)))) {
        nnc_find_grown(training);
        if (!nnc_callbacks_accept_nonfinite(training)) {
            return NNC_ENDING_NONFINITE;
        }
        training->totals.loss += nnc_get_real(model, session->sums, 0); /* what is logged is not finite either */
        training->totals.samples += (double)n;
        return NNC_ENDING_COMPLETE;
    }
    if (status != NNC_OK) {
        nnc_fail_status(training->host, status, "fit");
        return NNC_ENDING_ERROR;
    }
    nnc_totals_add(&training->totals, session, n);
    nnc_record_batch(&training->record, nnc_get_real(model, session->sums, 0));
    nnc_advance(place, n, training->train_count);
    return NNC_ENDING_COMPLETE;
}

/* Writes the checkpoints that are due. */
static nnc_ending nnc_save_checkpoints(nnc_training *training, nnc_moment moment) {
    const nnc_options *options = training->options;
    uint64_t every = (uint64_t)options->checkpoint_every;
    int is_due = options->checkpoint != NULL &&
                 (moment != NNC_AT_STEP || (every > 0 && training->place.batches % every == 0));
    return (is_due && nnc_checkpoint_save(training, options->checkpoint) != 0) ||
                   nnc_callbacks_backup(training, moment) != 0
               ? NNC_ENDING_ERROR
               : NNC_ENDING_COMPLETE;
}

/* A step, and what is due after it. */
static nnc_ending nnc_train_step(nnc_training *training) {
    nnc_ending ending = nnc_train_batch(training);
    if (ending == NNC_ENDING_COMPLETE && !training->place.is_stopped) {
        ending = nnc_callbacks_run(training, NNC_STEP_END) != 0 ? NNC_ENDING_ERROR
                                                                : nnc_save_checkpoints(training, NNC_AT_STEP);
    }
    return ending;
}

static nnc_ending nnc_validate(nnc_training *training) {
    const nnc_fit_defaults *fit = training->model->fit;
    nnc_session *session = &training->session;
    int has_own = training->validation_data.count > 0;
    const nnc_dataset *data = has_own ? &training->validation_data : &training->data;
    size_t first = has_own ? 0 : training->train_count, end = data->count, batch = session->batch;
    size_t wanted = fit->validation_batch_size > 0 ? (size_t)fit->validation_batch_size : batch;
    if (fit->validation_steps > 0 && (end - first) / wanted >= (size_t)fit->validation_steps) {
        end = first + (size_t)fit->validation_steps * wanted;
    }
    session->batch = wanted < training->model->batch ? wanted : training->model->batch;
    nnc_session_share_states(session, 1);
    int status = nnc_evaluate_range(session, data, first, end, &training->validation_totals, NULL);
    session->batch = batch;
    training->signal = nnc_signal_pending();
    status = status < 0 ? status : nnc_group_agree(training->host, status);
    if (status == 0) { /* else the states stay those of before, for a checkpoint */
        nnc_session_share_states(session, 0);
    }
    return (nnc_ending)status;
}

/* The epoch's figures, then those of validation, to callbacks, the screen and the history. */
static int nnc_report_epoch(nnc_training *training, int is_validated) {
    size_t count, validation_count = 0;
    const nnc_figure *figures = nnc_totals_figures(&training->totals, &count);
    memcpy(training->figures, figures, count * sizeof *figures);
    if (is_validated) {
        figures = nnc_totals_figures(&training->validation_totals, &validation_count);
        memcpy(training->figures + count, figures, validation_count * sizeof *figures);
    }
    training->figure_count = count + validation_count;
    if (nnc_callbacks_run(training, NNC_EPOCH_END) != 0) {
        return -1;
    }
    nnc_progress_end(&training->progress, training->figures, training->figure_count);
    if (nnc_record_epoch(&training->record, training->figures, training->figure_count) != 0) {
        return -1;
    }
    return nnc_history_row(&training->history, training->place.epoch, training->figures, training->figure_count);
}

static nnc_ending nnc_train_epoch(nnc_training *training) {
    nnc_place *place = &training->place;
    nnc_ending ending = NNC_ENDING_COMPLETE;
    if (training->progress.verbose > 0) {
        printf("Epoch %llu/%llu\n", (unsigned long long)place->epoch + 1, (unsigned long long)training->epochs);
    }
    nnc_progress_begin(&training->progress, training->steps);
    training->progress.step = (size_t)place->step;
    if (place->step == 0) { /* else a resumed run is in the middle of it */
        nnc_totals_clear(&training->totals);
        ending = nnc_callbacks_run(training, NNC_EPOCH_BEGIN) != 0 ? NNC_ENDING_ERROR : NNC_ENDING_COMPLETE;
    }
    while (ending == NNC_ENDING_COMPLETE && place->step < training->steps && !place->is_stopped) {
        ending = nnc_train_step(training);
        if (ending == NNC_ENDING_COMPLETE) {
            nnc_progress_step(&training->progress, &training->totals);
        }
    }
    int is_validated = nnc_has_validation(training) && nnc_validates(training, place->epoch);
    if (ending == NNC_ENDING_COMPLETE && is_validated) {
        ending = nnc_validate(training);
    }
    if (ending == NNC_ENDING_COMPLETE && nnc_report_epoch(training, is_validated) != 0) {
        ending = NNC_ENDING_ERROR;
    }
    return ending;
}

/* What cut the run short, for the report. */
static const char *nnc_ending_text(nnc_ending ending) {
    return ending == NNC_ENDING_SIGNAL      ? "then it was interrupted"
           : ending == NNC_ENDING_NONFINITE ? "then the loss was not finite"
                                            : "";
}

static int nnc_write_report(nnc_training *training, nnc_ending ending) {
    int has_own = training->validation_data.count > 0;
    const nnc_dataset *validation = has_own ? &training->validation_data : &training->data;
    nnc_report report;
    report.session = &training->session;
    report.options = training->options;
    report.record = &training->record;
    report.train = (nnc_range){&training->data, 0, training->train_count};
    report.validation = (nnc_range){nnc_has_validation(training) ? validation : NULL,
                                    has_own ? 0 : training->train_count, validation->count};
    report.epochs = training->epochs;
    report.seed = training->seed;
    report.seconds = nnc_seconds() - training->started;
    report.is_shuffled = training->order != NULL;
    report.ending = nnc_ending_text(ending);
    return nnc_report_write(training->host, &report, training->options->report);
}

/* What a run that did not end well says. */
static int nnc_say_ending(nnc_training *training, nnc_ending ending, int saves, int best) {
    nnc_host *host = training->host;
    const nnc_options *options = training->options;
    const nnc_place *place = &training->place;
    if (ending == NNC_ENDING_SIGNAL) {
        nnc_progress_abandon(&training->progress);
        fprintf(stderr, "%s: interrupted in epoch %llu of %llu%s%s%s%s\n", host->program,
                (unsigned long long)place->epoch + 1, (unsigned long long)training->epochs,
                saves ? "; weights saved to " : "", saves ? options->save : "",
                options->checkpoint != NULL ? "; --resume goes on from " : "",
                options->checkpoint != NULL ? options->checkpoint : "");
        host->status = NNC_EXIT_SIGNAL + (training->signal > 0 ? training->signal : SIGTERM);
    } else if (ending == NNC_ENDING_NONFINITE) {
        nnc_progress_abandon(&training->progress);
        nnc_fail(host, "the loss is not finite in epoch %llu, batch %llu: try a smaller learning rate%s%s%s",
                 (unsigned long long)place->epoch + 1, (unsigned long long)place->step + 1,
                 !saves ? "" : best ? "; the best weights are in "
                                    : "; the weights of before that batch are in ",
                 saves ? options->save : "",
                 options->save && !saves ? "; nothing is saved, for the weights are not finite either" : "");
        return training->grown == NULL ? -1 : nnc_fail_hint(host, "of all weights those of %s had grown most, to %.2g",
                                                            training->grown, training->reached);
    } else if (ending == NNC_ENDING_LOST) {
        nnc_progress_abandon(&training->progress);
        return !saves ? -1 : nnc_fail_hint(host, "the weights of before that batch are in %s", options->save);
    }
    return 0;
}

/* Saves what was asked for after a run that ended well, by a signal, or on a loss that is not finite: then the model
 * has kept the weights of before that batch, worth saving as long as they are finite; or, asked to, the best ones. */
static int nnc_finish(nnc_training *training, nnc_ending ending) {
    const nnc_options *options = training->options;
    const int best = ending == NNC_ENDING_NONFINITE && nnc_callbacks_restore_best(training);
    int saves = options->save != NULL && ending != NNC_ENDING_ERROR &&
                (ending != NNC_ENDING_NONFINITE || nnc_session_is_finite(&training->session));
    const int is_cut = ending == NNC_ENDING_SIGNAL || ending == NNC_ENDING_LOST;
    if ((is_cut && nnc_save_checkpoints(training, NNC_AT_SIGNAL) != NNC_ENDING_COMPLETE) ||
        (ending == NNC_ENDING_COMPLETE && nnc_callbacks_run(training, NNC_TRAIN_END) != 0)) {
        return -1;
    }
    if (saves && nnc_weights_save(training->host, training->model, options->save, training->session.params,
                                  &training->session.learned) != 0) {
        return -1;
    }
    const int is_shown = ending != NNC_ENDING_ERROR && ending != NNC_ENDING_LOST; /* it shows samples */
    if (options->report != NULL && !training->host->is_silent && is_shown && nnc_write_report(training, ending) != 0) {
        return -1;
    }
    nnc_curve_print(&training->record, &training->progress);
    return nnc_say_ending(training, ending, saves, best);
}

/* The epoch is done: the next one is where a resumed run begins. */
static nnc_ending nnc_end_epoch(nnc_training *training) {
    training->place.epoch++;
    training->place.step = 0;
    return nnc_save_checkpoints(training, NNC_AT_EPOCH);
}

static int nnc_run_epochs(nnc_training *training) {
    nnc_ending ending = NNC_ENDING_COMPLETE;
    nnc_signals_catch();
    training->started = nnc_seconds();
    training->record.first = (size_t)training->place.epoch;
    if (training->host->group != NULL && training->resumed == NULL) { /* there is always something to resume */
        ending = nnc_save_checkpoints(training, NNC_AT_SIGNAL);
    }
    while (ending == NNC_ENDING_COMPLETE && !training->place.is_stopped && training->place.epoch < training->epochs) {
        ending = nnc_train_epoch(training);
        if (ending == NNC_ENDING_COMPLETE) {
            ending = nnc_end_epoch(training);
        }
    }
    /* After the last checkpoint, which goes on. */
    if (ending == NNC_ENDING_COMPLETE && training->model->finish != NULL) {
        if (nnc_session_gather_ranks(&training->session) != 0) {
            ending = NNC_ENDING_ERROR;
        } else {
            training->model->finish(training->session.trainer);
        }
    }
    nnc_session_await(&training->session);
    int status = nnc_finish(training, ending);
    nnc_signals_release();
    return status;
}

NNC_API int nnc_command_fit(nnc_host *host, const nnc_model *model, const nnc_options *options) {
    nnc_training training;
    memset(&training, 0, sizeof training);
    training.host = host;
    training.model = model;
    training.record.host = host;
    training.options = options;
    if (model->fit == NULL || model->step == NULL) {
        nnc_fail_usage(host, "the model %s cannot be trained: it needs compile(), and not --inference-only",
                       model->name);
        return host->status;
    }
    if (nnc_prepare(&training) == 0) {
        nnc_run_epochs(&training);
    }
    if (nnc_history_close(&training.history) != 0 && host->status == NNC_EXIT_OK) {
        host->status = NNC_EXIT_FAILED;
    }
    free(training.order);
    nnc_record_free(&training.record);
    free(training.figures);
    nnc_totals_close(&training.totals);
    nnc_totals_close(&training.validation_totals);
    nnc_tensors_free(&training.masks);
    nnc_tensors_free(&training.checkpoint);
    nnc_callbacks_close(&training);
    free(training.resumed);
    nnc_dataset_free(&training.data);
    nnc_dataset_free(&training.validation_data);
    nnc_session_close(&training.session);
    return host->status;
}
