/* SPDX-License-Identifier: MIT-0 */
/* Images made larger. */
#ifndef NNC_OPS_RESIZE_H
#define NNC_OPS_RESIZE_H

#include <stdint.h>

#include "build/builder.h"
#include "plan/plan.h"

extern const OpDef op_resize, op_resize_gradient;

/** Larger by whole factors, interpolated linearly between centres. */
Tensor *build_resize(Builder *build, Tensor *x, const int64_t *factors, const char *label);

#endif
