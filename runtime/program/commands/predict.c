/* SPDX-License-Identifier: MIT-0 */
/* predict.c - the command predict: outputs for samples, or mean and deviation of many with dropout on. */
#include "commands/commands.h"
#include "data/data.h"
#include "host/host.h"
#include "session/options.h"
#include "session/session.h"

#include <stdlib.h>
#include <string.h>

/* What the batches of a prediction have in common. */
typedef struct nnc_predicting {
    const nnc_dataset *data;
    nnc_results *results; /* each batch goes there; NULL: … */
    char *reals;          /* … here, all means, then all deviations */
    const nnc_options *options;
} nnc_predicting;

static int nnc_work_predict(nnc_session *session, void *context, size_t at, size_t n) {
    const nnc_predicting *predicting = context;
    nnc_session_gather(session, predicting->data, NULL, at, n);
    return session->model->predict(session->params, session->work, session->x, session->output, n);
}

static int nnc_work_predict_mc(nnc_session *session, void *context, size_t at, size_t n) {
    const nnc_predicting *predicting = context;
    const nnc_model *model = session->model;
    size_t row_bytes = nnc_output_size(model) * model->real_size;
    nnc_session_gather(session, predicting->data, NULL, at, n);
    return model->predict_mc(session->params, session->work, session->x, predicting->reals + at * row_bytes,
                             predicting->reals + (predicting->data->count + at) * row_bytes, n, at,
                             (uint64_t)predicting->options->mc_samples, predicting->options->seed);
}

static int nnc_follow_predict(nnc_session *session, void *context, int status, size_t n) {
    const nnc_predicting *predicting = context;
    if (status != NNC_OK) {
        return nnc_fail_status(session->host, status, "predict");
    }
    if (nnc_dataset_check(session->host, predicting->data) != 0) {
        return -1;
    }
    if (predicting->results != NULL) {
        nnc_results_put(predicting->results, session->output, n);
    }
    return 0;
}

/* All batches, until a signal comes. */
static int nnc_predict_batches(nnc_session *session, nnc_predicting *predicting) {
    const nnc_batch_job job = {predicting->results != NULL ? nnc_work_predict : nnc_work_predict_mc, nnc_follow_predict,
                               predicting, 1};
    int status = nnc_for_batches(session, 0, predicting->data->count, &job);
    if (status == 1) {
        nnc_fail(session->host, "interrupted: nothing is written");
        session->host->status = NNC_EXIT_SIGNAL + nnc_signal_pending();
    }
    return status;
}

/* The array `predictions`, batch after batch. */
static int nnc_predict(nnc_session *session, const nnc_dataset *data, const nnc_options *options) {
    static const char *const names[] = {"predictions"};
    nnc_results results;
    nnc_predicting predicting = {.data = data, .results = &results, .options = options};
    if (nnc_results_open(&results, session, options->output, names, 1, data->count) != 0) {
        return -1;
    }
    if (nnc_predict_batches(session, &predicting) != 0) {
        nnc_results_abandon(&results);
        return -1;
    }
    return nnc_results_commit(&results);
}

/* The arrays `mean` and `std`. */
static int nnc_predict_mc(nnc_session *session, const nnc_dataset *data, const nnc_options *options) {
    static const char *const names[NNC_RESULT_ARRAYS] = {"mean", "std"};
    const nnc_model *model = session->model;
    nnc_results results;
    nnc_predicting predicting = {.data = data, .options = options};
    size_t bytes = data->count * nnc_output_size(model) * model->real_size;
    int status = -1;
    predicting.reals = nnc_alloc(session->host, NNC_RESULT_ARRAYS, bytes);
    if (predicting.reals != NULL &&
        nnc_results_open(&results, session, options->output, names, NNC_RESULT_ARRAYS, data->count) == 0) {
        if (nnc_predict_batches(session, &predicting) == 0 && nnc_results_put_all(&results, predicting.reals) == 0) {
            status = nnc_results_commit(&results);
        } else {
            nnc_results_abandon(&results);
        }
    }
    free(predicting.reals);
    return status;
}

/* Whether what is asked for can be done. */
static int nnc_check_predict(nnc_host *host, const nnc_model *model, const nnc_options *options) {
    int is_mc = options->mc_samples > 1;
    if (options->output == NULL) {
        return nnc_fail_usage(host, "no output: give -o FILE.npy, FILE.npz, FILE.csv or FILE.json, "
                                    "or -o - for CSV on standard output");
    }
    if (is_mc && model->predict_mc == NULL) {
        return nnc_fail_usage(host,
                              "--mc-samples: the model %s has no random layers, or keeps states from batch to batch; "
                              "a program that only predicts is compiled with nnc --mc",
                              model->name);
    }
    return nnc_results_check(host, options->output, is_mc ? NNC_RESULT_ARRAYS : 1);
}

NNC_API int nnc_command_predict(nnc_host *host, const nnc_model *model, const nnc_options *options) {
    nnc_dataset data;
    nnc_session session;
    if (nnc_check_predict(host, model, options) != 0) {
        return host->status;
    }
    nnc_data_request request = nnc_evaluation_request(model, options);
    request.with_y = 0;
    if (request.x->path == NULL && request.x_path == NULL && model->fit != NULL) {
        request.x = &model->fit->x; /* there is no evaluate() */
    }
    request.learned = &session.learned;
    memset(&data, 0, sizeof data);
    if (nnc_session_open(host, model, options->batch_size, 0, &session) == 0) {
        session.threads = (size_t)options->threads;
        if (nnc_load_weights(&session, options->weights) == 0 &&
            nnc_dataset_load(host, model, &request, &data) == 0) {
            nnc_signals_catch();
            if (options->mc_samples > 1) {
                nnc_predict_mc(&session, &data, options);
            } else {
                nnc_predict(&session, &data, options);
            }
            nnc_signals_release();
        }
        nnc_dataset_free(&data);
        nnc_session_close(&session);
    }
    return host->status;
}
