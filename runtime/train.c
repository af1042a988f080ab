/* SPDX-License-Identifier: MIT-0 */
/* train.c - the command fit: epochs of shuffled batches, validation, history, and a clean end whatever happens. */
#include "nnc_host.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A training run. */
typedef struct nnc_training {
    nnc_host *host;
    const nnc_model *model;
    const nnc_options *options;
    nnc_session session;
    nnc_dataset data, validation_data; /* validation_data.count 0: the tail of data, or nothing */
    size_t train_count;                /* the samples of data before the tail */
    nnc_tensors masks;
    nnc_totals totals, validation_totals;
    nnc_figure *figures; /* of both */
    nnc_progress progress;
    nnc_history history;
    uint32_t *order;        /* NULL: not shuffled */
    uint64_t epochs, epoch; /* wanted, done */
    uint64_t batches;       /* done in all */
    size_t batch;           /* of this epoch, from 0 */
} nnc_training;

/* How an epoch ended. */
typedef enum nnc_ending {
    NNC_ENDING_ERROR = -1,
    NNC_ENDING_COMPLETE = 0,
    NNC_ENDING_SIGNAL = 1,
    NNC_ENDING_NONFINITE = 2
} nnc_ending;

NNC_API nnc_data_request nnc_fit_request(const nnc_model *model, const nnc_options *options) {
    static const nnc_source unsaid = NNC_NO_SOURCE;
    const nnc_fit_defaults *fit = model->fit;
    nnc_data_request request;
    request.x = fit != NULL ? &fit->x : &unsaid;
    request.y = fit != NULL ? &fit->y : &unsaid;
    request.sample_weight = fit != NULL ? &fit->sample_weight : &unsaid;
    request.x_path = options->x;
    request.y_path = options->y;
    request.sample_weight_path = options->sample_weight;
    request.data_dir = options->data_dir;
    request.prefix = "";
    request.with_y = 1;
    request.learned = NULL;
    return request;
}

/* Keras: the last samples, taken before any shuffling; both sides must have some. */
static int nnc_split_tail(nnc_training *training, double fraction) {
    size_t count = training->data.count;
    if (!(fraction >= 0 && fraction < 1)) {
        return nnc_fail_usage(training->host, "validation_split must be at least 0 and less than 1, not %g", fraction);
    }
    training->train_count = fraction > 0 ? (size_t)floor((double)count * (1 - fraction)) : count;
    if (training->train_count == 0 || (fraction > 0 && training->train_count == count)) {
        return nnc_fail(training->host, "validation_split=%g of %zu samples leaves none to %s", fraction, count,
                        training->train_count == 0 ? "train on" : "validate on");
    }
    return 0;
}

/* Validation data: files of the command line, else a fraction of it, else what the model file says. */
static int nnc_load_validation(nnc_training *training) {
    const nnc_options *options = training->options;
    const nnc_fit_defaults *fit = training->model->fit;
    int has_files = options->validation_x != NULL || options->validation_y != NULL;
    int has_sources = fit->validation_x.path != NULL;
    if (has_files && options->validation_split >= 0) {
        return nnc_fail_usage(training->host, "--validation-split and --validation-x exclude each other");
    }
    if (!has_files && (options->validation_split >= 0 || !has_sources)) {
        int is_given = options->validation_split >= 0;
        return nnc_split_tail(training, is_given ? options->validation_split : fit->validation_split);
    }
    nnc_data_request request = nnc_fit_request(training->model, options);
    nnc_source no_weight = request.sample_weight[0];
    no_weight.path = NULL;
    request.sample_weight = &no_weight;
    request.sample_weight_path = NULL;
    request.x = has_sources ? &fit->validation_x : request.x; /* its columns and scale, at least */
    request.y = has_sources ? &fit->validation_y : request.y;
    request.x_path = options->validation_x;
    request.y_path = options->validation_y;
    request.prefix = "validation-";
    training->train_count = training->data.count;
    request.learned = &training->session.learned;
    return nnc_dataset_load(training->host, training->model, &request, &training->validation_data);
}

static int nnc_has_validation(const nnc_training *training) {
    return training->validation_data.count > 0 || training->train_count < training->data.count;
}

static int nnc_load_masks(nnc_training *training) {
    const nnc_options *options = training->options;
    if (training->model->mask_count > 0 && options->masks == NULL) {
        return nnc_fail_usage(training->host,
                              "this program takes its random factors from a file: give --masks FILE.safetensors");
    }
    if (options->masks == NULL) {
        return 0;
    }
    if (nnc_tensors_read(training->host, options->masks, &training->masks) != 0) {
        return -1;
    }
    return nnc_masks_check(training->host, training->model, &training->masks);
}

