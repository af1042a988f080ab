/* SPDX-License-Identifier: MIT-0 */
#ifndef NNC_OPS_DOT_ROWS_H
#define NNC_OPS_DOT_ROWS_H

#include "plan/plan.h"

/** y (rows, columns) = a (rows, depth) · bᵀ, of b (columns, depth). */
extern const OpDef op_dot_rows;
/** Prints a product of which the first input is transposed, element by element, each with the steps behind it. */
void emit_outer_sums(Emit *emit, const Op *op);

#endif
