/* SPDX-License-Identifier: MIT-0 */
/* What the parts of Keras' importer share. */
#ifndef NNC_IMPORT_KERAS_H
#define NNC_IMPORT_KERAS_H

#include "import/hdf5.h"
#include "import/json.h"

/** A layer of the chain. */
typedef struct KerasLayer {
    const Ast *entry;  /* {"class_name": …, "config": {…}, …} */
    const char *name;  /* as Keras knows it */
    const char *group; /* of its variables in files of Keras 3: layers/dense_1 */
    const char *top;   /* in older files: the layer, or the model within the model, under whose name they stand */
    bool told;         /* its variables are arguments here: those of an adapted Normalization */
} KerasLayer;

typedef LIST(KerasLayer) KerasLayers;

typedef struct KerasModel {
    const char *name;
    const Ast *root, *compile; /* compile: NULL where the model was not compiled */
    bool is_keras_2;
    KerasLayers layers;        /* without those that only say the input's shape */
    const Ast *input;          /* the configuration of such a one; or NULL */
    const Ast *max_steps;      /* how long samples of any length may be, where nnc wrote the file; or NULL */
    Hdf5 *file;                /* of the variables; NULL: not opened yet */
    const char *listed;        /* the group that lists them by layer, in older files; NULL: they are numbered */
} KerasModel;

/** Finds the chain of layers in model->root; false and a message that names the layer that is in the way.
 *  (keras_chain.c) */
bool keras_chain(Import *import, KerasModel *model);
/** Writes the model with all of its arguments to import->text, a layer a line. (keras_text.c) */
bool keras_text(Import *import, KerasModel *model);
/** The file of the variables, which is opened when it is first wanted; NULL after a message. (keras.c) */
const Hdf5 *keras_file(Import *import, KerasModel *model);
/** Reads the variable number `index` of a layer. (keras_weights.c) */
bool keras_variable(Import *import, KerasModel *model, const KerasLayer *layer, int index, nnc_entry *array);
/** The class that an entry names, "Dense"; NULL and a message for what only Python has. (keras_text.c) */
const char *keras_class(Import *import, const Ast *entry);

/** Fills import->weights from a file of variables: Keras 3 numbers them in layers/dense/vars/0. `layers` may be NULL:
 *  then the model's own say the groups. (keras_weights.c) */
bool keras_variables(Import *import, const Hdf5 *file, const KerasLayers *layers);
/** The same from older files, which list them by layer in `group`, "model_weights" or "" for the root. */
bool keras_named_weights(Import *import, const Hdf5 *file, const char *group, const KerasLayers *layers);
/** Fills import->state from optimizer/vars, or from what `group` lists. */
bool keras_optimizer(Import *import, const Hdf5 *file, const char *group);

#endif
