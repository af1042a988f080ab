/* SPDX-License-Identifier: MIT-0
 *
 * nnc_image.h - what lies at places between the pixels of an image, and beyond its edges.
 */
#ifndef NNC_IMAGE_H_INCLUDED
#define NNC_IMAGE_H_INCLUDED

#include "nnc_vec.h"

/* @part image_between */

/** x, or the nearest bound; the lower one for NaN. */
static inline real image_between(real x, real low, real high) { return x > low ? (x < high ? x : high) : low; }

/* @part image_far */

/** No farther away than an int32_t can say, which is beyond any image. */
static inline real image_far(real at) { return image_between(at, -16777216, 16777216); }

/* @part image_constant */

/** Beyond the edge there is nothing: abcd is 00|abcd|00. Two places outside are as good as any. */
static inline real image_constant(real at, size_t size) { return image_between(at, -2, (real)size + 1); }

/* @part image_nearest */

/** The pixel at the edge goes on: aa|abcd|dd. */
static inline real image_nearest(real at, size_t size) { return image_between(at, 0, (real)size - 1); }

/* @part image_reflect */

/** The image goes on as its mirror image: ba|abcd|dc. */
static inline real image_reflect(real at, size_t size) {
    const real once = (real)size, twice = 2 * once;
    at = image_far(at);
    if (at < 0) {
        at += twice * (real)(int32_t)(-at / twice);
        at = at < -once ? at + twice : -at - 1;
    } else if (at > once - 1) {
        at -= twice * (real)(int32_t)(at / twice);
        at = at >= once ? twice - at - 1 : at;
    }
    return image_between(at, 0, once - 1);
}

/* @part image_wrap */

/** The image goes on with its beginning: cd|abcd|ab. As in TensorFlow, a pixel is a point: from d to the next a there
 *  is nothing between. */
static inline real image_wrap(real at, size_t size) {
    const real once = (real)size, length = once - 1;
    at = image_far(at);
    if (size == 1) {
        return 0;
    }
    if (at < 0) {
        at += once * (real)((int32_t)(-at / length) + 1);
    } else if (at > length) {
        at -= once * (real)(int32_t)(at / length);
    }
    return image_between(at, 0, length);
}

/* @part image_floor */

/** The greatest integer that is not greater than x, |x| < 2^31. */
static inline int32_t image_floor(real x) {
    const int32_t n = (int32_t)x;
    return n - (x < (real)n);
}

/* @part image_taps image_take */

/** What a place in an image is made of: `count` pixels with their weights; the rest lies outside. */
typedef struct image_taps {
    size_t count, from[4];
    real weight[4], outside;
} image_taps;

/* Pixel (row, column), or the outside. */
static inline void image_take(image_taps *taps, int32_t row, int32_t column, size_t rows, size_t columns, real weight) {
    if (row >= 0 && column >= 0 && (size_t)row < rows && (size_t)column < columns) {
        taps->from[taps->count] = (size_t)row * columns + (size_t)column;
        taps->weight[taps->count++] = weight;
    } else {
        taps->outside += weight;
    }
}

/* @part image_at_nearest */

/** The pixel nearest to a place. */
static inline image_taps image_at_nearest(real row, real column, size_t rows, size_t columns) {
    image_taps taps = {0, {0}, {0}, 0};
    image_take(&taps, image_floor(row + REAL(0.5)), image_floor(column + REAL(0.5)), rows, columns, 1);
    return taps;
}

/* @part image_at_bilinear */

/** The four pixels around a place. */
static inline image_taps image_at_bilinear(real row, real column, size_t rows, size_t columns) {
    image_taps taps = {0, {0}, {0}, 0};
    const int32_t top = image_floor(row), left = image_floor(column);
    const real below = row - (real)top, right = column - (real)left;
    image_take(&taps, top, left, rows, columns, (1 - below) * (1 - right));
    image_take(&taps, top, left + 1, rows, columns, (1 - below) * right);
    image_take(&taps, top + 1, left, rows, columns, below * (1 - right));
    image_take(&taps, top + 1, left + 1, rows, columns, below * right);
    return taps;
}

/* @end */

#endif
