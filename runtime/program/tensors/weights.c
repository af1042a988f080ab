/* SPDX-License-Identifier: MIT-0 */
/* weights.c - a model's weights, gradients and masks in safetensors files. */
#include "data/data.h"
#include "host/host.h"
#include "tensors/tensors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int nnc_same_shape(const nnc_entry *entry, const int64_t *shape, int rank) {
    return entry->rank == rank && (rank == 0 || memcmp(entry->shape, shape, (size_t)rank * sizeof *shape) == 0);
}

/* Element `index` of the file is no number that the model can hold. Always -1. */
static int nnc_fail_element(nnc_host *host, const char *path, const nnc_entry *entry, size_t index, double value) {
    int64_t place[NNC_MAX_RANK];
    char text[32] = "nan"; /* C libraries write -nan, too */
    if (!isnan(value)) {
        snprintf(text, sizeof text, "%.9g", value);
    }
    for (int i = entry->rank - 1; i >= 0; i--) {
        place[i] = (int64_t)(index % (size_t)entry->shape[i]);
        index /= (size_t)entry->shape[i];
    }
    nnc_fail_at(host, path, 0, 0, "tensor %s holds %s at %s", nnc_quote(entry->name, strlen(entry->name)).text,
                text, nnc_show_shape(place, entry->rank).text);
    return nnc_fail_hint(host, isfinite(value) ? "a float ends at 3.4e38: compile the model with --real=double"
                                               : "take the file of a run whose numbers all stayed finite");
}

NNC_API int nnc_check_finite(nnc_host *host, const nnc_model *model, const char *path, const nnc_entry *entry,
                             const void *from, const void *reals) {
    for (size_t i = 0; i < entry->count; i++) {
        if (!isfinite(nnc_get_real(model, reals, i))) {
            double value;
            nnc_convert(&value, NNC_F64, (const char *)from + i * nnc_dtype_of(entry->dtype).size, entry->dtype, 1, 1);
            return nnc_fail_element(host, path, entry, i, value);
        }
    }
    return 0;
}

/* The elements of a file, which are little endian at any address, as the model's numbers. */
static int nnc_copy_entry(nnc_host *host, const nnc_model *model, const char *path, const nnc_entry *entry,
                          void *reals) {
    size_t size = nnc_dtype_of(entry->dtype).size;
    void *aligned = nnc_alloc(host, entry->count, size);
    if (aligned == NULL) {
        return -1;
    }
    memcpy(aligned, entry->data, entry->count * size);
    nnc_fix_byte_order(aligned, entry->count, size, 0);
    nnc_convert(reals, nnc_real_dtype(model), aligned, entry->dtype, entry->count, 1);
    int status = nnc_check_finite(host, model, path, entry, aligned, reals);
    free(aligned);
    return status;
}

NNC_API int nnc_fail_statistics(nnc_host *host, const nnc_model *model, const char *path) {
    if (strcmp(model->tensors[0].name, "x/mean") != 0) {
        return nnc_fail_at(host, path, 0, 0,
                           "%s, which is learned of the data, does not stand with the weights: they were saved by a "
                           "run that had no use for it", model->tensors[0].name);
    }
    return nnc_fail_at(host, path, 0, 0,
                       "x is to be standardized, but no mean and deviation stand with the weights: they were "
                       "saved by a run without standardize=True");
}

/* What is learned of the data stands first. */
static int nnc_is_statistic(const nnc_model *model, size_t index) { return index < model->statistics; }

static int nnc_check_positive(nnc_host *host, const nnc_model *model, const char *path, const nnc_entry *entry) {
    void *reals = nnc_alloc(host, entry->count, model->real_size);
    int status = reals == NULL ? -1 : nnc_copy_entry(host, model, path, entry, reals);
    for (size_t i = 0; i < entry->count && status == 0; i++) {
        if (!(nnc_get_real(model, reals, i) > 0)) {
            status = nnc_fail_at(host, path, 0, 0,
                                 "tensor '%s' must hold positive numbers, for %c is divided by them; value %zu is %g",
                                 entry->name, entry->name[0], i, nnc_get_real(model, reals, i));
        }
    }
    free(reals);
    return status;
}

/* What data are divided by must be positive. */
static int nnc_check_deviation(nnc_host *host, const nnc_model *model, const char *path,
                               const nnc_entry *const *found) {
    int status = 0;
    for (size_t i = 0; i < model->statistics && status == 0; i++) {
        if (found[i] != NULL && strcmp(model->tensors[i].name + 1, "/deviation") == 0) {
            status = nnc_check_positive(host, model, path, found[i]);
        }
    }
    return status;
}

