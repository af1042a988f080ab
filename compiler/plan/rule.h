/* SPDX-License-Identifier: MIT-0 */
/* Parts of an optimizer's rule. Statements and expressions name them, so each name means one thing: one that is given
 * twice is an internal error. */
#ifndef NNC_PLAN_RULE_H
#define NNC_PLAN_RULE_H

#include "plan/plan.h"

/** A state of each weight, and what it begins with. */
void rule_add_slot(UpdateRule *rule, const char *name, double initial);
void rule_add_number(UpdateRule *rule, const char *name, double number);
/** Computed once per step, as `text` says in C. */
void rule_add_scalar(UpdateRule *rule, const char *name, const char *text);
/** The scalar of this name; NULL: there is none. */
const Scalar *rule_scalar(const UpdateRule *rule, const char *name);

#endif
