/* SPDX-License-Identifier: MIT-0 */
/* Model → plan. */
#ifndef NNC_LOWER_LOWER_H
#define NNC_LOWER_LOWER_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/options.h"
#include "model/model.h"
#include "plan/plan.h"

/** Model → plan: forward operations of every program, the loss, the gradients, the updates. */
Plan *plan_from_model(Arena *arena, const Model *model, const Options *options, Diags *diags);

#endif
