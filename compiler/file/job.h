/* SPDX-License-Identifier: MIT-0 */
/* What C of a step that is shared out takes of the step's job. */
#ifndef NNC_FILE_JOB_H
#define NNC_FILE_JOB_H

#include <stdbool.h>

#include "emit/emit.h"
#include "emit/template.h"

/** The declarations, in the texts of rounds.t.c, of what `body` names. `in_step`: it stands in a step of a loop. */
const char *job_declarations(Emit *emit, const Hole *holes, bool in_step, const char *body);

#endif
