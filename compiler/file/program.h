/* SPDX-License-Identifier: MIT-0 */
/* Programs as C, for the file printer. */
#ifndef NNC_FILE_PROGRAM_H
#define NNC_FILE_PROGRAM_H

#include <stdbool.h>

#include "data/data.h"
#include "plan/plan.h"
#include "emit/emit.h"
#include "file/calls.h"

typedef struct ProgramText {
    const char *values; /* float *const dense = arena + 0; … */
    const char *before; /* random streams and scalars */
    const char *calls;
    bool checked; /* the calls stop when the loss is not finite */
} ProgramText;

enum {
    FORWARD = 1 << PHASE_FORWARD,
    BACKWARD = 1 << PHASE_BACKWARD,
    UPDATE = 1 << PHASE_ACCUMULATE | 1 << PHASE_UPDATE | 1 << PHASE_FINISH
};

/** The member of the work that values of this type lie in. */
const char *arena_name(ElementType type);
/** The functions of some phases of a program; names what they work on. */
Calls program_calls(Emit *emit, const Program *program, unsigned phases);
/** The calls of one round of a program that is shared out; emit->file->ranges says which ranges they use. */
ProgramText emit_round(Emit *emit, const Calls *calls, const Round *round);
/** The operations of some phases of a program; their functions go to emit->kernels. */
ProgramText emit_program(Emit *emit, const Program *program, unsigned phases);

#endif
