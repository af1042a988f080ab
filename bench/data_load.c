/* SPDX-License-Identifier: MIT-0 */
/* data_load.c - load TURNS FILE: reads a CSV or IDX file so often, and prints the seconds of the fastest turn. */
#include "data/data.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int load(nnc_host *host, const char *path) {
    static const nnc_source source = NNC_NO_SOURCE;
    nnc_reader reader;
    nnc_array array;
    memset(&array, 0, sizeof array);
    if (nnc_reader_open(host, &reader, path) != 0) {
        return -1;
    }
    int status = strstr(path, "idx") != NULL
                     ? nnc_read_idx(&reader, &array)
                     : nnc_read_csv(&reader, &source, &(nnc_role){.dtype = NNC_F32}, &array);
    nnc_reader_close(&reader);
    nnc_array_free(&array);
    return status;
}

int main(int argc, char **argv) {
    nnc_host host;
    double best = 0;
    memset(&host, 0, sizeof host);
    host.program = "load";
    for (int i = 0, turns = argc > 2 ? atoi(argv[1]) : 0; i < turns; i++) {
        const double begin = seconds();
        if (load(&host, argv[2]) != 0) {
            nnc_print_error(&host);
            return 1;
        }
        const double taken = seconds() - begin;
        best = i == 0 || taken < best ? taken : best;
    }
    printf("%.4f\n", best);
    return 0;
}
