/* SPDX-License-Identifier: MIT-0 */
/* Convolutions of each channel by itself. */
#ifndef NNC_OPS_DEPTHWISE_H
#define NNC_OPS_DEPTHWISE_H

#include "build/builder.h"
#include "plan/plan.h"
#include "plan/window.h"

extern const OpDef op_depthwise, op_depthwise_input, op_depthwise_kernel;

/** x (samples, positions…, channels) with a kernel (size…, channels, multiplier): each channel by itself. */
Tensor *build_depthwise(Builder *build, Tensor *x, Tensor *kernel, Window window, const char *label);

#endif
