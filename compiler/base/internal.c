/* SPDX-License-Identifier: MIT-0 */
#include "base/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void internal_error(const char *format, ...) {
    va_list args;
    va_start(args, format);
    fputs("nnc: internal error: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    abort();
}
