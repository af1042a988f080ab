/* SPDX-License-Identifier: MIT-0 */
/* load.c - prints what a source gives to a model: load FILE [ARRAY]. For comparison with NumPy. */
#include "data/data.h"

#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
    nnc_host host;
    nnc_reader reader;
    nnc_array array;
    const char *path = argc > 1 ? argv[1] : "-";
    size_t count = 0;
    memset(&host, 0, sizeof host);
    memset(&array, 0, sizeof array);
    host.program = "load";
    if (nnc_reader_open(&host, &reader, path) == 0) {
        int is_npz = strstr(path, ".npz") != NULL, is_npy = strstr(path, ".npy") != NULL;
        static const nnc_source source = NNC_NO_SOURCE;
        if ((is_npz   ? nnc_read_npz(&reader, argc > 2 ? argv[2] : NULL, "x", &array)
             : is_npy ? nnc_read_npy(&reader, &array)
                      : nnc_read_csv(&reader, &source, &(nnc_role){.dtype = NNC_F64}, &array)) == 0) {
            nnc_shape_count(array.shape, array.rank, &count);
            printf("%s\n", nnc_show_shape(array.shape, array.rank).text);
            for (size_t i = 0; i < count; i++) {
                double value;
                nnc_array_get(&array, i, 1, NNC_F64, 1, &value);
                printf("%.17g\n", value);
            }
        }
        nnc_reader_close(&reader);
    }
    nnc_array_free(&array);
    if (host.status != 0) {
        nnc_print_error(&host);
    }
    nnc_store_free(&host.input);
    return host.status;
}
