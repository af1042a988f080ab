/* SPDX-License-Identifier: MIT-0 */
/* Models that go out as C: a library or component that an embedder's build tool takes as it is. */
#ifndef NNC_EXPORT_LIBRARY_H
#define NNC_EXPORT_LIBRARY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/options.h"
#include "plan/plan.h"

/** Writes the files of options->library_tool around the C and the header of the model into the folder
 *  options->library, all or none. Each says in it that nnc has made it, and none is written over one that does not;
 *  what is meant to be changed, an example, stays as it is once it is there. False after a message. */
bool library_write(const Options *options, Arena *arena, const Plan *plan, const char *code,
                   const char *header);

#endif
