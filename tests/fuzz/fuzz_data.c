/* SPDX-License-Identifier: MIT-0 */
/* libFuzzer harness: any bytes through a reader of data files, that of CSV, IDX, NPY or NPZ as the compiler defines.
 * The first byte chooses: bit 2 gzip, bits 3-5 what is asked of it. */
#include "data/data.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Touches every value, so that sanitizers see what the shape claims. */
static double sum(const nnc_array *array) {
    size_t count = 0;
    double total = 0;
    if (nnc_shape_count(array->shape, array->rank, &count) != 0) {
        abort();
    }
    for (size_t i = 0; i < count; i++) {
        double value;
        nnc_array_get(array, i, 1, NNC_F64, 0.5, &value);
        total += value;
    }
    return total;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const int64_t columns[] = {-1, 0};
    nnc_host host;
    nnc_reader reader;
    nnc_array array;
    nnc_source source = NNC_NO_SOURCE;
    if (size == 0) {
        return 0;
    }
    uint8_t choice = data[0];
    source.columns = choice & 8 ? columns : NULL;
    source.column_count = choice & 8 ? 2 : 0;
    source.header = choice & 16 ? 0 : -1;
    memset(&host, 0, sizeof host);
    memset(&array, 0, sizeof array);
    if (nnc_reader_part(&host, &reader, "file", &(nnc_store){data + 1, size - 1, 0, NULL}, 0, size - 1,
                        choice & 4 ? NNC_CODING_GZIP : NNC_CODING_PLAIN) !=
        0) {
        abort();
    }
    nnc_role role = {.dtype = choice & 32 ? NNC_F32 : NNC_F64};
#if defined CSV
    int status = nnc_read_csv(&reader, &source, &role, &array);
#elif defined IDX
    int status = nnc_read_idx(&reader, &array);
#elif defined NPY
    int status = nnc_read_npy(&reader, &array);
#else
    int status = nnc_read_npz(&reader, choice & 8 ? "x" : NULL, "x", &array);
#endif
    (void)role;
    nnc_reader_close(&reader);
    if ((status == 0) != (host.text[0] == '\0')) { /* an error without a message, or a message without an error */
        abort();
    }
    volatile double total = status == 0 ? sum(&array) : 0;
    (void)total;
    nnc_array_free(&array);
    return 0;
}
