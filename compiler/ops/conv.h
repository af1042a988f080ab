/* SPDX-License-Identifier: MIT-0 */
/* Where a convolution's windows lie in memory: what conv and conv_max have in common. */
#ifndef NNC_OPS_CONV_H
#define NNC_OPS_CONV_H

#include <stdbool.h>
#include <stdint.h>

#include "build/builder.h"
#include "model/shape.h"
#include "plan/plan.h"
#include "plan/window.h"
#include "emit/emit.h"

extern const OpDef op_conv_input, op_conv_kernel;

/** Distances in an image, in reals. */
typedef struct ConvStrides {
    int64_t at[MAX_SPATIAL]; /* of neighbouring positions */
    int64_t sample;
} ConvStrides;

ConvStrides conv_strides(Shape shape, int dims);

/** A window as pieces of a depth: its positions, the innermost in one piece where they lie together. */
typedef struct ConvPieces {
    int64_t counts[MAX_SPATIAL], strides[MAX_SPATIAL];
    int64_t depth;
    int count;
} ConvPieces;

ConvPieces conv_pieces(const Window *window, const ConvStrides *strides, int64_t channels);

/** "3, 1, 1" */
const char *conv_three(Emit *emit, const int64_t *numbers);
/** Where the place `index` of `count` dimensions lies, perhaps of many samples: "line / 5 * 392 + line % 5 * 28". */
const char *conv_place(Emit *emit, const char *index, int count, const int64_t *sizes, const int64_t *steps,
                       int64_t sample, bool samples);

/** The cross-correlation of x with a kernel (size…, channels / groups, filters), without padding. */
Tensor *build_conv(Builder *build, Tensor *x, Tensor *kernel, Window window, const char *role, const char *label);
/** The gradient of a convolution of something of `shape` with the kernel, which is a convolution transposed. Its first
 *  `low` positions are left out. */
Tensor *build_conv_transposed(Builder *build, Tensor *d, Tensor *kernel, Window window, const int64_t *low, Shape shape,
                              const char *role, const char *label);
/** What a conv_input makes, as a convolution of its spaced input. */
Tensor *build_spaced_conv(Builder *build, const Op *op);
/** The gradient of the kernel of a convolution of x; d may lack outputs at the end, whose gradient is 0. */
Tensor *build_conv_kernel_gradient(Builder *build, const Window *window, Tensor *x, const Tensor *kernel, Tensor *d);

#endif
