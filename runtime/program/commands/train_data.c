/* SPDX-License-Identifier: MIT-0 */
/* train_data.c - what fit trains and validates on, and random factors from a file. */
#include "commands/commands.h"
#include "data/data.h"
#include "host/host.h"
#include "session/options.h"
#include "session/session.h"
#include "tensors/tensors.h"
#include "training/training.h"

#include <math.h>

NNC_API nnc_data_request nnc_fit_request(const nnc_model *model, const nnc_options *options) {
    static const nnc_source unsaid = NNC_NO_SOURCE;
    const nnc_fit_defaults *fit = model->fit;
    nnc_data_request request;
    request.x = fit != NULL ? &fit->x : &unsaid;
    request.y = fit != NULL ? &fit->y : &unsaid;
    request.sample_weight = fit != NULL ? &fit->sample_weight : &unsaid;
    request.x_path = options->x;
    request.y_path = options->y;
    request.sample_weight_path = options->sample_weight;
    request.data_dir = options->data_dir;
    request.prefix = "";
    request.with_y = 1;
    request.learned = NULL;
    request.learns = 1;
    return request;
}

/* Keras: the last samples, taken before any shuffling; both sides must have some. */
static int nnc_split_tail(nnc_training *training, double fraction) {
    size_t count = training->data.count;
    if (!(fraction >= 0 && fraction < 1)) {
        return nnc_fail_usage(training->host, "validation_split must be at least 0 and less than 1, not %g", fraction);
    }
    training->train_count = fraction > 0 ? (size_t)floor((double)count * (1 - fraction)) : count;
    if (training->train_count == 0 || (fraction > 0 && training->train_count == count)) {
        return nnc_fail(training->host, "validation_split=%g of %zu samples leaves none to %s", fraction, count,
                        training->train_count == 0 ? "train on" : "validate on");
    }
    return 0;
}

NNC_API int nnc_load_validation(nnc_training *training) {
    const nnc_options *options = training->options;
    const nnc_fit_defaults *fit = training->model->fit;
    int has_files = options->validation_x != NULL || options->validation_y != NULL;
    int has_sources = fit->validation_x.path != NULL;
    if (has_files && options->validation_split >= 0) {
        return nnc_fail_usage(training->host, "--validation-split and --validation-x exclude each other");
    }
    if (!has_files && (options->validation_split >= 0 || !has_sources)) {
        int is_given = options->validation_split >= 0;
        return nnc_split_tail(training, is_given ? options->validation_split : fit->validation_split);
    }
    nnc_data_request request = nnc_fit_request(training->model, options);
    nnc_source no_weight = request.sample_weight[0];
    no_weight.path = NULL;
    request.sample_weight = &no_weight;
    request.sample_weight_path = NULL;
    request.x = has_sources ? &fit->validation_x : request.x; /* its columns and scale, at least */
    request.y = has_sources ? &fit->validation_y : request.y;
    request.x_path = options->validation_x;
    request.y_path = options->validation_y;
    request.prefix = "validation-";
    training->train_count = training->data.count;
    request.learned = &training->session.learned;
    return nnc_dataset_load(training->host, training->model, &request, &training->validation_data);
}

NNC_API int nnc_load_masks(nnc_training *training) {
    const nnc_options *options = training->options;
    if (training->model->mask_count > 0 && options->masks == NULL) {
        return nnc_fail_usage(training->host,
                              "this program takes its random factors from a file: give --masks FILE.safetensors");
    }
    if (options->masks == NULL) {
        return 0;
    }
    if (nnc_tensors_read(training->host, options->masks, &training->masks) != 0) {
        return -1;
    }
    return nnc_masks_check(training->host, training->model, &training->masks);
}
