/* SPDX-License-Identifier: MIT-0 */
/* Files that nnc writes, and where its runtime lies. */
#ifndef NNC_DRIVER_OUTPUT_H
#define NNC_DRIVER_OUTPUT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/options.h"
#include "host/host.h"

/** What MODEL.c should include: the header's file name; NULL when it has to repeat the declarations itself. */
const char *output_header_include(const Options *options, Arena *arena);
/** Whether nothing would be written over another result or what is read; else false, after a message. */
bool output_check(const Options *options, Arena *arena);
/** Whether no path would be written over another; else false, after a message that names both. */
bool output_check_paths(const nnc_pathname *paths, size_t count);
/** A file to be written. */
typedef struct OutputFile {
    const char *path, *text;
} OutputFile;

/** All of the files, or none: what is unfinished is removed when nnc ends. False after a message. */
bool output_write_files(Arena *arena, const OutputFile *files, int count);
/** Writes the text (to -o, or standard output), the text of the header beside it and the depfile. All or nothing: on an
 *  error, after its message, no file is left half written; that standard output is at fault is for main() to say. */
bool output_write(const Options *options, Arena *arena, const char *text, const char *header);
/** What compiles and links linked output. */
const char *build_cflags(const Options *options, Arena *arena);
const char *build_libs(const Options *options, Arena *arena);
/** Whether the library and the headers that these name are there; else false, after a message. */
bool build_is_whole(const Options *options, Arena *arena);
/** Tells one build of the library from another. */
const char *build_stamp(const Options *options, Arena *arena);
/** --cflags, --libs: for an installed nnc, or for one in its build folder. Returns the exit status. */
int print_build_flags(const Options *options, Arena *arena);

#endif
