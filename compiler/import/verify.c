/* SPDX-License-Identifier: MIT-0 */
/* nnc import --check: predicts with what was imported, by the C that nnc makes of it, and compares with the outputs
 * that stand beside the inputs. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver/running.h"
#include "driver/temporary.h"
#include "import/import.h"

enum { EXIT_DONE = 0, EXIT_DIFFERS = 1, EXIT_CANNOT = 2 };

/* Of the largest output: sums of some hundred terms, each rounded to 24 bits. */
static const double ROUNDING = 1.0 / (1 << 16);

/* x_test.npy → y_test.npy; NULL when the name does not begin with x. */
static const char *outputs_of(Arena *arena, const char *inputs) {
    const char *const slash = strrchr(inputs, '/'), *const name = slash ? slash + 1 : inputs;
    return *name == 'x' ? arena_printf(arena, "%.*sy%s", (int)(name - inputs), inputs, name + 1) : NULL;
}

/* nnc run MODEL -- predict …: this program again. */
static int predict(const char *program, const char *model, const char *weights, const char *inputs,
                   const char *outputs) {
    fflush(NULL);
    const pid_t child = fork_child();
    if (child == 0) {
        char *const words[] = {"nnc",
                               "run",
                               (char *)(uintptr_t)model,
                               "--",
                               "predict",
                               "--x",
                               (char *)(uintptr_t)inputs,
                               "--weights",
                               (char *)(uintptr_t)weights,
                               "-o",
                               (char *)(uintptr_t)outputs,
                               NULL};
        execv(running_program(program).text, words);
        fprintf(stderr, "nnc: cannot start itself: %s\n", strerror(errno));
        _exit(EXIT_CANNOT);
    }
    if (child < 0) return EXIT_CANNOT;
    return exit_status(wait_for(child));
}

static bool read_array(nnc_host *host, const char *path, nnc_array *array) {
    nnc_reader reader;
    if (nnc_reader_open(host, &reader, path) != 0) return false;
    const bool good = nnc_read_npy(&reader, array) == 0;
    nnc_reader_close(&reader);
    return good;
}

/* Values as doubles, and how many; NULL when there is no memory. */
static double *values_of(nnc_host *host, const nnc_array *array, size_t *count) {
    double *const values =
        nnc_shape_count(array->shape, array->rank, count) == 0 ? nnc_alloc(host, *count, sizeof *values) : NULL;
    if (values) nnc_array_get(array, 0, *count, NNC_F64, 1, values);
    return values;
}

static int compare(nnc_host *host, const char *path, const nnc_array *ours, const nnc_array *theirs) {
    size_t count, wanted;
    double *const a = values_of(host, ours, &count), *const b = a ? values_of(host, theirs, &wanted) : NULL;
    int status = EXIT_CANNOT;
    if (b && count != wanted) {
        nnc_fail_at(host, path, 0, 0, "has outputs of shape %s, the model gives %s",
                    nnc_show_shape(theirs->shape, theirs->rank).text, nnc_show_shape(ours->shape, ours->rank).text);
    } else if (b) {
        double largest = 0, difference = 0;
        size_t at = 0;
        for (size_t i = 0; i < count; i++) {
            const double apart = fabs(a[i] - b[i]);
            largest = fmax(largest, fabs(b[i]));
            if (!(apart <= difference)) difference = apart, at = i;
        }
        const bool same = difference <= ROUNDING * fmax(largest, 1);
        printf("%s: the largest difference of %zu outputs is %.3g, at output %zu%s\n", path, count, difference, at,
               same ? "" : ": more than rounding");
        status = same ? EXIT_DONE : EXIT_DIFFERS;
    }
    free(a);
    free(b);
    return status;
}

int import_verify(const Options *options, Arena *arena, const char *folder, const char *model, const char *weights) {
    nnc_host host = {.program = "nnc"};
    nnc_array ours = {0}, theirs = {0};
    const char *const wanted = outputs_of(arena, options->check), *const made = arena_printf(arena, "%s/y.npy", folder);
    if (!wanted) {
        fprintf(stderr, "nnc: --check %s: the name begins with x, so that the outputs can stand beside it, in y…\n",
                options->check);
        return EXIT_CANNOT;
    }
    temporary_add(made);
    int status = EXIT_CANNOT;
    if (read_array(&host, wanted, &theirs)) status = predict(options->program, model, weights, options->check, made);
    if (status == EXIT_DONE)
        status = read_array(&host, made, &ours) ? compare(&host, wanted, &ours, &theirs) : EXIT_CANNOT;
    if (*host.text) nnc_print_error(&host);
    nnc_array_free(&ours);
    nnc_array_free(&theirs);
    return status;
}
