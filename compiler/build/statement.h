/* SPDX-License-Identifier: MIT-0 */
/* Statements of an optimizer's rule: what changes a weight or a state of it in place. */
#ifndef NNC_BUILD_STATEMENT_H
#define NNC_BUILD_STATEMENT_H

#include <stdbool.h>

#include "build/builder.h"
#include "plan/plan.h"

/** The optimizer's state `name` of a weight. It has the weight's place, and its shape or one of fewer elements. */
Tensor *build_slot(Builder *build, Tensor *weight, const char *name, Shape shape);
/** A step that gives one operand a value, and does nothing else: "w = factor * w;". */
Step statement_giving(Builder *build, const char *label, const char *assigned, const char *value);
/** One operand more: a tensor, which the step writes to, or not. */
void statement_add(Builder *build, Step *step, const char *name, Tensor *tensor, bool written);
/** The weight's states that the step names. */
void statement_add_slots(Builder *build, Step *step, Tensor *weight, bool written);
/** The rule's numbers and scalars that the step names; of all operands those that it does not are forgotten. */
void statement_add_constants(Builder *build, Step *step);
/** The operation that does the step for each element of `space`; `role` and the weight are what plans call it. */
void build_statement(Builder *build, const Tensor *weight, Shape space, Step step, const char *role);

#endif
