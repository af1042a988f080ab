/* SPDX-License-Identifier: MIT-0 */
/* bench.c - how fast a model trains and predicts, on random data. */
#include "commands/commands.h"
#include "host/host.h"
#include "session/options.h"
#include "session/session.h"
#include "training/training.h"

#include <stdlib.h>
#include <string.h>

enum { NNC_BENCH_REPETITIONS = 7 };
static const double nnc_bench_seconds = 0.2; /* of one repetition */

typedef int nnc_bench_run(nnc_session *session);

static int nnc_bench_step(nnc_session *session) {
    const nnc_model *model = session->model;
    memset(session->sums, 0, model->sum_count * model->real_size);
    int status = nnc_session_step(session, NULL, session->batch);
    /* The same random batch again and again can make training diverge, which is no matter here: start afresh. */
    return status == NNC_E_NONFINITE ? model->init(session->trainer, 0) : status;
}

static int nnc_bench_predict(nnc_session *session) {
    return nnc_session_predict(session, session->batch);
}

static int nnc_compare_doubles(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* The median of the seconds that a batch takes. */
static int nnc_bench_measure(nnc_session *session, nnc_bench_run *run, const char *name) {
    double seconds[NNC_BENCH_REPETITIONS];
    for (size_t i = 0; i < NNC_BENCH_REPETITIONS; i++) {
        double start = nnc_seconds(), now;
        size_t batches = 0;
        do {
            int status = run(session);
            if (status != NNC_OK) {
                return nnc_fail_status(session->host, status, name);
            }
            batches++;
            now = nnc_seconds();
        } while (now - start < nnc_bench_seconds);
        seconds[i] = (now - start) / (double)batches;
    }
    qsort(seconds, NNC_BENCH_REPETITIONS, sizeof seconds[0], nnc_compare_doubles);
    double median = seconds[NNC_BENCH_REPETITIONS / 2];
    printf("%-8s %10.0f samples/s, %.1f us per batch of %zu\n", name, (double)session->batch / median, median * 1e6,
           session->batch);
    fflush(stdout);
    return 0;
}

NNC_API int nnc_command_bench(nnc_host *host, const nnc_model *model, const nnc_options *options) {
    nnc_session session;
    int trains = model->step != NULL;
    if (nnc_session_open(host, model, options->batch_size, trains, &session) == 0) {
        nnc_stream stream = nnc_stream_for(options->seed, NNC_PURPOSE_DATA, 0);
        int status = trains ? model->init(session.trainer, options->seed) : NNC_OK;
        if (status != NNC_OK) {
            nnc_fail_status(host, status, "init");
        } else {
            session.threads = (size_t)options->threads;
            nnc_session_make_up(&session, &stream, session.batch);
            if (!trains || nnc_bench_measure(&session, nnc_bench_step, "fit") == 0) {
                nnc_bench_measure(&session, nnc_bench_predict, "predict");
            }
        }
        nnc_session_close(&session);
    }
    return host->status;
}
