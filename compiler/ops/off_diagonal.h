/* SPDX-License-Identifier: MIT-0 */
/* A square matrix with zeros in its diagonal. */
#ifndef NNC_OPS_OFF_DIAGONAL_H
#define NNC_OPS_OFF_DIAGONAL_H

#include "build/builder.h"
#include "plan/plan.h"

extern const OpDef op_off_diagonal;

/** A square matrix with zeros in its diagonal. */
Tensor *build_off_diagonal(Builder *build, Tensor *x);

#endif
