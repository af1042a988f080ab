/* SPDX-License-Identifier: MIT-0 */
/* Programs as C, for the file printer. */
#ifndef NNC_FILE_PROGRAM_H
#define NNC_FILE_PROGRAM_H

#include <stdbool.h>

#include "data/data.h"
#include "plan/plan.h"
#include "emit/emit.h"

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

/** The operations of some phases of a program; their functions go to emit->kernels. */
ProgramText emit_program(Emit *emit, const Program *program, unsigned phases);

/** "(void)x;" for each of these names, separated by spaces, that a text of C does not use. */
const char *unused_names(Emit *emit, const char *names, const char *text);
/** The same of a program, of which `arena`, perhaps "", says where its values lie. */
const char *unused_by(Emit *emit, const ProgramText *program, const char *arena, const char *names);

#endif
