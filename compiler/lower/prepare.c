/* SPDX-License-Identifier: MIT-0 */
/* Preparing the data (model/prepare.c says how) within the emitted functions, so that whoever calls them hands over
 * what a file would hold. */
#include "base/arena.h"
#include "build/build.h"
#include "build/builder.h"
#include "layers/rescaling.h"
#include "lower/prepare.h"
#include "model/layer.h"
#include "model/model.h"
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
    if (prepared != given) tensor_rename(build, prepared, arena_printf(build->plan->arena, "prepared_%s", given->name));
    return prepared;
}

Tensor *build_prepared_x(Builder *build, const Model *model, Tensor *given) {
    Weight *const mean = model->x.mean, *const deviation = model->x.deviation;
    Tensor *x = build_scaled(build, given, &model->x);
    if (model->x.standardize)
        x = build_part(build, &standardized,
                       (Tensor *[]){x, build_weight(build, mean), build_weight(build, deviation), NULL}, NULL,
                       given->name);
    return named(build, x, given);
}

Tensor *build_prepared_y(Builder *build, const Model *model, Tensor *target) {
    return element_is_real(target->type) ? named(build, build_scaled(build, target, &model->y), target) : target;
}
