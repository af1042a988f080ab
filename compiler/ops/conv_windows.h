/* SPDX-License-Identifier: MIT-0 */
/* Where a convolution's windows lie in memory: what conv and conv_max have in common. */
#ifndef NNC_OPS_CONV_WINDOWS_H
#define NNC_OPS_CONV_WINDOWS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/shape.h"
#include "plan/window.h"
#include "emit/emit.h"

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

#endif