NNC_API int nnc_weights_load(nnc_host *host, const nnc_model *model, const char *path, void *params,
                             nnc_learned *learned) {
    nnc_tensors file;
    if (nnc_tensors_read(host, path, &file) != 0) {
        return -1;
    }
    /* Everything but the values is checked before anything is written. */
    const nnc_entry **found = nnc_alloc(host, model->tensor_count, sizeof *found);
    const size_t skipped = found != NULL ? nnc_weights_find(model, &file, found) : 0;
    int status = found != NULL ? 0 : -1, knows_x = 1;
    for (size_t i = 0; i < model->tensor_count && status == 0; i++) {
        const nnc_tensor *tensor = &model->tensors[i];
        const nnc_entry *entry = found[i];
        if (entry == NULL && nnc_is_statistic(model, i) && learned != NULL) {
            knows_x = 0;
        } else if (entry == NULL && nnc_is_statistic(model, i)) {
            status = nnc_fail_statistics(host, model, path);
        } else if (entry == NULL) {
            status = nnc_weights_missing(host, model, &file, tensor->name);
        } else if (!nnc_same_shape(entry, tensor->shape, tensor->rank)) {
            status = nnc_fail_at(host, path, 0, 0, "tensor '%s' has shape %s, the model %s wants %s", entry->name,
                                 nnc_show_shape(entry->shape, entry->rank).text, model->name,
                                 nnc_show_shape(tensor->shape, tensor->rank).text);
        } else if (nnc_dtype_of(entry->dtype).is_integer) {
            status = nnc_fail_at(host, path, 0, 0, "tensor '%s' holds %s, not floating-point numbers", entry->name,
                                 nnc_dtype_of(entry->dtype).name);
        }
    }
    if (status == 0) {
        status = nnc_weights_unknown(host, model, &file, found, skipped);
    }
    status = status == 0 ? nnc_check_deviation(host, model, path, found) : status;
    if (status == 0 && learned != NULL) {
        nnc_learned_free(learned);
        status = nnc_learned_from_notes(host, file.notes.at, file.notes.count, learned);
        learned->knows_x = knows_x;
    }
    for (size_t i = 0; i < model->tensor_count && status == 0; i++) {
        const nnc_tensor *tensor = &model->tensors[i];
        if (nnc_is_statistic(model, i) && !knows_x) {
            continue;
        }
        status = nnc_copy_entry(host, model, path, found[i], (char *)params + tensor->offset * model->real_size);
    }
    free(found);
    nnc_tensors_free(&file);
    return status;
}

/* All weights, or the gradients of those that have one. */
static int nnc_save(nnc_host *host, const nnc_model *model, const char *path, const void *reals, int are_gradients,
                    const nnc_notes *notes) {
    nnc_entry *entries = nnc_alloc(host, model->tensor_count, sizeof *entries);
    size_t count = 0;
    if (entries == NULL) {
        return -1;
    }
    for (size_t i = 0; i < model->tensor_count; i++) {
        const nnc_tensor *tensor = &model->tensors[i];
        size_t offset = are_gradients ? tensor->gradient_offset : tensor->offset;
        if (offset == SIZE_MAX) {
            continue;
        }
        nnc_entry *entry = &entries[count++];
        entry->name = (char *)(uintptr_t)tensor->name; /* only read */
        entry->dtype = nnc_real_dtype(model);
        entry->rank = tensor->rank;
        memcpy(entry->shape, tensor->shape, sizeof tensor->shape);
        entry->data = (const char *)reals + offset * model->real_size;
        nnc_shape_count(tensor->shape, tensor->rank, &entry->count); /* it is in memory, so it can be counted */
    }
    int status = nnc_tensors_write(host, path, entries, count, notes);
    free(entries);
    return status;
}

NNC_API int nnc_weights_save(nnc_host *host, const nnc_model *model, const char *path, const void *params,
                             const nnc_learned *learned) {
    nnc_notes notes;
    int status = nnc_learned_to_notes(host, learned, &notes);
    status = status != 0 ? status : nnc_save(host, model, path, params, 0, &notes);
    nnc_notes_free(&notes);
    return status;
}

NNC_API int nnc_gradients_save(nnc_host *host, const nnc_model *model, const char *path, const void *gradients) {
    return nnc_save(host, model, path, gradients, 1, NULL);
}

NNC_API int nnc_masks_check(nnc_host *host, const nnc_model *model, const nnc_tensors *masks) {
    for (size_t i = 0; i < masks->count; i++) {
        const char *name = masks->entries[i].name;
        const char *at = strrchr(name, '@');
        size_t size = at != NULL ? (size_t)(at - name) : 0, known = 0;
        uint64_t batch;
        while (known < model->mask_count &&
               (strlen(model->masks[known].name) != size || memcmp(model->masks[known].name, name, size) != 0)) {
            known++;
        }
        if (at == NULL || nnc_parse_count(at + 1, &batch) != 0 || known == model->mask_count) {
            return nnc_fail_at(host, masks->path, 0, 0, "holds a mask %s; the model %s takes %s",
                               nnc_quote(name, strlen(name)).text, model->name,
                               model->mask_count > 0 ? "others (layer/part@batch)" : "none");
        }
    }
    return 0;
}

NNC_API int nnc_masks_set(nnc_host *host, const nnc_model *model, const nnc_tensors *masks, uint64_t batch, size_t n,
                          void *trainer) {
    for (size_t i = 0; i < model->mask_count; i++) {
        const nnc_mask *mask = &model->masks[i];
        char name[512];
        int64_t shape[6];
        snprintf(name, sizeof name, "%s@%llu", mask->name, (unsigned long long)batch);
        const nnc_entry *entry = nnc_tensors_find(masks, name);
        if (entry == NULL) {
            return nnc_fail_at(host, masks->path, 0, 0, "has no mask '%s', which the model %s needs", name,
                               model->name);
        }
        memcpy(shape, mask->shape, sizeof shape);
        if (mask->batch_axis >= 0) {
            shape[mask->batch_axis] = (int64_t)n;
        }
        if (!nnc_same_shape(entry, shape, mask->rank)) {
            return nnc_fail_at(host, masks->path, 0, 0, "mask '%s' has shape %s, the model %s wants %s", name,
                               nnc_show_shape(entry->shape, entry->rank).text, model->name,
                               nnc_show_shape(shape, mask->rank).text);
        }
        void *reals = (char *)trainer + model->masks_in_trainer + mask->offset * model->real_size;
        if (nnc_copy_entry(host, model, masks->path, entry, reals) != 0) {
            return -1;
        }
    }
    return 0;
}
