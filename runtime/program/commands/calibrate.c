/* SPDX-License-Identifier: MIT-0 */
/* calibrate.c - the command calibrate: the ranges of all values while samples are predicted, for nnc --quantize. */
#include "commands/commands.h"
#include "data/data.h"
#include "host/host.h"
#include "session/options.h"
#include "session/session.h"

#include <stdio.h>
#include <string.h>

static int nnc_work_calibrate(nnc_session *session, void *context, size_t at, size_t n) {
    nnc_session_gather(session, context, NULL, at, n);
    return session->model->predict(session->params, session->work, session->x, session->output, n);
}

static int nnc_follow_calibrate(nnc_session *session, void *context, int status, size_t n) {
    (void)n;
    return status == NNC_OK ? nnc_dataset_check(session->host, context)
                            : nnc_fail_status(session->host, status, "calibrate");
}

/* Lines of a name, the least and the greatest. */
static int nnc_write_ranges(const nnc_session *session, const char *path) {
    const nnc_model *model = session->model;
    const char *ranges = (const char *)session->work + model->ranges_offset;
    nnc_writer writer;
    if (nnc_writer_open(session->host, &writer, path) != 0) {
        return -1;
    }
    for (size_t i = 0; i < model->range_count; i++) {
        char numbers[80];
        snprintf(numbers, sizeof numbers, " %.17g %.17g\n", nnc_get_real(model, ranges, 2 * i),
                 nnc_get_real(model, ranges, 2 * i + 1));
        nnc_writer_write(&writer, model->ranges[i], strlen(model->ranges[i]));
        nnc_writer_write(&writer, numbers, strlen(numbers));
    }
    return nnc_writer_commit(&writer);
}

NNC_API int nnc_command_calibrate(nnc_host *host, const nnc_model *model, const nnc_options *options) {
    const nnc_batch_job job = {nnc_work_calibrate, nnc_follow_calibrate, NULL, 1};
    nnc_dataset data;
    nnc_session session;
    if (model->ranges == NULL) {
        return nnc_fail_usage(host, "the program records no ranges: it is compiled with nnc --observe");
    }
    if (options->output == NULL) {
        return nnc_fail_usage(host, "no output: give -o FILE, or -o - for standard output");
    }
    nnc_data_request request = nnc_evaluation_request(model, options);
    request.with_y = 0;
    if (request.x_path == NULL && model->fit != NULL) {
        request.x = &model->fit->x; /* what it was trained with */
    }
    request.learned = &session.learned;
    memset(&data, 0, sizeof data);
    if (nnc_session_open(host, model, options->batch_size, 0, &session) == 0) {
        nnc_batch_job with_data = job;
        with_data.context = &data;
        if (nnc_load_weights(&session, options->weights) == 0 &&
            nnc_dataset_load(host, model, &request, &data) == 0) {
            nnc_signals_catch();
            const int status = nnc_for_batches(&session, 0, data.count, &with_data);
            if (status == 1) {
                nnc_fail(host, "interrupted: nothing is written");
                host->status = NNC_EXIT_SIGNAL + nnc_signal_pending();
            } else if (status == 0) {
                nnc_write_ranges(&session, options->output);
            }
            nnc_signals_release();
        }
        nnc_dataset_free(&data);
        nnc_session_close(&session);
    }
    return host->status;
}
