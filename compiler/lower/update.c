/* SPDX-License-Identifier: MIT-0 */
/* From gradients to new weights, in Keras' order: gradients of several batches accumulate; they are clipped; weights
 * decay; the optimizer's rule; moving averages; constraints. Each is an operation of its own. Fusion puts together,
 * behind the product that makes a gradient, whatever needs no other element than its own. */
#include <math.h>

#include "base/arena.h"
#include "base/options.h"
#include "build/build.h"
#include "build/builder.h"
#include "build/gradient.h"
#include "build/statement.h"
#include "language/class.h"
#include "language/common_args.h"
#include "lower/update.h"
#include "model/constraint.h"
#include "model/layer.h"
#include "model/optimizer.h"
#include "model/shape.h"
#include "plan/map_attrs.h"
#include "plan/plan.h"
#include "plan/rule.h"
#include "plan/step.h"
#include "plan/tensor.h"

static const CommonOptimizerArgs *common_args(const Plan *plan) { return plan->model->compile.optimizer->extra_args; }

static bool is_given(double number) { return !isnan(number) && number > 0; }

UpdateRule update_rule(Arena *arena, const Object *optimizer) {
    const CommonOptimizerArgs *common = optimizer->extra_args;
    UpdateRule rule = {.arena = arena,
                       .accumulated =
                           common->gradient_accumulation_steps == INT_NONE ? 1 : common->gradient_accumulation_steps,
                       .learning_rate = *(const NumberOrObject *)optimizer->args,
                       .averages = common->use_ema};
    ((const OptimizerDef *)optimizer->class)->rule(optimizer, &rule);
    if (!is_given(rule.weight_decay)) rule.weight_decay = is_given(common->weight_decay) ? common->weight_decay : 0;
    if (rule.weight_decay > 0) {
        rule_add_number(&rule, "weight_decay", rule.weight_decay);
        rule_add_scalar(&rule, "decay", "weight_decay * learning_rate");
    }
    if (rule.accumulated > 1) rule_add_slot(&rule, "accumulated", 0);
    if (rule.averages) {
        rule_add_slot(&rule, "average", 0);
        rule_add_number(&rule, "new_part", 1 - common->ema_momentum);
        rule_add_scalar(&rule, "average_rate", "iteration == 1 ? 1 : new_part");
        if (common->ema_overwrite_frequency != INT_NONE) {
            rule_add_number(&rule, "frequency", (double)common->ema_overwrite_frequency);
            rule_add_scalar(&rule, "overwrite", "iteration % whole_frequency == 0 ? 1 : 0");
        }
    }
    return rule;
}

/* |x|², one number. */
static Tensor *sum_squares(Builder *build, Tensor *weight, Tensor *x, const char *what) {
    const Shape one = shape_of(1, (int64_t[]){1});
    return build_sum_squares(build, x, one, arena_printf(build->plan->arena, "%s_%s", what, weight->weight->name));
}

static const Formula mean = {"mean", {"sum"}, "share * sum", {NULL}, .kind = FORMULA_PRODUCT};
static const Formula cut = {"clipped", {"g"}, "v_clip(g, -limit, limit)", {NULL}};
static const Formula scaled = {"clipped", {"g", "scale"}, "scale * g", {NULL}, .kind = FORMULA_PRODUCT};
static const Formula added = {"squares", {"x", "before"}, "x + before", {NULL}};
static const Formula norm_scale = {"scale", {"squares"}, "limit / v_max(v_splat(limit), v_sqrt(squares))", {NULL}};

/* The gradients that the optimizer sees, in place of those that were computed. */
static void replace_gradient(Builder *build, Tensor *weight, const Formula *formula, Tensor *second, const char *name,
                             double number) {
    Tensor *const operands[] = {gradient_of(weight), second, NULL};
    build->layer = weight->layer;
    Tensor *g = build_map(build, formula, operands, &NUMBER(name, number), 1);
    g->producer->name = arena_printf(build->plan->arena, "%s_%s", g->producer->name, weight->weight->name);
    gradient_replace(weight, g);
}

static void accumulate(Builder *build, Tensor *weight) {
    Step step = statement_giving(build, "accumulate", "accumulated", "accumulated + g");
    Tensor *sum = build_slot(build, weight, "accumulated", weight->shape);
    build->layer = weight->layer;
    statement_add(build, &step, "g", gradient_of(weight), false);
    statement_add(build, &step, "accumulated", sum, true);
    build_statement(build, weight, weight->shape, step, "accumulate");
    gradient_replace(weight, sum);
}

