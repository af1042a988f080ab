/* SPDX-License-Identifier: MIT-0 */
/* What an initializer is. */
#ifndef NNC_MODEL_INITIALIZER_H
#define NNC_MODEL_INITIALIZER_H

#include <stdint.h>

#include "language/class.h"
#include "model/shape.h"

/** Functions of nnc_init.h. */
typedef enum InitKind {
    INIT_CONSTANT, INIT_UNIFORM, INIT_NORMAL, INIT_TRUNCATED, INIT_ORTHOGONAL, INIT_IDENTITY
} InitKind;
/** A call of one: function(values, size, a, b, random). */
typedef struct InitCall {
    InitKind kind;
    double a, b;
    int64_t rows, columns; /* orthogonal, identity; else 0 */
    int64_t seed;          /* INT_NONE: the run's */
} InitCall;

typedef struct InitializerDef {
    Class class;
    /** Which function of the runtime fills a weight of this shape, and with what. */
    void (*describe)(const Object *object, Shape shape, InitCall *call);
} InitializerDef;

#endif
