/* SPDX-License-Identifier: MIT-0 */
/* Input: says the shape of one sample; not an operation. Its arguments are read by model.c. */
#include "language/class.h"
#include "language/common_args.h"
#include "model/layer.h"

static const char *const types[] = {INPUT_TYPES(CHOICE_WORD) NULL};

static const ArgDef args[] = {
    {ARG(InputArgs, shape), ARG_SHAPE, DEFAULT("None"), RANGE(1, INT32_MAX), .none_entries = true,
     .doc = "dimensions of one sample"},
    {ARG(InputArgs, batch_size), ARG_INT, DEFAULT("None"), RANGE(1, MAX_BATCH), .doc = "rows the C is compiled for"},
    {ARG(InputArgs, dtype), ARG_CHOICE, DEFAULT("'float32'"), .choices = types, .may_be_none = true,
     .doc = "int32: indices, for Embedding; string: text, for TextVectorization and its kin"},
    {ARG(InputArgs, batch_shape), ARG_SHAPE, DEFAULT("None"), RANGE(1, INT32_MAX), .none_entries = true,
     .keyword_only = true, .doc = "the shape with the batch first"},
    {ARG(InputArgs, max_steps), ARG_INT, DEFAULT("None"), RANGE(1, INT32_MAX), .keyword_only = true, .own = true,
     .doc = "the greatest number of time steps, where that of shape is None"},
    {FIXED("sparse", "False", "inputs are dense")},
    {FIXED("ragged", "False", "inputs are dense")},
    {FIXED("optional", "False", "a Sequential model has its input")},
    {FIXED("tensor", "None", "data come from fit() and the program's options")},
    {0}};

const LayerDef layer_Input = {
    .class = {.kind = CLASS_LAYER, .name = "Input", .aliases = ALIASES("InputLayer"),
              .brief = "the shape of one sample", .args = args, .args_size = sizeof(InputArgs)},
    .is_input = true,
};
