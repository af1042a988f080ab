/* SPDX-License-Identifier: MIT-0 */
/* What conv_max, which pass_fuse_pooling makes, and its gradients are described by. */
#ifndef NNC_OPS_CONV_MAX_H
#define NNC_OPS_CONV_MAX_H

#include <stdbool.h>

#include "plan/window.h"

/** The convolution's window, and that of the pooling, over the outputs of the convolution. */
typedef struct ConvMaxAttrs {
    Window window, pooling;
    bool keeps_winners; /* conv_max: its first step makes their numbers */
} ConvMaxAttrs;

extern const OpDef op_conv_max, op_conv_max_lines, op_conv_sparse_input, op_conv_sparse_kernel, op_unpool;

/** The text of the step by which conv_max keeps the winners of a block. */
extern const char conv_max_winner[];

ConvMaxAttrs *conv_max_attrs(const Op *op);
/** Whether conv_max can pool with windows like this one. */
bool conv_max_takes(const Window *pooling);
/** Whether conv_max_lines can unpool gradients with so many filters on the stack. */
bool conv_max_lines_take(const Window *pooling, int64_t filters);
/** Whether many elements of a window lie together in an image of this shape: then conv_sparse_kernel and
 *  conv_sparse_input go over them in vectors, and else lanes run over filters. */
bool window_is_wide(const Window *window, Shape image);

#endif
