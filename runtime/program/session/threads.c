/* SPDX-License-Identifier: MIT-0 */
/* threads.c - work that the threads of a session share: the rounds of a step of training, samples that are fetched,
 * and batches that do not depend on each other. Of these each thread has buffers of its own and reads the same weights;
 * what follows a batch is done in one thread and in the order of the batches, so the number of threads changes no bit.
 */
#include "data/data.h"
#include "host/host.h"
#include "session/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A thread gains by a call of so many multiplications even when it has to be woken for it. */
enum { NNC_THREAD_WORK = 2000000 };

/* The sessions of the threads beside the caller's. */
struct nnc_crew {
    nnc_team team;
    size_t threads; /* asked of the team, which may have got fewer */
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

/* What is worth a note of the number of threads asked for. */
static void nnc_note_threads(const nnc_session *session) {
#ifndef NNC_THREADS
    nnc_warn(session->host, "one thread does the work: this program is compiled without -DNNC_THREADS -pthread");
#endif
    const size_t cores = nnc_cores();
    if (session->threads > cores) {
        nnc_warn(session->host, "%zu threads share the %zu core%s that this program may use", session->threads, cores,
                 cores == 1 ? "" : "s");
    }
}

/* As many threads as were asked for, else as many as there are cores for and as pay. */
static size_t nnc_threads_for(const nnc_session *session, size_t paying) {
    size_t threads = session->threads;
    if (threads == 0) {
        threads = nnc_cores();
        threads = paying < threads ? paying : threads;
    }
    return threads < NNC_MAX_THREADS ? threads : NNC_MAX_THREADS;
}

/* A team of so many; the threads stay until another number is wanted. */
static nnc_team nnc_session_team(nnc_session *session, size_t threads) {
    nnc_team alone = {1, nnc_run_alone, NULL};
    if (threads > 1 && session->crew == NULL) {
        if ((session->crew = calloc(1, sizeof *session->crew)) == NULL) {
            return alone;
        }
        session->crew->team = alone;
        if (session->threads > 0) {
            nnc_note_threads(session);
        }
    }
    if (threads > 1 && session->crew->threads != threads) {
        nnc_team_close(&session->crew->team);
        session->crew->team = nnc_team_open(threads);
        session->crew->threads = threads;
    }
    return threads > 1 ? session->crew->team : alone;
}

/* That for so many samples that do not depend on each other; each batch begins with the states of the one before. */
static nnc_team nnc_team_for_samples(nnc_session *session, size_t samples) {
    const double work = (double)session->model->products * (double)samples / (double)NNC_THREAD_WORK;
    const size_t paying = work < (double)NNC_MAX_THREADS ? (size_t)work : NNC_MAX_THREADS;
    const size_t threads = session->model->states_bytes > 0 ? 1 : nnc_threads_for(session, paying);
    return nnc_session_team(session, threads);
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
    nnc_team team = nnc_team_for_samples(session, end - first);
    if (team.parts > 1 && nnc_crew_hire(session) != 0) {
        return -1;
    }
    size_t each = (end - first + team.parts - 1) / team.parts; /* of few samples, everybody takes some */
    each = job->is_by_sample && each < session->batch ? each : session->batch;
    for (size_t at = first; at < end;) {
        if (nnc_signal_pending() != 0) {
            return 1;
        }
        for (batches.count = 0; batches.count < team.parts && at < end; batches.count++) {
            batches.at[batches.count] = at;
            batches.n[batches.count] = end - at < each ? end - at : each;
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

/* Those that pay in a whole batch, and in a smaller one its part of them. */
static size_t nnc_paying_threads(const nnc_session *session) {
    const size_t threads = session->model->step_threads * session->batch / session->model->batch;
    return threads > 1 ? threads : 1;
}

NNC_API nnc_team nnc_training_team(nnc_session *session) {
    const size_t paying = nnc_paying_threads(session);
    return nnc_session_team(session, session->model->step_shared != NULL ? nnc_threads_for(session, paying) : 1);
}

NNC_API void nnc_print_threads(nnc_session *session) {
    const size_t threads = nnc_training_team(session).parts;
    printf("Threads: %zu (", threads);
    if (session->model->step_shared == NULL) {
        puts("a step of training is too small to share out, or its gradients or masks are the caller's)");
    } else if (session->threads > 0) {
        printf("asked for: %zu)\n", session->threads);
    } else {
        printf("cores: %zu; a step of training pays for %zu)\n", nnc_cores(), nnc_paying_threads(session));
    }
}

/* A batch that is predicted together: everybody takes some samples. */
typedef struct nnc_prediction {
    nnc_session *session;
    size_t n, parts;
    int *status;
} nnc_prediction;

static void nnc_predict_share(const void *job, size_t part) {
    const nnc_prediction *all = job;
    const nnc_session *session = all->session;
    const nnc_model *model = session->model;
    nnc_share own = nnc_share_of(all->n, 1, part, all->parts);
    size_t input_bytes = nnc_input_size(model) * nnc_dtype_of(nnc_role_x(model).dtype).size;
    all->status[part] = own.count == 0
                            ? NNC_OK
                            : model->predict(session->params, nnc_crew_session(all->session, part)->work,
                                             (const char *)session->x + own.first * input_bytes,
                                             (char *)session->output +
                                                 own.first * nnc_output_size(model) * model->real_size,
                                             own.count);
}

NNC_API int nnc_session_predict(nnc_session *session, size_t n) {
    int status[NNC_MAX_THREADS];
    nnc_team team = nnc_team_for_samples(session, n);
    nnc_prediction all = {session, n, team.parts, status};
    if (team.parts > 1 && nnc_crew_hire(session) != 0) {
        return NNC_E_SPACE;
    }
    team.run(team.pool, nnc_predict_share, &all, team.parts);
    for (size_t part = 0; part < team.parts; part++) {
        if (status[part] != NNC_OK) {
            return status[part];
        }
    }
    return NNC_OK;
}

/* The parts of a round that this process makes, and its threads. */
typedef struct nnc_own_parts {
    nnc_team team;
    size_t first, own;
} nnc_own_parts;

typedef struct nnc_own_round {
    const nnc_own_parts *parts;
    void (*make)(const void *job, size_t part);
    const void *job;
} nnc_own_round;

static void nnc_make_own(const void *job, size_t part) {
    const nnc_own_round *round = job;
    round->make(round->job, round->parts->first + part);
}

static void nnc_run_own(void *pool, void (*make)(const void *job, size_t part), const void *job, size_t parts) {
    const nnc_own_parts *own = pool;
    const nnc_own_round round = {own, make, job};
    (void)parts;
    own->team.run(own->team.pool, nnc_make_own, &round, own->own);
}

/* Those of the group, of which each has as many parts as it has threads. */
static nnc_ranks nnc_session_ranks(nnc_session *session, nnc_own_parts *parts) {
    const nnc_group *group = session->host->group;
    nnc_ranks ranks;
    parts->own = session->threads > 0 ? nnc_threads_for(session, 1) : 1;
    parts->first = group->rank * parts->own;
    parts->team = nnc_session_team(session, parts->own);
    ranks.team = (nnc_team){group->count * parts->own, nnc_run_own, parts};
    ranks.first = parts->first;
    ranks.own = parts->own;
    ranks.give = group->give;
    ranks.context = group->context;
    return ranks;
}

NNC_API int nnc_session_gather_ranks(nnc_session *session) {
    nnc_own_parts parts;
    if (session->host->group == NULL) {
        return 0;
    }
    const nnc_ranks ranks = nnc_session_ranks(session, &parts);
    if (nnc_group_agree(session->host, 0) < 0) {
        return -1;
    }
    const int status = session->model->gather(session->trainer, &ranks);
    return status == NNC_OK ? 0 : nnc_fail_status(session->host, status, "fit");
}

NNC_API int nnc_session_step(nnc_session *session, const void *sample_weight, size_t n) {
    const nnc_model *model = session->model;
    if (session->host->group != NULL) {
        nnc_own_parts parts;
        const nnc_ranks ranks = nnc_session_ranks(session, &parts);
        return model->step_ranks(session->trainer, session->x, session->y, sample_weight, n, session->sums, &ranks);
    }
    if (model->step_shared == NULL) {
        return model->step(session->trainer, session->x, session->y, sample_weight, n, session->sums);
    }
    nnc_team team = nnc_training_team(session);
    return model->step_shared(session->trainer, session->x, session->y, sample_weight, n, session->sums, &team);
}
