/* SPDX-License-Identifier: MIT-0 */
/* Gradients of a convolution of which few that arrive are not 0. */
#ifndef NNC_PASSES_SPARSE_GRADIENTS_H
#define NNC_PASSES_SPARSE_GRADIENTS_H

#include "ops/conv_max.h"
#include "passes/rewrite.h"

/** The gradients of a convolution; NULL: there is none. */
typedef struct ConvBack {
    Op *input;  /* conv_input, or a product with the matrix transposed */
    Op *kernel; /* conv_kernel, or a product with x transposed */
    Tensor *d;  /* what both read */
} ConvBack;

/** Replaces them by conv_sparse_input and conv_sparse_kernel. With a `winner` each gradient is that of the output of
 *  this number in its pooling window; without, it lies in its place. x is what the convolution reads, zeros around it
 *  included. */
void replace_by_sparse(Rewrite *rewrite, const ConvMaxAttrs *attrs, const ConvBack *back, Tensor *x, Tensor *kernel,
                       Tensor *winner);

#endif
