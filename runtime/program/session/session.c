/* SPDX-License-Identifier: MIT-0 */
/* session.c - a model's memory, and batches put into it. */
#include "data/data.h"
#include "host/host.h"
#include "session/session.h"
#include "tensors/tensors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t nnc_size_of_shape(const int64_t *shape, int rank) {
    size_t count = 1;
    for (int i = 0; i < rank; i++) {
        count *= (size_t)shape[i];
    }
    return count;
}

NNC_API size_t nnc_input_size(const nnc_model *model) {
    return nnc_size_of_shape(model->input_shape, model->input_rank);
}

NNC_API size_t nnc_output_size(const nnc_model *model) {
    return nnc_size_of_shape(model->output_shape, model->output_rank);
}

NNC_API size_t nnc_weight_size(const nnc_model *model) {
    return nnc_size_of_shape(model->weight_shape, model->weight_rank);
}

NNC_API int nnc_session_batch_buffers(nnc_session *session) {
    nnc_host *host = session->host;
    const nnc_model *model = session->model;
    size_t input_bytes = nnc_input_size(model) * nnc_dtype_of(nnc_role_x(model).dtype).size;
    size_t target_bytes = model->target_size * nnc_dtype_of(nnc_role_y(model).dtype).size;
    size_t weight_bytes = nnc_weight_size(model) * model->real_size;
    return (session->x = nnc_alloc(host, model->batch, input_bytes)) == NULL ||
                   (session->y = nnc_alloc(host, model->batch, target_bytes)) == NULL ||
                   (session->sample_weight = nnc_alloc(host, model->batch, weight_bytes)) == NULL
               ? -1
               : 0;
}

NNC_API int nnc_session_buffers(nnc_session *session) {
    nnc_host *host = session->host;
    const nnc_model *model = session->model;
    size_t output_bytes = nnc_output_size(model) * model->real_size;
    return (session->work = nnc_alloc(host, model->work_bytes, 1)) == NULL ||
                   nnc_session_batch_buffers(session) != 0 ||
                   (session->output = nnc_alloc(host, model->batch, output_bytes)) == NULL ||
                   (session->sums = nnc_alloc(host, model->sum_count, model->real_size)) == NULL
               ? -1
               : 0;
}

NNC_API void nnc_session_free_buffers(nnc_session *session) {
    free(session->work);
    free(session->x);
    free(session->y);
    free(session->sample_weight);
    free(session->output);
    free(session->sums);
}

/* Bytes of a session. */
static size_t nnc_memory_of(const nnc_model *model, int with_trainer) {
    const size_t sample = nnc_input_size(model) * nnc_dtype_of(nnc_role_x(model).dtype).size +
                          model->target_size * nnc_dtype_of(nnc_role_y(model).dtype).size +
                          (nnc_weight_size(model) + nnc_output_size(model)) * model->real_size;
    return (with_trainer ? model->trainer_bytes : model->params_bytes) + model->work_bytes + model->batch * sample;
}

NNC_API int nnc_session_open(nnc_host *host, const nnc_model *model, int64_t batch_size, int with_trainer,
                             nnc_session *session) {
    memset(session, 0, sizeof *session);
    if ((uint64_t)batch_size > model->batch) {
        return nnc_fail_usage(host,
                              "--batch-size %lld is more than the %zu that the program is compiled for: say "
                              "fit(batch_size=%lld) or Input(batch_size=%lld) in the model file",
                              (long long)batch_size, model->batch, (long long)batch_size, (long long)batch_size);
    }
    session->host = host;
    session->model = model;
    session->batch = batch_size > 0 ? (size_t)batch_size : model->batch;
    if (nnc_memory_take(host, nnc_memory_of(model, with_trainer), "the model takes") != 0) {
        return -1;
    }
    if ((with_trainer && (session->trainer = nnc_alloc(host, model->trainer_bytes, 1)) == NULL) ||
        (!with_trainer && (session->params = nnc_alloc(host, model->params_bytes, 1)) == NULL) ||
        nnc_session_buffers(session) != 0) {
        nnc_session_close(session);
        return -1;
    }
    if (with_trainer) {
        session->params = (char *)session->trainer + model->params_in_trainer;
    }
    return 0;
}

