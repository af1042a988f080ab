/* SPDX-License-Identifier: MIT-0 */
/* data_order.c - which samples of the files there are, and in which order: rows that lack a value are left out, rows
 * are shuffled before a part is taken for validation. */
#include "data/data.h"
#include "host/host.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* x, y and weights in the same order. */
static void nnc_set_order(nnc_dataset *dataset, uint32_t *order, size_t count) {
    nnc_samples *parts[] = {&dataset->x, &dataset->y, &dataset->sample_weight};
    free(dataset->order);
    dataset->order = order;
    dataset->count = count;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        parts[i]->order = order;
        parts[i]->count = parts[i]->path != NULL ? count : 0;
    }
}

/* Whether a value of sample `index` is missing. */
static int nnc_lacks(const nnc_samples *samples, size_t index, double *values) {
    if (!samples->drops) {
        return 0;
    }
    nnc_sample_values(samples, index, values);
    for (size_t i = 0; i < (samples->is_one_hot ? 1 : samples->width); i++) {
        if (isnan(values[i])) {
            return 1;
        }
    }
    return 0;
}

NNC_API int nnc_dataset_drop(nnc_host *host, int with_y, nnc_dataset *dataset) {
    const nnc_samples *x = &dataset->x, *y = &dataset->y;
    size_t kept = 0, width = x->width > y->width ? x->width : y->width;
    if (!x->drops && !y->drops) {
        return 0;
    }
    uint32_t *order = nnc_alloc(host, dataset->count, sizeof *order);
    double *values = order != NULL ? nnc_alloc(host, width, sizeof *values) : NULL;
    for (size_t i = 0; values != NULL && i < dataset->count; i++) {
        int lacks = nnc_lacks(x, i, values) || (with_y && nnc_lacks(y, i, values));
        if (lacks && !with_y) {
            nnc_text_place at = nnc_array_place(&x->array, nnc_row_of(x, i, 0));
            nnc_fail_at(host, x->path, at.line, 0, "a value is missing, and predictions are of every row: "
                                                   "missing='mean', 'median' or a number fills it");
            free(values);
            free(order);
            return -1;
        }
        order[kept] = (uint32_t)i;
        kept += !lacks;
    }
    free(values);
    if (values == NULL || kept == 0) {
        free(order);
        return values == NULL ? -1 : nnc_fail_at(host, x->path, 0, 0, "each row lacks a value: none is left");
    }
    nnc_set_order(dataset, order, kept);
    return 0;
}

NNC_API int64_t nnc_class_in(const nnc_model *model, const nnc_samples *y, size_t index) {
    int is_choice = model->target == NNC_TARGET_DISTRIBUTION, is_binary = model->target == NNC_TARGET_UNIT;
    size_t width = y->is_one_hot ? 1 : y->width, best = 0;
    if (y->path == NULL || !(model->integer_target || is_choice || is_binary) || (is_binary && width > 1) ||
        (model->integer_target && width > 1) || width > 10000) {
        return -1;
    }
    double values[10000];
    nnc_sample_values(y, index, values);
    for (size_t i = 1; i < width; i++) {
        best = values[i] > values[best] ? i : best;
    }
    return width > 1 ? (int64_t)best : (int64_t)rint(values[0]);
}

/* Where a sample stands among those of its class, from 0 to 1: sorted by that, every part has its share of each. */
typedef struct nnc_spread {
    double part;
    uint32_t sample;
    uint32_t rank; /* in the random order */
} nnc_spread;

static int nnc_compare_spread(const void *a, const void *b) {
    const nnc_spread *of_a = a, *of_b = b;
    if (of_a->part < of_b->part || of_a->part > of_b->part) {
        return of_a->part < of_b->part ? -1 : 1;
    }
    return (of_a->rank > of_b->rank) - (of_a->rank < of_b->rank);
}

/* Spreads the classes over an order that is random. */
static int nnc_spread_classes(nnc_host *host, const nnc_model *model, const nnc_samples *y, uint32_t *order,
                              size_t count) {
    int64_t classes = 0;
    nnc_spread *spread = nnc_alloc(host, count, sizeof *spread);
    int64_t *of = spread != NULL ? nnc_alloc(host, count, sizeof *of) : NULL;
    for (size_t i = 0; of != NULL && i < count; i++) {
        of[i] = nnc_class_in(model, y, order[i]);
        classes = of[i] >= classes ? of[i] + 1 : classes;
    }
    double *sizes = of != NULL ? nnc_alloc(host, (size_t)classes + 1, sizeof *sizes) : NULL;
    double *seen = sizes != NULL ? nnc_alloc(host, (size_t)classes + 1, sizeof *seen) : NULL;
    for (size_t i = 0; seen != NULL && i < count; i++) {
        sizes[of[i] < 0 ? classes : of[i]] += 1;
    }
    for (size_t i = 0; seen != NULL && i < count; i++) {
        int64_t own = of[i] < 0 ? classes : of[i];
        spread[i] = (nnc_spread){(seen[own] + 0.5) / sizes[own], order[i], (uint32_t)i};
        seen[own] += 1;
    }
    if (seen != NULL) {
        qsort(spread, count, sizeof *spread, nnc_compare_spread);
    }
    for (size_t i = 0; seen != NULL && i < count; i++) {
        order[i] = spread[i].sample;
    }
    int status = seen != NULL ? 0 : -1;
    free(seen);
    free(sizes);
    free(of);
    free(spread);
    return status;
}

NNC_API int nnc_dataset_shuffle(nnc_host *host, const nnc_model *model, uint64_t seed, int stratify,
                                nnc_dataset *dataset) {
    const uint64_t rows = UINT64_MAX; /* no epoch has this number */
    uint32_t *order = nnc_alloc(host, dataset->count, sizeof *order);
    if (order == NULL) {
        return -1;
    }
    nnc_shuffle(seed, rows, order, dataset->count);
    if (stratify && nnc_class_in(model, &dataset->y, 0) < 0) {
        free(order);
        return nnc_fail_usage(host, "stratify=True of fit() wants labels of classes, one for each sample");
    }
    if (stratify && nnc_spread_classes(host, model, &dataset->y, order, dataset->count) != 0) {
        free(order);
        return -1;
    }
    for (size_t i = 0; dataset->order != NULL && i < dataset->count; i++) {
        order[i] = dataset->order[order[i]];
    }
    nnc_set_order(dataset, order, dataset->count);
    return 0;
}
