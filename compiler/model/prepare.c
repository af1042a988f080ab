/* SPDX-License-Identifier: MIT-0 */
/* What is done to the data before the network sees them: the source of fit() says it, and it is part of the model. */
#include "base/arena.h"
#include "base/diag.h"
#include "language/class.h"
#include "model/initializer.h"
#include "model/layer.h"
#include "model/model.h"
#include "model/prepare.h"
#include "model/shape.h"
#include "model/statements.h"

extern const InitializerDef initializer_Zeros, initializer_Ones;
static Object zeros = {.class = &initializer_Zeros.class}, ones = {.class = &initializer_Ones.class};

static Preparation said_by(const Object *fitted, const Object *evaluated) {
    const Object *const source = fitted ? fitted : evaluated;
    const SourceArgs *args = source ? source->args : NULL;
    const bool scales = args && args->scale != 0; /* labels() has no scale */
    return (Preparation){.source = source, .scale = scales ? args->scale : 1, .standardize = args && args->standardize};
}

/* What the first layer learns of x: `shape` of each statistic. */
static bool first_adapts(const Model *model, Shape *shape) {
    const Layer *const first = model->layers.count ? model->layers.at[0] : NULL;
    return first && first->def->adapts && first->def->adapts(first, shape);
}

static Weight *statistic(const Model *model, const char *name, Shape shape, Object *initial) {
    Weight *weight = NEW(model->arena, Weight);
    weight->name = name;
    weight->path = arena_printf(model->arena, "x/%s", name);
    weight->shape = shape;
    weight->args.initializer = initial;
    return weight;
}

void model_prepare(Model *model, Diags *diags) {
    const Object *const evaluated = model->evaluate.x;
    model->x = said_by(model->fit.x, evaluated);
    model->y = said_by(model->fit.y, model->evaluate.y);
    Shape each = shape_of(model->input.rank - 1, model->input.dim + 1);
    const bool said = model->x.standardize; /* of every value, which is enough */
    if (!said) model->x.standardize = first_adapts(model, &each);
    if (model->integer_input && (model->x.scale != 1 || said))
        diag(diags, D_prepared_integers,
             object_arg_span(model->x.source, said ? "standardize" : "scale"));
    if (evaluated && ((const SourceArgs *)evaluated->args)->standardize && !model->x.standardize)
        diag(diags, D_standardized_alone, object_arg_span(evaluated, "standardize"));
    if (model->x.standardize) {
        model->x.mean = statistic(model, "mean", each, &zeros);
        model->x.deviation = statistic(model, "deviation", each, &ones);
    }
}
