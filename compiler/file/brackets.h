/* SPDX-License-Identifier: MIT-0 */
/* What stands around the calls of a program: loops over time, conditions, and where it stops. */
#ifndef NNC_FILE_BRACKETS_H
#define NNC_FILE_BRACKETS_H

#include <stdbool.h>

#include "emit/emit.h"
#include "file/calls.h"
#include "plan/plan.h"

/** What stands around one call and its neighbours. */
typedef struct Brackets {
    bool checked;       /* before it the program stops when the loss is not finite */
    bool waits, loops;  /* it begins an update that waits for several batches, or a loop over time … */
    bool within, ends;  /* … or stands in one; and ends it */
    bool paced, paced_first, paced_last;       /* not every step makes a line there, nor with some neighbours … */
    bool says_line;                            /* … and some of their calls say which */
    bool skipped, skipped_first, skipped_last; /* the last step of a loop leaves it out, perhaps with its neighbours */
    bool alone, alone_first, alone_last;       /* one of those who make a round makes it, so, too */
} Brackets;

Brackets brackets_of(const Emit *emit, const Calls *calls, int at);
/** How many brackets stay open behind the call that were not before it. */
int brackets_left_open(const Brackets *brackets);
/** A call of the operation within its brackets. */
const char *bracketed(Emit *emit, const Op *op, const Brackets *brackets, const char *call);
/** The line that begins a loop over time steps. */
const char *loop_opening(Emit *emit, const TimeLoop *loop);
/** Which step of its loop an operation is in, or which line of an image it makes; NULL: any operation in the loop. */
const char *step_text(const Op *op);
/** Whether an operation has another step of the loop that is printed before the present one: first; or behind it. */
const char *another_step(Emit *emit, const Op *op, bool first);
/** What stops a program whose loss is not finite. */
extern const char loss_check[];

#endif
