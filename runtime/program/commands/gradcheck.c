/* SPDX-License-Identifier: MIT-0 */
/* gradcheck.c - holds the gradients of a model against finite differences of its loss. */
#include "commands/commands.h"
#include "host/host.h"
#include "session/options.h"
#include "session/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NNC_GRADCHECK_ROWS = 8, NNC_GRADCHECK_SAMPLES = 2000, NNC_GRADCHECK_DRAWS = 8 };
static const double nnc_gradcheck_tolerance = 1e-6;
static const double nnc_gradcheck_kinks = 0.05; /* the share of elements that may lie at kinks, beside one */

typedef struct nnc_gradcheck {
    nnc_session session;
    nnc_stream stream;
    size_t rows;
    double tolerance;
    double *weights;   /* in the trainer */
    double *gradients; /* in the trainer: of the loss last computed */
    double *analytic;  /* copy of the gradients at the present weights */
    size_t gradient_count;
    double loss; /* at the present weights */
} nnc_gradcheck;

/* What came out for one weight tensor. */
typedef struct nnc_gradcheck_result {
    size_t wanted, checked, kinks, worst_index;
    double worst, worst_analytic, worst_difference;
} nnc_gradcheck_result;

/* A derivative by differences. */
typedef struct nnc_difference {
    double value;     /* extrapolated from two central differences */
    double spread;    /* between those two: small where the loss is smooth */
    double one_sided; /* between the differences to either side: small unless there is a kink at the very place */
} nnc_difference;

static int nnc_gradcheck_loss(nnc_gradcheck *check, double *loss) {
    nnc_session *session = &check->session;
    const nnc_model *model = session->model;
    memset(check->gradients, 0, check->gradient_count * sizeof *check->gradients);
    memset(session->sums, 0, model->sum_count * model->real_size);
    int status =
        model->grad(session->trainer, session->x, session->y, session->sample_weight, check->rows, session->sums);
    if (status != NNC_OK) {
        return nnc_fail_status(session->host, status, "gradcheck");
    }
    *loss = nnc_get_real(model, session->sums, 0);
    return 0;
}

/* Loss and gradients at the present weights. */
static int nnc_gradcheck_refresh(nnc_gradcheck *check) {
    if (nnc_gradcheck_loss(check, &check->loss) != 0) {
        return -1;
    }
    memcpy(check->analytic, check->gradients, check->gradient_count * sizeof *check->analytic);
    return 0;
}

/* Central differences with steps h and 2h; Richardson's extrapolation leaves an error of order h^4. */
static int nnc_differentiate(nnc_gradcheck *check, double *weight, double h, nnc_difference *difference) {
    static const int steps[4] = {-2, -1, 1, 2};
    const double kept = *weight;
    double loss[4];
    for (int i = 0; i < 4; i++) {
        *weight = kept + steps[i] * h;
        int status = nnc_gradcheck_loss(check, &loss[i]);
        *weight = kept;
        if (status != 0) {
            return -1;
        }
    }
    double near = (loss[2] - loss[1]) / (2 * h), far = (loss[3] - loss[0]) / (4 * h);
    difference->value = (4 * near - far) / 3;
    difference->spread = fabs(near - far);
    difference->one_sided = fabs((loss[2] - check->loss) - (check->loss - loss[1])) / h;
    return 0;
}

/* Below this, gradients are compared absolutely: differences of the loss carry its rounding errors. */
static double nnc_gradcheck_floor(const nnc_gradcheck *check, const nnc_tensor *tensor, size_t count) {
    double largest = 0;
    for (size_t i = 0; i < count; i++) {
        largest = fmax(largest, fabs(check->analytic[tensor->gradient_offset + i]));
    }
    return fmax(1e-3 * largest, 1e-4 * fmax(1, fabs(check->loss)));
}

/* One element: 0 compared, 1 at a kink, where derivative and difference need not agree. */
static int nnc_gradcheck_compare(nnc_gradcheck *check, const nnc_tensor *tensor, size_t index, double floor_value,
                                 nnc_gradcheck_result *result) {
    double *weight = &check->weights[tensor->offset + index];
    double analytic = check->analytic[tensor->gradient_offset + index];
    double h = 3e-5 * fmax(1, fabs(*weight)), scale = 0, error = 0;
    nnc_difference difference;
    int is_smooth = 0;
    for (int attempt = 0; attempt < 2 && !is_smooth; attempt++, h /= 8) {
        if (nnc_differentiate(check, weight, h, &difference) != 0) {
            return -1;
        }
        scale = fmax(fmax(fabs(analytic), fabs(difference.value)), floor_value);
        error = fabs(analytic - difference.value) / scale;
        is_smooth = difference.spread <= 0.5 * check->tolerance * scale;
    }
    if (!is_smooth || (error > check->tolerance && difference.one_sided > 1e-3 * scale)) {
        return 1;
    }
    result->checked++;
    if (!(error <= result->worst)) {
        result->worst = error;
        result->worst_index = index;
        result->worst_analytic = analytic;
        result->worst_difference = difference.value;
    }
    return 0;
}

/* An element at a kink is moved away from it: the weight is drawn anew. */
static int nnc_gradcheck_element(nnc_gradcheck *check, const nnc_tensor *tensor, size_t index, double floor_value,
                                 nnc_gradcheck_result *result) {
    for (int draw = 0; draw < NNC_GRADCHECK_DRAWS; draw++) {
        int status = nnc_gradcheck_compare(check, tensor, index, floor_value, result);
        if (status != 1) {
            return status;
        }
        result->kinks += draw == 0;
        check->weights[tensor->offset + index] += 0.01 * nnc_stream_normal(&check->stream);
        if (nnc_gradcheck_refresh(check) != 0) {
            return -1;
        }
    }
    return 0;
}