static int nnc_initialise(nnc_training *training) {
    nnc_session *session = &training->session;
    int status = training->model->init(session->trainer, training->options->seed);
    if (status != NNC_OK) {
        return nnc_fail_status(training->host, status, "init");
    }
    if (training->options->weights == NULL && training->model->weights == NULL) {
        return 0;
    }
    return nnc_session_weights(session, training->options->weights);
}

/* What standardizes the inputs: of the training part only, and only once, unless it came with the weights. */
static int nnc_learn(nnc_training *training) {
    nnc_learned *learned = &training->session.learned;
    if (!training->model->fit->x.standardize || learned->width > 0) {
        return 0;
    }
    return nnc_learned_standardize(training->host, &training->data.x, training->train_count, learned);
}

static int nnc_prepare(nnc_training *training) {
    nnc_host *host = training->host;
    const nnc_model *model = training->model;
    const nnc_options *options = training->options;
    nnc_data_request request = nnc_fit_request(model, options);
    size_t figure_count = 2 * (1 + model->metric_count);
    request.learned = &training->session.learned;
    if (nnc_session_open(host, model, nnc_choose_batch(model, options, model->fit->batch_size), 1,
                         &training->session) != 0 ||
        nnc_load_masks(training) != 0 || nnc_initialise(training) != 0 ||
        nnc_dataset_load(host, model, &request, &training->data) != 0 || nnc_load_validation(training) != 0 ||
        nnc_learn(training) != 0 || nnc_totals_open(host, model, "", &training->totals) != 0 ||
        nnc_totals_open(host, model, "val_", &training->validation_totals) != 0 ||
        (training->figures = nnc_alloc(host, figure_count, sizeof *training->figures)) == NULL ||
        /* Now, not after hours, is the time to find out that the result cannot be written. */
        (options->save != NULL && nnc_writer_probe(host, options->save) != 0) ||
        nnc_history_open(host, &training->history, options->history) != 0) {
        return -1;
    }
    if (model->fit->shuffle && !options->no_shuffle) {
        training->order = nnc_alloc(host, training->train_count, sizeof *training->order);
        if (training->order == NULL) {
            return -1;
        }
    }
    training->epochs = options->epochs > 0 ? (uint64_t)options->epochs : (uint64_t)model->fit->epochs;
    nnc_progress_open(&training->progress, options->verbose >= 0 ? options->verbose : model->fit->verbose);
    if (training->progress.verbose > 0) {
        nnc_learned_print(&training->session.learned);
    }
    return 0;
}

static nnc_ending nnc_train_batch(nnc_training *training, size_t first, size_t n) {
    nnc_session *session = &training->session;
    const nnc_model *model = training->model;
    if (model->mask_count > 0 &&
        nnc_masks_set(training->host, model, &training->masks, training->batches, n, session->trainer) != 0) {
        return NNC_ENDING_ERROR;
    }
    nnc_session_gather(session, &training->data, training->order, first, n);
    int status = model->step(session->trainer, session->x, session->y,
                             nnc_session_sample_weight(session, &training->data), n, session->sums);
    if (status == NNC_E_NONFINITE || (status == NNC_OK && !isfinite(nnc_get_real(model, session->sums, 0)))) {
        return NNC_ENDING_NONFINITE;
    }
    if (status != NNC_OK) {
        nnc_fail_status(training->host, status, "fit");
        return NNC_ENDING_ERROR;
    }
    nnc_totals_add(&training->totals, session, n);
    training->batches++;
    return NNC_ENDING_COMPLETE;
}

static nnc_ending nnc_validate(nnc_training *training) {
    int has_own = training->validation_data.count > 0;
    const nnc_dataset *data = has_own ? &training->validation_data : &training->data;
    nnc_session_share_states(&training->session, 1);
    int status = nnc_evaluate_range(&training->session, data, has_own ? 0 : training->train_count, data->count,
                                    &training->validation_totals, NULL);
    nnc_session_share_states(&training->session, 0);
    return (nnc_ending)status;
}

/* The epoch's figures, then those of validation, to the screen and the history. */
static int nnc_report_epoch(nnc_training *training) {
    size_t count, validation_count = 0;
    const nnc_figure *figures = nnc_totals_figures(&training->totals, &count);
    memcpy(training->figures, figures, count * sizeof *figures);
    if (nnc_has_validation(training)) {
        figures = nnc_totals_figures(&training->validation_totals, &validation_count);
        memcpy(training->figures + count, figures, validation_count * sizeof *figures);
    }
    nnc_progress_end(&training->progress, training->figures, count + validation_count);
    return nnc_history_row(&training->history, training->epoch, training->figures, count + validation_count);
}

