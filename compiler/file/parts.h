/* SPDX-License-Identifier: MIT-0 */
/* The runtime's parts that a file needs. */
#ifndef NNC_FILE_PARTS_H
#define NNC_FILE_PARTS_H

#include <stdbool.h>

#include "base/arena.h"

/** The runtime's parts that a text uses, in the order of their files, for --standalone. */
typedef struct RuntimeParts {
    const char *once, *copied; /* for the file; for each instruction set */
    const char *once_names, *names; /* lines that rename them; those of nnc_copies.h */
} RuntimeParts;

/** The parts for targets that make products row by row (`small`), or for others. */
RuntimeParts runtime_parts(Arena *arena, const char *text, const char *const *once, const char *const *copied,
                           bool small);
/** The lines of a runtime file from the one that begins with `first` to the next that begins with `last`. */
const char *runtime_block(Arena *arena, const char *name, const char *first, const char *last);
/** Appends a whole file of the runtime, with the runtime's headers in the place of their first #include; `printed` has
 *  the names of those that are there already. */
typedef LIST(const char *) RuntimeFiles;
void runtime_append(Text *out, const char *name, RuntimeFiles *printed);

#endif
