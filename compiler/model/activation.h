/* SPDX-License-Identifier: MIT-0 */
/* What an activation is. */
#ifndef NNC_MODEL_ACTIVATION_H
#define NNC_MODEL_ACTIVATION_H

#include <stdbool.h>

#include "language/class.h"
#include "model/layer.h"

typedef struct Builder Builder;
typedef struct Tensor Tensor;

/* Definitions in the tables: a Class (name, arguments, documentation) and the mathematics. */
typedef struct ActivationDef {
    Class class;
    const char *value;                           /* of x; NULL with build */
    const char *gradient;                        /* of d and x, or y */
    bool rises;                                  /* never falls as x grows */
    bool is_relu;                                /* max(x, 0) */
    Tensor *(*build)(Builder *build, Tensor *x); /* for those that are not elementwise */
    bool keeps_logits; /* losses go back to its argument, as Keras does */
    Values values;     /* VALUES_UNKNOWN: any */
    bool halves;       /* makes half as many values, so that it is a layer of its own */
} ActivationDef;

#endif
