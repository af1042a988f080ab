/* SPDX-License-Identifier: MIT-0 */
/* ahead.c - the next batch is fetched while the model makes a step with this one: by a thread of its own, where there
 * is a core for it, or where pieces of files are waited for. It is the batch that would be fetched then, in every bit.
 */
#include "data/data.h"
#include "host/host.h"
#include "session/session.h"

#include <stdlib.h>
#include <string.h>

#ifdef NNC_THREADS
#include <pthread.h>
#include <signal.h>

/* A batch of so many values is worth waking a thread for. */
enum { NNC_AHEAD_VALUES = 1 << 14 };

/* Which samples. */
typedef struct nnc_wanted {
    const nnc_dataset *data;
    const uint32_t *order;
    size_t first, n;
} nnc_wanted;

struct nnc_ahead {
    nnc_session spare; /* its buffers are where the next batch goes */
    nnc_wanted wanted; /* n 0: nothing */
    pthread_t thread;
    int has_thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int is_asked, is_over; /* both under the mutex */
};

static void *nnc_ahead_run(void *argument) {
    nnc_ahead *ahead = argument;
    const nnc_team alone = {1, nnc_run_alone, NULL};
    pthread_mutex_lock(&ahead->mutex);
    for (;;) {
        while (!ahead->is_asked && !ahead->is_over) {
            pthread_cond_wait(&ahead->changed, &ahead->mutex);
        }
        if (ahead->is_over) {
            break;
        }
        pthread_mutex_unlock(&ahead->mutex);
        const nnc_wanted *wanted = &ahead->wanted;
        nnc_session_fill(&ahead->spare, wanted->data, wanted->order, wanted->first, wanted->n, alone);
        pthread_mutex_lock(&ahead->mutex);
        ahead->is_asked = 0;
        pthread_cond_signal(&ahead->changed);
    }
    pthread_mutex_unlock(&ahead->mutex);
    return NULL;
}

NNC_API void nnc_session_await(nnc_session *session) {
    nnc_ahead *ahead = session->ahead;
    if (ahead == NULL || ahead->wanted.n == 0) {
        return;
    }
    pthread_mutex_lock(&ahead->mutex);
    while (ahead->is_asked) {
        pthread_cond_wait(&ahead->changed, &ahead->mutex);
    }
    pthread_mutex_unlock(&ahead->mutex);
    ahead->wanted.n = 0;
}

/* Whether a thread for it pays; whoever says how many threads there are, gets no more, but where files are waited
 * for. */
static int nnc_ahead_pays(nnc_session *session, const nnc_dataset *data) {
    const size_t cores = nnc_cores(), values = session->batch * (data->x.width + data->y.width);
    const int is_left = nnc_store_is_left(&data->x.array.data) || nnc_store_is_left(&data->y.array.data);
    const int is_free = session->threads == 0 && nnc_training_team(session).parts < cores;
    return cores > 1 && (is_left || (is_free && values >= NNC_AHEAD_VALUES));
}

static void nnc_swap_blocks(void **a, void **b) {
    void *kept = *a;
    *a = *b;
    *b = kept;
}

/* Without a thread, batches are fetched when they are wanted. */
static int nnc_ahead_open(nnc_session *session, const nnc_dataset *data) {
    nnc_ahead *ahead = session->ahead = nnc_alloc(session->host, 1, sizeof *ahead);
    if (ahead == NULL) {
        return -1;
    }
    if (!nnc_ahead_pays(session, data)) {
        return 0;
    }
    ahead->spare.host = session->host;
    ahead->spare.model = session->model;
    if (nnc_session_batch_buffers(&ahead->spare) != 0) {
        return -1;
    }
    sigset_t all, before; /* signals are for the caller's thread */
    sigfillset(&all);
    sigdelset(&all, SIGBUS); /* but for the one of a mapped file, which is who reads it */
    pthread_mutex_init(&ahead->mutex, NULL);
    pthread_cond_init(&ahead->changed, NULL);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    ahead->has_thread = pthread_create(&ahead->thread, NULL, nnc_ahead_run, ahead) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return 0;
}

NNC_API void nnc_ahead_close(nnc_ahead *ahead) {
    if (ahead != NULL && ahead->has_thread) {
        pthread_mutex_lock(&ahead->mutex);
        ahead->is_over = 1;
        pthread_cond_signal(&ahead->changed);
        pthread_mutex_unlock(&ahead->mutex);
        pthread_join(ahead->thread, NULL);
    }
    if (ahead != NULL) {
        nnc_session_free_buffers(&ahead->spare);
    }
    free(ahead);
}

NNC_API int nnc_session_fetch(nnc_session *session, const nnc_dataset *data, const uint32_t *order, size_t first,
                              size_t n) {
    if (session->ahead == NULL && nnc_ahead_open(session, data) != 0) {
        return -1;
    }
    nnc_ahead *ahead = session->ahead;
    const nnc_wanted *wanted = &ahead->wanted;
    const int is_there = wanted->n == n && wanted->data == data && wanted->order == order && wanted->first == first;
    nnc_session_await(session);
    if (is_there) {
        nnc_swap_blocks(&session->x, &ahead->spare.x);
        nnc_swap_blocks(&session->y, &ahead->spare.y);
        nnc_swap_blocks(&session->sample_weight, &ahead->spare.sample_weight);
        memset(session->sums, 0, session->model->sum_count * session->model->real_size);
    } else {
        nnc_session_gather_shared(session, data, order, first, n, nnc_training_team(session));
    }
    return nnc_dataset_check(session->host, data);
}

NNC_API void nnc_session_fetch_ahead(nnc_session *session, const nnc_dataset *data, const uint32_t *order, size_t first,
                                     size_t n) {
    nnc_ahead *ahead = session->ahead;
    if (!ahead->has_thread || n == 0) {
        return;
    }
    ahead->wanted = (nnc_wanted){data, order, first, n};
    pthread_mutex_lock(&ahead->mutex);
    ahead->is_asked = 1;
    pthread_cond_signal(&ahead->changed);
    pthread_mutex_unlock(&ahead->mutex);
}
#else
NNC_API int nnc_session_fetch(nnc_session *session, const nnc_dataset *data, const uint32_t *order, size_t first,
                              size_t n) {
    nnc_session_gather(session, data, order, first, n);
    return nnc_dataset_check(session->host, data);
}

NNC_API void nnc_session_fetch_ahead(nnc_session *session, const nnc_dataset *data, const uint32_t *order, size_t first,
                                     size_t n) {
    (void)session, (void)data, (void)order, (void)first, (void)n;
}

NNC_API void nnc_session_await(nnc_session *session) { (void)session; }

NNC_API void nnc_ahead_close(nnc_ahead *ahead) { (void)ahead; }
#endif
