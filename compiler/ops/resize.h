/* SPDX-License-Identifier: MIT-0 */
/* A dimension of another size. */
#ifndef NNC_OPS_RESIZE_H
#define NNC_OPS_RESIZE_H

#include <stdint.h>

#include "build/builder.h"
#include "plan/plan.h"

extern const OpDef op_resize, op_resize_gradient;

/** What a dimension of `size` new elements is made of: each of `count` old ones. A row of the table for each: the first
 *  of them, then their weights. */
typedef struct Taps {
    int64_t size;
    int count;
    double *table;
} Taps;

/** x with dimension `dim` made of weighted sums along it. */
Tensor *build_resize(Builder *build, Tensor *x, int dim, const Taps *taps, const char *label);

#endif
