/* SPDX-License-Identifier: MIT-0 */
/* What the files of optimizers share: their arguments, and the definition of one. */
#ifndef NNC_TABLES_OPTIMIZERS_H
#define NNC_TABLES_OPTIMIZERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "language/class.h"
#include "model/optimizer.h"

typedef struct OptimizerArgs {
    NumberOrObject learning_rate;
    double momentum, rho, beta_1, beta_2, epsilon, weight_decay, initial_accumulator_value;
    double learning_rate_power, l1_regularization_strength, l2_regularization_strength,
        l2_shrinkage_regularization_strength, beta;
    bool nesterov, amsgrad, centered;
    int64_t warmup_steps;
    /* Muon */
    double adam_beta_1, adam_beta_2, adam_weight_decay, adam_lr_ratio, muon_a, muon_b, muon_c, rms_rate;
    Columns exclude_layers;
    bool exclude_embeddings;
    int64_t ns_steps;
    /* Adafactor */
    double beta_2_decay, epsilon_1, epsilon_2, clip_threshold;
    bool relative_step;
} OptimizerArgs;

/* Rows of their tables. */

#define LEARNING_RATE(default_)                                                                                        \
    {ARG(OptimizerArgs, learning_rate), ARG_NUMBER_OR_OBJECT, DEFAULT(default_), RANGE(0, 1e30),                       \
     .class_kind = CLASS_SCHEDULE, .doc = "step size, or its schedule"}
#define NUMBER_ARG(field, default_, low, high, doc_)                                                                   \
    {ARG(OptimizerArgs, field), ARG_REAL, DEFAULT(default_), RANGE(low, high), .doc = (doc_)}
#define FLAG_ARG(field, doc_) {ARG(OptimizerArgs, field), ARG_BOOL, DEFAULT("False"), .doc = (doc_)}
#define MOMENTUM NUMBER_ARG(momentum, "0.0", 0, 1, "part of the last step kept")
#define RHO(default_) NUMBER_ARG(rho, default_, 0, 1, "decay of the mean square of gradients")
#define BETA_1 NUMBER_ARG(beta_1, "0.9", 0, 0.9999999999, "decay of the mean gradient")
#define BETA_2(default_) NUMBER_ARG(beta_2, default_, 0, 0.9999999999, "decay of its mean square")
#define EPSILON NUMBER_ARG(epsilon, "1e-7", 0, 1e30, "added to what is divided by, so that it is not 0")
#define ACCUMULATOR NUMBER_ARG(initial_accumulator_value, "0.1", 0, 1e30, "what the sum of squares begins with")

/* Each one's own rows, then what all have: an optimizer's argument of the same name comes before it. */

/** Only one way of clipping at a time. */
void check_clipping(const Object *object, Diags *diags);

#define OPTIMIZER_CLASS(name_, brief_, args_, check_, ...)                                                             \
    .class = {.kind = CLASS_OPTIMIZER, .name = #name_, .brief = (brief_), .args = (args_),                             \
              .args_size = sizeof(OptimizerArgs), .aliases = ALIASES(__VA_ARGS__), .any_case = true, .check = (check_)}
#define DEFINE(name_, brief_, args_, rule_, ...)                                                                       \
    const OptimizerDef optimizer_##name_ = {                                                                           \
        OPTIMIZER_CLASS(name_, brief_, args_, check_clipping, __VA_ARGS__),                                            \
        .rule = (rule_),                                                                                               \
    };

#endif
