/* SPDX-License-Identifier: MIT-0 */
/* A matrix packed for many products. */
#ifndef NNC_OPS_PACK_H
#define NNC_OPS_PACK_H

#include "build/builder.h"
#include "plan/plan.h"

/** A matrix packed for many products: the second input of a matmul, the kernel of a conv. */
Tensor *build_pack(Builder *build, Tensor *matrix);

#endif
