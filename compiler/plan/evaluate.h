/* SPDX-License-Identifier: MIT-0 */
/* What a formula's text comes to, of numbers: for what is computed when the C is made. */
#ifndef NNC_PLAN_EVALUATE_H
#define NNC_PLAN_EVALUATE_H

#include "plan/plan.h"

/** The value of a step's text in double precision, where operand i is numbers[i]; what an operand that is a number
 *  says, numbers[i] need not. NaN: the text says something that is not known here. */
double step_value(const Step *step, const double *numbers);

#endif