NNC_API void nnc_session_share_states(nnc_session *session, int to_work) {
    const nnc_model *model = session->model;
    char *work = (char *)session->work + model->states_in_work;
    char *trainer = (char *)session->trainer + model->states_in_trainer;
    memcpy(to_work ? work : trainer, to_work ? trainer : work, model->states_bytes);
}

NNC_API void nnc_session_close(nnc_session *session) {
    nnc_crew_close(session->crew);
    nnc_ahead_close(session->ahead);
    nnc_session_free_buffers(session);
    free(session->trainer != NULL ? session->trainer : session->params);
    nnc_learned_free(&session->learned);
    memset(session, 0, sizeof *session);
}

NNC_API int nnc_session_weights(nnc_session *session, const char *path) {
    const nnc_model *model = session->model;
    if (path != NULL) {
        return nnc_weights_load(session->host, model, path, session->params, &session->learned);
    }
    if (model->weights != NULL) {
        memcpy(session->params, model->weights, model->params_bytes);
        if (nnc_learned_from_notes(session->host, model->notes, model->note_count, &session->learned) != 0) {
            return -1;
        }
        session->learned.knows_x = 1;
        return 0;
    }
    if (model->tensor_count == 0) {
        return 0; /* it needs none */
    }
    return nnc_fail_usage(session->host, "no weights: give --weights FILE.safetensors (fit --save FILE writes one)");
}

/* Each of `count` values `repeat` times, the last first, for they are overwritten. */
static void nnc_repeat_values(void *values, size_t count, size_t repeat, size_t size) {
    char *bytes = values;
    for (size_t i = count * repeat; i-- > 0;) {
        memmove(bytes + i * size, bytes + i / repeat * size, size);
    }
}

static void nnc_gather_part(const nnc_samples *samples, const uint32_t *order, size_t first, nnc_share own, void *to) {
    const size_t bytes = samples->width * nnc_dtype_of(samples->dtype).size;
    nnc_copy_samples(samples, order, first + own.first, own.count, (char *)to + own.first * bytes);
}

/* What threads gather together: each the samples that it works on then. */
typedef struct nnc_gathering {
    const nnc_session *session;
    const nnc_dataset *data;
    const uint32_t *order;
    size_t first, n, parts;
} nnc_gathering;

static void nnc_gather_share(const void *job, size_t part) {
    const nnc_gathering *all = job;
    const nnc_dataset *data = all->data;
    nnc_share own = nnc_share_of(all->n, 1, part, all->parts);
    nnc_gather_part(&data->x, all->order, all->first, own, all->session->x);
    if (data->y.path != NULL) {
        nnc_gather_part(&data->y, all->order, all->first, own, all->session->y);
    }
    if (data->sample_weight.path != NULL) {
        nnc_gather_part(&data->sample_weight, all->order, all->first, own, all->session->sample_weight);
    }
}

static void nnc_repeat_part(const nnc_samples *samples, size_t n, void *values) {
    if (samples->repeat > 1) {
        nnc_repeat_values(values, n * samples->width, samples->repeat, nnc_dtype_of(samples->dtype).size);
    }
}

NNC_API void nnc_session_gather(nnc_session *session, const nnc_dataset *data, const uint32_t *order, size_t first,
                                size_t n) {
    nnc_team alone = {1, nnc_run_alone, NULL};
    nnc_session_gather_shared(session, data, order, first, n, alone);
}

NNC_API void nnc_session_fill(nnc_session *session, const nnc_dataset *data, const uint32_t *order, size_t first,
                              size_t n, nnc_team team) {
    nnc_gathering gathering = {session, data, order, first, n, team.parts};
    team.run(team.pool, nnc_gather_share, &gathering, team.parts);
    nnc_repeat_part(&data->x, n, session->x);
    nnc_repeat_part(&data->y, n, session->y);
    nnc_repeat_part(&data->sample_weight, n, session->sample_weight);
}

