/* SPDX-License-Identifier: MIT-0 */
/* The learning rate and other numbers of the optimizer, computed once in a step. */
#include <string.h>

#include "base/arena.h"
#include "file/fields.h"
#include "file/rates.h"
#include "frontend/print.h"
#include "language/class.h"
#include "model/layer.h"
#include "model/schedule.h"
#include "model/statements.h"
#include "plan/plan.h"
#include "plan/rule.h"
#include "emit/emit.h"
#include "emit/nest.h"
#include "emit/template.h"
#include "emit/text.h"

/* A number in three forms: beta_1 as a real, exact_beta_1 as a double (1 - 0.999f would lose digits), whole_beta_1. A
 * small core has no doubles: there 1 - exact_beta_1 is computed here. */
const char *scalar_text(Emit *emit, const char *text) {
    const UpdateRule *rule = &emit->plan->update;
    const bool gaps = !emit->plan->target->blocks && !emit->plan->options->portable;
    Hole *numbers = NEW_ARRAY(emit->arena, Hole, 3 * rule->numbers.count + 2);
    for (int i = 0; i < rule->numbers.count; i++) {
        const char *name = rule->numbers.at[i].name;
        const double number = rule->numbers.at[i].number;
        numbers[3 * i] = (Hole){name, literal(emit, number)};
        numbers[3 * i + 1] = (Hole){formatted(emit, "exact_%s", name),
                                        gaps ? literal(emit, 1 - number) : double_literal(emit, number)};
        numbers[3 * i + 2] = (Hole){formatted(emit, "whole_%s", name), formatted(emit, "%.0f", number)};
    }
    if (gaps) numbers[3 * rule->numbers.count] = (Hole){"one_minus_power", "gap_of_power"};
    return formula_text(emit, text, numbers);
}

/* The schedule's expression, in double precision. */
static const char *schedule_text(Emit *emit, const Object *schedule) {
    ScheduleRule rule = {.text = NULL};
    ((const ScheduleDef *)schedule->class)->rule(schedule, emit->arena, &rule);
    Hole *numbers = NEW_ARRAY(emit->arena, Hole, rule.numbers.count + 1);
    for (int i = 0; i < rule.numbers.count; i++)
        numbers[i] = (Hole){rule.numbers.at[i].name, double_literal(emit, rule.numbers.at[i].number)};
    return formula_text_of(emit, ELEMENT_DOUBLE, rule.text, numbers);
}

const char *epoch_rates(Emit *emit, const Hole *holes) {
    const Objects callbacks = emit->plan->model->fit.callbacks;
    Text functions = {.arena = emit->arena};
    for (int i = 0; i < callbacks.count; i++) {
        const Object *const object = ((const CallbackArgs *)callbacks.at[i]->args)->schedule.schedule;
        if (!object) continue;
        Text schedule = {.arena = emit->arena};
        object_print(object, &schedule);
        emit_template(emit, &functions, "epoch_rate",
                      with(emit, holes, (Hole[]){{"index", integer(emit, i)}, {"schedule", text_chars(&schedule)},
                                                 {"rate", schedule_text(emit, object)}, {NULL, NULL}}));
    }
    return text_chars(&functions);
}

RatesText rates_text(Emit *emit, const Hole *holes) {
    const UpdateRule *rule = &emit->plan->update;
    const Plan *plan = emit->plan;
    const char *const prefix = plan->model->name;
    Text functions = {.arena = emit->arena}, begin = {.arena = emit->arena}, next = {.arena = emit->arena},
         end = {.arena = emit->arena};
    text_puts(&next, "t->batches++;\n");
    const char *update = "t->iterations++;\n";
    if (rule->product) {
        const char *const mu = rule_scalar(rule, rule->product)->text;
        emit_template(emit, &functions, "api_product",
                      with(emit, holes, (Hole[]){{"mu", scalar_text(emit, mu)}, {NULL, NULL}}));
        text_printf(&begin, "t->momenta = 1;\n%s_next_product(t);\n", prefix);
        update = formatted(emit, "%s%s_next_product(t);\n", update, prefix);
    }
    if (rule->accumulated > 1)
        update = formatted(emit, "if (t->batches %% %lld == 0) {\n%s}\n", (long long)rule->accumulated, update);
    text_puts(&next, update);
    if (rule->learning_rate.object) {
        Text schedule = {.arena = emit->arena};
        object_print(rule->learning_rate.object, &schedule);
        emit_template(emit, &functions, "api_rate",
                      with(emit, holes, (Hole[]){{"schedule", text_chars(&schedule)},
                                                 {"rate", schedule_text(emit, rule->learning_rate.object)},
                                                 {NULL, NULL}}));
        text_printf(&begin, "t->learning_rate = %s_learning_rate(0);\n", prefix);
        text_printf(&next, "t->learning_rate = %s_learning_rate(t->batches);\n", prefix);
    } else {
        text_printf(&begin, "t->learning_rate = %s;\n", literal(emit, rule->learning_rate.number));
    }
    for (int i = 0; i < plan->weights.count && rule->averages; i++) {
        const Weight *weight = plan->weights.at[i]->weight;
        const char *const field = weight_field(emit, weight);
        if (weight->trainable)
            text_printf(&end, "memcpy(t->params.%s, t->average.%s, sizeof t->average.%s);\n", field, field, field);
    }
    return (RatesText){text_chars(&functions), text_chars(&begin), text_chars(&next), text_chars(&end)};
}
