/* SPDX-License-Identifier: MIT-0 */
/* What the layers that normalize share: y = (x - mean) · factor · gamma + beta, with mean and factor of x itself. */
#ifndef NNC_LAYERS_NORMALIZE_H
#define NNC_LAYERS_NORMALIZE_H

#include <stdbool.h>
#include <stdint.h>

#include "build/builder.h"
#include "language/class.h"
#include "layers/layer.h"
#include "model/layer.h"
#include "model/shape.h"
#include "plan/plan.h"

/** Elements that are normalized together: those along the dimensions where `kept` is 1, or missing in front. */
typedef struct Norm {
    Tensor *x;
    Shape kept;
    double epsilon;
    double elements;     /* of a group, without the batch … */
    bool batched;        /* … which is in it */
    Tensor *valid;       /* weights of the elements, broadcast to x; NULL: all count the same */
    Tensor *gamma, *beta;/* broadcast to x; NULL: there is none */
    /* of each group; norm_moments makes them; mean is NULL where nothing is subtracted */
    Tensor *mean, *variance, *factor;
    Tensor *share;       /* with `valid`: what each element counts in the mean */
    bool unit;           /* factor makes the sum of squares 1, not their mean */
    bool keeps_mean;     /* y = x · factor · gamma, though factor is of the variance */
} Norm;

/** A norm over x with the dimensions of `kept`. */
Norm norm_over(Tensor *x, Shape kept, double epsilon);
/** Adds up mean and variance. (Two passes over x: the squares of differences lose no digits.) */
void norm_moments(Builder *build, Norm *norm);
/** Only the squares: for norms that subtract no mean. */
void norm_squares(Builder *build, Norm *norm);
/** The normalized x, scaled by gamma and moved by beta. */
Tensor *norm_apply(Builder *build, const Norm *norm);
/** How a weight over some dimensions (`axes`) of a shape is broadcast to it: with 1 for those between and behind. */
Shape norm_weight_shape(const bool *axes, Shape shape);
Tensor *norm_weight(Builder *build, const Weight *weight, const bool *axes, Shape shape);

/** Why a layer with this axis cannot run step by step: it is the time; else NULL. */
const char *norm_stream(const Layer *layer, int64_t axis, bool timed);

#define CENTER_SCALE_ARGS(type)                                                                                        \
    {ARG(type, epsilon), ARG_REAL, DEFAULT("0.001"), RANGE(0, 1e30), .doc = "added to the variance"},                  \
    {ARG(type, center), ARG_BOOL, DEFAULT("True"), .doc = "add beta"},                                                 \
    {ARG(type, scale), ARG_BOOL, DEFAULT("True"), .doc = "multiply by gamma"},                                         \
    WEIGHT_ARGS(type, beta, "'zeros'"), WEIGHT_ARGS(type, gamma, "'ones'")

#endif
