/* SPDX-License-Identifier: MIT-0 */
/* Optimizers: a rule each, in statements on one weight w with gradient g and the optimizer's states of that weight.
 * What all of them do besides (clipping, weight decay, averages) is in lower/update.c. Formulas:
 * keras/src/optimizers. */
#include <math.h>

#include "base/diag.h"
#include "build/builder.h"
#include "language/class.h"
#include "language/common_args.h"
#include "model/optimizer.h"
#include "plan/plan.h"
#include "plan/rule.h"
#include "tables/optimizers.h"

void check_clipping(const Object *object, Diags *diags) {
    const CommonOptimizerArgs *const common = object->extra_args;
    const struct {
        const char *name;
        bool given;
    } kinds[] = {{"clipnorm", !isnan(common->clipnorm)},
                 {"clipvalue", !isnan(common->clipvalue)},
                 {"global_clipnorm", !isnan(common->global_clipnorm)}};
    const char *first = NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!kinds[i].given) continue;
        if (first) {
            diag(diags, D_clip_twice, object_arg_span(object, kinds[i].name), kinds[i].name, first);
            diag_note(diags, object_arg_span(object, first), "the first is here");
            return;
        }
        first = kinds[i].name;
    }
}

/* Parts of rules */

/* m, the mean gradient, and v, its mean square. */
static void moments(const OptimizerArgs *args, UpdateRule *rule) {
    rule_add_slot(rule, "m", 0);
    rule_add_slot(rule, "v", 0);
    rule_add_number(rule, "beta_1", args->beta_1);
    rule_add_number(rule, "beta_2", args->beta_2);
    rule_add_number(rule, "one_minus_beta_1", 1 - args->beta_1);
    rule_add_number(rule, "one_minus_beta_2", 1 - args->beta_2);
    rule_add_number(rule, "epsilon", args->epsilon);
}
#define MOMENTS                                                                                                        \
    "m = v_toward(m, g, one_minus_beta_1);\n"                                                                          \
    "v = v_toward(v, g * g, one_minus_beta_2);"

/* SGD */

static const ArgDef sgd_args[] = {
    LEARNING_RATE("0.01"), MOMENTUM, FLAG_ARG(nesterov, "look ahead along the momentum"), {0}};

static void sgd_rule(const Object *object, UpdateRule *rule) {
    const OptimizerArgs *args = object->args;
    if (args->momentum == 0) {
        rule->text = "w = w - learning_rate * g;";
        return;
    }
    rule_add_slot(rule, "momentum", 0);
    rule_add_number(rule, "mu", args->momentum);
    rule->text = args->nesterov ? "momentum = mu * momentum - learning_rate * g;\n"
                                  "w = w + mu * momentum - learning_rate * g;"
                                : "momentum = mu * momentum - learning_rate * g;\n"
                                  "w = w + momentum;";
}
DEFINE(SGD, "w -= learning_rate·g, with momentum: m = momentum·m - learning_rate·g, w += m", sgd_args, sgd_rule, "sgd")

/* Adam and AdamW: Keras adds epsilon to √v itself and corrects the bias in the rate ("epsilon hat" of the paper's
 * section 2). */

#define AMSGRAD FLAG_ARG(amsgrad, "v never becomes less")
static const ArgDef adam_args[] = {LEARNING_RATE("0.001"), BETA_1, BETA_2("0.999"), EPSILON, AMSGRAD, {0}};
static const ArgDef adamw_args[] = {LEARNING_RATE("0.001"),
                                    {ARG(OptimizerArgs, weight_decay), ARG_REAL, DEFAULT("0.004"), RANGE(0, 1e30),
                                     .may_be_none = true, .doc = WEIGHT_DECAY_DOC},
                                    BETA_1,
                                    BETA_2("0.999"),
                                    EPSILON,
                                    AMSGRAD,
                                    {0}};

static void adam_rule(const Object *object, UpdateRule *rule) {
    const OptimizerArgs *args = object->args;
    moments(args, rule);
    rule_add_scalar(
        rule, "alpha",
        "learning_rate * root_of(one_minus_power(exact_beta_2, iteration)) / one_minus_power(exact_beta_1, iteration)");
    if (args->amsgrad) rule_add_slot(rule, "v_hat", 0);
    rule->text = args->amsgrad ? MOMENTS "\nv_hat = v_max(v_hat, v);\nw = w - alpha * m / (v_sqrt(v_hat) + epsilon);"
                               : MOMENTS "\nw = w - alpha * m / (v_sqrt(v) + epsilon);";
}
static void adamw_rule(const Object *object, UpdateRule *rule) {
    adam_rule(object, rule);
    rule->weight_decay = ((const OptimizerArgs *)object->args)->weight_decay;
}
DEFINE(Adam, "w -= α·m / (√v + epsilon), α = learning_rate·√(1 - beta_2ᵗ) / (1 - beta_1ᵗ)", adam_args, adam_rule,
       "adam")
