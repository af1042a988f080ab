/* SPDX-License-Identifier: MIT-0 */
/* From a tree, or a source, to its model. */
#ifndef NNC_MODEL_READ_H
#define NNC_MODEL_READ_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/options.h"
#include "base/source.h"
#include "frontend/constants.h"
#include "language/ast.h"

typedef struct Model Model;

/** The model of a tree as it is compiled: with every argument checked, layers named as Keras names them, and a name of
 *  its own that C can have, or that of --prefix; no shapes yet. `constants` may have definitions of -D. Never NULL;
 *  errors are in `diags`. */
Model *model_named(Arena *arena, const AstFile *file, Constants *constants, const Options *options, Diags *diags);
/** Finds shapes and what is done to the data, and checks what only the whole model can tell. False after errors. */
bool model_complete(Model *model, Diags *diags);
/** The model of a source, for what compiles none, so that its name may be any; with `shapes`, if it has no errors
 *  before, it is completed. Never NULL; errors are in `diags`. */
Model *model_read(Arena *arena, const Source *source, const Options *options, bool shapes, Diags *diags);

#endif
