/* SPDX-License-Identifier: MIT-0 */
/* --emit=plan, memory, dot and json. */
#ifndef NNC_PLAN_DUMP_H
#define NNC_PLAN_DUMP_H

#include "base/arena.h"
#include "plan/plan.h"

void plan_dump(const Plan *plan, Text *out);
/** One program of --emit=plan. */
void program_dump(const Program *program, Text *out);
void memory_dump(const Plan *plan, Text *out);
void plan_dot(const Plan *plan, Text *out);
void plan_json(const Plan *plan, Text *out);

#endif