DEFINE(AdamW, "Adam with weight_decay", adamw_args, adamw_rule, "adamw")

/* Nadam: Adam with Nesterov's momentum μ, which grows: μₜ = beta_1·(1 - 0.96ᵗ / 2), and its product over all steps. */

static const ArgDef moment_args[] = {LEARNING_RATE("0.001"), BETA_1, BETA_2("0.999"), EPSILON, {0}};

static void nadam_rule(const Object *object, UpdateRule *rule) {
    moments(object->args, rule);
    rule_add_number(rule, "growth", 0.96);
    rule_add_scalar(rule, "mu", "beta_1 * (0.5 + 0.5 * one_minus_power(exact_growth, iteration))");
    rule_add_scalar(rule, "next_mu", "beta_1 * (0.5 + 0.5 * one_minus_power(exact_growth, iteration + 1))");
    rule->product = "mu";
    rule_add_scalar(rule, "g_rate", "learning_rate * (1 - mu) / (1 - momenta)");
    rule_add_scalar(rule, "m_rate", "learning_rate * next_mu / (1 - momenta * next_mu)");
    rule_add_scalar(rule, "v_scale", "1 / one_minus_power(exact_beta_2, iteration)");
    rule->text = MOMENTS "\nw = w - (m_rate * m + g_rate * g) / (v_sqrt(v_scale * v) + epsilon);";
}
DEFINE(Nadam, "Adam with Nesterov's momentum", moment_args, nadam_rule, "nadam")

/* Adamax: the greatest gradient in place of the mean square. */

static void adamax_rule(const Object *object, UpdateRule *rule) {
    const OptimizerArgs *args = object->args;
    rule_add_slot(rule, "m", 0);
    rule_add_slot(rule, "u", 0);
    rule_add_number(rule, "beta_1", args->beta_1);
    rule_add_number(rule, "beta_2", args->beta_2);
    rule_add_number(rule, "one_minus_beta_1", 1 - args->beta_1);
    rule_add_number(rule, "epsilon", args->epsilon);
    rule_add_scalar(rule, "alpha", "learning_rate / one_minus_power(exact_beta_1, iteration)");
    rule->text = "m = v_toward(m, g, one_minus_beta_1);\n"
                 "u = v_max(beta_2 * u, v_abs(g));\n"
                 "w = w - alpha * m / (u + epsilon);";
}
DEFINE(Adamax, "w -= α·m / (u + epsilon), u = max(beta_2·u, |g|), α = learning_rate / (1 - beta_1ᵗ)", moment_args,
       adamax_rule, "adamax")

/* RMSprop: epsilon within the root; momentum sums whole steps. */

static const ArgDef rmsprop_args[] = {LEARNING_RATE("0.001"),
                                      RHO("0.9"),
                                      MOMENTUM,
                                      EPSILON,
                                      FLAG_ARG(centered, "divide by the deviation of gradients"),
                                      {0}};

static void rmsprop_rule(const Object *object, UpdateRule *rule) {
    const OptimizerArgs *args = object->args;
    rule_add_slot(rule, "velocity", 0);
    if (args->momentum > 0) rule_add_slot(rule, "momentum", 0);
    if (args->centered) rule_add_slot(rule, "average_gradient", 0);
    rule_add_number(rule, "rho", args->rho);
    rule_add_number(rule, "one_minus_rho", 1 - args->rho);
    rule_add_number(rule, "mu", args->momentum);
    rule_add_number(rule, "epsilon", args->epsilon);
#define VELOCITY "velocity = rho * velocity + one_minus_rho * (g * g);\n"
#define AVERAGE "average_gradient = rho * average_gradient + one_minus_rho * g;\n"
#define STEP "learning_rate * g / v_sqrt(velocity + epsilon)"
#define CENTERED_STEP "learning_rate * g / v_sqrt(velocity - average_gradient * average_gradient + epsilon)"
    if (args->momentum > 0)
        rule->text = args->centered ? VELOCITY AVERAGE "momentum = mu * momentum + " CENTERED_STEP
                                                       ";\nw = w - momentum;"
                                    : VELOCITY "momentum = mu * momentum + " STEP ";\nw = w - momentum;";
    else rule->text = args->centered ? VELOCITY AVERAGE "w = w - " CENTERED_STEP ";" : VELOCITY "w = w - " STEP ";";
}
DEFINE(RMSprop, "w -= learning_rate·g / √(v + epsilon), v = rho·v + (1 - rho)·g²", rmsprop_args, rmsprop_rule,
       "rmsprop")

