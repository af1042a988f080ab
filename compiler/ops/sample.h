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

/** What lies beyond the edge; in C the word is what the template is called. */
#define SAMPLE_BEYONDS(row)                                                                       \
    row(BEYOND_REFLECTED, "reflect") row(BEYOND_WRAPPED, "wrap") row(BEYOND_CONSTANT, "constant") \
        row(BEYOND_NEAREST, "nearest")
typedef enum SampleBeyond { BEYOND_NONE, SAMPLE_BEYONDS(CHOICE_VALUE) } SampleBeyond;
extern const char *const beyond_words[];

typedef struct SampleAttrs {
    SamplePlaces places;
    bool nearest;           /* the nearest pixel; else between the four around it */
    SampleBeyond beyond;
    double fill_value; /* with BEYOND_CONSTANT */
} SampleAttrs;

/** From images x (batch, rows, columns, channels) images of this shape. a and b are (batch, 1), or (1, 1) for all.
 *  Gradients go to x alone. */
Tensor *build_sample(Builder *build, Tensor *x, Tensor *a, Tensor *b, Shape shape, SampleAttrs attrs,
                     const char *label);

#endif
