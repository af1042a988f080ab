/* SPDX-License-Identifier: MIT-0 */
/* data_dataset.c - x, y and weights that belong together. */
#include "data/data.h"
#include "host/host.h"

#include <stdlib.h>
#include <string.h>

/* One of the three, unless neither the command line nor the model file names a file. */
static int nnc_load_part(nnc_host *host, const nnc_data_request *request, const nnc_source *source, const char *path,
                         nnc_role role, nnc_samples *samples) {
    nnc_source own = *source;
    if (path == NULL && source->path == NULL) {
        return 0;
    }
    if (!request->with_y) { /* what is predicted lies ahead of the data, too */
        own.ahead = 0;
    }
    role.learned = request->learned;
    role.learns = request->learns;
    return nnc_load_samples(host, &own, path, request->data_dir, &role, samples);
}

static const char *nnc_first_line(const nnc_samples *samples) { return samples->array.has_names ? "names" : "a row"; }

/* One row more or less: perhaps of one file the first line was taken for what it is not. Always -1. */
static int nnc_ask_first_lines(nnc_host *host, const nnc_samples *x, const nnc_samples *other, const char *name) {
    char question[160];
    int x_is_csv = x->array.places.size > 0, other_is_csv = other->array.places.size > 0;
    if (!x_is_csv && !other_is_csv) {
        return -1;
    }
    int used = snprintf(question, sizeof question, "does the first line of %s hold %s", x_is_csv ? "x" : name,
                        nnc_first_line(x_is_csv ? x : other));
    if (x_is_csv && other_is_csv) {
        snprintf(question + used, sizeof question - (size_t)used, ", that of %s %s", name, nnc_first_line(other));
    }
    return nnc_header_hint(host, question);
}

static int nnc_check_counts(nnc_host *host, const nnc_dataset *dataset, const nnc_samples *other, const char *name) {
    if (other->path == NULL || other->count == dataset->x.count) {
        return 0;
    }
    nnc_fail(host, "x has %zu samples (%s), but %s has %zu (%s)", dataset->x.count, dataset->x.path, name, other->count,
             other->path);
    return dataset->x.count + 1 == other->count || other->count + 1 == dataset->x.count
               ? nnc_ask_first_lines(host, &dataset->x, other, name)
               : -1;
}

/* Files replace sources together: the labels of one file do not fit the samples of another. */
static int nnc_check_request(nnc_host *host, const nnc_data_request *request) {
    const char *prefix = request->prefix;
    int has_x = request->x_path != NULL || request->x->path != NULL;
    int has_y = request->y_path != NULL || request->y->path != NULL;
    if (request->with_y && (request->x_path == NULL) != (request->y_path == NULL)) {
        return nnc_fail_usage(host, "--%sx and --%sy go together: give both, or none", prefix, prefix);
    }
    if (!has_x || (request->with_y && !has_y)) {
        return nnc_fail_usage(host, "no data: give --%sx FILE%s, or name them in the model file", prefix,
                              !request->with_y ? "" : " and --y FILE");
    }
    return 0;
}

static int nnc_load_parts(nnc_host *host, const nnc_model *model, const nnc_data_request *request,
                          nnc_dataset *dataset) {
    memset(dataset, 0, sizeof *dataset);
    if (nnc_check_request(host, request) != 0 ||
        nnc_load_part(host, request, request->x, request->x_path, nnc_role_x(model), &dataset->x) != 0) {
        return -1;
    }
    dataset->count = dataset->x.count;
    if (!request->with_y) {
        return 0;
    }
    if (nnc_load_part(host, request, request->y, request->y_path, nnc_role_y(model), &dataset->y) != 0 ||
        nnc_check_counts(host, dataset, &dataset->y, "y") != 0) {
        return -1;
    }
    /* The weights of the model file belong to its own samples. */
    if (request->sample_weight_path == NULL && request->x_path != NULL) {
        return 0;
    }
    if (nnc_load_part(host, request, request->sample_weight, request->sample_weight_path, nnc_role_sample_weight(model),
                      &dataset->sample_weight) != 0) {
        return -1;
    }
    return nnc_check_counts(host, dataset, &dataset->sample_weight, "sample_weight");
}

NNC_API int nnc_dataset_load(nnc_host *host, const nnc_model *model, const nnc_data_request *request,
                             nnc_dataset *dataset) {
    return nnc_load_parts(host, model, request, dataset) == 0 ? nnc_dataset_drop(host, request->with_y, dataset) : -1;
}

NNC_API int nnc_dataset_check(nnc_host *host, const nnc_dataset *dataset) {
    return nnc_samples_check(host, &dataset->x) != 0 || nnc_samples_check(host, &dataset->y) != 0
               ? -1
               : nnc_samples_check(host, &dataset->sample_weight);
}

NNC_API void nnc_dataset_free(nnc_dataset *dataset) {
    free(dataset->order);
    nnc_samples_free(&dataset->x);
    nnc_samples_free(&dataset->y);
    nnc_samples_free(&dataset->sample_weight);
}