NNC_API void nnc_session_gather_shared(nnc_session *session, const nnc_dataset *data, const uint32_t *order,
                                       size_t first, size_t n, nnc_team team) {
    nnc_session_fill(session, data, order, first, n, team);
    memset(session->sums, 0, session->model->sum_count * session->model->real_size);
}

NNC_API const void *nnc_session_sample_weight(const nnc_session *session, const nnc_dataset *data) {
    return data->sample_weight.path != NULL ? session->sample_weight : NULL;
}

NNC_API int nnc_check_weights(nnc_host *host, const nnc_model *model, const nnc_dataset *data) {
    if (model->fit->class_weight_count == 0 || data->sample_weight.path == NULL) {
        return 0;
    }
    return nnc_fail_usage(host,
                          "the samples have weights (%s), and fit() of the model file has class_weight: "
                          "one of the two must go",
                          data->sample_weight.path);
}

NNC_API double nnc_target_value(const nnc_session *session, size_t i) {
    return nnc_get_real(session->model, session->y, i) * nnc_y_scale(session->model);
}

/* As Keras: the label, the place of the largest value, or a single value, rounded; of each row of the loss, which in
 * Keras is a sample. */
static int64_t nnc_class_in_row(const nnc_session *session, size_t row) {
    const nnc_model *model = session->model;
    size_t size = model->target_size / nnc_weight_size(model), best = 0;
    if (model->integer_target) {
        return ((const int32_t *)session->y)[row];
    }
    for (size_t i = 1; i < size; i++) {
        double value = nnc_target_value(session, row * size + i);
        best = value > nnc_target_value(session, row * size + best) ? i : best;
    }
    return size > 1 ? (int64_t)best : (int64_t)rint(nnc_target_value(session, row));
}

NNC_API const void *nnc_session_fit_weight(nnc_session *session, const nnc_dataset *data, size_t n) {
    const nnc_fit_defaults *fit = session->model->fit;
    if (fit->class_weight_count == 0) {
        return nnc_session_sample_weight(session, data);
    }
    for (size_t i = 0; i < n * nnc_weight_size(session->model); i++) {
        int64_t number = nnc_class_in_row(session, i);
        double weight = 1;
        for (size_t j = 0; j < fit->class_weight_count; j++) {
            weight = fit->class_weights[j].class_number == number ? fit->class_weights[j].weight : weight;
        }
        nnc_set_real(session->model, session->sample_weight, i, weight);
    }
    return session->sample_weight;
}

NNC_API int nnc_fail_status(nnc_host *host, int status, const char *doing) {
    static const char *const texts[] = {
        [-NNC_E_ARG] = "the data do not suit the model: an index or class is out of range",
        [-NNC_E_SPACE] = "a buffer is too short: the program was built with a runtime of another version",
        [-NNC_E_FORMAT] = "a file has another format",
        [-NNC_E_MODEL] = "a file is of another model",
        [-NNC_E_CORRUPT] = "a file is damaged",
        [-NNC_E_RANKS] = "other processes that share the step are gone, or were to get more than 2 GiB at once",
        [-NNC_E_NONFINITE] = "the loss is not finite: values of the data are too large, "
                             "or the weights come from a run that diverged",
    };
    int is_known = status < 0 && -status < (int)(sizeof texts / sizeof texts[0]);
    return nnc_fail(host, "%s: %s", doing,
                    is_known ? texts[-status] : "the model's C is newer than the runtime: build the program again");
}

NNC_API int nnc_session_is_finite(const nnc_session *session) {
    const nnc_model *model = session->model;
    for (size_t i = 0; i < model->tensor_count; i++) {
        size_t count = 0;
        nnc_shape_count(model->tensors[i].shape, model->tensors[i].rank, &count);
        for (size_t j = 0; j < count; j++) {
            if (!isfinite(nnc_get_real(model, session->params, model->tensors[i].offset + j))) {
                return 0;
            }
        }
    }
    return 1;
}
