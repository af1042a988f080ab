/* SPDX-License-Identifier: MIT-0 */
/* The window of a convolution or of pooling: the attributes of conv, conv_kernel, depthwise, pool and their
 * gradients. */
#ifndef NNC_PLAN_WINDOW_H
#define NNC_PLAN_WINDOW_H

#include "plan/plan.h"

typedef enum PoolKind {
    POOL_MAX,
    POOL_MAX_SPLIT /* equal values share the gradient */,
    POOL_AVERAGE,
    POOL_SUM
} PoolKind;

enum { MAX_SPATIAL = 3 };

/** A window over the `dims` dimensions before the last, which holds the channels. */
typedef struct Window {
    int dims;
    int64_t size[MAX_SPATIAL], stride[MAX_SPATIAL], dilation[MAX_SPATIAL];
    int64_t low[MAX_SPATIAL]; /* how far the first window reaches beyond the beginning */
    int64_t groups;           /* of channels, each convolved by itself */
    PoolKind pool;
} Window;

extern const AttrsKind window_attrs;
/** The attributes of an operation that has nothing but a window. */
Window *op_window(const Op *op);
/** Appends a window to a key. */
void window_key(const Window *window, Text *key);
/** How far a window reaches along a dimension. */
int64_t window_reach(const Window *window, int dim);
/** Whether windows reach out of the image in a dimension; those of the places that a pooling looks at, or, where it is
 *  NULL, of `out`. */
bool window_leaves(const Window *window, const Window *pooling, int dim, Shape image, Shape out);
/** How far before the first place of an image the first window begins, in reals. */
int64_t window_back(const Window *window, Shape image);
/** The lines that an operation with a window makes one of: OpDef.line_window. */
LineWindow op_line_window(const Op *op);
/** Windows of one position. */
Window window_of(int dims);
/** " 3x3 stride 2x2", for the dump of the plan. */
void window_describe(const Window *window, Text *out);
/** The same of op_window(op): an OpDef's describe. */
void op_window_describe(const Op *op, Text *out);

/** What a result must lead (plan/lead.h) that is made place after place, of windows of `image`, `apart` from each other
 *  in each dimension: each place in `out` is all read before any of it is stored behind the windows that follow. */
int64_t window_lead(const Plan *plan, int dims, const int64_t *apart, Shape image, Shape out);

#endif
