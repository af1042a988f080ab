/* SPDX-License-Identifier: MIT-0 */
/* threads.c - batches that do not depend on each other, side by side: each thread has buffers of its own and reads the
 * same weights. What follows a batch is done in one thread and in the order of the batches, so the number of threads
 * changes no bit. */
#include "host/host.h"
#include "session/session.h"

#include <stdlib.h>
#include <string.h>

/* The batches of one round: at most one for each thread. */
typedef struct nnc_round {
    const nnc_batch_job *job;
    size_t batches;
    size_t at[NNC_MAX_THREADS], n[NNC_MAX_THREADS];
    int status[NNC_MAX_THREADS];
} nnc_round;

static void nnc_work_on(nnc_round *round, nnc_session *session, size_t i) {
    round->status[i] = round->job->work(session, round->job->context, round->at[i], round->n[i]);
}

#ifdef NNC_THREADS
#include <pthread.h>
#include <signal.h>

typedef struct nnc_worker {
    nnc_session session; /* buffers of its own; the weights are the first session's */
    struct nnc_crew *crew;
    size_t index; /* of its batch in a round, from 1 */
    pthread_t thread;
} nnc_worker;

/* Threads that wait for rounds. */
struct nnc_crew {
    pthread_mutex_t mutex;
    pthread_cond_t begun, done;
    nnc_round *round; /* that is being worked on */
    uint64_t rounds;  /* begun so far */
    size_t busy;      /* workers that have not finished it */
    int is_over;
    size_t count;
    nnc_worker workers[NNC_MAX_THREADS - 1];
};

static void *nnc_worker_run(void *argument) {
    nnc_worker *worker = argument;
    nnc_crew *crew = worker->crew;
    pthread_mutex_lock(&crew->mutex);
    for (uint64_t seen = 0;;) {
        while (crew->rounds == seen && !crew->is_over) {
            pthread_cond_wait(&crew->begun, &crew->mutex);
        }
        if (crew->is_over) {
            break;
        }
        seen = crew->rounds;
        nnc_round *round = crew->round;
        pthread_mutex_unlock(&crew->mutex);
        if (worker->index < round->batches) {
            nnc_work_on(round, &worker->session, worker->index);
        }
        pthread_mutex_lock(&crew->mutex);
        if (--crew->busy == 0) {
            pthread_cond_signal(&crew->done);
        }
    }
    pthread_mutex_unlock(&crew->mutex);
    return NULL;
}

NNC_API void nnc_crew_close(nnc_crew *crew) {
    if (crew == NULL) {
        return;
    }
    pthread_mutex_lock(&crew->mutex);
    crew->is_over = 1;
    pthread_cond_broadcast(&crew->begun);
    pthread_mutex_unlock(&crew->mutex);
    for (size_t i = 0; i < crew->count; i++) {
        pthread_join(crew->workers[i].thread, NULL);
        nnc_session_free_buffers(&crew->workers[i].session);
    }
    pthread_cond_destroy(&crew->begun);
    pthread_cond_destroy(&crew->done);
    pthread_mutex_destroy(&crew->mutex);
    free(crew);
}

/* Fewer threads than wanted where the system has no more: the results are the same. */
static int nnc_crew_hire(nnc_session *session, size_t threads) {
    nnc_crew *crew = session->crew;
    while (crew->count + 1 < threads) {
        nnc_worker *worker = &crew->workers[crew->count];
        worker->session.host = session->host;
        worker->session.model = session->model;
        worker->session.batch = session->batch;
        worker->session.params = session->params;
        worker->crew = crew;
        worker->index = crew->count + 1;
        if (nnc_session_buffers(&worker->session) != 0) {
            nnc_session_free_buffers(&worker->session);
            return -1;
        }
        if (pthread_create(&worker->thread, NULL, nnc_worker_run, worker) != 0) {
            nnc_session_free_buffers(&worker->session);
            break;
        }
        crew->count++;
    }
    return 0;
}

static int nnc_crew_open(nnc_session *session, size_t threads) {
    nnc_crew *crew = nnc_alloc(session->host, 1, sizeof *crew);
    if (crew == NULL) {
        return -1;
    }
    session->crew = crew;
    pthread_mutex_init(&crew->mutex, NULL);
    pthread_cond_init(&crew->begun, NULL);
    pthread_cond_init(&crew->done, NULL);
    sigset_t all, before; /* signals are for the thread that watches for them */
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int status = nnc_crew_hire(session, threads);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}

static size_t nnc_crew_size(const nnc_session *session) { return session->crew != NULL ? session->crew->count + 1 : 1; }

static nnc_session *nnc_crew_session(nnc_session *session, size_t i) {
    return i == 0 ? session : &session->crew->workers[i - 1].session;
}

static void nnc_crew_work(nnc_session *session, nnc_round *round) {
    nnc_crew *crew = session->crew;
    if (crew == NULL || round->batches < 2) {
        nnc_work_on(round, session, 0);
        return;
    }
    pthread_mutex_lock(&crew->mutex);
    crew->round = round;
    crew->rounds++;
    crew->busy = crew->count;
    pthread_cond_broadcast(&crew->begun);
    pthread_mutex_unlock(&crew->mutex);
    nnc_work_on(round, session, 0);
    pthread_mutex_lock(&crew->mutex);
    while (crew->busy > 0) {
        pthread_cond_wait(&crew->done, &crew->mutex);
    }
    pthread_mutex_unlock(&crew->mutex);
}
#else
NNC_API void nnc_crew_close(nnc_crew *crew) { (void)crew; }

static int nnc_crew_open(nnc_session *session, size_t threads) {
    (void)threads;
    nnc_warn(session->host, "one thread does the work: this program is compiled without -DNNC_THREADS -pthread");
    session->threads = 1;
    return 0;
}

static size_t nnc_crew_size(const nnc_session *session) {
    (void)session;
    return 1;
}

static nnc_session *nnc_crew_session(nnc_session *session, size_t i) {
    (void)i;
    return session;
}

static void nnc_crew_work(nnc_session *session, nnc_round *round) { nnc_work_on(round, session, 0); }
#endif

NNC_API int nnc_for_batches(nnc_session *session, size_t first, size_t end, const nnc_batch_job *job) {
    size_t threads = session->threads < NNC_MAX_THREADS ? session->threads : NNC_MAX_THREADS;
    nnc_round round = {.job = job};
    if (session->model->states_bytes > 0) {
        threads = 1; /* each batch begins with the states of the one before */
    }
    if (threads > 1 && session->crew == NULL && nnc_crew_open(session, threads) != 0) {
        return -1;
    }
    threads = threads > 1 ? nnc_crew_size(session) : 1;
    for (size_t at = first; at < end;) {
        if (nnc_signal_pending() != 0) {
            return 1;
        }
        for (round.batches = 0; round.batches < threads && at < end; round.batches++) {
            round.at[round.batches] = at;
            round.n[round.batches] = end - at < session->batch ? end - at : session->batch;
            at += round.n[round.batches];
        }
        nnc_crew_work(session, &round);
        for (size_t i = 0; i < round.batches; i++) {
            if (job->follow(nnc_crew_session(session, i), job->context, round.status[i], round.n[i]) != 0) {
                return -1;
            }
        }
    }
    return 0;
}
