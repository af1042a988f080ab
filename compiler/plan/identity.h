/* SPDX-License-Identifier: MIT-0 */
/* What a program computes, as a number. */
#ifndef NNC_PLAN_IDENTITY_H
#define NNC_PLAN_IDENTITY_H

#include <stdint.h>

#include "plan/plan.h"

/** Follows from operations, formulas, shapes and from who reads what another makes, not from what layers and tensors
 *  are called. Of a program that no pass has changed it is that of the model. */
uint64_t program_identity(const Plan *plan, const Program *program);

#endif
