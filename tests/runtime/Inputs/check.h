/* SPDX-License-Identifier: MIT-0 */
/* check.h - the little that the unit tests of the runtime need: checks that say what failed, and a count. */
#ifndef CHECK_H
#define CHECK_H

#include "tensors/tensors.h"

#include <stdlib.h>
#include <string.h>

static struct {
    int done, failed;
} checks;

static void check_true(int holds, const char *text, const char *file, int line) {
    checks.done++;
    if (!holds) {
        checks.failed++;
        printf("%s:%d: failed: %s\n", file, line, text);
    }
}

/* The error recorded contains `part`. */
static inline void check_error(const nnc_host *host, const char *part, const char *file, int line) {
    checks.done++;
    if (strstr(host->text, part) == NULL) {
        checks.failed++;
        printf("%s:%d: failed: '%s' is not in '%s'\n", file, line, part, host->text);
    }
}

#define CHECK(condition) check_true((condition) ? 1 : 0, #condition, __FILE__, __LINE__)
#define CHECK_ERROR(host, part) check_error(host, part, __FILE__, __LINE__)

/* The last line of every test, and its exit status. */
static int check_end(void) {
    printf("%d checks, %d failed\n", checks.done, checks.failed);
    return checks.failed != 0 || checks.done == 0;
}

#endif
