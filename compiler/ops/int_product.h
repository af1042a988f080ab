/* SPDX-License-Identifier: MIT-0 */
/* Products of whole numbers: docs/quantization.md says their arithmetic. */
#ifndef NNC_OPS_INT_PRODUCT_H
#define NNC_OPS_INT_PRODUCT_H

#include <stdint.h>

#include "plan/plan.h"
#include "plan/window.h"

/** y[…, unit] = the sum of x · kernel[unit] + bias[unit], times multiplier[unit] / 2^shift[unit], between low and high.
 *  Inputs: x int8; kernel int8, (units, depth), (filters, …window, channels), (…window, channels); bias int32;
 *  multiplier int32; shift int8. */
extern const OpDef op_int_matmul, op_int_conv, op_int_depthwise;

typedef struct IntProductAttrs {
    Window window; /* of an image */
    int32_t zero, low, high; /* of the result */
} IntProductAttrs;

IntProductAttrs *int_product_attrs(const Op *op);

#endif
