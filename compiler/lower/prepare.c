/* SPDX-License-Identifier: MIT-0 */
/* Preparing the data (model/prepare.c says how) within the emitted functions, so that whoever calls them hands over
 * what a file would hold. */
#include "base/arena.h"
#include "build/build.h"
#include "build/builder.h"
#include "layers/pooling.h"
#include "layers/rescaling.h"
#include "lower/prepare.h"
#include "model/layer.h"
#include "model/model.h"
#include "model/prepare.h"
#include "model/shape.h"
#include "ops/constant.h"
#include "ops/ends.h"
#include "ops/one_hot.h"
#include "plan/plan.h"

static const Formula scaled = {"scaled", {"x"}, "x * scale", {"d * scale"}, .kind = FORMULA_PRODUCT};

/* The function that prepares bears the name of what it prepares. */
static Tensor *build_part(Builder *build, const Formula *formula, Tensor *const *operands, const Operand *number,
                          const char *what) {
    Tensor *part = build_map(build, formula, operands, number, number != NULL);
    part->producer->name = arena_printf(build->plan->arena, "prepare_%s", what);
    return part;
}

static Tensor *build_scaled(Builder *build, Tensor *x, const Preparation *preparation) {
    const Operand factor = {.name = "scale", .kind = OPERAND_NUMBER, .number = preparation->scale};
    if (preparation->scale == 1) return x;
    return build_part(build, &scaled, (Tensor *[]){x, NULL}, &factor, x->name);
}

static Tensor *named(Builder *build, Tensor *prepared, const Tensor *given) {
    if (prepared != given) tensor_call(build, prepared, FORM_PREPARED, given);
    return prepared;
}

/* What is missing is NaN, which is neither less than anything nor more. */
static const Formula filled = {
    "filled", {"x", "fill"}, "v_select(x >= 0.0, x, v_select(x < 0.0, x, fill))", {"d"}};

static Tensor *build_standardized(Builder *build, const Preparation *prepared, Tensor *x, const char *what) {
    Tensor *const mean = build_weight(build, prepared->mean);
    Tensor *const deviation = build_weight(build, prepared->deviation);
    return build_part(build, &standardized, (Tensor *[]){x, mean, deviation, NULL}, NULL, what);
}

static Tensor *build_categories(Builder *build, const Model *model, Tensor *x, const char *what) {
    int64_t *const places = NEW_ARRAY(build->plan->arena, int64_t, model->x.columns.count + 1);
    for (int i = 0; i < model->x.columns.count; i++) places[i] = model->x.columns.at[i].places;
    if (shape_equal(model_prepared(model, x->shape), x->shape)) return x;
    return build_one_hot(build, x, places, arena_printf(build->plan->arena, "prepare_%s_categories", what));
}

/* Where samples of any length end; what lies behind, which is not a number, becomes 0. Indices stay as they are. */
static Tensor *build_ended(Builder *build, Tensor *x, Tensor **mask) {
    build->lengths = build_ends(build, x);
    *mask = build_within(build, build->lengths, (Ends){1, 1}, x->shape.dim[1]);
    return x->shape.rank > 2 ? valid_steps(build, x, *mask) : x;
}

static const Formula weighed = {"weighed", {"x", "idf"}, "x * idf", {"d * idf", "d * x"}, .kind = FORMULA_PRODUCT};

/* How often tokens occur, times the weights of them. */
static Tensor *build_weighed(Builder *build, const Model *model, Tensor *x, const char *what) {
    const Reals given = model->texts.weights;
    const Shape row = shape_of(1, (int64_t[]){given.count});
    Tensor *const idf = model->x.learned ? build_weight(build, model->x.learned)
                                         : build_constant(build, given.at, row, "idf");
    return build_part(build, &weighed, (Tensor *[]){x, idf, NULL}, NULL, what);
}

Tensor *build_prepared_x(Builder *build, const Model *model, Tensor *given) {
    Tensor *x = given, *mask = NULL;
    if (model->max_steps && !build->streaming) x = build_ended(build, x, &mask);
    if (model->x.fills)
        x = build_part(build, &filled, (Tensor *[]){x, build_weight(build, model->x.fill), NULL}, NULL, given->name);
    x = build_scaled(build, x, &model->x);
    if (model->texts.weighs) x = build_weighed(build, model, x, given->name);
    if (model->x.standardize) x = build_standardized(build, &model->x, x, given->name);
    x = named(build, build_categories(build, model, x, given->name), given);
    x->mask = mask;
    return x;
}

Tensor *build_scaled_y(Builder *build, const Model *model, Tensor *target) {
    return element_is_real(target->type) ? named(build, build_scaled(build, target, &model->y), target) : target;
}

Tensor *build_standardized_y(Builder *build, const Model *model, Tensor *target) {
    return model->y.standardize ? build_standardized(build, &model->y, target, "target") : target;
}

Tensor *build_restored_y(Builder *build, const Model *model, Tensor *prediction) {
    if (!model->y.standardize) return prediction;
    Tensor *const mean = build_weight(build, model->y.mean), *const deviation = build_weight(build, model->y.deviation);
    Tensor *y = build_map(build, &restored, (Tensor *[]){prediction, mean, deviation, NULL}, NULL, 0);
    y->producer->name = "restore_prediction";
    y->mask = prediction->mask;
    return y;
}
