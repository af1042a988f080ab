/* SPDX-License-Identifier: MIT-0 */
/* Parts of images, and images of another size. */
#ifndef NNC_LAYERS_RESIZING_H
#define NNC_LAYERS_RESIZING_H

#include <stdbool.h>
#include <stdint.h>

#include "build/builder.h"
#include "layers/taps.h"
#include "plan/plan.h"

/** Rows and columns of an image. */
typedef struct Box {
    int64_t row, column, rows, columns;
} Box;

/** The largest box in the middle of an image (rows, columns) with the aspect ratio of (height, width). */
Box image_largest_part(int64_t rows, int64_t columns, int64_t height, int64_t width);
/** A box around it with that ratio, whose row and column are not above 0. */
Box image_barred(int64_t rows, int64_t columns, int64_t height, int64_t width);
/** What lies in the box, of images (batch, rows, columns, channels). */
Tensor *image_crop(Builder *build, Tensor *x, Box box);
/** Images of another size, interpolated as Resizing is. */
Tensor *image_resize(Builder *build, Tensor *x, int64_t rows, int64_t columns, Interpolation interpolation,
                     bool antialias);
/** The largest part in the middle that has the aspect ratio of (rows, columns), resized to it. */
Tensor *image_fit(Builder *build, Tensor *x, int64_t rows, int64_t columns);

#endif