/* Adagrad, Adadelta */

static const ArgDef adagrad_args[] = {LEARNING_RATE("0.001"), ACCUMULATOR, EPSILON, {0}};

static void adagrad_rule(const Object *object, UpdateRule *rule) {
    const OptimizerArgs *args = object->args;
    rule_add_slot(rule, "accumulator", args->initial_accumulator_value);
    rule_add_number(rule, "epsilon", args->epsilon);
    rule->text = "accumulator = accumulator + g * g;\n"
                 "w = w - learning_rate * g / v_sqrt(accumulator + epsilon);";
}
DEFINE(Adagrad, "w -= learning_rate·g / √(Σ g² + epsilon)", adagrad_args, adagrad_rule, "adagrad")

static const ArgDef adadelta_args[] = {LEARNING_RATE("0.001"), RHO("0.95"), EPSILON, {0}};

/* The step that is averaged is g·√(s + epsilon) / √(v + epsilon), without the learning rate. */
static void adadelta_rule(const Object *object, UpdateRule *rule) {
    const OptimizerArgs *args = object->args;
    rule_add_slot(rule, "velocity", 0);
    rule_add_slot(rule, "steps", 0);
    rule_add_number(rule, "rho", args->rho);
    rule_add_number(rule, "one_minus_rho", 1 - args->rho);
    rule_add_number(rule, "epsilon", args->epsilon);
    rule->text = "velocity = rho * velocity + one_minus_rho * (g * g);\n"
                 "w = w - learning_rate * g * (v_sqrt(steps + epsilon) / v_sqrt(velocity + epsilon));\n"
                 "steps = rho * steps + one_minus_rho * (g * g * ((steps + epsilon) / (velocity + epsilon)));";
}
DEFINE(Adadelta, "w -= learning_rate·s, s = g·√(mean s² + epsilon) / √(mean g² + epsilon)", adadelta_args,
       adadelta_rule, "adadelta")

/* Ftrl */

static const ArgDef ftrl_args[] = {
    LEARNING_RATE("0.001"),
    NUMBER_ARG(learning_rate_power, "-0.5", -1e30, 0,
               "how the rate of a weight falls with the squares of its gradients"),
    ACCUMULATOR,
    NUMBER_ARG(l1_regularization_strength, "0.0", 0, 1e30, "of |w|: makes weights 0"),
    NUMBER_ARG(l2_regularization_strength, "0.0", 0, 1e30, "of w²"),
    NUMBER_ARG(l2_shrinkage_regularization_strength, "0.0", 0, 1e30, "of w², by the gradient"),
    NUMBER_ARG(beta, "0.0", 0, 1e30, "a further l2 of beta / (2 learning_rate)"),
    {0}};

#define FTRL(grown, before)                                                                                            \
    "linear = linear + g + two_shrink * w - (" grown " - " before ") / learning_rate * w;\n"                           \
    "accumulator = accumulator + g * g;\n"                                                                             \
    "w = (v_clip(linear, -l1, l1) - linear) / (" before " / learning_rate + two_l2);"

static void ftrl_rule(const Object *object, UpdateRule *rule) {
    const OptimizerArgs *args = object->args;
    rule_add_slot(rule, "accumulator", args->initial_accumulator_value);
    rule_add_slot(rule, "linear", 0);
    rule_add_number(rule, "l1", args->l1_regularization_strength);
    rule_add_number(rule, "l2_twice", 2 * args->l2_regularization_strength);
    rule_add_number(rule, "two_shrink", 2 * args->l2_shrinkage_regularization_strength);
    rule_add_number(rule, "beta", args->beta);
    rule_add_number(rule, "power", -args->learning_rate_power);
    rule_add_scalar(rule, "two_l2", args->beta == 0 ? "l2_twice" : "l2_twice + beta / learning_rate");
    rule->text = args->learning_rate_power == -0.5
                     ? FTRL("v_sqrt(accumulator + g * g)", "v_sqrt(accumulator)")
                     : FTRL("v_exp(power * v_log(accumulator + g * g))", "v_exp(power * v_log(accumulator))");
}
DEFINE(Ftrl, "follows the regularized leader: w minimises the sum of linear losses so far", ftrl_args, ftrl_rule,
       "ftrl")

