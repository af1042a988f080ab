/* SPDX-License-Identifier: MIT-0 */
/* threads.c - work that the threads of a session share: the rounds of a step of training, samples that are fetched,
 * and batches that do not depend on each other. Of these each thread has buffers of its own and reads the same weights;
 * what follows a batch is done in one thread and in the order of the batches, so the number of threads changes no bit.
 */
#include "host/host.h"
#include "session/session.h"

#include <stdlib.h>
#include <string.h>

/* The sessions of the threads beside the caller's. */
struct nnc_crew {
    nnc_team team;
    size_t count;
    nnc_session sessions[NNC_MAX_THREADS - 1];
};

/* The batches of one round: at most one for each thread. */
typedef struct nnc_batches {
    const nnc_batch_job *job;
    nnc_session *session;
    size_t count;
    size_t at[NNC_MAX_THREADS], n[NNC_MAX_THREADS];
    int *status;
} nnc_batches;

NNC_API nnc_team nnc_session_team(nnc_session *session) {
    nnc_team alone = {1, nnc_run_alone, NULL};
    size_t threads = session->threads < NNC_MAX_THREADS ? session->threads : NNC_MAX_THREADS;
    if (threads > 1 && session->crew == NULL && (session->crew = calloc(1, sizeof *session->crew)) != NULL) {
#ifndef NNC_THREADS
        nnc_warn(session->host, "one thread does the work: this program is compiled without -DNNC_THREADS -pthread");
#endif
        if (threads > nnc_cores()) {
            nnc_warn(session->host, "%zu threads share the %zu cores of this machine", threads, nnc_cores());
        }
        session->crew->team = nnc_team_open(threads);
    }
    return threads > 1 && session->crew != NULL ? session->crew->team : alone;
}

NNC_API void nnc_crew_close(nnc_crew *crew) {
    if (crew == NULL) {
        return;
    }
    nnc_team_close(&crew->team);
    for (size_t i = 0; i < crew->count; i++) {
        nnc_session_free_buffers(&crew->sessions[i]);
    }
    free(crew);
}

/* Buffers for every thread. */
static int nnc_crew_hire(nnc_session *session) {
    nnc_crew *crew = session->crew;
    while (crew->count + 1 < crew->team.parts) {
        nnc_session *other = &crew->sessions[crew->count];
        other->host = session->host;
        other->model = session->model;
        other->batch = session->batch;
        other->params = session->params;
        if (nnc_session_buffers(other) != 0) {
            nnc_session_free_buffers(other);
            return -1;
        }
        crew->count++;
    }
    return 0;
}

static nnc_session *nnc_crew_session(nnc_session *session, size_t i) {
    return i == 0 ? session : &session->crew->sessions[i - 1];
}

static void nnc_work_on(const void *round, size_t i) {
    const nnc_batches *batches = round;
    nnc_session *session = nnc_crew_session(batches->session, i);
    batches->status[i] = batches->job->work(session, batches->job->context, batches->at[i], batches->n[i]);
}

NNC_API int nnc_for_batches(nnc_session *session, size_t first, size_t end, const nnc_batch_job *job) {
    int status[NNC_MAX_THREADS];
    nnc_batches batches = {.job = job, .session = session, .status = status};
    nnc_team team = {1, nnc_run_alone, NULL};
    if (session->model->states_bytes == 0) { /* else each batch begins with the states of the one before */
        team = nnc_session_team(session);
    }
    if (team.parts > 1 && nnc_crew_hire(session) != 0) {
        return -1;
    }
    for (size_t at = first; at < end;) {
        if (nnc_signal_pending() != 0) {
            return 1;
        }
        for (batches.count = 0; batches.count < team.parts && at < end; batches.count++) {
            batches.at[batches.count] = at;
            batches.n[batches.count] = end - at < session->batch ? end - at : session->batch;
            at += batches.n[batches.count];
        }
        team.run(team.pool, nnc_work_on, &batches, batches.count);
        for (size_t i = 0; i < batches.count; i++) {
            if (job->follow(nnc_crew_session(session, i), job->context, status[i], batches.n[i]) != 0) {
                return -1;
            }
        }
    }
    return 0;
}

NNC_API nnc_team nnc_training_team(nnc_session *session) {
    nnc_team alone = {1, nnc_run_alone, NULL};
    return session->model->step_shared != NULL ? nnc_session_team(session) : alone;
}

NNC_API int nnc_session_step(nnc_session *session, const void *sample_weight, size_t n) {
    const nnc_model *model = session->model;
    if (model->step_shared == NULL) {
        return model->step(session->trainer, session->x, session->y, sample_weight, n, session->sums);
    }
    nnc_team team = nnc_training_team(session);
    return model->step_shared(session->trainer, session->x, session->y, sample_weight, n, session->sums, &team);
}
