/* SPDX-License-Identifier: MIT-0 */
/* What the form of a product follows from. */
#ifndef NNC_PLAN_PRODUCT_H
#define NNC_PLAN_PRODUCT_H

#include <stdbool.h>

#include "plan/plan.h"

/** Whether the output has one column that lies like a row, as do the matrix and all that steps read and make of the
 *  output's shape; `straight`: the matrix is read row by row. */
bool product_is_column(const Op *op, bool straight);

#endif