static int nnc_gradcheck_tensor(nnc_gradcheck *check, const nnc_tensor *tensor, size_t samples,
                                nnc_gradcheck_result *result) {
    size_t count = 0;
    nnc_shape_count(tensor->shape, tensor->rank, &count);
    size_t wanted = count < samples ? count : samples;
    double floor_value = nnc_gradcheck_floor(check, tensor, count);
    memset(result, 0, sizeof *result);
    result->wanted = wanted;
    for (size_t i = 0; i < wanted; i++) {
        /* One of each of `wanted` equal parts. */
        size_t first = (size_t)((double)i * (double)count / (double)wanted);
        size_t end = (size_t)((double)(i + 1) * (double)count / (double)wanted);
        size_t index = first + (end > first + 1 ? nnc_stream_below(&check->stream, (uint32_t)(end - first)) : 0);
        if (nnc_gradcheck_element(check, tensor, index, floor_value, result) != 0) {
            return -1;
        }
    }
    printf("%s %s: %zu of %zu checked, worst relative error %.1e", tensor->name,
           nnc_show_shape(tensor->shape, tensor->rank).text, result->checked, count, result->worst);
    if (result->kinks > 0) {
        printf(", %zu at kinks drawn anew", result->kinks);
    }
    if (!(result->worst <= check->tolerance)) {
        printf("; element %zu: gradient %.9g, difference %.9g", result->worst_index, result->worst_analytic,
               result->worst_difference);
    }
    printf("\n");
    return 0;
}

/* Fresh weights with noise, so that none is 0, and a batch. */
static int nnc_gradcheck_start(nnc_gradcheck *check, const nnc_options *options) {
    nnc_session *session = &check->session;
    const nnc_model *model = session->model;
    int status = model->init(session->trainer, options->seed);
    if (status != NNC_OK) {
        return nnc_fail_status(session->host, status, "init");
    }
    check->stream = nnc_stream_for(options->seed, NNC_PURPOSE_DATA, 0);
    check->weights = session->params;
    check->gradients = (double *)(void *)((char *)session->trainer + model->gradients_in_trainer);
    for (size_t i = 0; i < model->tensor_count; i++) {
        const nnc_tensor *tensor = &model->tensors[i];
        size_t count = 0;
        nnc_shape_count(tensor->shape, tensor->rank, &count);
        for (size_t j = 0; tensor->gradient_offset != SIZE_MAX && j < count; j++) {
            check->weights[tensor->offset + j] += 0.05 * nnc_stream_normal(&check->stream);
        }
        if (tensor->gradient_offset != SIZE_MAX && tensor->gradient_offset + count > check->gradient_count) {
            check->gradient_count = tensor->gradient_offset + count;
        }
    }
    check->analytic = nnc_alloc(session->host, check->gradient_count, sizeof *check->analytic);
    if (check->analytic == NULL) {
        return -1;
    }
    nnc_session_make_up(session, &check->stream, check->rows);
    return nnc_gradcheck_refresh(check);
}

static int nnc_gradcheck_all(nnc_gradcheck *check, const nnc_options *options) {
    const nnc_model *model = check->session.model;
    size_t samples = options->samples > 0 ? (size_t)options->samples : NNC_GRADCHECK_SAMPLES;
    size_t wanted = 0, checked = 0, kinks = 0, wrong = 0;
    for (size_t i = 0; i < model->tensor_count; i++) {
        nnc_gradcheck_result result;
        if (model->tensors[i].gradient_offset == SIZE_MAX) {
            continue;
        }
        if (nnc_gradcheck_tensor(check, &model->tensors[i], samples, &result) != 0) {
            return -1;
        }
        wanted += result.wanted;
        checked += result.checked;
        kinks += result.kinks;
        wrong += !(result.worst <= check->tolerance);
    }
    if (wrong > 0) {
        return nnc_fail(check->session.host, "gradients of %zu weights differ from finite differences by more than %g",
                        wrong, check->tolerance);
    }
    if ((double)kinks > 1 + nnc_gradcheck_kinks * (double)wanted) {
        return nnc_fail(check->session.host, "%zu of %zu elements lie at kinks: the check says too little", kinks,
                        wanted);
    }
    printf("%zu elements agree within %g\n", checked, check->tolerance);
    return 0;
}

NNC_API int nnc_command_gradcheck(nnc_host *host, const nnc_model *model, const nnc_options *options) {
    nnc_gradcheck check;
    memset(&check, 0, sizeof check);
    if (model->grad == NULL || model->real_size != sizeof(double)) {
        nnc_fail_usage(host, "gradients can be checked only in a program compiled with nnc --gradients --real=double");
        return host->status;
    }
    if (nnc_session_open(host, model, options->batch_size, 1, &check.session) == 0) {
        size_t most = options->batch_size > 0 ? check.session.batch : NNC_GRADCHECK_ROWS;
        check.rows = check.session.batch < most ? check.session.batch : most;
        check.tolerance = options->tolerance >= 0 ? options->tolerance : nnc_gradcheck_tolerance;
        if (nnc_gradcheck_start(&check, options) == 0) {
            nnc_gradcheck_all(&check, options);
        }
        free(check.analytic);
        nnc_session_close(&check.session);
    }
    return host->status;
}
