/* SPDX-License-Identifier: MIT-0 */
/* What an optimizer is. */
#ifndef NNC_MODEL_OPTIMIZER_H
#define NNC_MODEL_OPTIMIZER_H

#include <stdbool.h>

#include "language/class.h"

typedef struct Builder Builder;
typedef struct Tensor Tensor;
typedef struct UpdateRule UpdateRule;
typedef struct Weight Weight;

typedef struct OptimizerDef {
    Class class; /* its arguments begin with NumberOrObject learning_rate */
    void (*rule)(const Object *object, UpdateRule *rule);
    /** Appends what moves a weight with gradient g, with slots, numbers and scalars of the rule, where that takes more
     *  than the rule's statements for each element: for weights that it applies to. NULL: the statements say all. */
    void (*update)(Builder *build, const Object *object, Tensor *weight, Tensor *g);
    bool (*applies)(const Object *object, const Weight *weight);
} OptimizerDef;

#endif
