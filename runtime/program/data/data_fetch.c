/* SPDX-License-Identifier: MIT-0 */
/* data_fetch.c - samples of an array, wherever it is kept, in the type of the model. */
#include "data/data.h"
#include "host/host.h"

#include <stdlib.h>
#include <string.h>

NNC_API size_t nnc_row_of(const nnc_samples *samples, size_t index, size_t step) {
    size_t place = samples->order != NULL ? samples->order[index] : index;
    return samples->first + place * samples->stride + step * samples->step;
}

/* Values of a row of the array. */
static size_t nnc_row_width(const nnc_samples *samples) {
    return samples->row_size / nnc_dtype_of(samples->array.dtype).size;
}

/* Sample `index`, its values of type `dtype`. */
static void nnc_convert_sample(const nnc_samples *samples, size_t index, nnc_dtype dtype, void *to) {
    const size_t to_size = nnc_dtype_of(dtype).size;
    const size_t given = samples->width - samples->missing, width = given / samples->window;
    for (size_t i = given; i < samples->width; i++) {
        nnc_convert((char *)to + i * to_size, dtype, &samples->nothing, NNC_F64, 1, 1);
    }
    for (size_t step = 0; step < samples->window; step++) {
        const size_t row = nnc_row_of(samples, index, step) * nnc_row_width(samples);
        char *at = (char *)to + step * width * to_size;
        if (samples->columns == NULL) {
            nnc_array_get(&samples->array, row, width, dtype, samples->scale, at);
        }
        for (size_t i = 0; samples->columns != NULL && i < width; i++) {
            nnc_array_get(&samples->array, row + samples->columns[i], 1, dtype, samples->scale, at + i * to_size);
        }
    }
}

/* Says that sample `index` will be copied soon. */
static void nnc_prefetch_sample(const nnc_samples *samples, size_t index) {
#if defined(__GNUC__)
    enum { CACHE_LINE = 64 };
    size_t size = samples->step == 1 ? samples->row_size * samples->window : samples->row_size;
    const unsigned char *bytes = samples->array.data.bytes;
    const size_t row = nnc_row_of(samples, index, 0) * samples->row_size;
    for (size_t at = 0; bytes != NULL && at < size; at += CACHE_LINE) {
        __builtin_prefetch(bytes + row + at);
    }
#else
    (void)samples, (void)index;
#endif
}

/* One value of a sample as it stands in the file: the class that becomes a row. */
static double nnc_class_of(const nnc_samples *samples, size_t index) {
    nnc_samples single = *samples;
    double value;
    single.width = 1;
    nnc_convert_sample(&single, index, NNC_F64, &value);
    return value;
}

NNC_API void nnc_sample_values(const nnc_samples *samples, size_t index, double *values) {
    if (samples->is_one_hot) {
        values[0] = nnc_class_of(samples, index);
        return;
    }
    nnc_convert_sample(samples, index, NNC_F64, values);
}

static void nnc_set_value(const nnc_samples *samples, void *to, size_t i, double value) {
    if (samples->dtype == NNC_F32) {
        ((float *)to)[i] = (float)value;
    } else {
        ((double *)to)[i] = value;
    }
}

/* `count` bytes of the array to what the table says of them. */
static void nnc_look_up_bytes(const nnc_samples *samples, size_t first, size_t count, float *values) {
    unsigned char scratch[8192];
    for (size_t at = 0, n; at < count; at += n) {
        n = count - at < sizeof scratch ? count - at : sizeof scratch;
        const uint8_t *from = nnc_store_at(&samples->array.data, first + at, n, scratch);
        for (size_t i = 0; i < n; i++) {
            values[at + i] = samples->bytes[from[i]];
        }
    }
}

NNC_API void nnc_copy_sample(const nnc_samples *samples, size_t index, void *to) {
    if (samples->is_one_hot) {
        size_t number = (size_t)nnc_class_of(samples, index);
        for (size_t i = 0; i < samples->width; i++) {
            nnc_set_value(samples, to, i, i == number ? samples->hot : 0);
        }
        return;
    }
    if (samples->bytes == NULL) {
        nnc_convert_sample(samples, index, samples->dtype, to);
        return;
    }
    nnc_look_up_bytes(samples, nnc_row_of(samples, index, 0) * samples->row_size, samples->width, to);
}

/* Whether samples that follow each other do so in the array, too: then they are fetched at once. */
static int nnc_is_contiguous(const nnc_samples *samples) {
    return samples->order == NULL && samples->stride == 1 && samples->window == 1 && samples->columns == NULL &&
           samples->missing == 0 && !samples->is_one_hot && nnc_row_width(samples) == samples->width;
}

/* Shuffled samples are all over the memory: without the prefetch, waiting for them takes longer than converting. */
NNC_API void nnc_copy_samples(const nnc_samples *samples, const uint32_t *order, size_t first, size_t count, void *to) {
    enum { AHEAD = 4 };
    const size_t bytes = samples->width * nnc_dtype_of(samples->dtype).size;
    if (order == NULL && nnc_is_contiguous(samples)) {
        const size_t row = (samples->first + first) * samples->width, all = count * samples->width;
        if (samples->bytes != NULL) {
            nnc_look_up_bytes(samples, row, all, to);
        } else {
            nnc_array_get(&samples->array, row, all, samples->dtype, samples->scale, to);
        }
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (order != NULL && i + AHEAD < count) {
            nnc_prefetch_sample(samples, order[first + i + AHEAD]);
        }
        nnc_copy_sample(samples, order != NULL ? order[first + i] : first + i, (char *)to + i * bytes);
    }
}

NNC_API int nnc_samples_check(nnc_host *host, const nnc_samples *samples) {
    return nnc_store_check(host, &samples->array.data, samples->path);
}
