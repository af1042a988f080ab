/* SPDX-License-Identifier: MIT-0 */
/* What is done to the data before the network sees them: the source of fit() says it, and it is part of the model. The
 * emitted functions do it, so that whoever calls them hands over what a file would hold. */
#include "base/arena.h"
#include "base/diag.h"
#include "build/build.h"
#include "build/builder.h"
#include "language/class.h"
#include "layers/rescaling.h"
#include "lower/prepare.h"
#include "model/initializer.h"
#include "model/layer.h"
#include "model/model.h"
#include "model/shape.h"
#include "model/statements.h"
#include "plan/plan.h"

extern const InitializerDef initializer_Zeros, initializer_Ones;
static Object zeros = {.class = &initializer_Zeros.class}, ones = {.class = &initializer_Ones.class};

static Preparation said_by(const Object *fitted, const Object *evaluated) {
    const Object *const source = fitted ? fitted : evaluated;
    const SourceArgs *args = source ? source->args : NULL;
    const bool scales = args && args->scale != 0; /* labels() has no scale */
    return (Preparation){.source = source, .scale = scales ? args->scale : 1, .standardize = args && args->standardize};
}

static Weight *statistic(const Model *model, const char *name, Object *initial) {
    Weight *weight = NEW(model->arena, Weight);
    weight->name = name;
    weight->path = arena_printf(model->arena, "x/%s", name);
    weight->shape = shape_of(model->input.rank - 1, model->input.dim + 1);
    weight->args.initializer = initial;
    return weight;
}

void model_prepare(Model *model, Diags *diags) {
    const Object *const evaluated = model->evaluate.x;
    model->x = said_by(model->fit.x, evaluated);
    model->y = said_by(model->fit.y, model->evaluate.y);
    if (model->integer_input && (model->x.scale != 1 || model->x.standardize))
        diag(diags, D_prepared_integers,
             object_arg_span(model->x.source, model->x.standardize ? "standardize" : "scale"));
    if (evaluated && ((const SourceArgs *)evaluated->args)->standardize && !model->x.standardize)
        diag(diags, D_standardized_alone, object_arg_span(evaluated, "standardize"));
    if (model->x.standardize) {
        model->x.mean = statistic(model, "mean", &zeros);
        model->x.deviation = statistic(model, "deviation", &ones);
    }
}

static const Formula scaled = {"scaled", {"x"}, "x * scale", {"d * scale"}};

/* The function that prepares bears the name of what it prepares. */
static Tensor *build_part(Builder *build, const Formula *formula, Tensor *const *operands, const Operand *number, const char *what) {
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
                       (Tensor *[]){x, build_weight(build, mean), build_weight(build, deviation), NULL}, NULL, given->name);
    return named(build, x, given);
}

Tensor *build_prepared_y(Builder *build, const Model *model, Tensor *target) {
    return target->integer ? target : named(build, build_scaled(build, target, &model->y), target);
}
