/* SPDX-License-Identifier: MIT-0 */
#ifndef NNC_PLAN_PERMUTE_ATTRS_H
#define NNC_PLAN_PERMUTE_ATTRS_H

#include "plan/plan.h"

typedef struct PermuteAttrs {
    int axes[MAX_RANK]; /* dimension i of the result is dimension axes[i] of the input … */
    unsigned flipped;   /* … bit i: backwards */
} PermuteAttrs;

PermuteAttrs *permute_attrs(const Op *op);

#endif
