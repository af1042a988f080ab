/* SPDX-License-Identifier: MIT-0 */
/* train_ranks.c - fit by several processes: whether they can share it, and have the same before them. */
#include "commands/commands.h"
#include "data/data.h"
#include "host/host.h"
#include "session/session.h"
#include "training/training.h"

#include <stdlib.h>
#include <string.h>

/* How many of the processes have something to do. */
static size_t nnc_useful_ranks(const nnc_training *training) {
    const nnc_group *group = training->host->group;
    const size_t batch = training->session.batch;
    if (training->model->step_ranks == NULL) {
        nnc_warn(training->host, "one process trains: a step of this model, compiled as it is, cannot be shared");
        return 1;
    }
    if (batch < group->count) {
        nnc_warn(training->host, "%zu of the %zu processes train: a batch has no more samples", batch, group->count);
        return batch;
    }
    return group->count;
}

NNC_API int nnc_join_ranks(nnc_training *training) {
    nnc_group *group = training->host->group;
    training->session.threads = (size_t)training->options->threads;
    if (group == NULL) {
        const char *started = getenv("OMPI_COMM_WORLD_SIZE");
        if (started != NULL && atoi(started) > 1) {
            nnc_warn(training->host,
                     "%s processes train the same, each for itself: compile with nnc --mpi and -DNNC_MPI", started);
        }
        return 0;
    }
    const size_t useful = nnc_useful_ranks(training);
    group->resume = training->options->checkpoint;
    if (useful < group->count) {
        group->shrink(group, useful);
    }
    if (training->session.threads == 0) { /* a rank for each core is what mpirun is asked for */
        training->session.threads = 1;
    }
    if (group->rank >= group->count) {
        return 1;
    }
    if (group->count == 1) {
        training->host->group = NULL;
    }
    return 0;
}

/* All that batches are made of, as the model sees it. */
static uint32_t nnc_data_crc(nnc_session *session, const nnc_dataset *data, uint32_t crc) {
    const nnc_model *model = session->model;
    const size_t x_bytes = nnc_input_size(model) * nnc_dtype_of(nnc_role_x(model).dtype).size,
                 y_bytes = model->target_size * (model->integer_target ? sizeof(int32_t) : model->real_size);
    crc = nnc_crc32(crc, &data->count, sizeof data->count);
    for (size_t first = 0; first < data->count; first += session->batch) {
        const size_t left = data->count - first, n = left < session->batch ? left : session->batch;
        nnc_session_gather(session, data, NULL, first, n);
        const void *weight = nnc_session_sample_weight(session, data);
        crc = nnc_crc32(crc, session->x, n * x_bytes);
        crc = nnc_crc32(crc, session->y, n * y_bytes);
        crc = weight != NULL ? nnc_crc32(crc, weight, n * nnc_weight_size(model) * model->real_size) : crc;
    }
    return crc;
}

/* What shares depend on: which of its copies the model's C takes. */
static uint32_t nnc_machine_crc(void) {
    uint32_t machine[] = {1, 0, 0};
#if defined __x86_64__ && defined __GNUC__
    __builtin_cpu_init();
    machine[1] = __builtin_cpu_supports("avx512f") != 0;
    machine[2] = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
#endif
    return nnc_crc32(0, machine, sizeof machine);
}

NNC_API int nnc_compare_ranks(nnc_training *training) {
    nnc_host *host = training->host;
    nnc_session *session = &training->session;
    const nnc_model *model = session->model;
    if (host->group == NULL) {
        return 0;
    }
    const uint64_t run[] = {training->seed, session->batch, session->threads, (uint64_t)training->options->epochs,
                            training->order != NULL, (uint64_t)training->options->checkpoint_every};
    const uint32_t data = nnc_data_crc(session, &training->data, 0);
    return nnc_group_same(host, nnc_crc32(0, model->identity, strlen(model->identity)), "the model") != 0 ||
                   nnc_group_same(host, nnc_crc32(0, run, sizeof run), "the command line") != 0 ||
                   nnc_group_same(host, nnc_machine_crc(), "the instruction set") != 0 ||
                   nnc_group_same(host, nnc_data_crc(session, &training->validation_data, data), "the data") != 0 ||
                   nnc_group_same(host, nnc_crc32(nnc_crc32(0, session->params, model->params_bytes), &training->place,
                                                  sizeof training->place),
                                  "the beginning") != 0
               ? -1
               : 0;
}
