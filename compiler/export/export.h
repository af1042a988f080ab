/* SPDX-License-Identifier: MIT-0 */
/* Models that go out: a model file and its weights to a file of Keras, an ONNX model, a script of Python. */
#ifndef NNC_EXPORT_EXPORT_H
#define NNC_EXPORT_EXPORT_H

#include "base/arena.h"
#include "base/options.h"
#include "model/model.h"
#include "tensors/tensors.h"

/** One model on its way out. */
typedef struct Export {
    Arena *arena;
    nnc_host host; /* what is wrong */
    const Options *options;
    const Model *model; /* with shapes */
    const float *const *values; /* of the weights, in the order of layers and their weights; NULL without --weights */
    Text out;                   /* what is to be written */
} Export;

/** Records what is wrong; false. */
bool export_fail(Export *export, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** The values of a layer's weight. */
const float *export_values(const Export *export, const Layer *layer, int weight);

/** Whether Keras has all that the model says; false after a message that names what is nnc's own. */
bool export_check_own(Export *export);

/** Each fills export->out; false after a message that names what has no counterpart. */
bool export_keras(Export *export);
bool export_onnx(Export *export);
bool export_python(Export *export);

/** nnc export. Returns the exit status. */
int export_command(const Options *options, Arena *arena);

#endif
