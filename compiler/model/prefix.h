/* SPDX-License-Identifier: MIT-0 */
/* The prefix of all names in the generated C. */
#ifndef NNC_MODEL_PREFIX_H
#define NNC_MODEL_PREFIX_H

#include "base/diag.h"

typedef struct Model Model;

/** Why a word cannot be the prefix of all names in the generated C (the model's name, or --prefix), NULL when it
 *  can. */
const char *prefix_problem(const char *word);
/** Reports a model name that cannot be the prefix; for when no --prefix is given. */
void model_check_prefix(const Model *model, Diags *diags);

#endif
