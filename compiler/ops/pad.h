/* SPDX-License-Identifier: MIT-0 */
/* Elements spaced in a larger tensor, or taken out of one. */
#ifndef NNC_OPS_PAD_H
#define NNC_OPS_PAD_H

#include "build/builder.h"
#include "model/shape.h"
#include "plan/plan.h"
#include "plan/spacing.h"

extern const OpDef op_pad;

/** x with its elements spaced in a tensor of this shape; x itself where that changes nothing. That samples lie within
 *  another dimension is an internal error. */
Tensor *build_pad(Builder *build, Tensor *x, Spacing spacing, Shape shape, const char *role, const char *label);
/** Whether a pad does nothing but put zeros around the places of an image: `dims` dimensions before the last. */
bool pad_surrounds(const Op *pad, int dims);

#endif
