/* SPDX-License-Identifier: MIT-0 */
/* What a constraint is. */
#ifndef NNC_MODEL_CONSTRAINT_H
#define NNC_MODEL_CONSTRAINT_H

#include "language/class.h"

/** Arguments of constraints; NonNeg has none. */
typedef struct ConstraintArgs {
    double min_value, max_value, rate;
    Ints axis;
} ConstraintArgs;

typedef struct ConstraintDef {
    Class class;
    const char *element; /* formula of the element w; or NULL, and */
    const char *factor;  /* what w is multiplied by, of the sum of squares along the axes */
} ConstraintDef;

#endif
