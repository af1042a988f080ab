/* SPDX-License-Identifier: MIT-0 */
/* Names of layers and of the model. */
#ifndef NNC_LANGUAGE_KERAS_NAMES_H
#define NNC_LANGUAGE_KERAS_NAMES_H

#include "base/arena.h"
#include "base/names.h"

/** Keras' to_snake_case: Conv1DTranspose → conv1d_transpose, PReLU → p_re_lu. */
const char *snake_case(Arena *arena, const char *name);
/** The next name of a class, numbered as Keras does: dense, dense_1, …; `counts` holds how many there are of each. */
const char *numbered_name(Arena *arena, Names *counts, const char *class_name);
/** Why a layer cannot have this name, NULL when it can. Names stand in files of weights (as layer/variable), in file
 *  names and in comments of the generated C. */
const char *layer_name_problem(const char *name);

#endif
