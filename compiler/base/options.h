/* SPDX-License-Identifier: MIT-0 */
/* The command line of nnc. */
#ifndef NNC_OPTIONS_H
#define NNC_OPTIONS_H

#include "language/class.h"

typedef struct Options {
    const char *input;  /* - is standard input */
    const char *output; /* - is standard output */
    const char *header, *prefix, *weights, *emit, *depfile, *list_format, *explain;
    bool inference_only, main, standalone, gradients, external_masks, portable, stream, monte_carlo, real_double, make_depfile;
    bool diagnostics_json, color, check_plan;
    bool print_cflags, print_libs, print_version, print_help;
    int list_kind;                                       /* a ClassKind, or -1 */
    int64_t max_ram;                                     /* bytes, or -1 */
    bool run;                                            /* nnc run */
    LIST(const char *) definitions, warnings, arguments; /* arguments: of the program, after -- */
    const char *program;                                 /* argv[0], to find an uninstalled build */
} Options;

/** Parses the command line. 0: go on; else the exit status + 1, after a message. (options.c) */
int options_parse(Options *options, Arena *arena, int argc, char **argv);
/** Whether a model is given, and every option has an effect: as options_parse(). */
int options_check(const Options *options);
/** --help. */
void options_help(FILE *out);

#endif
