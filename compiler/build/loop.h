/* SPDX-License-Identifier: MIT-0 */
/* Time loops: loop_begin, what a step computes, loop_end. Operations that do not depend on the step are moved
 * out of the loop. */
#ifndef NNC_BUILD_LOOP_H
#define NNC_BUILD_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "build/builder.h"
#include "model/shape.h"
#include "plan/plan.h"

TimeLoop *loop_begin(Builder *build, const char *name, int64_t steps, bool reversed);
void loop_end(Builder *build);
/** The present step of a sequence (steps, …). */
Tensor *loop_step(Builder *build, Tensor *sequence, const char *label);
/** The step of a sequence that a loop is at, where `slot` is that of step 0. */
Tensor *loop_slot(Builder *build, Tensor *sequence, int64_t slot, const char *label);
/** A state of this shape; `initial` is what it begins with, or NULL for zeros. Its value before the step is
 *  carry->previous; loop_carry says which value it has after the step. */
Carry *loop_state(Builder *build, Shape shape, Tensor *initial, const char *label);
/** The gradient of a state, which the way back carries. */
Carry *loop_gradient_state(Builder *build, Shape shape, Tensor *initial, const Tensor *of);
void loop_carry(Builder *build, Carry *carry, Tensor *next);
/** After the loop: the states behind every step, (steps, …), and behind the last one. */
Tensor *loop_states(Builder *build, const Carry *carry, const char *label);
Tensor *loop_final(Builder *build, const Carry *carry, const char *label);
/** The values of all steps of something that a step computes. */
Tensor *loop_sequence(Builder *build, Tensor *value);
/** Whether a tensor is another one in each step of a loop: made by the loop, or a step of a sequence. */
bool changes_with_step(const Tensor *tensor);
/** Whether an operation belongs into a loop: it reads or makes such a tensor. */
bool op_changes_with_step(const Op *op);

#endif