/* Lion: the sign of a mean is the direction. */

static const ArgDef lion_args[] = {LEARNING_RATE("0.001"), BETA_1, BETA_2("0.99"), {0}};

static void lion_rule(const Object *object, UpdateRule *rule) {
    const OptimizerArgs *args = object->args;
    rule_add_slot(rule, "m", 0);
    rule_add_number(rule, "beta_1", args->beta_1);
    rule_add_number(rule, "beta_2", args->beta_2);
    rule_add_number(rule, "one_minus_beta_1", 1 - args->beta_1);
    rule_add_number(rule, "one_minus_beta_2", 1 - args->beta_2);
    rule->text = "w = w - learning_rate * v_sign(beta_1 * m + one_minus_beta_1 * g);\n"
                 "m = beta_2 * m + one_minus_beta_2 * g;";
}
DEFINE(Lion, "w -= learning_rate·sign(beta_1·m + (1 - beta_1)·g)", lion_args, lion_rule, "lion")

/* Lamb: the direction of Adam, as long as the weight itself. */

static void lamb_rule(const Object *object, UpdateRule *rule) {
    moments(object->args, rule);
    rule_add_scalar(rule, "m_scale", "1 / one_minus_power(exact_beta_1, iteration)");
    rule_add_scalar(rule, "v_scale", "1 / one_minus_power(exact_beta_2, iteration)");
    rule->text = MOMENTS;
    rule->direction = "m_scale * m / (v_sqrt(v_scale * v) + epsilon)";
}
DEFINE(Lamb, "w -= learning_rate·|w|·s / |s|, s the step of Adam", moment_args, lamb_rule, "lamb")

/* ScheduleFreeAdamW: z takes the steps, x is the mean of all z, and the weight y lies between them, where gradients are
 * taken. x follows from y and z, so it is not kept. In the first step z is the weight as it was before it decayed. */

static const ArgDef schedule_free_args[] = {
    LEARNING_RATE("0.0025"),
    NUMBER_ARG(beta_1, "0.9", 1e-10, 1, "part of the mean in the weight, the rest is of what takes the steps"),
    BETA_2("0.999"),
    NUMBER_ARG(epsilon, "1e-8", 0, 1e30, "added to what is divided by, so that it is not 0"),
    {ARG(OptimizerArgs, warmup_steps), ARG_INT, DEFAULT("0"), RANGE(0, INT32_MAX),
     .doc = "of a learning rate that grows from 0"},
    {0}};

static void schedule_free_rule(const Object *object, UpdateRule *rule) {
    const OptimizerArgs *args = object->args;
    const double decay = ((const CommonOptimizerArgs *)object->extra_args)->weight_decay;
    rule_add_slot(rule, "momentum", 0);
    rule_add_slot(rule, "velocity", 0);
    rule_add_number(rule, "beta_1", args->beta_1);
    rule_add_number(rule, "beta_2", args->beta_2);
    rule_add_number(rule, "one_minus_beta_1", 1 - args->beta_1);
    rule_add_number(rule, "one_minus_beta_2", 1 - args->beta_2);
    rule_add_number(rule, "epsilon", args->epsilon);
    rule_add_number(rule, "warmup", (double)args->warmup_steps);
    rule_add_scalar(rule, "begins", "iteration == 1 ? 1 : 0");
    rule_add_scalar(rule, "before_decay", decay > 0 ? "1 / (1 - weight_decay * learning_rate)" : "1");
    rule_add_scalar(rule, "rate",
                    args->warmup_steps > 0
                        ? "iteration < whole_warmup ? learning_rate * (real)iteration / warmup : learning_rate"
                        : "learning_rate");
    rule_add_scalar(rule, "v_scale", "1 / one_minus_power(exact_beta_2, iteration)");
    rule_add_scalar(rule, "share", "1 / (real)iteration");
    rule->text = "momentum = v_select(v_splat(begins) > 0.0, before_decay * w, momentum);\n"
                 "velocity = velocity + one_minus_beta_2 * (g * g - velocity);\n"
                 "w = (1.0 - share) * (w - one_minus_beta_1 * momentum);\n"
                 "momentum = momentum - rate * g / (v_sqrt(v_scale * velocity) + epsilon);\n"
                 "w = w + (one_minus_beta_1 + share * beta_1) * momentum;";
}
DEFINE(ScheduleFreeAdamW, "Adam without a schedule: gradients are taken between what takes the steps and its mean",
       schedule_free_args, schedule_free_rule, "schedulefreeadamw")
