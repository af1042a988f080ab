/* SPDX-License-Identifier: MIT-0 */
/* What the command line says, for all rooms. */
#ifndef NNC_BASE_OPTIONS_H
#define NNC_BASE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

typedef struct Options {
    const char *input;  /* - is standard input */
    const char *output; /* - is standard output */
    const char *header, *prefix, *weights, *emit, *depfile, *list_format, *explain;
    bool inference_only, main, standalone, gradients, external_masks, portable, stream, monte_carlo, real_double, make_depfile;
    bool diagnostics_json, color, check_plan;
    bool print_cflags, print_libs, print_version, print_help;
    int list_kind;                                       /* a ClassKind, or -1 */
    int64_t max_ram;                                     /* bytes, or -1 */
    int64_t batch;                                       /* --batch, or 0 */
    bool run;                                            /* nnc run */
    LIST(const char *) definitions, warnings, arguments; /* arguments: of the program, after -- */
    const char *program;                                 /* argv[0], to find an uninstalled build */
} Options;

#endif
