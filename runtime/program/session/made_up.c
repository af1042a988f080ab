/* SPDX-License-Identifier: MIT-0 */
/* made_up.c - random samples that suit a model, for gradcheck and bench. */
#include "data/data.h"
#include "host/host.h"
#include "session/session.h"

#include <math.h>
#include <string.h>

static void nnc_make_up_x(nnc_session *session, nnc_stream *stream, size_t n) {
    const nnc_model *model = session->model;
    size_t count = n * nnc_input_size(model);
    for (size_t i = 0; i < count; i++) {
        double index = model->indices > 0 ? nnc_stream_below(stream, (uint32_t)model->indices) : 0;
        if (model->integer_input) {
            ((int32_t *)session->x)[i] = (int32_t)index;
        } else if (model->indices > 0) {
            nnc_set_real(model, session->x, i, index);
        } else {
            /* As the layers see it: normal. */
            nnc_set_real(model, session->x, i, nnc_stream_normal(stream) / nnc_x_scale(model));
        }
    }
}

/* Samples of any length end anywhere. */
static void nnc_make_up_ends(nnc_session *session, nnc_stream *stream, size_t n) {
    const nnc_model *model = session->model;
    size_t size = nnc_input_size(model), step = model->max_steps > 0 ? size / model->max_steps : 0;
    for (size_t sample = 0; model->max_steps > 0 && sample < n; sample++) {
        size_t choices = model->max_steps - model->least_steps + 1;
        size_t steps = model->least_steps + nnc_stream_below(stream, (uint32_t)choices);
        for (size_t i = sample * size + steps * step; i < (sample + 1) * size; i++) {
            if (model->integer_input) {
                ((int32_t *)session->x)[i] = -1;
            } else {
                nnc_set_real(model, session->x, i, (double)NAN);
            }
        }
    }
}

/* Positive numbers that sum to 1. */
static void nnc_make_up_distribution(nnc_session *session, nnc_stream *stream, size_t first, size_t classes) {
    double sum = 0;
    for (size_t i = first; i < first + classes; i++) {
        double value = nnc_stream_uniform(stream);
        nnc_set_real(session->model, session->y, i, value);
        sum += value;
    }
    for (size_t i = first; i < first + classes; i++) {
        nnc_set_real(session->model, session->y, i,
                     nnc_get_real(session->model, session->y, i) / sum / nnc_y_scale(session->model));
    }
}

static void nnc_make_up_y(nnc_session *session, nnc_stream *stream, size_t n) {
    const nnc_model *model = session->model;
    size_t count = n * model->target_size;
    size_t classes = model->output_rank > 0 ? (size_t)model->output_shape[model->output_rank - 1] : 1;
    if (!model->integer_target && model->target == NNC_TARGET_DISTRIBUTION) {
        for (size_t first = 0; first < count; first += classes) {
            nnc_make_up_distribution(session, stream, first, classes);
        }
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (model->integer_target) {
            ((int32_t *)session->y)[i] = (int32_t)nnc_stream_below(stream, (uint32_t)model->classes);
        } else {
            int is_unit = model->target == NNC_TARGET_UNIT;
            nnc_set_real(model, session->y, i,
                         (is_unit ? nnc_stream_uniform(stream) : nnc_stream_normal(stream)) / nnc_y_scale(model));
        }
    }
}

/* Values in (0, 1) suit factors, addends and draws alike. */
static void nnc_make_up_masks(nnc_session *session, nnc_stream *stream) {
    const nnc_model *model = session->model;
    for (size_t i = 0; i < model->mask_count; i++) {
        void *masks = (char *)session->trainer + model->masks_in_trainer;
        size_t count = 0;
        nnc_shape_count(model->masks[i].shape, model->masks[i].rank, &count);
        for (size_t j = 0; j < count; j++) {
            nnc_set_real(model, masks, model->masks[i].offset + j, nnc_stream_uniform(stream));
        }
    }
}

NNC_API void nnc_session_make_up(nnc_session *session, nnc_stream *stream, size_t n) {
    const nnc_model *model = session->model;
    nnc_make_up_x(session, stream, n);
    nnc_make_up_ends(session, stream, n);
    nnc_make_up_y(session, stream, n);
    for (size_t i = 0; i < n * nnc_weight_size(model); i++) {
        nnc_set_real(model, session->sample_weight, i, 0.5 + nnc_stream_uniform(stream));
    }
    if (session->trainer != NULL) {
        nnc_make_up_masks(session, stream);
    }
    memset(session->sums, 0, model->sum_count * model->real_size);
}
