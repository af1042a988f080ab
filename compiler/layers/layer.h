/* SPDX-License-Identifier: MIT-0 */
/* What the files of layers share. */
#ifndef NNC_LAYER_H
#define NNC_LAYER_H

#include <stddef.h>

#include "build/build.h"

#define LAYER_CLASS(name_, brief_, args_, args_type_)                                                                  \
    .class = {.kind = CLASS_LAYER, .name = (name_), .brief = (brief_), .args = (args_),                                \
              .args_size = sizeof(args_type_)}
#define ACTIVATION_ARG(type)                                                                                           \
    {ARG(type, activation), ARG_OBJECT, DEFAULT("None"), .class_kind = CLASS_ACTIVATION, .doc = "applied to the output"}
/* A weight that arguments say something about is `WeightArgs kernel;` in the layer's struct, WEIGHT_ARGS(DenseArgs, kernel,
 * "'glorot_uniform'") in its table, which makes kernel_initializer, kernel_regularizer and kernel_constraint, and
 * layer_weight(layer, "kernel", shape, a->kernel) in its shape rule. INITIALIZER_ARG is for weights that do not train. As
 * without names Keras' initializers follow each other, the other rows have names only. */
#define WEIGHT_ARGS(type, field, default_)                                                                             \
    INITIALIZER_ARG(type, field, default_), {                                                                          \
        .name = #field "_regularizer", .offset = offsetof(type, field.regularizer), ARG_OBJECT, DEFAULT("None"),       \
        .class_kind = CLASS_REGULARIZER, .keyword_only = true, .doc = "a penalty on it in the loss"                    \
    }, {                                                                                                               \
        .name = #field "_constraint", .offset = offsetof(type, field.constraint), ARG_OBJECT, DEFAULT("None"),         \
        .class_kind = CLASS_CONSTRAINT, .keyword_only = true, .doc = "what is done to it after each update"            \
    }
#define INITIALIZER_ARG(type, field, default_)                                                                         \
    {.name = #field "_initializer", .offset = offsetof(type, field.initializer), ARG_OBJECT, DEFAULT(default_),        \
     .class_kind = CLASS_INITIALIZER, .doc = "what it starts with"}

/* What Keras' kernels can have besides. */
#define LORA_ARGS {FIXED("lora_rank", "None", "nnc has no LoRA")}, {FIXED("lora_alpha", "None", "nnc has no LoRA")}
#define QUANTIZATION_ARG {FIXED("quantization_config", "None", "weights are not quantized")}

/** x + bias, the last dimension's. */
extern const Formula add_bias;

/** x where `valid` is more than 0, else 0. (pooling.c) */
extern const Formula valid_steps;

/** The argument in which two recurrent layers do not go together as the two ways of a Bidirectional; NULL: they do.
 *  (recurrent.c) */
const char *recurrent_mismatch(const Layer *forward, const Layer *backward);

/** Reports an input that has not the `rank` dimensions that the layer `needs`, "(batch, time, features)", with where it comes
 *  from and what would help. `image`: the last dimension holds channels. (refuse.c) */
void layer_refuse(const Layer *layer, int rank, const char *needs, bool image, Diags *diags);
/** Whether the mask that arrives, if one does, has the input's first `rank` dimensions, "(batch, time)"; else reports it.
 *  (refuse.c) */
bool layer_mask_check(const Layer *layer, int rank, const char *needs, Diags *diags);
/** Where the input comes from, for messages: " from 'conv2d'", or "" where it is the model's. */
const char *layer_source(const Layer *layer);

/** LayerDef.stream of layers that treat every time step alike. */
const char *stream_each(const Layer *layer, bool *timed);

/** For layers that change no shape. */
void shape_same(Layer *layer, Diags *diags);

/** A last dimension counted from the front or, when negative, from the end, of a shape with its batch; -1 and an error
 *  when there is none such. */
int layer_axis(const Layer *layer, int64_t axis, const char *arg, Diags *diags);

/* Within TimeDistributed the samples of a layer are the time steps of the model's: (batch * steps, …). Keras calls the
 * layer once for each step. (wrappers.c) */

/** How many such steps there are; 1 outside of TimeDistributed. */
int64_t steps_of(Shape samples);
/** (batch, steps, …) of (batch * steps, …). */
Shape steps_apart(Shape samples);

/** The argument noise_shape: an error when it does not fit the layer's input, and the shape of what is drawn. */
void noise_shape_check(const Layer *layer, Ints noise_shape, Diags *diags);
Shape noise_shape_of(Shape input, Ints noise_shape);
/** LayerDef.stream of layers with such a shape. */
const char *noise_shape_stream(Ints noise_shape, bool timed);

#endif
