/* SPDX-License-Identifier: MIT-0 */
/* Schedules: the learning rate of a step, counted from 0, as an expression in C. Formulas:
 * keras/src/optimizers/schedules/learning_rate_schedule.py. */
#include <math.h>

#include "base/arena.h"
#include "base/diag.h"
#include "build/builder.h"
#include "language/class.h"
#include "model/schedule.h"

typedef struct ScheduleArgs {
    double initial_learning_rate, decay_steps, decay_rate, end_learning_rate, power, alpha, warmup_target, warmup_steps;
    double first_decay_steps, t_mul, m_mul;
    bool staircase, cycle;
    Reals boundaries, values;
} ScheduleArgs;

#define REAL_ARG(field, ...) {ARG(ScheduleArgs, field), ARG_REAL, __VA_ARGS__}
#define INITIAL REAL_ARG(initial_learning_rate, RANGE(0, 1e30), .doc = "the rate of the first step")
#define STEPS(field, doc_) REAL_ARG(field, POSITIVE, .doc = (doc_))
#define ALPHA REAL_ARG(alpha, DEFAULT("0.0"), RANGE(0, 1e30), .doc = "part of the rate that is left at the end")
#define STAIRCASE {ARG(ScheduleArgs, staircase), ARG_BOOL, DEFAULT("False"), .doc = "stay at one rate for decay_steps"}
#define NAME {UNUSED("name", "None")}
#define DEFINE(name_, brief_, args_, rule_, check_)                                                                    \
    const ScheduleDef schedule_##name_ = {                                                                             \
        .class = {.kind = CLASS_SCHEDULE, .name = #name_, .brief = (brief_), .args = (args_),                          \
                  .args_size = sizeof(ScheduleArgs), .check = (check_)},                                               \
        .rule = (rule_),                                                                                               \
    };
#define RULE(name_) static void name_##_rule(const Object *object, Arena *arena, ScheduleRule *rule)
#define ARGS const ScheduleArgs *args = object->args

#define number(name_, value_) list_push(arena, &rule->numbers, NUMBER(name_, value_))

static const ArgDef decay_args[] = {
    INITIAL, STEPS(decay_steps, "steps in which decay_rate acts once"),
    REAL_ARG(decay_rate, RANGE(0, 1e30), .doc = "how much the rate falls in decay_steps"), STAIRCASE, NAME, {0}};

RULE(exponential) {
    ARGS;
    number("initial", args->initial_learning_rate);
    number("steps", args->decay_steps);
    number("rate", args->decay_rate);
    rule->text =
        args->staircase ? "initial * power_of(rate, floor_of(step / steps))" : "initial * power_of(rate, step / steps)";
}
DEFINE(ExponentialDecay, "initial_learning_rate·decay_rate^(step / decay_steps)", decay_args, exponential_rule, NULL)

static const ArgDef piecewise_args[] = {
    {ARG(ScheduleArgs, boundaries), ARG_REALS, RANGE(0, 1e15), .doc = "the last step with each value but the last"},
    {ARG(ScheduleArgs, values), ARG_REALS, RANGE(0, 1e30), .doc = "rates, one more than boundaries"},
    NAME, {0}};

static void piecewise_check(const Object *object, Diags *diags) {
    const ScheduleArgs *args = object->args;
    if (args->values.count != args->boundaries.count + 1)
        diag(diags, D_schedule_values, object_arg_span(object, "values"), args->boundaries.count,
             args->boundaries.count + 1, args->values.count);
    for (int i = 1; i < args->boundaries.count; i++)
        if (args->boundaries.at[i] <= args->boundaries.at[i - 1]) {
            diag(diags, D_schedule_boundaries, object_arg_span(object, "boundaries"));
            return;
        }
}

RULE(piecewise) {
    ARGS;
    Text text = {.arena = arena};
    for (int i = 0; i < args->boundaries.count; i++) {
        const char *const end = arena_printf(arena, "end_%d", i), *const value = arena_printf(arena, "value_%d", i);
        number(end, floor(args->boundaries.at[i]));
        number(value, args->values.at[i]);
        text_printf(&text, "step <= %s ? %s\n    : ", end, value);
    }
    number("last", args->values.at[args->values.count - 1]);
    text_puts(&text, "last");
    rule->text = text_chars(&text);
}
DEFINE(PiecewiseConstantDecay, "values[i] up to and with step boundaries[i]", piecewise_args, piecewise_rule,
       piecewise_check)