static Tensor *scale_to(Builder *build, Tensor *squares, double limit) {
    return build_map(build, &norm_scale, (Tensor *[]){squares, NULL}, &NUMBER("limit", limit), 1);
}

static void clip(Builder *build, Tensor *const *weights, int count) {
    const CommonOptimizerArgs *common = common_args(build->plan);
    Tensor *all = NULL, *scale;
    for (int i = 0; i < count && is_given(common->clipvalue); i++)
        replace_gradient(build, weights[i], &cut, NULL, "limit", common->clipvalue);
    for (int i = 0; i < count && is_given(common->clipnorm); i++) {
        build->layer = weights[i]->layer;
        scale = scale_to(build, sum_squares(build, weights[i], gradient_of(weights[i]), "clip"), common->clipnorm);
        replace_gradient(build, weights[i], &scaled, scale, "", 0);
    }
    if (!is_given(common->global_clipnorm)) return;
    for (int i = 0; i < count; i++) {
        build->layer = weights[i]->layer;
        Tensor *squares = sum_squares(build, weights[i], gradient_of(weights[i]), "clip");
        all = all ? build_map(build, &added, (Tensor *[]){squares, all, NULL}, NULL, 0) : squares;
    }
    scale = count ? scale_to(build, all, common->global_clipnorm) : NULL;
    for (int i = 0; i < count; i++) replace_gradient(build, weights[i], &scaled, scale, "", 0);
}

/* 1 where one of the norms is 0. */
static const Formula trust = {
    "trust", {"w", "s"}, "v_select((w > 0.0) & (s > 0.0), v_sqrt(w / v_select(s > 0.0, s, 1.0)), 1.0)", {NULL}};

/* w moves along the rule's direction, as far as w is long. */
static void build_directed(Builder *build, Tensor *weight) {
    Step direction = {.label = "direction", .text = build->plan->update.direction};
    statement_add_slots(build, &direction, weight, false);
    statement_add_constants(build, &direction);
    Tensor *s = build_step_map(build, direction, weight->shape,
                               arena_printf(build->plan->arena, "direct_%s", weight->weight->name));
    Tensor *w_squares = sum_squares(build, weight, weight, "measure");
    Tensor *s_squares = sum_squares(build, weight, s, "measure_step");
    Tensor *ratio = build_map(build, &trust, (Tensor *[]){w_squares, s_squares, NULL}, NULL, 0);
    Step step = statement_giving(build, build->plan->model->compile.optimizer->class->name, "w",
                                 "w - learning_rate * ratio * s");
    statement_add(build, &step, "w", weight, true);
    statement_add(build, &step, "ratio", ratio, false);
    statement_add(build, &step, "s", s, false);
    statement_add_constants(build, &step);
    build_statement(build, weight, weight->shape, step, "move");
}

/* Where more than statements on each element says the rule: first the decay, then the rule, then the sum of gradients
 * is empty. */
static bool build_own_update(Builder *build, Tensor *weight) {
    const UpdateRule *rule = &build->plan->update;
    const Object *object = build->plan->model->compile.optimizer;
    const OptimizerDef *def = (const OptimizerDef *)object->class;
    if (!def->update || !def->applies(object, weight->weight)) return false;
    if (rule->weight_decay > 0) {
        Step decay = statement_giving(build, "decay", "w", "w - decay * w");
        statement_add(build, &decay, "w", weight, true);
        statement_add_constants(build, &decay);
        build_statement(build, weight, weight->shape, decay, "decay");
    }
    def->update(build, object, weight, gradient_of(weight));
    if (rule->accumulated > 1) {
        Step empty = statement_giving(build, "empty", "accumulated", "v_zero()");
        statement_add_slots(build, &empty, weight, true);
        build_statement(build, weight, weight->shape, empty, "empty");
    }
    return true;
}

static void build_update(Builder *build, Tensor *weight) {
    Plan *plan = build->plan;
    const UpdateRule *rule = &plan->update;
    build->layer = weight->layer;
    if (build_own_update(build, weight)) return;
    Step step = {.label = plan->model->compile.optimizer->class->name, .text = rule->text};
    if (rule->weight_decay > 0) step.text = arena_printf(plan->arena, "w = w - decay * w;\n%s", step.text);
    if (rule->accumulated > 1) step.text = arena_printf(plan->arena, "%s\naccumulated = v_zero();", step.text);
    statement_add(build, &step, "g", gradient_of(weight), false);
    statement_add_slots(build, &step, weight, true);
    statement_add(build, &step, "w", weight, true);
    statement_add_constants(build, &step);
    build_statement(build, weight, weight->shape, step, "update");
    if (rule->direction) build_directed(build, weight);
}

