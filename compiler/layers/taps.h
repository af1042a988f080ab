/* SPDX-License-Identifier: MIT-0 */
/* What elements of a resized dimension are made of. */
#ifndef NNC_LAYERS_TAPS_H
#define NNC_LAYERS_TAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "language/class.h"
#include "ops/resize.h"

#define INTERPOLATIONS(row)                                                           \
    row(INTERPOLATION_NEAREST, "nearest") row(INTERPOLATION_BILINEAR, "bilinear")     \
        row(INTERPOLATION_BICUBIC, "bicubic") row(INTERPOLATION_LANCZOS3, "lanczos3") \
            row(INTERPOLATION_LANCZOS5, "lanczos5")
typedef enum Interpolation { INTERPOLATION_NONE, INTERPOLATIONS(CHOICE_VALUE) } Interpolation;
extern const char *const interpolations[];

/** From `old` elements to `size`, interpolated between their centres; with `antialias` over as many as become one. */
Taps taps_interpolated(Arena *arena, Interpolation interpolation, bool antialias, int64_t old, int64_t size);
/** The windows of adaptive pooling: element i is made of those from i · old / size to (i + 1) · old / size, rounded
 *  outwards. */
int64_t window_first(int64_t old, int64_t size, int64_t i);
int64_t window_end(int64_t old, int64_t size, int64_t i);
/** Their means. */
Taps taps_of_windows(Arena *arena, int64_t old, int64_t size);
/** The same as a matrix (size, old), where most weights are 0. */
void taps_matrix(const Taps *taps, int64_t old, float *matrix);
/** What is in each of those windows, (size, *width): where one is shorter than the longest, its last element again. */
int64_t *window_members(Arena *arena, int64_t old, int64_t size, int64_t *width);
/** Single elements: `at` says which. */
Taps taps_chosen(Arena *arena, const int64_t *at, int64_t size);

#endif
