/* SPDX-License-Identifier: MIT-0 */
/* Regularizers: penalties l1·Σ|x| + l2·Σx² in the loss. Formulas: keras/src/regularizers/regularizers.py. */
#include "lower.h"

#define FACTOR(field, default_, doc_)                                                                                  \
    {ARG(RegularizerArgs, field), ARG_REAL, DEFAULT(default_), RANGE(0, 1e30), .doc = (doc_)}
#define DEFINE(name_, brief_, args_, ...)                                                                              \
    const RegularizerDef regularizer_##name_ = {                                                                       \
        .class = {.kind = CLASS_REGULARIZER, .name = #name_, .brief = (brief_), .args = (args_),                       \
                  .args_size = sizeof(RegularizerArgs), .aliases = (const char *const[]){__VA_ARGS__}}};

static const ArgDef l1_args[] = {FACTOR(l1, "0.01", "weight of Σ|x|"), {0}};
static const ArgDef l2_args[] = {FACTOR(l2, "0.01", "weight of Σx²"), {0}};
static const ArgDef both_args[] = {FACTOR(l1, "0.0", "weight of Σ|x|"), FACTOR(l2, "0.0", "weight of Σx²"), {0}};
static const ArgDef string_args[] = {FACTOR(l1, "0.01", "weight of Σ|x|"), FACTOR(l2, "0.01", "weight of Σx²"), {0}};

DEFINE(L1, "l1·Σ|x|", l1_args, "l1", NULL)
DEFINE(L2, "l2·Σx²", l2_args, "l2", NULL)
DEFINE(L1L2, "l1·Σ|x| + l2·Σx²", both_args, NULL)
DEFINE(l1_l2, "L1L2 with the defaults that Keras documents for the string", string_args, NULL)
