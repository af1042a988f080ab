/* SPDX-License-Identifier: MIT-0 */
/* What an optimizer is. */
#ifndef NNC_MODEL_OPTIMIZER_H
#define NNC_MODEL_OPTIMIZER_H

#include "language/class.h"

typedef struct UpdateRule UpdateRule;

typedef struct OptimizerDef {
    Class class; /* its arguments begin with NumberOrObject learning_rate */
    void (*rule)(const Object *object, UpdateRule *rule);
} OptimizerDef;

#endif
