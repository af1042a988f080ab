/* SPDX-License-Identifier: MIT-0 */
/* What layers on images share: (batch, positions…, channels) with one to three spatial dimensions. */
#ifndef NNC_LAYERS_IMAGE_H
#define NNC_LAYERS_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "build/builder.h"
#include "language/class.h"
#include "model/layer.h"
#include "model/shape.h"
#include "plan/plan.h"
#include "plan/window.h"

#define DATA_FORMAT_ARG(type)         \
    {ARG(type, data_format),          \
     ARG_CHOICE,                      \
     DEFAULT("None"),                 \
     .choices = data_formats,         \
     .choice_of_none = CHANNELS_LAST, \
     .doc = "where the channels are"}
#define DATA_FORMATS(row) row(CHANNELS_LAST, "channels_last") row(CHANNELS_FIRST, "channels_first")
typedef enum DataFormat { CHANNELS_NONE, DATA_FORMATS(CHOICE_VALUE) } DataFormat;
extern const char *const data_formats[];

/** Zeros around an image: none, as many as keep its size, only before what is there. */
#define PADDINGS(row) row(PADDING_VALID, "valid") row(PADDING_SAME, "same") row(PADDING_CAUSAL, "causal")
typedef enum Padding { PADDING_NONE, PADDINGS(CHOICE_VALUE) } Padding;
extern const char *const paddings[];

/** 2 for Conv2D: the number before the D of the class's name. */
int image_dims(const Layer *layer);
/** The shape of the layer's input with the channels last; false, and an error, when it is no image. */
bool image_input(const Layer *layer, DataFormat data_format, Shape *shape, Diags *diags);
/** The same check for layers that take the input as it is. */
bool image_check(const Layer *layer, Diags *diags);
/** A shape with the channels last in the order of data_format. */
Shape image_shape(Shape shape, DataFormat data_format);
/** x with its channels last, and back again. */
Tensor *image_load(Builder *build, Tensor *x, DataFormat data_format);
Tensor *image_store(Builder *build, Tensor *x, DataFormat data_format);
/** One number for each spatial dimension, or one for all of them. */
bool image_numbers(const Layer *layer, const char *arg, Ints given, int64_t *numbers, Diags *diags);

/** A window that slides over an image: from arguments to sizes. */
typedef struct Sliding {
    Window window;
    int64_t low[MAX_SPATIAL], high[MAX_SPATIAL]; /* padding */
    Shape input, output;                         /* channels last; the output still with the input's channels */
} Sliding;

typedef struct SlidingArgs {
    Ints size, strides, dilation_rate; /* count < 0: not given: as large as the window, 1 */
    const char *size_name;
    Padding padding;
    DataFormat data_format;
    bool any_steps; /* strides and dilation_rate may both be larger than 1 */
} SlidingArgs;

bool image_slide(const Layer *layer, const SlidingArgs *args, Sliding *sliding, Diags *diags);
/** Where the output of samples of any length ends: sets layer->ends and the mask that goes with them, which are those
 *  of the input before; reports what depends on how long a sample is. */
void image_ends(Layer *layer, const Sliding *sliding, Padding padding, DataFormat data_format, Diags *diags);
/** The input padded with zeros. */
Tensor *image_pad(Builder *build, Tensor *x, const Sliding *sliding);
#endif
