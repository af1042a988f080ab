/* SPDX-License-Identifier: MIT-0 */
/* nnc fmt FILE…: a file with an error stays as it is, and the others are laid out. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/options.h"
#include "base/source.h"
#include "driver/output.h"
#include "format/command.h"
#include "format/format.h"

enum { DONE = 0, NOT_LAID_OUT = 1, NOT_WRITTEN = 2 };

static int format_file(const Options *options, Arena *arena, const char *path) {
    const char *error;
    const Source *const source = source_load(arena, path, &error);
    if (!source) {
        fprintf(stderr, "nnc: %s: %s\n", path, error);
        return NOT_WRITTEN;
    }
    Diags *const diags = diags_new(arena, source);
    const char *const text = format_text(arena, source, diags);
    if (!text) return diags_show(diags, options->diagnostics_json), NOT_LAID_OUT;
    const bool same = strlen(text) == source->length && !memcmp(text, source->text, source->length);
    if (options->check_format) {
        if (!same) printf("%s\n", source->path);
        return same ? DONE : NOT_LAID_OUT;
    }
    if (!strcmp(path, "-")) {
        fputs(text, stdout);
        return DONE;
    }
    const OutputFile file = {path, text};
    return same || output_write_files(arena, &file, 1) ? DONE : NOT_WRITTEN;
}

int format_command(const Options *options, Arena *arena) {
    int status = DONE;
    for (int i = 0; i < options->inputs.count; i++) {
        const int of_file = format_file(options, arena, options->inputs.at[i]);
        if (of_file > status) status = of_file;
    }
    return status;
}
