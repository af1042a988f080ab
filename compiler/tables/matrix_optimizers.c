/* SPDX-License-Identifier: MIT-0 */
/* Optimizers that see a weight as a matrix. Formulas: keras/src/optimizers. */
#include <ctype.h>
#include <math.h>
#include <regex.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "build/build.h"
#include "build/builder.h"
#include "build/statement.h"
#include "language/class.h"
#include "model/layer.h"
#include "model/optimizer.h"
#include "model/shape.h"
#include "plan/plan.h"
#include "plan/rule.h"
#include "plan/step.h"
#include "tables/optimizers.h"

static const Shape one_number = {.rank = 1, .dim = {1}};

/* Muon */

#define MUON_PART(letter, default_)                                                                                    \
    NUMBER_ARG(muon_##letter, default_, -1e30, 1e30, "of the iteration a·x + b·xxᵀx + c·xxᵀxxᵀx")

static const ArgDef muon_args[] = {
    LEARNING_RATE("0.001"),
    NUMBER_ARG(adam_beta_1, "0.9", 0, 0.9999999999, "decay of the mean gradient, of weights that Adam moves"),
    NUMBER_ARG(adam_beta_2, "0.999", 0, 0.9999999999, "decay of its mean square"),
    {ARG(OptimizerArgs, adam_weight_decay), ARG_REAL, DEFAULT("0.004"), RANGE(0, 1e30), .may_be_none = true,
     .doc = "weight_decay of weights that Adam moves"},
    EPSILON,
    {ARG(OptimizerArgs, weight_decay), ARG_REAL, DEFAULT("0.004"), RANGE(0, 1e30), .may_be_none = true,
     .doc = "of matrices: each step takes learning_rate·weight_decay·w off a weight"},
    {ARG(OptimizerArgs, exclude_layers), ARG_COLUMNS, DEFAULT("None"), .may_be_none = true,
     .doc = "regular expressions: weights in whose path one is found are moved by Adam, such as ['output']"},
    {ARG(OptimizerArgs, exclude_embeddings), ARG_BOOL, DEFAULT("True"), .doc = "Adam moves embeddings"},
    MUON_PART(a, "3.4445"),
    MUON_PART(b, "-4.775"),
    MUON_PART(c, "2.0315"),
    NUMBER_ARG(adam_lr_ratio, "1", 0, 1e30, "learning rate of Adam by that of matrices"),
    NUMBER_ARG(momentum, "0.95", 0, 1, "part of the last step kept"),
    {ARG(OptimizerArgs, ns_steps), ARG_INT, DEFAULT("5"), RANGE(0, 100), .doc = "how often the iteration is done"},
    {ARG(OptimizerArgs, nesterov), ARG_BOOL, DEFAULT("True"), .doc = "look ahead along the momentum"},
    {ARG(OptimizerArgs, rms_rate), ARG_REAL, DEFAULT("0.2"), RANGE(0, 1e30), .may_be_none = true,
     .doc = "a step's length: this by the root of the longer side; None: the iteration's own"},
    {0}};

static void muon_rule(const Object *object, UpdateRule *rule) {
    const OptimizerArgs *args = object->args;
    rule_add_slot(rule, "momentum", 0);
    rule_add_slot(rule, "velocity", 0);
    rule_add_number(rule, "mu", args->momentum);
    rule_add_number(rule, "mu_less_one", args->momentum - 1);
    rule_add_number(rule, "beta_1", args->adam_beta_1);
    rule_add_number(rule, "beta_2", args->adam_beta_2);
    rule_add_number(rule, "one_minus_beta_1", 1 - args->adam_beta_1);
    rule_add_number(rule, "one_minus_beta_2", 1 - args->adam_beta_2);
    rule_add_number(rule, "epsilon", args->epsilon);
    rule_add_number(rule, "ratio", args->adam_lr_ratio);
    rule_add_number(rule, "adam_weight_decay", isnan(args->adam_weight_decay) ? 0 : args->adam_weight_decay);
    rule_add_number(rule, "matrix_weight_decay", isnan(args->weight_decay) ? 0 : args->weight_decay);
    rule_add_scalar(rule, "matrix_decay", "matrix_weight_decay * learning_rate");
    rule_add_scalar(rule, "adam_decay", "adam_weight_decay * learning_rate");
    rule_add_scalar(rule, "alpha",
                    "learning_rate * ratio * root_of(one_minus_power(exact_beta_2, iteration)) / "
                    "one_minus_power(exact_beta_1, iteration)");
    rule->text = "w = w - adam_decay * w;\n"
                 "momentum = momentum + one_minus_beta_1 * (g - momentum);\n"
                 "velocity = velocity + one_minus_beta_2 * (g * g - velocity);\n"
                 "w = w - alpha * momentum / (v_sqrt(velocity) + epsilon);";
}

/* Compiles a regular expression; false: it is none. regfree() ends it. */
static bool pattern_compiled(regex_t *compiled, const char *pattern) {
    return pattern && !regcomp(compiled, pattern, REG_EXTENDED | REG_NOSUB);
}

static bool path_matches(const char *path, const char *pattern) {
    regex_t compiled;
    if (!pattern_compiled(&compiled, pattern)) return false; /* said by check_muon */
    const bool found = !regexec(&compiled, path, 0, NULL, 0);
    regfree(&compiled);
    return found;
}

static void check_muon(const Object *object, Diags *diags) {
    check_clipping(object, diags);
    const Columns patterns = ((const OptimizerArgs *)object->args)->exclude_layers;
    for (int i = 0; i < patterns.index.count; i++) {
        const char *const pattern = patterns.names ? patterns.names[i] : NULL;
        regex_t compiled;
        if (pattern_compiled(&compiled, pattern)) regfree(&compiled);
        else diag(diags, D_layer_pattern, object_arg_span(object, "exclude_layers"), pattern ? pattern : "a number");
    }
}

static bool names_embedding(const char *path) {
    static const char word[] = "embedding";
    for (; *path; path++) {
        size_t same = 0;
        while (word[same] && tolower((unsigned char)path[same]) == word[same]) same++;
        if (!word[same]) return true;
    }
    return false;
}

static bool is_matrix_to_muon(const Object *object, const Weight *weight) {
    const OptimizerArgs *args = object->args;
    if (weight->shape.rank != 2 || (args->exclude_embeddings && names_embedding(weight->path))) return false;
    for (int i = 0; i < args->exclude_layers.index.count; i++)
        if (path_matches(weight->path, args->exclude_layers.names[i])) return false;
    return true;
}

static const Formula ahead = {"ahead", {"g", "momentum"}, "g + mu * momentum", {NULL}};
static const Formula short_enough = {"short", {"x", "squares"}, "x / (v_sqrt(squares) + tiny)", {NULL}};
static const Formula factors = {"factors", {"xx", "xxxx"}, "b * xx + c * xxxx", {NULL}};
static const Formula nearer = {"nearer", {"x", "product"}, "a * x + product", {NULL}};

static Tensor *turned(Builder *build, Tensor *x) {
    return build_permute(build, x, (const int[]){1, 0}, 0, "turn", "turned");
}

/* All singular values of x, no more rows than columns, become about 1: the iteration of Newton and Schulz. */
static Tensor *orthogonal(Builder *build, const OptimizerArgs *args, Tensor *x) {
    const Shape square = shape_of(2, (int64_t[]){x->shape.dim[0], x->shape.dim[0]});
    const Operand parts[] = {NUMBER("b", args->muon_b), NUMBER("c", args->muon_c)};
    Tensor *squares = build_sum_squares(build, x, one_number, "measure");
    x = build_map(build, &short_enough, (Tensor *[]){x, squares, NULL}, &NUMBER("tiny", 1e-7), 1);
    for (int64_t i = 0; i < args->ns_steps; i++) {
        Tensor *xx = build_matmul(build, x, turned(build, x), false, square, "multiply", "xx");
        Tensor *xxxx = build_matmul(build, xx, xx, false, square, "multiply", "xxxx");
        Tensor *both = build_map(build, &factors, (Tensor *[]){xx, xxxx, NULL}, parts, 2);
        Tensor *product = build_matmul(build, both, x, false, x->shape, "multiply", "product");
        x = build_map(build, &nearer, (Tensor *[]){x, product, NULL}, &NUMBER("a", args->muon_a), 1);
    }
    return x;
}

static void muon_update(Builder *build, const Object *object, Tensor *weight, Tensor *g) {
    const OptimizerArgs *args = object->args;
    const int64_t rows = weight->shape.dim[0], columns = weight->shape.dim[1];
    Step keep = statement_giving(build, "Muon", "momentum", "momentum + (g + mu_less_one * momentum)");
    statement_add(build, &keep, "g", g, false);
    statement_add_slots(build, &keep, weight, true);
    statement_add_constants(build, &keep);
    build_statement(build, weight, weight->shape, keep, "keep");
    Tensor *momentum = build_slot(build, weight, "momentum", weight->shape);
    Tensor *x = momentum;
    if (args->nesterov)
        x = build_map(build, &ahead, (Tensor *[]){g, momentum, NULL}, &NUMBER("mu", args->momentum), 1);
    if (rows > columns) x = turned(build, x);
    x = orthogonal(build, args, x);
    if (rows > columns) x = turned(build, x);
    Step move = {.label = "Muon", .text = "w = w - matrix_decay * w;\nw = w - learning_rate * adjusted * x;"};
    statement_add(build, &move, "w", weight, true);
    statement_add(build, &move, "x", x, false);
    statement_add_constants(build, &move);
    const double longer = (double)(rows > columns ? rows : columns);
    step_add(build->plan->arena, &move,
             NUMBER("adjusted", isnan(args->rms_rate) ? 1 : sqrt(longer) * args->rms_rate));
    build_statement(build, weight, weight->shape, move, "move");
}

const OptimizerDef optimizer_Muon = {
    OPTIMIZER_CLASS(Muon,
                    "w -= learning_rate·x, x the momentum with singular values near 1; Adam for what is no matrix",
                    muon_args, check_muon, "muon"),
    .rule = muon_rule, .update = muon_update, .applies = is_matrix_to_muon,
};

/* Adafactor: what Adam keeps of the squares of a matrix' gradients, its rows' and columns' means stand for. */

static const ArgDef adafactor_args[] = {
    LEARNING_RATE("0.001"),
    NUMBER_ARG(beta_2_decay, "-0.8", -1e30, 0, "the mean of squares keeps 1 - tᵈ of itself in step t"),
    NUMBER_ARG(epsilon_1, "1e-30", 0, 1e30, "added to squares, so that their mean is not 0"),
    NUMBER_ARG(epsilon_2, "0.001", 0, 1e30, "the least that a weight counts as, in its step's length"),
    NUMBER_ARG(clip_threshold, "1.0", 1e-30, 1e30, "a step's root mean square is not above it"),
    {ARG(OptimizerArgs, relative_step), ARG_BOOL, DEFAULT("True"),
     .doc = "has no effect: the rate is never above 1 / √t"},
    {0}};

#define ROWS "row_squares"
#define SQUARES "squares" /* of columns; of each element where there are no rows */

static void adafactor_rule(const Object *object, UpdateRule *rule) {
    const OptimizerArgs *args = object->args;
    rule_add_slot(rule, ROWS, 0);
    rule_add_slot(rule, SQUARES, 0);
    rule_add_number(rule, "beta_2_decay", args->beta_2_decay);
    rule_add_scalar(rule, "fresh", "(real)power_of((double)iteration, (double)beta_2_decay)");
    rule_add_scalar(rule, "rate",
                    "learning_rate * root_of((real)iteration) < 1 ? learning_rate : 1 / root_of((real)iteration)");
}

static bool every_weight(const Object *object, const Weight *weight) {
    (void)object, (void)weight;
    return true;
}

static const Formula regulated = {"regulated", {"g"}, "g * g + epsilon_1", {NULL}};
static const Formula share_of_row = {"row_share", {"row", "all"}, "row / (share * all)", {NULL}};
static const Formula by_both = {"u", {"g", "row", "column"}, "g / v_sqrt(row * column)", {NULL}};
static const Formula by_each = {"u", {"g", "squares"}, "g / v_sqrt(squares)", {NULL}};

/* state += fresh · (mean of the squares over what the state's shape leaves out - state) */
static Tensor *mean_squares(Builder *build, Tensor *weight, Tensor *squares, const char *name, Shape shape) {
    Tensor *state = build_slot(build, weight, name, shape);
    const int64_t size = shape_size(shape, 1), all = shape_size(squares->shape, 1);
    Tensor *sum = size == all ? squares : build_sum(build, squares, shape, name);
    Step step = statement_giving(build, "Adafactor", "state", "(1.0 - fresh) * state + fresh * (share * sum)");
    statement_add(build, &step, "state", state, true);
    statement_add(build, &step, "sum", sum, false);
    statement_add_constants(build, &step);
    step_add(build->plan->arena, &step, NUMBER("share", (double)size / (double)all));
    build_statement(build, weight, shape, step, name);
    return state;
}

static void adafactor_update(Builder *build, const Object *object, Tensor *weight, Tensor *g) {
    const OptimizerArgs *args = object->args;
    const Shape shape = weight->shape;
    const double share = 1 / (double)shape_size(shape, 1);
    Tensor *squares = build_map(build, &regulated, (Tensor *[]){g, NULL}, &NUMBER("epsilon_1", args->epsilon_1), 1), *u;
    if (shape.rank >= 2) {
        Shape by_row = shape, by_column = shape, whole = shape;
        by_row.dim[shape.rank - 1] = by_column.dim[shape.rank - 2] = 1;
        whole.dim[shape.rank - 1] = whole.dim[shape.rank - 2] = 1;
        Tensor *rows = mean_squares(build, weight, squares, ROWS, by_row);
        Tensor *columns = mean_squares(build, weight, squares, SQUARES, by_column);
        Tensor *all = build_sum(build, rows, whole, "rows");
        rows = build_map(build, &share_of_row, (Tensor *[]){rows, all, NULL},
                         &NUMBER("share", 1 / (double)shape.dim[shape.rank - 2]), 1);
        u = build_map(build, &by_both, (Tensor *[]){g, rows, columns, NULL}, NULL, 0);
    } else {
        squares = mean_squares(build, weight, squares, SQUARES, shape);
        u = build_map(build, &by_each, (Tensor *[]){g, squares, NULL}, NULL, 0);
    }
    Step move = statement_giving(build, "Adafactor", "w",
                                 "w - rate * v_max(v_splat(epsilon_2), v_sqrt(share * w_squares)) * u / "
                                 "v_max(v_splat(1.0), v_sqrt(share * u_squares) / clip_threshold)");
    statement_add(build, &move, "w", weight, true);
    statement_add(build, &move, "w_squares", build_sum_squares(build, weight, one_number, "measure_weight"), false);
    statement_add(build, &move, "u", u, false);
    statement_add(build, &move, "u_squares", build_sum_squares(build, u, one_number, "measure_step"), false);
    statement_add_constants(build, &move);
    step_add(build->plan->arena, &move, NUMBER("share", share));
    step_add(build->plan->arena, &move, NUMBER("epsilon_2", args->epsilon_2));
    step_add(build->plan->arena, &move, NUMBER("clip_threshold", args->clip_threshold));
    build_statement(build, weight, shape, move, "move");
}

const OptimizerDef optimizer_Adafactor = {
    OPTIMIZER_CLASS(Adafactor, "w -= rate·|w|·u / max(1, |u|), u = g / √v, v made of means of rows and of columns",
                    adafactor_args, check_clipping, "adafactor"),
    .rule = adafactor_rule, .update = adafactor_update, .applies = every_weight,
};
