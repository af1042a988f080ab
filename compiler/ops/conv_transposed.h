/* SPDX-License-Identifier: MIT-0 */
/* The gradient of a convolution, which is a convolution transposed. */
#ifndef NNC_OPS_CONV_TRANSPOSED_H
#define NNC_OPS_CONV_TRANSPOSED_H

#include <stdint.h>

#include "build/builder.h"
#include "model/shape.h"
#include "plan/plan.h"

extern const OpDef op_conv_transposed, op_transposed_taps, op_transposed_pack;

/** The gradient of a convolution of something of `shape` with the kernel, which is a convolution transposed. Its first
 *  `low` positions are left out. */
Tensor *build_conv_transposed(Builder *build, Tensor *d, Tensor *kernel, Window window, const int64_t *low, Shape shape,
                              const char *role, const char *label);
/** The same phase by phase, where there are strides; NULL: it cannot. */
Tensor *build_phases(Builder *build, Tensor *d, Tensor *kernel, Window window, const int64_t *low, Shape shape, const char *role,
                     const char *label);

#endif