static const ArgDef polynomial_args[] = {
    INITIAL,
    STEPS(decay_steps, "steps until the rate is end_learning_rate"),
    REAL_ARG(end_learning_rate, DEFAULT("0.0001"), RANGE(0, 1e30), .doc = "the rate at the end"),
    REAL_ARG(power, DEFAULT("1.0"), RANGE(0, 1e30), .doc = "1 is a straight line"),
    {ARG(ScheduleArgs, cycle), ARG_BOOL, DEFAULT("False"), .doc = "begin again from above, each time for longer"},
    NAME,
    {0}};

RULE(polynomial) {
    ARGS;
    number("range", args->initial_learning_rate - args->end_learning_rate);
    number("end", args->end_learning_rate);
    number("steps", args->decay_steps);
    number("power", args->power);
    rule->text = args->cycle
                     ? "range * power_of(1 - (step > 0 ? step / (steps * ceiling_of(step / steps)) : 0), power) + end"
                     : "range * power_of(1 - smaller_of(step / steps, 1), power) + end";
}
DEFINE(PolynomialDecay, "from initial_learning_rate to end_learning_rate, as (1 - step / decay_steps)^power falls",
       polynomial_args, polynomial_rule, NULL)

RULE(inverse) {
    ARGS;
    number("initial", args->initial_learning_rate);
    number("steps", args->decay_steps);
    number("rate", args->decay_rate);
    rule->text =
        args->staircase ? "initial / (1 + rate * floor_of(step / steps))" : "initial / (1 + rate * (step / steps))";
}
DEFINE(InverseTimeDecay, "initial_learning_rate / (1 + decay_rate·step / decay_steps)", decay_args, inverse_rule, NULL)

static const ArgDef cosine_args[] = {INITIAL,
                                     STEPS(decay_steps, "steps of the fall"),
                                     ALPHA,
                                     NAME,
                                     REAL_ARG(warmup_target, DEFAULT("None"), RANGE(0, 1e30),
                                              .doc = "the rate from which it falls, risen to from the initial one"),
                                     REAL_ARG(warmup_steps, DEFAULT("0"), RANGE(0, 1e15), .doc = "steps of that rise"),
                                     {0}};

/* alpha + (1 - alpha) · (1 + cos(π x)) / 2, x from 0 to 1. */
#define COSINE(part) "(low + half * (1 + cos_pi(" part ")))"

RULE(cosine) {
    ARGS;
    const bool warm = !isnan(args->warmup_target);
    number("initial", args->initial_learning_rate);
    number("steps", args->decay_steps);
    number("low", args->alpha);
    number("half", (1 - args->alpha) / 2);
    number("top", args->warmup_target);
    number("rise", args->warmup_target - args->initial_learning_rate);
    number("warmup", args->warmup_steps);
    rule->text = !warm                    ? "initial * " COSINE("smaller_of(step / steps, 1)")
                 : args->warmup_steps > 0 ? "step < warmup ? initial + rise * (step / warmup)\n    : top * " COSINE(
                                                "smaller_of((step - warmup) / steps, 1)")
                                          : "top * " COSINE("smaller_of(step / steps, 1)");
}
DEFINE(CosineDecay, "initial_learning_rate·(alpha + (1 - alpha)·(1 + cos(π·step / decay_steps)) / 2)", cosine_args,
       cosine_rule, NULL)

static const ArgDef restarts_args[] = {
    INITIAL,
    STEPS(first_decay_steps, "steps of the first fall"),
    REAL_ARG(t_mul, DEFAULT("2.0"), POSITIVE, .doc = "each fall is this much longer"),
    REAL_ARG(m_mul, DEFAULT("1.0"), RANGE(0, 1e30), .doc = "each begins at this part of the rate before"),
    ALPHA,
    NAME,
    {0}};

/* The number of the fall i and the place x in it follow from the step; falls become longer by t_mul. */
RULE(restarts) {
    ARGS;
    number("initial", args->initial_learning_rate);
    number("steps", args->first_decay_steps);
    number("longer", args->t_mul);
    number("less", args->m_mul);
    number("low", args->alpha);
    number("half", (1 - args->alpha) / 2);
    rule->text = "initial * (low + half * restarted_cosine(step / steps, longer, less))";
}
DEFINE(CosineDecayRestarts, "CosineDecay that begins again, each time t_mul times as long and m_mul times as high",
       restarts_args, restarts_rule, NULL)
