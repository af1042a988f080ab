/* SPDX-License-Identifier: MIT-0 */
/* Arguments that all classes of a kind take, besides their own. */
#include "language/class.h"
#include "language/common_args.h"

/* What every layer takes behind its name. */
#define BEHIND_NAME                                                                                                    \
    {ARG(LayerArgs, trainable), ARG_BOOL, DEFAULT("True"), .of_layer = true,                                           \
     .doc = "False: training leaves the weights as they are"},                                                         \
    {ARG(LayerArgs, activity_regularizer), ARG_OBJECT, DEFAULT("None"), .class_kind = CLASS_REGULARIZER,               \
     .of_layer = true, .doc = "a penalty on the output in the loss, divided by the batch"},                            \
    {ARG(LayerArgs, dtype), ARG_CHOICE, DEFAULT("None"), .choices = (const char *const[]){"float32", NULL},            \
     .doc = "float32; nnc --real chooses for the whole model"}

const ArgDef common_layer_args[] = {
    {ARG(LayerArgs, name), ARG_STRING, DEFAULT("None"), .doc = "unique; numbered by class when not given"},
    BEHIND_NAME,
    {ARG(LayerArgs, input_shape), ARG_SHAPE, DEFAULT("None"), RANGE(1, INT32_MAX), .none_entries = true,
     .doc = "of the first layer: like Input(shape=…)"},
    {ARG(LayerArgs, input_dim), ARG_INT, DEFAULT("None"), RANGE(1, INT32_MAX),
     .doc = "of the first layer: like Input(shape=(…,))"},
    {ARG(LayerArgs, batch_input_shape), ARG_SHAPE, DEFAULT("None"), RANGE(1, INT32_MAX), .none_entries = true,
     .doc = "of the first layer: like Input(batch_shape=…)"},
    {ARG(LayerArgs, batch_size), ARG_INT, DEFAULT("None"), RANGE(1, MAX_BATCH),
     .doc = "of the first layer: like Input(batch_size=…)"},
    {0}};

/* Layers within wrappers, such as TimeDistributed(Dense(3)), never come first. */
const ArgDef inner_layer_args[] = {
    {ARG(LayerArgs, name), ARG_STRING, DEFAULT("None"), .doc = "numbered by class when not given"},
    BEHIND_NAME,
    {0}};

const ArgDef common_measure_args[] = {{FIXED("dtype", "'float32'", "nnc --real chooses for the whole model")}, {0}};

#define COMMON(field, type, default_, ...) \
    {ARG(CommonOptimizerArgs, field), type, DEFAULT(default_), .keyword_only = true, __VA_ARGS__}
const ArgDef common_optimizer_args[] = {
    COMMON(weight_decay, ARG_REAL, "None", RANGE(0, 1e30), .doc = WEIGHT_DECAY_DOC),
    COMMON(clipnorm, ARG_REAL, "None", RANGE(0, 1e30), .doc = "each weight's gradient is scaled down to this norm"),
    COMMON(clipvalue, ARG_REAL, "None", RANGE(0, 1e30), .doc = "elements of gradients are cut to ± this"),
    COMMON(global_clipnorm, ARG_REAL, "None", RANGE(0, 1e30),
           .doc = "all gradients together are scaled down to this norm"),
    COMMON(use_ema, ARG_BOOL, "False", .doc = "moving averages of the weights take their place when fit() ends"),
    COMMON(ema_momentum, ARG_REAL, "0.99", RANGE(0, 1), .doc = "part of an average kept in each step"),
    COMMON(ema_overwrite_frequency, ARG_INT, "None", RANGE(1, INT32_MAX),
           .doc = "steps after which weights become their averages"),
    COMMON(loss_scale_factor, ARG_REAL, "None", POSITIVE, .doc = "has no effect: gradients are divided by it again"),
    COMMON(gradient_accumulation_steps, ARG_INT, "None", RANGE(2, INT32_MAX),
           .doc = "batches whose mean gradient makes an update"),
    {UNUSED("name", "None")},
    {0}};
