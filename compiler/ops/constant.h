/* SPDX-License-Identifier: MIT-0 */
/* Numbers that the model file gives. */
#ifndef NNC_OPS_CONSTANT_H
#define NNC_OPS_CONSTANT_H

#include "build/builder.h"
#include "model/shape.h"
#include "plan/plan.h"

extern const OpDef op_constant;

/** Numbers that the model file gives, in row-major order. */
Tensor *build_constant(Builder *build, const double *values, Shape shape, const char *label);

#endif
