/* SPDX-License-Identifier: MIT-0 */
/* Whether weights can stay where a target has its constants. */
#ifndef NNC_DRIVER_REACH_H
#define NNC_DRIVER_REACH_H

#include "base/diag.h"
#include "plan/plan.h"

/** Reports the first layer whose weights are copied, where the target's constants are out of reach for that. */
void check_reach(const Plan *plan, Diags *diags);

#endif
