/* SPDX-License-Identifier: MIT-0 */
/* The runtime's parts that a file needs. */
#ifndef NNC_FILE_PARTS_H
#define NNC_FILE_PARTS_H

#include "base/arena.h"
#include "file/decide.h"

/** The runtime's parts that a text uses, in the order of their files, for --standalone. */
typedef struct RuntimeParts {
    const char *once, *of_files, *copied; /* for the file; for its functions that read and write files; for each
                                             instruction set */
    const char *once_names, *names; /* lines that rename them; those of nnc_copies.h */
} RuntimeParts;

/** The files of the runtime that they come from; lists end with NULL. */
typedef struct RuntimeSources {
    const char *const *once, *of_files, *const *copied;
} RuntimeSources;

/** The parts for a target of which these are the facts. */
RuntimeParts runtime_parts(Arena *arena, const char *text, const RuntimeSources *sources, const Facts *facts);
/** The lines of a runtime file from the one that begins with `first` to the next that begins with `last`. */
const char *runtime_block(Arena *arena, const char *name, const char *first, const char *last);
/** Appends a whole file of the runtime, with the runtime's headers in the place of their first #include and its tables
 *  in that of each; `printed` has the names of those that are there already. */
typedef LIST(const char *) RuntimeFiles;
void runtime_append(Text *out, const char *name, RuntimeFiles *printed);

#endif
