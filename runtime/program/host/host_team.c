/* SPDX-License-Identifier: MIT-0 */
/* host_team.c - a team of threads: who waits spins a little, then lets others run, then sleeps. A round is handed out
 * by a number that goes up, and done when all have taken theirs off the number of those who are at work. */
#include "host/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Linux: those that the scheduler may put this process on, "Cpus_allowed:\tff,ffffffff"; 0: it does not say. */
static size_t nnc_allowed_cores(void) {
    static const char name[] = "Cpus_allowed:";
    char line[4096];
    size_t cores = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        for (const char *at = line + sizeof name - 1; memcmp(line, name, sizeof name - 1) == 0 && *at != '\0'; at++) {
            const char digit[] = {*at, '\0'};
            for (unsigned long bits = strtoul(digit, NULL, 16); bits > 0; bits &= bits - 1) {
                cores++;
            }
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return cores;
}

/* Linux: the time that a container may take of all cores, "200000 100000" microseconds in each so many; 0: any. */
static size_t nnc_quota_cores(void) {
    unsigned long long quota = 0, period = 0;
    FILE *file = fopen("/sys/fs/cgroup/cpu.max", "r");
    if (file != NULL) {
        if (fscanf(file, "%llu %llu", &quota, &period) != 2 || period == 0) {
            quota = 0;
        }
        fclose(file);
    }
    return quota > 0 ? (size_t)((quota + period - 1) / period) : 0;
}

NNC_API size_t nnc_cores(void) {
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    size_t cores = online > 0 ? (size_t)online : 1, allowed = nnc_allowed_cores(), quota = nnc_quota_cores();
    cores = allowed > 0 && allowed < cores ? allowed : cores;
    return quota > 0 && quota < cores ? quota : cores;
}

#ifdef NNC_THREADS
#include <pthread.h>
#include <sched.h>
#include <signal.h>

/* Helgrind and DRD do not see what atomic operations order: for them, compile with -DNNC_ANNOTATIONS=… as the header of
 * the one, <valgrind/helgrind.h> or <valgrind/drd.h>. */
#ifdef NNC_ANNOTATIONS
#include NNC_ANNOTATIONS
#else
#define ANNOTATE_HAPPENS_BEFORE(number) ((void)(number))
#define ANNOTATE_HAPPENS_AFTER(number) ((void)(number))
#define ANNOTATE_BENIGN_RACE_SIZED(numbers, size, why) ((void)(numbers))
#endif

enum { NNC_SPINS = 300, NNC_YIELDS = 100 }; /* about 10 us, and 50 */

typedef struct nnc_pool nnc_pool;

typedef struct nnc_member {
    nnc_pool *pool;
    size_t index; /* of the part that it makes first, from 1 */
    pthread_t thread;
} nnc_member;

struct nnc_pool {
    pthread_mutex_t mutex;
    pthread_cond_t begun, done;
    /* of the round that is being made; written before its number is */
    void (*make)(const void *job, size_t part);
    const void *job;
    size_t parts;
    /* read and written at once by several: all with atomic operations */
    unsigned round, at_work, asleep, is_awaited, is_over; /* the five that are annotated */
    size_t count;
    nnc_member members[];
};

static unsigned nnc_read(const unsigned *number) {
    const unsigned value = __atomic_load_n(number, __ATOMIC_SEQ_CST);
    ANNOTATE_HAPPENS_AFTER(number);
    return value;
}

static void nnc_write(unsigned *number, unsigned value) {
    ANNOTATE_HAPPENS_BEFORE(number);
    __atomic_store_n(number, value, __ATOMIC_SEQ_CST);
}

/* Returns what is left. */
static unsigned nnc_take_off(unsigned *number) {
    ANNOTATE_HAPPENS_BEFORE(number);
    return __atomic_sub_fetch(number, 1, __ATOMIC_SEQ_CST);
}

static void nnc_pause(void) {
#if defined __x86_64__ || defined __i386__
    __builtin_ia32_pause();
#elif defined __aarch64__
    __asm__ volatile("yield");
#endif
}

/* Waits a little for a number to be no longer `old`. */
static void nnc_await_change(const unsigned *number, unsigned old) {
    for (int i = 0; i < NNC_SPINS && nnc_read(number) == old; i++) {
        nnc_pause();
    }
    for (int i = 0; i < NNC_YIELDS && nnc_read(number) == old; i++) {
        sched_yield();
    }
}

static void nnc_make_parts(nnc_pool *pool, size_t first) {
    for (size_t part = first; part < pool->parts; part += pool->count + 1) {
        pool->make(pool->job, part);
    }
}

static void *nnc_member_run(void *argument) {
    nnc_member *member = argument;
    nnc_pool *pool = member->pool;
    for (unsigned seen = 0;;) {
        nnc_await_change(&pool->round, seen);
        if (nnc_read(&pool->round) == seen) {
            pthread_mutex_lock(&pool->mutex);
            __atomic_add_fetch(&pool->asleep, 1, __ATOMIC_SEQ_CST);
            while (nnc_read(&pool->round) == seen) {
                pthread_cond_wait(&pool->begun, &pool->mutex);
            }
            nnc_take_off(&pool->asleep);
            pthread_mutex_unlock(&pool->mutex);
        }
        seen = nnc_read(&pool->round);
        if (nnc_read(&pool->is_over)) {
            return NULL;
        }
        nnc_make_parts(pool, member->index);
        if (nnc_take_off(&pool->at_work) == 0 && nnc_read(&pool->is_awaited)) {
            pthread_mutex_lock(&pool->mutex);
            pthread_cond_signal(&pool->done);
            pthread_mutex_unlock(&pool->mutex);
        }
    }
}

static void nnc_pool_wake(nnc_pool *pool) {
    nnc_write(&pool->round, pool->round + 1);
    if (nnc_read(&pool->asleep) > 0) {
        pthread_mutex_lock(&pool->mutex);
        pthread_cond_broadcast(&pool->begun);
        pthread_mutex_unlock(&pool->mutex);
    }
}

static void nnc_pool_await(nnc_pool *pool) {
    for (unsigned left = nnc_read(&pool->at_work), before = 0; left != 0 && left != before;) {
        before = left;
        nnc_await_change(&pool->at_work, before);
        left = nnc_read(&pool->at_work);
    }
    if (nnc_read(&pool->at_work) == 0) {
        return;
    }
    pthread_mutex_lock(&pool->mutex);
    nnc_write(&pool->is_awaited, 1);
    while (nnc_read(&pool->at_work) != 0) {
        pthread_cond_wait(&pool->done, &pool->mutex);
    }
    nnc_write(&pool->is_awaited, 0);
    pthread_mutex_unlock(&pool->mutex);
}

static void nnc_pool_run(void *team, void (*make)(const void *job, size_t part), const void *job, size_t parts) {
    nnc_pool *pool = team;
    pool->make = make;
    pool->job = job;
    pool->parts = parts;
    nnc_write(&pool->at_work, (unsigned)pool->count);
    nnc_pool_wake(pool);
    nnc_make_parts(pool, 0);
    nnc_pool_await(pool);
}

NNC_API nnc_team nnc_team_open(size_t threads) {
    nnc_team team = {1, nnc_run_alone, NULL};
    size_t more = threads > 1 ? threads - 1 : 0;
    nnc_pool *pool = more > 0 ? calloc(1, sizeof *pool + more * sizeof pool->members[0]) : NULL;
    if (pool == NULL) {
        return team;
    }
    ANNOTATE_BENIGN_RACE_SIZED(&pool->round, 5 * sizeof pool->round, "atomic");
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->begun, NULL);
    pthread_cond_init(&pool->done, NULL);
    sigset_t all, before; /* signals are for the caller's thread */
    sigfillset(&all);
    sigdelset(&all, SIGBUS); /* but for the one of a mapped file, which is who reads it */
    pthread_sigmask(SIG_BLOCK, &all, &before);
    for (; pool->count < more; pool->count++) {
        nnc_member *member = &pool->members[pool->count];
        member->pool = pool;
        member->index = pool->count + 1;
        if (pthread_create(&member->thread, NULL, nnc_member_run, member) != 0) {
            break;
        }
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    team.parts = pool->count + 1;
    team.run = nnc_pool_run;
    team.pool = pool;
    return team;
}

NNC_API void nnc_team_close(nnc_team *team) {
    nnc_pool *pool = team->pool;
    if (pool != NULL) {
        nnc_write(&pool->is_over, 1);
        nnc_pool_wake(pool);
        for (size_t i = 0; i < pool->count; i++) {
            pthread_join(pool->members[i].thread, NULL);
        }
        pthread_cond_destroy(&pool->begun);
        pthread_cond_destroy(&pool->done);
        pthread_mutex_destroy(&pool->mutex);
        free(pool);
    }
    nnc_team alone = {1, nnc_run_alone, NULL};
    *team = alone;
}
#else
NNC_API nnc_team nnc_team_open(size_t threads) {
    nnc_team team = {1, nnc_run_alone, NULL};
    (void)threads;
    return team;
}

NNC_API void nnc_team_close(nnc_team *team) { (void)team; }
#endif
