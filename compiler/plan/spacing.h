/* SPDX-License-Identifier: MIT-0 */
/* How the elements of a tensor are spaced in another: the attributes of a pad. */
#ifndef NNC_PLAN_SPACING_H
#define NNC_PLAN_SPACING_H

#include <stdint.h>

#include "plan/plan.h"

/** Where an element goes in each dimension: from i to o with o · pick = low + i · spread. */
typedef struct Spacing {
    int64_t low[MAX_RANK], spread[MAX_RANK], pick[MAX_RANK];
} Spacing;

/** No spacing at all: low 0, spread 1, pick 1. */
Spacing spacing_none(void);
Spacing *pad_spacing(const Op *op);

#endif
