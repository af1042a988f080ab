/* SPDX-License-Identifier: MIT-0 */
/* What a regularizer is. */
#ifndef NNC_MODEL_REGULARIZER_H
#define NNC_MODEL_REGULARIZER_H

#include "language/class.h"

typedef struct Builder Builder;
typedef struct Tensor Tensor;

#define ORTHOGONAL_MODES(row) row(ORTHOGONAL_ROWS, "rows") row(ORTHOGONAL_COLUMNS, "columns")
typedef enum OrthogonalMode { ORTHOGONAL_NONE, ORTHOGONAL_MODES(CHOICE_VALUE) } OrthogonalMode;

typedef struct RegularizerArgs {
    double l1, l2;
    double factor;    /* OrthogonalRegularizer … */
    OrthogonalMode mode; /* … these */
} RegularizerArgs;

typedef struct RegularizerDef {
    Class class; /* its arguments are RegularizerArgs: l1·Σ|x| + l2·Σx² */
    /** Appends what it adds to that for a matrix of weights; NULL: nothing. The gradient follows from the
     *  operations. */
    void (*of_matrix)(const RegularizerArgs *args, Builder *build, Tensor *weight);
} RegularizerDef;

#endif
