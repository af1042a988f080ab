/* SPDX-License-Identifier: MIT-0 */
/* evaluate.c - the commands evaluate and grad, which leave the weights as they are. */
#include "commands/commands.h"
#include "data/data.h"
#include "host/host.h"
#include "session/options.h"
#include "session/session.h"
#include "tensors/tensors.h"
#include "training/training.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

NNC_API int64_t nnc_choose_batch(const nnc_model *model, const nnc_options *options, int from_file) {
    if (options->batch_size > 0) {
        return options->batch_size;
    }
    return from_file > 0 && (size_t)from_file <= model->batch ? from_file : 0;
}

NNC_API nnc_data_request nnc_evaluation_request(const nnc_model *model, const nnc_options *options) {
    static const nnc_evaluate_defaults unsaid = {
        NNC_NO_SOURCE,
        NNC_NO_SOURCE,
        NNC_NO_SOURCE,
        0,
    };
    const nnc_evaluate_defaults *evaluate = model->evaluate_defaults != NULL ? model->evaluate_defaults : &unsaid;
    nnc_data_request request = nnc_fit_request(model, options);
    request.x = evaluate->x.path != NULL || request.x_path == NULL ? &evaluate->x : request.x;
    request.y = evaluate->y.path != NULL || request.y_path == NULL ? &evaluate->y : request.y;
    request.sample_weight = &evaluate->sample_weight;
    request.learns = 0;
    return request;
}

/* What the batches of an evaluation have in common. */
typedef struct nnc_pass {
    const nnc_dataset *data;
    nnc_totals *totals;
    nnc_progress *progress; /* or NULL */
} nnc_pass;

static int nnc_work_evaluate(nnc_session *session, void *context, size_t at, size_t n) {
    const nnc_pass *pass = context;
    nnc_session_gather(session, pass->data, NULL, at, n);
    return session->model->evaluate(session->params, session->work, session->x, session->y,
                                    nnc_session_sample_weight(session, pass->data), n, session->sums);
}

static int nnc_follow_evaluate(nnc_session *session, void *context, int status, size_t n) {
    const nnc_pass *pass = context;
    if (status != NNC_OK && status != NNC_E_NONFINITE) {
        return nnc_fail_status(session->host, status, "evaluate");
    }
    if (nnc_dataset_check(session->host, pass->data) != 0) {
        return -1;
    }
    nnc_totals_add(pass->totals, session, n);
    if (pass->progress != NULL) {
        nnc_progress_step(pass->progress, pass->totals);
    }
    return 0;
}

NNC_API int nnc_evaluate_range(nnc_session *session, const nnc_dataset *data, size_t first, size_t end,
                               nnc_totals *totals, nnc_progress *progress) {
    nnc_pass pass = {.data = data, .totals = totals, .progress = progress};
    const nnc_batch_job job = {nnc_work_evaluate, nnc_follow_evaluate, &pass, 0};
    nnc_totals_clear(totals);
    return nnc_for_batches(session, first, end, &job);
}

static void nnc_print_json_string(const char *text) {
    putchar('"');
    for (; *text != '\0'; text++) {
        fputs(nnc_json_character(*text).text, stdout);
    }
    putchar('"');
}

/* "classes": ["cat", "dog"], "confusion_matrix": [[45, 2], [3, 50]] */
static void nnc_print_json_confusion(const nnc_confusion *confusion, const nnc_learned *learned) {
    size_t classes = confusion->classes;
    printf(", \"classes\": ");
    for (size_t i = 0; i < classes; i++) {
        fputs(i == 0 ? "[" : ", ", stdout);
        nnc_print_json_string(nnc_label_of_class(learned, i).text);
    }
    printf("], \"confusion_matrix\": ");
    for (size_t i = 0; i < classes * classes; i++) {
        fputs(i == 0 ? "[[" : i % classes == 0 ? "], [" : ", ", stdout);
        printf("%llu", (unsigned long long)confusion->counts[i]);
    }
    printf("]]");
}

/* JSON has no word for what is not finite but null. */
static void nnc_print_json_number(double value) {
    if (isfinite(value)) {
        printf("%.9g", value);
    } else {
        fputs("null", stdout);
    }
}

/* : 0.97, or of a metric that has several figures : [0.5, 0.25] */
static void nnc_print_json_figure(const nnc_figure *figure) {
    fputs(": ", stdout);
    if (figure->count <= 1) {
        nnc_print_json_number(figure->value);
        return;
    }
    for (size_t i = 0; i < figure->count; i++) {
        fputs(i == 0 ? "[" : ", ", stdout);
        nnc_print_json_number(figure->values[i]);
    }
    printf("]");
}

/* {"accuracy": 0.97, "loss": 0.1} */
static void nnc_print_json(const nnc_figure *figures, size_t count, const nnc_confusion *confusion,
                           const nnc_learned *learned) {
    for (size_t i = 0; i < count; i++) {
        fputs(i == 0 ? "{" : ", ", stdout);
        nnc_print_json_string(figures[i].name);
        nnc_print_json_figure(&figures[i]);
    }
    if (confusion->classes > 0) {
        nnc_print_json_confusion(confusion, learned);
    }
    printf("}\n");
}

