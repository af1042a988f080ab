/* SPDX-License-Identifier: MIT-0 */
/* Arguments that all classes of a kind take, besides their own. */
#ifndef NNC_LANGUAGE_COMMON_ARGS_H
#define NNC_LANGUAGE_COMMON_ARGS_H

#include <stdbool.h>
#include <stdint.h>

#include "language/class.h"

/* Samples of a batch. */
enum { MAX_BATCH = 1 << 24 };

/** Arguments that every layer takes, besides its own. The last four of a layer of the model say the model's input, as
 *  Keras has it. */
typedef struct LayerArgs {
    const char *name;
    unsigned dtype; /* one there is: float32 */
    bool trainable;
    Object *activity_regularizer;
    Ints input_shape, batch_input_shape;
    int64_t input_dim, batch_size;
} LayerArgs;

/** Their tables, for layers of the model and for layers within wrappers. */
extern const ArgDef common_layer_args[], inner_layer_args[];
#define WEIGHT_DECAY_DOC "each step takes this times learning_rate off every weight"

/** Arguments that every optimizer takes, besides its own: what happens to the gradient before it, and to the weights
 *  behind it. NaN, INT_NONE: not given. */
typedef struct CommonOptimizerArgs {
    double weight_decay, clipnorm, clipvalue, global_clipnorm, loss_scale_factor;
    bool use_ema;
    double ema_momentum;
    int64_t ema_overwrite_frequency, gradient_accumulation_steps;
} CommonOptimizerArgs;

extern const ArgDef common_optimizer_args[]; /* */
/** What every loss and metric takes; nothing of it is stored. */
extern const ArgDef common_measure_args[];

#endif
