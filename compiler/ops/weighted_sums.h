/* SPDX-License-Identifier: MIT-0 */
/* Products row by row, for targets that make no blocks: each output is what it begins with and a weighted sum of inputs
 * (nnc_small.h). What they begin with is an input behind the kernel, or 0. */
#ifndef NNC_OPS_WEIGHTED_SUMS_H
#define NNC_OPS_WEIGHTED_SUMS_H

#include <stdbool.h>

#include "plan/plan.h"
#include "plan/window.h"

enum { MOST_SUMS = 32 }; /* on the stack, while the greatest of a pooling window are found */

/** Whether an operation makes weighted sums of rows or of windows. */
bool makes_weighted_sums(const Op *op);
/** What its sums begin with; NULL: with 0. */
Tensor *weighted_sums_start(const Op *op);
/** How many sums of a conv_max are kept on the stack, while the greatest of a pooling window are found. */
int64_t greatest_sums(const Plan *plan, const Op *op);
/** Print such operations: products; and convolutions, which may keep the greatest of each window of a pooling. */
void emit_matmul_sums(Emit *emit, const Op *op);
void emit_window_sums(Emit *emit, const Op *op, const Window *window, const Window *pooling);
/** Prints a convolution the other way, place after place, its kernel read as it lies. */
void emit_transposed_sums(Emit *emit, const Op *op);
/** Print gradients of a convolution, place after place: of `image` or of the rows of its kernel, whichever op makes,
 *  from the other of them and `d`, whose zeros are left out. The rows are those of the transposed kernel, filter by
 *  filter. */
void emit_sparse_rows(Emit *emit, const Op *op, const Window *window, Tensor *image, Tensor *rows, Tensor *d);
/** Print the gradient of a convolution's kernel, as it lies, in the same way. */
void emit_kernel_rows(Emit *emit, const Op *op, const Window *window);
/** What the second matrix of a product is called; NULL: as in its layer. A transposed weight is called after all of it,
 *  whichever part it is of, and what an update multiplies is just another matrix: equal ones share functions. */
const char *matmul_right_name(Emit *e, const Op *op);

#endif
