/* SPDX-License-Identifier: MIT-0 */
/* Columns of categories become a 1 in the place of the category. */
#ifndef NNC_OPS_ONE_HOT_H
#define NNC_OPS_ONE_HOT_H

#include <stdint.h>

#include "build/builder.h"
#include "plan/plan.h"

extern const OpDef op_one_hot;

/** Of each row of x (…, columns), column i as places[i] values, 1 at the place that it is the number of and 0 at the
 *  others; where places[i] is 0, as it is. */
Tensor *build_one_hot(Builder *build, Tensor *x, const int64_t *places, const char *label);

#endif
