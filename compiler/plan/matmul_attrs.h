/* SPDX-License-Identifier: MIT-0 */
#ifndef NNC_PLAN_MATMUL_ATTRS_H
#define NNC_PLAN_MATMUL_ATTRS_H

#include "plan/plan.h"

typedef struct MatmulAttrs {
    bool transpose_a;
    bool deep; /* takes a few rows of its inputs at a time, for all outputs */
} MatmulAttrs;

/** The attributes of a product. */
MatmulAttrs *matmul_attrs(const Op *op);
/** Whether an operation is a product whose first input is transposed; or not; or deep. */
bool is_matmul_transposed(const Op *op);
bool is_matmul_straight(const Op *op);
bool is_matmul_deep(const Op *op);

#endif
