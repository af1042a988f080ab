/* SPDX-License-Identifier: MIT-0 */
/* What layers share that vary images while training. */
#ifndef NNC_LAYERS_AUGMENT_H
#define NNC_LAYERS_AUGMENT_H

#include <stdint.h>

#include "build/builder.h"
#include "language/class.h"
#include "model/layer.h"
#include "model/shape.h"
#include "plan/plan.h"

/** A range of numbers that arguments say: one number f is (-f, f), two are sorted. */
typedef struct Factor {
    double low, high;
} Factor;
Factor factor_of(Reals given);

#define AUGMENT_SEED_ARG(type)                                                                                         \
    {ARG(type, seed), ARG_INT, DEFAULT("None"), RANGE(0, INT32_MAX), .doc = "draws that depend on this seed alone"}
#define BOUNDING_BOX_ARG {FIXED("bounding_box_format", "None", "data have no boxes around what is in the images")}
/* A number or a pair. */
#define FACTOR_ARG(type, field, low_, high_, doc_)                                                                     \
    {ARG(type, field), ARG_REALS, RANGE(low_, high_), .filled = true, .doc = (doc_)}
#define VALUE_RANGE_ARG(type)                                                                                          \
    {ARG(type, value_range), ARG_REALS, DEFAULT("(0, 255)"), .length = 2, .doc = "the least and the greatest value"}

/** Reports a factor of more than two numbers. */
void factor_check(const Layer *layer, const char *arg, Reals given, Diags *diags);

/** One draw of a layer's call, the `number`th, numbers of [0, 1): "uniform", "uniform_1", … */
Tensor *augment_draw(const Layer *layer, Builder *build, Shape shape, int64_t seed, int number);
/** Numbers of a factor, drawn likewise: low + uniform · (high - low). */
Tensor *augment_factor(const Layer *layer, Builder *build, Shape shape, int64_t seed, int number, Factor factor);
/** The shape of a number for each image of x, of this rank: (batch,), (batch, 1) or, to compute with images, (batch, 1,
 *  1, 1). */
Shape augment_shape(const Tensor *x, int rank);

#endif
