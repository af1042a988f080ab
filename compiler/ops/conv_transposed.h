/* SPDX-License-Identifier: MIT-0 */
/* A convolution the other way, phase by phase. */
#ifndef NNC_OPS_CONV_TRANSPOSED_H
#define NNC_OPS_CONV_TRANSPOSED_H

#include "build/builder.h"
#include "plan/plan.h"

extern const OpDef op_conv_transposed, op_transposed_taps, op_transposed_pack;

/** What a conv_input makes, phase by phase where there are strides; NULL: it cannot. */
Tensor *build_phases(Builder *build, const Op *op);

#endif
