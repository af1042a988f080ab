/* SPDX-License-Identifier: MIT-0 */
/* Model → plan. */
#ifndef NNC_LOWER_LOWER_H
#define NNC_LOWER_LOWER_H

#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/options.h"
#include "model/model.h"
#include "plan/plan.h"

/** Model → plan: forward operations of every program, the loss, the gradients, the updates. */
Plan *plan_from_model(Arena *arena, const Model *model, const Options *options, Diags *diags);
/** How many rows the table has that the input's indices choose from; 0: the input is no indices. */
int64_t plan_indices(const Plan *plan);

#endif
