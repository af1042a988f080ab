/* SPDX-License-Identifier: MIT-0 */
/* data_array.c - arrays that are made row by row, and columns of them that are numbers of labels. */
#include "data/data.h"
#include "host/host.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

NNC_API int nnc_array_end(nnc_array *array, nnc_sink *data, nnc_sink *places, int status) {
    status = status == 0 ? nnc_sink_end(data, &array->data) : status;
    status = status == 0 && places != NULL ? nnc_sink_end(places, &array->places) : status;
    nnc_sink_abandon(data); /* after an end there is nothing in them */
    if (places != NULL) {
        nnc_sink_abandon(places);
    }
    return status;
}

/* What is done with a number of a label, which stays unless it says so. NaN is none. */
typedef void nnc_label_use(size_t *numbers, double *value);

/* Each number in one column, rows by rows, in the order of the file. */
static int nnc_each_label(nnc_host *host, nnc_array *array, size_t column, nnc_label_use *use, int writes,
                          size_t *numbers) {
    enum { PIECE = 1 << 16 };
    const size_t size = nnc_dtype_of(array->dtype).size, width = (size_t)array->shape[1], row_size = width * size;
    const size_t rows = (size_t)array->shape[0], each = row_size < PIECE ? PIECE / row_size : 1;
    char *piece = nnc_alloc(host, each, row_size);
    int status = piece != NULL ? 0 : -1;
    for (size_t row = 0, n; status == 0 && row < rows; row += n) {
        n = rows - row < each ? rows - row : each;
        const void *from = nnc_store_at(&array->data, row * row_size, n * row_size, piece);
        if (from != piece) {
            memcpy(piece, from, n * row_size);
        }
        for (size_t i = 0; i < n; i++) {
            char *at = piece + i * row_size + column * size;
            double value;
            nnc_convert(&value, NNC_F64, at, array->dtype, 1, 1);
            if (!isnan(value)) {
                use(numbers, &value);
                nnc_convert(at, array->dtype, &value, NNC_F64, 1, 1);
            }
        }
        status = writes ? nnc_store_write(host, &array->data, row * row_size, piece, n * row_size) : 0;
    }
    free(piece);
    return status;
}

static void nnc_count_label(size_t *rows, double *value) { rows[(size_t)*value]++; }

static void nnc_renumber_label(size_t *numbers, double *value) { *value = (double)numbers[(size_t)*value]; }

NNC_API int nnc_count_labels(nnc_host *host, nnc_array *array, size_t column, size_t *rows) {
    return nnc_each_label(host, array, column, nnc_count_label, 0, rows);
}

NNC_API int nnc_renumber_labels(nnc_host *host, nnc_array *array, size_t column, size_t *number) {
    return nnc_each_label(host, array, column, nnc_renumber_label, 1, number);
}
