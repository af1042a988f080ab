/* SPDX-License-Identifier: MIT-0 */
/* Convolutions, the other way round, and their gradients. */
#ifndef NNC_OPS_CONV_H
#define NNC_OPS_CONV_H

#include <stdbool.h>
#include <stdint.h>

#include "build/builder.h"
#include "model/shape.h"
#include "plan/plan.h"
#include "plan/window.h"

extern const OpDef op_conv_input, op_conv_kernel;

/** The cross-correlation of x with a kernel (size…, channels / groups, filters), without padding. */
Tensor *build_conv(Builder *build, Tensor *x, Tensor *kernel, Window window, const char *role, const char *label);
/** The gradient of a convolution of something of `shape` with the kernel, which is a convolution transposed. Its first
 *  `low` positions are left out. */
Tensor *build_conv_transposed(Builder *build, Tensor *d, Tensor *kernel, Window window, const int64_t *low, Shape shape,
                              const char *role, const char *label);
/** Whether a conv_input can be made place after place of what it reads, with the kernel as it lies. */
bool conv_input_by_places(const Op *op);
/** What a conv_input makes, as a convolution of its spaced input. */
Tensor *build_spaced_conv(Builder *build, const Op *op);
/** The gradient of the kernel of a convolution of x; d may lack outputs at the end, whose gradient is 0. */
Tensor *build_conv_kernel_gradient(Builder *build, const Window *window, Tensor *x, const Tensor *kernel, Tensor *d);

#endif
