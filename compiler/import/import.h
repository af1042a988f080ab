/* SPDX-License-Identifier: MIT-0 */
/* Models that come in: from a file of Keras, ONNX or PyTorch to a model file and its weights. Each format is one file
 * here, which makes the text of a model, in the words of the language, and the values of its weights; text and values
 * then go the way of every model. */
#ifndef NNC_IMPORT_IMPORT_H
#define NNC_IMPORT_IMPORT_H

#include "base/arena.h"
#include "base/options.h"
#include "base/source.h"
#include "model/model.h"
#include "tensors/tensors.h"

typedef LIST(nnc_entry) Entries;

/** One file on its way in. */
typedef struct Import {
    Arena *arena;
    nnc_host host; /* what is wrong */
    const Options *options;
    const char *path; /* of the file */
    const unsigned char *bytes;
    size_t size;

    const char *model_name; /* as the file has it, or NULL */
    Text text;         /* the model as a format tells it, with all its arguments, a layer in each line */
    Text source;       /* the model file; its comment says where it comes from */
    Model *model;      /* of that text, with shapes */
    Entries weights;   /* as files of the model name them */
    Entries state;     /* of the optimizer: what a checkpoint holds besides */
    const char *stateless; /* why there is no such state, or NULL */
    Text notes;        /* for the user, a line each: what is not as it was */
} Import;

/** Records what is wrong with the file; false. */
bool import_fail(Import *import, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** A line for the user, also in the model file's comment. */
void import_note(Import *import, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** A name of the file as a message may show it. */
const char *import_quote(const Import *import, const char *name);

/** From import->text to import->model and import->source: bound, written as a careful person would, bound again.
 *  `comment` is what the model file begins with. False after messages. (import_model.c) */
bool import_model(Import *import, const char *comment);
/** Takes the model of --for instead. */
bool import_given_model(Import *import);
/** Adds the values of a weight; the array must have its shape. (import_model.c) */
bool import_weight(Import *import, const Weight *weight, const nnc_entry *array, const char *array_name);

/** The formats. Each fills text, model and weights; false and a message. */
bool import_keras(Import *import); /* .keras */
bool import_hdf5(Import *import);  /* .h5 */
bool import_onnx(Import *import);
bool import_torch(Import *import); /* a state_dict in safetensors, onto the model of --for */

/** --check: predicts with a model file and its weights, and compares; `folder` is for what is made on the way. Returns
 *  the exit status. (verify.c) */
int import_verify(const Options *options, Arena *arena, const char *folder, const char *model, const char *weights);
/** Goes on as nnc-import, which knows the libraries, where it stands beside the running program; returns where it does
 *  not, or where this is it. */
void import_become(char **argv);
/** nnc import. Returns the exit status. */
int import_command(const Options *options, Arena *arena);
/** Whether the file that nnc is given is no model file, but one to be imported. */
bool import_wanted(const char *path);
/** Imports options->input for compiling: a model file in memory, and its weights in a temporary file. NULL after a
 *  message, whose exit status is in *status. */
Source *import_source(const Options *options, Arena *arena, const char **weights, int *status);

#endif
