/* SPDX-License-Identifier: MIT-0 */
/* host_array.c - element types: the one place that converts between the numbers of files and those of models. */
#include "host/host.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
static double nnc_float16(uint16_t bits) {
    int exponent = bits >> 10 & 31;
    double fraction = bits & 1023;
    double magnitude;
    if (exponent == 31) {
        magnitude = fraction > 0 ? (double)NAN : (double)INFINITY;
    } else if (exponent == 0) {
        magnitude = ldexp(fraction, -24);
    } else {
        magnitude = ldexp(fraction + 1024, exponent - 25);
    }
    return bits >> 15 ? -magnitude : magnitude;
}

/* The upper half of a binary32. */
static double nnc_bfloat16(uint16_t bits) {
    uint32_t wide = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &wide, sizeof value);
    return (double)value;
}

NNC_API nnc_dtype_info nnc_dtype_of(nnc_dtype dtype) {
    static const nnc_dtype_info infos[NNC_DTYPE_COUNT] = {
#define NNC_DTYPE_INFO(id, type, value, name, safetensors) {name, safetensors, sizeof(type), NNC_##id < NNC_F16},
        NNC_DTYPES(NNC_DTYPE_INFO)
#undef NNC_DTYPE_INFO
    };
    return infos[dtype];
}

/* For each element type three loops that the compiler can vectorise. */
#define NNC_CONVERTER(id, type, value, name, safetensors)                                                      \
    static void nnc_convert_##id(void *to, nnc_dtype to_dtype, const void *from, size_t count, double scale) { \
        const type *in = from;                                                                                 \
        if (to_dtype == NNC_F32) {                                                                             \
            float *out = to;                                                                                   \
            for (size_t i = 0; i < count; i++) {                                                               \
                const type v = in[i];                                                                          \
                out[i] = (float)((double)(value) * scale);                                                     \
            }                                                                                                  \
        } else if (to_dtype == NNC_F64) {                                                                      \
            double *out = to;                                                                                  \
            for (size_t i = 0; i < count; i++) {                                                               \
                const type v = in[i];                                                                          \
                out[i] = (double)(value) * scale;                                                              \
            }                                                                                                  \
        } else {                                                                                               \
            int32_t *out = to;                                                                                 \
            for (size_t i = 0; i < count; i++) {                                                               \
                const type v = in[i];                                                                          \
                out[i] = (int32_t)((double)(value) * scale);                                                   \
            }                                                                                                  \
        }                                                                                                      \
    }
NNC_DTYPES(NNC_CONVERTER)
#undef NNC_CONVERTER

NNC_API void nnc_convert(void *to, nnc_dtype to_dtype, const void *from, nnc_dtype from_dtype, size_t count,
                         double scale) {
    typedef void converter(void *, nnc_dtype, const void *, size_t, double);
    static converter *const converters[NNC_DTYPE_COUNT] = {
#define NNC_CONVERTER_ENTRY(id, type, value, name, safetensors) nnc_convert_##id,
        NNC_DTYPES(NNC_CONVERTER_ENTRY)
#undef NNC_CONVERTER_ENTRY
    };
    if (count == 0) {
        return;
    }
    if (to_dtype == from_dtype && scale >= 1 && scale <= 1) {
        memcpy(to, from, count * nnc_dtype_of(to_dtype).size);
    } else {
        converters[from_dtype](to, to_dtype, from, count, scale);
    }
}

NNC_API nnc_dtype nnc_real_dtype(const nnc_model *model) {
    return model->real_size == sizeof(double) ? NNC_F64 : NNC_F32;
}

NNC_API double nnc_get_real(const nnc_model *model, const void *reals, size_t index) {
    double value;
    nnc_convert(&value, NNC_F64, (const char *)reals + index * model->real_size, nnc_real_dtype(model), 1, 1);
    return value;
}

NNC_API void nnc_set_real(const nnc_model *model, void *reals, size_t index, double value) {
    nnc_convert((char *)reals + index * model->real_size, nnc_real_dtype(model), &value, NNC_F64, 1, 1);
}

NNC_API int nnc_is_swapped(size_t size, int file_is_big_endian) {
    const uint16_t probe = 1;
    unsigned char low;
    memcpy(&low, &probe, 1);
    int machine_is_big_endian = low == 0;
    return size > 1 && machine_is_big_endian != file_is_big_endian;
}

NNC_API void nnc_swap_bytes(void *data, size_t count, size_t size) {
    unsigned char *bytes = data;
    for (size_t i = 0; i < count; i++, bytes += size) {
        for (size_t low_byte = 0, high_byte = size - 1; low_byte < high_byte; low_byte++, high_byte--) {
            unsigned char kept = bytes[low_byte];
            bytes[low_byte] = bytes[high_byte];
            bytes[high_byte] = kept;
        }
    }
}

NNC_API void nnc_fix_byte_order(void *data, size_t count, size_t size, int file_is_big_endian) {
    if (nnc_is_swapped(size, file_is_big_endian)) {
        nnc_swap_bytes(data, count, size);
    }
}

NNC_API void nnc_array_get(const nnc_array *array, size_t first, size_t count, nnc_dtype dtype, double scale,
                           void *to) {
    union { /* aligned for every element */
        double number;
        int64_t integer;
        unsigned char bytes[8192];
    } piece;
    const size_t size = nnc_dtype_of(array->dtype).size, each = sizeof piece / size;
    const size_t to_size = nnc_dtype_of(dtype).size;
    const unsigned char *bytes = array->data.bytes;
    if (bytes != NULL && !array->is_swapped && (uintptr_t)bytes % size == 0) {
        nnc_convert(to, dtype, bytes + first * size, array->dtype, count, scale);
        return;
    }
    for (size_t at = 0; at < count; at += each) {
        const size_t n = count - at < each ? count - at : each;
        const void *from = nnc_store_at(&array->data, (first + at) * size, n * size, piece.bytes);
        if (from != piece.bytes) {
            memcpy(piece.bytes, from, n * size);
        }
        if (array->is_swapped) {
            nnc_swap_bytes(piece.bytes, n, size);
        }
        nnc_convert((char *)to + at * to_size, dtype, piece.bytes, array->dtype, n, scale);
    }
}

NNC_API nnc_text_place nnc_array_place(const nnc_array *array, size_t row) {
    nnc_text_place place = {0, 0}, scratch;
    if (array->places.size > 0) {
        memcpy(&place, nnc_store_at(&array->places, row * sizeof place, sizeof place, &scratch), sizeof place);
    }
    return place;
}

NNC_API void nnc_array_free(nnc_array *array) {
    nnc_store_free(&array->data);
    nnc_store_free(&array->places);
}
