/* SPDX-License-Identifier: MIT-0 */
/* Convolutions that take the greatest of their windows themselves. */
#ifndef NNC_OPS_CONV_MAX_H
#define NNC_OPS_CONV_MAX_H

#include <stdbool.h>

#include "build/builder.h"
#include "model/shape.h"
#include "plan/plan.h"

extern const OpDef op_conv_max, op_conv_max_lines, op_conv_sparse_input, op_conv_sparse_kernel, op_unpool;

/** Max pooling of what a convolution has just made, perhaps with a bias and an activation that rises: the convolution takes
 *  the greatest itself. Returns its result, now of this shape; NULL: it cannot. */
Tensor *build_conv_max(Builder *build, Tensor *x, Window pooling, Shape shape);
/** Those of one whose gradient d is 0 nearly everywhere; false: it is not, and nothing was built. */
bool build_conv_sparse_gradients(Builder *build, const Window *window, Tensor *x, Tensor *kernel, Tensor *d);

#endif