static nnc_ending nnc_train_epoch(nnc_training *training) {
    size_t rows = training->session.batch, count = training->train_count;
    if (training->progress.verbose > 0) {
        printf("Epoch %llu/%llu\n", (unsigned long long)training->epoch + 1, (unsigned long long)training->epochs);
    }
    nnc_progress_begin(&training->progress, (count + rows - 1) / rows);
    nnc_totals_clear(&training->totals);
    if (training->order != NULL) {
        nnc_shuffle(training->options->seed, training->epoch, training->order, count);
    }
    training->batch = 0;
    for (size_t first = 0; first < count; first += rows, training->batch++) {
        if (nnc_signal_pending() != 0) {
            return NNC_ENDING_SIGNAL;
        }
        nnc_ending ending = nnc_train_batch(training, first, count - first < rows ? count - first : rows);
        if (ending != NNC_ENDING_COMPLETE) {
            return ending;
        }
        nnc_progress_step(&training->progress, &training->totals);
    }
    if (nnc_has_validation(training)) {
        nnc_ending ending = nnc_validate(training);
        if (ending != NNC_ENDING_COMPLETE) {
            return ending;
        }
    }
    return nnc_report_epoch(training) != 0 ? NNC_ENDING_ERROR : NNC_ENDING_COMPLETE;
}

static int nnc_weights_are_finite(const nnc_training *training) {
    const nnc_model *model = training->model;
    for (size_t i = 0; i < model->tensor_count; i++) {
        size_t count = 0;
        nnc_shape_count(model->tensors[i].shape, model->tensors[i].rank, &count);
        for (size_t j = 0; j < count; j++) {
            if (!isfinite(nnc_get_real(model, training->session.params, model->tensors[i].offset + j))) {
                return 0;
            }
        }
    }
    return 1;
}

/* Saves what was asked for after a run that ended well, by a signal, or on a loss that is not finite: then the model
 * has kept the weights of before that batch, which are worth saving as long as they are finite themselves. */
static int nnc_finish(nnc_training *training, nnc_ending ending) {
    nnc_host *host = training->host;
    const char *save = training->options->save;
    int saves = save != NULL && ending != NNC_ENDING_ERROR &&
                (ending != NNC_ENDING_NONFINITE || nnc_weights_are_finite(training));
    if (saves && nnc_weights_save(host, training->model, save, training->session.params, &training->session.learned) != 0) {
        return -1;
    }
    if (ending == NNC_ENDING_SIGNAL) {
        nnc_progress_abandon(&training->progress);
        fprintf(stderr, "%s: interrupted in epoch %llu of %llu%s%s\n", host->program,
                (unsigned long long)training->epoch + 1, (unsigned long long)training->epochs,
                saves ? "; weights saved to " : "", saves ? save : "");
        host->status = NNC_EXIT_SIGNAL + nnc_signal_pending();
    } else if (ending == NNC_ENDING_NONFINITE) {
        nnc_progress_abandon(&training->progress);
        return nnc_fail(host, "the loss is not finite in epoch %llu, batch %zu: try a smaller learning rate%s%s%s",
                        (unsigned long long)training->epoch + 1, training->batch + 1,
                        saves ? "; the weights of before that batch are in " : "", saves ? save : "",
                        save != NULL && !saves ? "; nothing is saved, for the weights are not finite either" : "");
    }
    return 0;
}

static int nnc_run_epochs(nnc_training *training) {
    nnc_ending ending = NNC_ENDING_COMPLETE;
    nnc_signals_catch();
    while (ending == NNC_ENDING_COMPLETE && training->epoch < training->epochs) {
        ending = nnc_train_epoch(training);
        training->epoch += ending == NNC_ENDING_COMPLETE;
    }
    int status = nnc_finish(training, ending);
    nnc_signals_release();
    return status;
}

NNC_API int nnc_command_fit(nnc_host *host, const nnc_model *model, const nnc_options *options) {
    nnc_training training;
    memset(&training, 0, sizeof training);
    training.host = host;
    training.model = model;
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
    free(training.figures);
    nnc_totals_close(&training.totals);
    nnc_totals_close(&training.validation_totals);
    nnc_tensors_free(&training.masks);
    nnc_dataset_free(&training.data);
    nnc_dataset_free(&training.validation_data);
    nnc_session_close(&training.session);
    return host->status;
}
