/* SPDX-License-Identifier: MIT-0 */
#ifndef NNC_PLAN_MATMUL_ATTRS_H
#define NNC_PLAN_MATMUL_ATTRS_H

#include "plan/plan.h"

typedef struct MatmulAttrs {
    bool transpose_a;
} MatmulAttrs;

/** The attributes of a product. */
MatmulAttrs *matmul_attrs(const Op *op);
/** Whether an operation is a product whose first input is transposed; or not; or deep (PRODUCT_DEEP). */
bool is_matmul_transposed(const Op *op);
bool is_matmul_straight(const Op *op);
bool is_matmul_deep(const Op *op);

#endif
