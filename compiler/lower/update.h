/* SPDX-License-Identifier: MIT-0 */
/* What is done with the gradients of all trainable weights. */
#ifndef NNC_LOWER_UPDATE_H
#define NNC_LOWER_UPDATE_H

#include "build/builder.h"
#include "language/class.h"
#include "plan/plan.h"

/** The rule of an optimizer with what its common arguments add to it. */
UpdateRule update_rule(Arena *arena, const Object *optimizer);
/** The operations that it becomes. */
void build_updates(Builder *build);

#endif
