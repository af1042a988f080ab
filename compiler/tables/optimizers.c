/* SPDX-License-Identifier: MIT-0 */
/* Optimizers: a rule each, in statements on one weight w with gradient g and the optimizer's states of that weight.
 * Formulas: keras/src/optimizers. */
#include "lower.h"

typedef struct OptimizerArgs {
    double learning_rate, momentum, beta_1, beta_2, epsilon;
    bool nesterov;
    const char *name;
} OptimizerArgs;

#define LEARNING_RATE(default_)                                                                                        \
    {ARG(OptimizerArgs, learning_rate), ARG_REAL, DEFAULT(default_), RANGE(0, 1e30), .doc = "step size"}
#define NAME_ARG {ARG(OptimizerArgs, name), ARG_STRING, DEFAULT("None"), .doc = "has no effect", .keyword_only = true}

static const ArgDef sgd_args[] = {
    LEARNING_RATE("0.01"),
    {ARG(OptimizerArgs, momentum), ARG_REAL, DEFAULT("0.0"), RANGE(0, 1), .doc = "part of the last step kept"},
    {ARG(OptimizerArgs, nesterov), ARG_BOOL, DEFAULT("False"), .doc = "look ahead along the momentum"},
    NAME_ARG, {0}};

static void sgd_rule(const Object *object, UpdateRule *rule) {
    const OptimizerArgs *args = object->args;
    rule->learning_rate = args->learning_rate;
    rule->scalars[rule->scalar_count++] = (Scalar){"learning_rate", "learning_rate"};
    if (args->momentum == 0) {
        rule->text = "w = w - learning_rate * g;";
        return;
    }
    rule->slots[0] = "momentum";
    rule->numbers[rule->number_count++] = NUMBER("mu", args->momentum);
    rule->text = args->nesterov ? "momentum = mu * momentum - learning_rate * g;\n"
                                  "w = w + mu * momentum - learning_rate * g;"
                                : "momentum = mu * momentum - learning_rate * g;\n"
                                  "w = w + momentum;";
}

const OptimizerDef optimizer_SGD = {
    .class = {.kind = CLASS_OPTIMIZER, .name = "SGD", .aliases = (const char *const[]){"sgd", NULL},
              .brief = "w -= learning_rate·g, with momentum: m = momentum·m - learning_rate·g, w += m", .args = sgd_args,
              .args_size = sizeof(OptimizerArgs)},
    .rule = sgd_rule,
};

static const ArgDef adam_args[] = {
    LEARNING_RATE("0.001"),
    {ARG(OptimizerArgs, beta_1), ARG_REAL, DEFAULT("0.9"), RANGE(0, 0.9999999999), .doc = "decay of the mean gradient"},
    {ARG(OptimizerArgs, beta_2), ARG_REAL, DEFAULT("0.999"), RANGE(0, 0.9999999999), .doc = "decay of its mean square"},
    {ARG(OptimizerArgs, epsilon), ARG_REAL, DEFAULT("1e-7"), RANGE(0, 1e30), .doc = "added to √v, so that nothing is divided by 0"},
    NAME_ARG, {0}};

/* Keras adds epsilon to √v itself and corrects the bias in the rate ("epsilon hat" of the paper's section 2). */
static void adam_rule(const Object *object, UpdateRule *rule) {
    const OptimizerArgs *args = object->args;
    rule->learning_rate = args->learning_rate;
    rule->slots[0] = "m";
    rule->slots[1] = "v";
    rule->numbers[rule->number_count++] = NUMBER("beta_1", args->beta_1);
    rule->numbers[rule->number_count++] = NUMBER("beta_2", args->beta_2);
    rule->numbers[rule->number_count++] = NUMBER("one_minus_beta_1", 1 - args->beta_1);
    rule->numbers[rule->number_count++] = NUMBER("one_minus_beta_2", 1 - args->beta_2);
    rule->numbers[rule->number_count++] = NUMBER("epsilon", args->epsilon);
    rule->scalars[rule->scalar_count++] = (Scalar){
        "alpha", "learning_rate * root_of(one_minus_power(beta_2, iteration)) / one_minus_power(beta_1, iteration)"};
    rule->text = "m = m + one_minus_beta_1 * (g - m);\n"
                 "v = v + one_minus_beta_2 * (g * g - v);\n"
                 "w = w - alpha * m / (v_sqrt(v) + epsilon);";
}

const OptimizerDef optimizer_Adam = {
    .class = {.kind = CLASS_OPTIMIZER, .name = "Adam", .aliases = (const char *const[]){"adam", NULL},
              .brief = "w -= α·m / (√v + epsilon), α = learning_rate·√(1 - beta_2ᵗ) / (1 - beta_1ᵗ)", .args = adam_args,
              .args_size = sizeof(OptimizerArgs)},
    .rule = adam_rule,
};
