/* SPDX-License-Identifier: MIT-0 */
/* Images whose pixels are taken from other places of an image. */
#ifndef NNC_OPS_SAMPLE_H
#define NNC_OPS_SAMPLE_H

#include <stdbool.h>

#include "build/builder.h"
#include "model/shape.h"
#include "plan/plan.h"

extern const OpDef op_sample, op_sample_gradient;

/** Where pixel (row i, column j) of the result lies in x, by two numbers a and b of each image, or of all of them. */
typedef enum SamplePlaces {
    PLACES_SHIFTED, /* (i + a, j + b) */
    PLACES_SCALED,  /* (a·i, b·j), from the middle of the image on */
    PLACES_TURNED   /* (a·j + b·i, b·j - a·i), likewise */
} SamplePlaces;

typedef struct SampleAttrs {
    SamplePlaces places;
    bool nearest;           /* the nearest pixel; else between the four around it */
    const char *beyond;     /* what lies beyond the edge: "constant", "nearest", "reflect" or "wrap" */
    double fill_value;      /* with "constant" */
} SampleAttrs;

/** From images x (batch, rows, columns, channels) images of this shape. a and b are (batch, 1), or (1, 1) for all.
 *  Gradients go to x alone. */
Tensor *build_sample(Builder *build, Tensor *x, Tensor *a, Tensor *b, Shape shape, SampleAttrs attrs,
                     const char *label);

#endif