NNC_API int nnc_load_weights(nnc_session *session, const char *path) {
    if (nnc_session_weights(session, path) != 0) {
        return -1;
    }
    return session->model->statistics > 0 && !session->learned.knows_x
               ? nnc_fail_statistics(session->host, session->model, path)
               : 0;
}

static int nnc_evaluate(nnc_session *session, const nnc_dataset *data, const nnc_options *options) {
    nnc_totals totals;
    nnc_progress progress;
    nnc_confusion confusion = {0, NULL};
    size_t count;
    if ((options->confusion && nnc_confusion_open(session->host, session->model, &confusion) != 0) ||
        nnc_totals_open(session->host, session->model, "", &totals) != 0) {
        nnc_confusion_close(&confusion);
        return -1;
    }
    nnc_progress_open(&progress, options->json ? 0 : options->verbose);
    nnc_progress_begin(&progress, (data->count + session->batch - 1) / session->batch);
    int status = nnc_evaluate_range(session, data, 0, data->count, &totals, &progress);
    if (status == 0 && !isfinite(totals.loss)) {
        status = nnc_fail_status(session->host, NNC_E_NONFINITE, "evaluate");
    }
    if (status == 0 && options->confusion) {
        status = nnc_predict_range(session, data, 0, data->count, nnc_confusion_add, &confusion);
    }
    if (status == 0) {
        const nnc_figure *figures = nnc_totals_figures(&totals, &count);
        if (options->json) {
            nnc_print_json(figures, count, &confusion, &session->learned);
        } else {
            nnc_progress_end(&progress, figures, count);
            if (options->confusion) {
                nnc_confusion_print(&confusion, &session->learned);
            }
        }
    }
    nnc_totals_close(&totals);
    nnc_confusion_close(&confusion);
    return status;
}

NNC_API int nnc_command_evaluate(nnc_host *host, const nnc_model *model, const nnc_options *options) {
    nnc_dataset data;
    nnc_session session;
    if (model->evaluate == NULL) {
        nnc_fail_usage(host, "the model %s has no loss: it needs compile(), and not --inference-only", model->name);
        return host->status;
    }
    nnc_data_request request = nnc_evaluation_request(model, options);
    int from_file = model->evaluate_defaults != NULL ? model->evaluate_defaults->batch_size : 0;
    request.learned = &session.learned;
    memset(&data, 0, sizeof data);
    if (nnc_session_open(host, model, nnc_choose_batch(model, options, from_file), 0, &session) == 0) {
        session.threads = (size_t)options->threads;
        if (nnc_load_weights(&session, options->weights) == 0 &&
            nnc_dataset_load(host, model, &request, &data) == 0) {
            nnc_evaluate(&session, &data, options);
        }
        nnc_dataset_free(&data);
        nnc_session_close(&session);
    }
    return host->status;
}

/* The gradient of the total loss of the first batch, as fit would see it. */
static int nnc_grad(nnc_session *session, const nnc_dataset *data, const nnc_options *options) {
    const nnc_model *model = session->model;
    size_t n = data->count < session->batch ? data->count : session->batch;
    nnc_tensors masks;
    if (options->masks != NULL) {
        int failed = nnc_tensors_read(session->host, options->masks, &masks) != 0;
        if (failed) {
            return -1;
        }
        failed = nnc_masks_check(session->host, model, &masks) != 0 ||
                 nnc_masks_set(session->host, model, &masks, 0, n, session->trainer) != 0;
        nnc_tensors_free(&masks);
        if (failed) {
            return -1;
        }
    }
    nnc_session_gather(session, data, NULL, 0, n);
    int status = model->grad(session->trainer, session->x, session->y, nnc_session_fit_weight(session, data, n), n,
                             session->sums);
    if (status != NNC_OK) {
        return nnc_fail_status(session->host, status, "grad");
    }
    return nnc_gradients_save(session->host, model, options->output,
                              (const char *)session->trainer + model->gradients_in_trainer);
}

NNC_API int nnc_command_grad(nnc_host *host, const nnc_model *model, const nnc_options *options) {
    nnc_dataset data;
    nnc_session session;
    if (model->grad == NULL) {
        nnc_fail_usage(host, "this program keeps no gradients: compile the model with nnc --gradients");
        return host->status;
    }
    if (options->output == NULL) {
        nnc_fail_usage(host, "no output: give -o FILE.safetensors");
        return host->status;
    }
    if (model->mask_count > 0 && options->masks == NULL) {
        nnc_fail_usage(host, "this program takes its random factors from a file: give --masks FILE.safetensors");
        return host->status;
    }
    nnc_data_request request = nnc_fit_request(model, options);
    int64_t batch_size = nnc_choose_batch(model, options, model->fit != NULL ? model->fit->batch_size : 0);
    request.learned = &session.learned;
    memset(&data, 0, sizeof data);
    if (nnc_session_open(host, model, batch_size, 1, &session) == 0) {
        int status = model->init(session.trainer, options->seed);
        if (status != NNC_OK) {
            nnc_fail_status(host, status, "init");
        } else if (nnc_load_weights(&session, options->weights) == 0 &&
                   nnc_dataset_load(host, model, &request, &data) == 0 && nnc_check_weights(host, model, &data) == 0) {
            nnc_grad(&session, &data, options);
        }
        nnc_dataset_free(&data);
        nnc_session_close(&session);
    }
    return host->status;
}
