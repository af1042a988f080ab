/* SPDX-License-Identifier: MIT-0 */
/* The checker of plans. */
#ifndef NNC_PLAN_CHECK_H
#define NNC_PLAN_CHECK_H

#include "plan/plan.h"

/** What is wrong with a program, its places, uses, views, its order and what lies in its memory; NULL: nothing. Looks
 *  at all of it again. */
const char *plan_check(const Plan *plan, const Program *program);

#endif
