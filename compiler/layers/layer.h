/* SPDX-License-Identifier: MIT-0 */
/* What a layer is written with: this one header, and those of operations and families (image.h, normalize.h) that it
 * uses. */
#ifndef NNC_LAYERS_LAYER_H
#define NNC_LAYERS_LAYER_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "build/build.h"
#include "build/builder.h"
#include "language/class.h"
#include "layers/refuse.h"
#include "model/layer.h"
#include "model/shape.h"
#include "model/stream.h"
#include "plan/plan.h"

#define LAYER_CLASS(name_, brief_, args_, args_type_)                                                                  \
    .class = {.kind = CLASS_LAYER, .name = (name_), .brief = (brief_), .args = (args_),                                \
              .args_size = sizeof(args_type_)}
#define ACTIVATION_ARG(type)                                                                                           \
    {ARG(type, activation), ARG_OBJECT, DEFAULT("None"), .class_kind = CLASS_ACTIVATION, .doc = "applied to the output"}
/* A weight that arguments say something about is `WeightArgs kernel;` in the layer's struct, WEIGHT_ARGS(DenseArgs,
 * kernel, "'glorot_uniform'") in its table, which makes kernel_initializer, kernel_regularizer and kernel_constraint,
 * and layer_weight(layer, "kernel", shape, a->kernel) in its shape rule. INITIALIZER_ARG is for weights that do not
 * train. As without names Keras' initializers follow each other, the other rows have names only. */
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

/** For layers that change no shape. */
void shape_same(Layer *layer, Diags *diags);

/** A last dimension counted from the front or, when negative, from the end, of a shape with its batch; -1 and an error
 *  when there is none such. */
int layer_axis(const Layer *layer, int64_t axis, const char *arg, Diags *diags);

#endif
