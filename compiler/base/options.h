/* SPDX-License-Identifier: MIT-0 */
/* What the command line says, for all rooms. */
#ifndef NNC_BASE_OPTIONS_H
#define NNC_BASE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* What nnc is asked to do, by its first word; a library is an export that compiles. */
typedef enum CommandWord {
    COMMAND_COMPILE,
    COMMAND_RUN,
    COMMAND_IMPORT,
    COMMAND_EXPORT,
    COMMAND_LIBRARY,
    COMMAND_FORMAT,
    COMMAND_COMPARE,
    COMMAND_SERVER
} CommandWord;

typedef struct Options {
    CommandWord command;
    const char *input;  /* - is standard input */
    LIST(const char *) inputs; /* nnc fmt, nnc report: all of them */
    const char *output; /* - is standard output */
    const char *header, *prefix, *weights, *emit, *depfile, *list_format, *explain;
    bool observe;
    const char *quantize, *calibrate, *ranges; /* int8, data and what was found in them */
    bool inference_only, main, standalone, gradients, external_masks, portable, stream, threads, ranks, monte_carlo,
        real_double, make_depfile, selftest;
    bool diagnostics_json, color, check_plan;
    bool print_cflags, print_libs, print_version, print_help;
    int list_kind;                                       /* a ClassKind, or -1 */
    int64_t max_ram;                                     /* bytes, or -1 */
    int64_t batch;                                       /* --batch, or 0 */
    const char *target;                                  /* --for, or NULL */
    const char *model, *check, *checkpoint, *input_shape; /* nnc import */
    bool no_compile, onnx, keras, python;                /* nnc import, nnc export */
    bool check_format;                                   /* nnc fmt */
    const char *library, *library_tool;                  /* nnc export --arduino DIR: DIR, arduino */
    /* of a model that is no model file: baked in like those of --weights */
    const char *imported_weights;
    LIST(double) selftest_outputs; /* what the selftest is to find, once it is known */
    LIST(const char *) definitions, warnings, arguments; /* arguments: of the program, after -- */
    const char *program;                                 /* argv[0], to find an uninstalled build */
} Options;

/** The file whose weights are baked in; NULL: none. */
static inline const char *options_weights(const Options *options) {
    return options->weights ? options->weights : options->imported_weights;
}

#endif
