/* SPDX-License-Identifier: MIT-0 */
/* Files that nnc carries inside itself: the runtime, for --standalone, and the templates of the C it writes. */
#ifndef NNC_BASE_EMBEDDED_H
#define NNC_BASE_EMBEDDED_H

/** One file. The Makefile writes the table from runtime/ and the *.t.c files of compiler/, see embed.sh. */
typedef struct Embedded {
    const char *name; /* path from the root of the sources: runtime/core/nnc.h */
    const char *text; /* terminated */
} Embedded;

/** Sorted by name in byte order; ends with a NULL name. */
extern const Embedded embedded_files[];

#endif
