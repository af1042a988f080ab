/* SPDX-License-Identifier: MIT-0 */
/* Pooling. */
#ifndef NNC_OPS_POOL_H
#define NNC_OPS_POOL_H

#include "build/builder.h"
#include "model/shape.h"
#include "plan/plan.h"
#include "plan/window.h"

extern const OpDef op_pool, op_pool_gradient;

Tensor *build_pool(Builder *build, Tensor *x, Window window, Shape shape, const char *role, const char *label);
/** What sum pooling had made x from, if all elements of a window had been equal to it: each element repeated. */
Tensor *build_repeat(Builder *build, Tensor *x, Window window, Shape shape, const char *role, const char *label);

#endif
