/* SPDX-License-Identifier: MIT-0 */
/* The stack of what is emitted, as far as it can be known without the compiler that translates it. */
#ifndef NNC_PLAN_STACK_H
#define NNC_PLAN_STACK_H

#include <stdint.h>

#include "plan/plan.h"

/** What the function of a program takes of the stack, at most, in bytes: on 32-bit cores, from gcc at -Os to -O2
 *  (tests/small/stack.py holds it to that). 0: it is not known, for targets that make products in blocks, and for the
 *  training of several samples at once, which does so on all. */
int64_t program_stack(const Plan *plan, const Program *program);

#endif
