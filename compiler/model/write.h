/* SPDX-License-Identifier: MIT-0 */
/* Models as text: what a careful person would write, in a model file or in Python. */
#ifndef NNC_MODEL_WRITE_H
#define NNC_MODEL_WRITE_H

#include "base/arena.h"
#include "language/class.h"

typedef struct Layer Layer;
typedef struct Model Model;

typedef struct Writer {
    Arena *arena;
    const Layer *layer; /* that is written; NULL: none */
    bool keeps_names;   /* all that are given stay, also those that would be automatic */
    bool python;        /* keras.layers.Dense(…) */
    bool states;        /* also defaults that Keras' files must say (ArgDef.stated) */
} Writer;

/** An argument that is not its default. */
typedef struct WrittenArg {
    const ArgDef *row;
    const void *field;
    bool unnamed; /* stands without its name */
} WrittenArg;
typedef LIST(WrittenArg) WrittenArgs;

/** Of the class's rows and the common ones; without names of layers. */
WrittenArgs written_args(const Writer *writer, const Object *object);
/** The model as a model file; fit() and evaluate() are not in it. */
void model_write(const Model *model, const char *name, Text *out);
/** The same as a script of Keras, which defines `model`. */
void model_write_python(const Model *model, Text *out);

#endif