/* Moving averages begin with the weights after the first step. */
static void build_average(Builder *build, Tensor *weight) {
    const bool overwrites = common_args(build->plan)->ema_overwrite_frequency != INT_NONE;
    Step step = statement_giving(build, "average", "average", "average + average_rate * (w - average)");
    if (overwrites)
        step = (Step){.label = "average",
                      .text = arena_printf(build->plan->arena,
                                           "%s\nw = v_select(v_splat(overwrite) > 0.0, average, w);", step.text)};
    build->layer = weight->layer;
    statement_add_slots(build, &step, weight, true);
    statement_add(build, &step, "w", weight, overwrites);
    statement_add_constants(build, &step);
    build_statement(build, weight, weight->shape, step, "average");
}

/* The weight's shape with 1 in place of the axes that a norm is taken along. */
static Shape norms_shape(const Weight *weight, Ints axis) {
    Shape shape = weight->shape;
    for (int i = 0; i < axis.count; i++) shape.dim[axis.at[i] < 0 ? axis.at[i] + shape.rank : axis.at[i]] = 1;
    return shape;
}

static void build_constraint(Builder *build, Tensor *weight) {
    const Object *object = weight->weight->args.constraint;
    if (!object) return;
    const ConstraintDef *constraint = (const ConstraintDef *)object->class;
    const ConstraintArgs *args = object->args;
    Arena *arena = build->plan->arena;
    Step step = statement_giving(build, constraint->class.name, "w",
                                 constraint->element ? constraint->element : "factor * w");
    build->layer = weight->layer;
    if (!constraint->element) {
        const Formula factor = {"factor", {"squares"}, constraint->factor, {NULL}};
        const Operand numbers[] = {NUMBER("min_value", args->min_value), NUMBER("max_value", args->max_value),
                                   NUMBER("rate", args->rate), NUMBER("rest", 1 - args->rate)};
        Tensor *squares = build_sum_squares(build, weight, norms_shape(weight->weight, args->axis),
                                            arena_printf(arena, "measure_%s", weight->weight->name));
        Tensor *scale = build_map(build, &factor, (Tensor *[]){squares, NULL}, numbers, 4);
        statement_add(build, &step, "factor", scale, false);
    }
    statement_add(build, &step, "w", weight, true);
    build_statement(build, weight, weight->shape, step, "constrain");
}

void build_updates(Builder *build) {
    Plan *plan = build->plan;
    LIST(Tensor *) weights = {0};
    for (int i = plan->weights.count - 1; i >= 0; i--)
        if (plan->weights.at[i]->weight->trainable) list_push(plan->arena, &weights, plan->weights.at[i]);
    for (int i = 0; i < weights.count; i++) {
        Tensor *weight = weights.at[i], *g = gradient_of(weight);
        tensor_is_gradient_of(build, g, weight);
        if (!plan->options->gradients) continue;
        Tensor *kept = tensor_storage(g); /* a convolution computes it as a matrix, in the same memory */
        kept->kind = g->kind = TENSOR_GRADIENT;
        kept->weight = g->weight = weight->weight;
        list_push(plan->arena, &plan->gradients, g);
    }
    build->phase = PHASE_ACCUMULATE;
    for (int i = 0; i < weights.count && plan->update.accumulated > 1; i++) accumulate(build, weights.at[i]);
    build->phase = PHASE_UPDATE;
    for (int i = 0; i < weights.count && plan->update.accumulated > 1; i++)
        replace_gradient(build, weights.at[i], &mean, NULL, "share", 1.0 / (double)plan->update.accumulated);
    clip(build, weights.at, weights.count);
    for (int i = 0; i < weights.count; i++) build_update(build, weights.at[i]);
    build->phase = PHASE_FINISH;
    for (int i = 0; i < weights.count && plan->update.averages; i++) build_average(build, weights.at[i]);
    for (int i = 0; i < weights.count; i++) build_constraint(build, weights.at[i]);
    build->layer = NULL;
}
