/* SPDX-License-Identifier: MIT-0 */
/* Runs the shape rule of every layer, and checks what comes of it. */
#include <inttypes.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/source.h"
#include "language/class.h"
#include "language/describe.h"
#include "model/activation.h"
#include "model/constraint.h"
#include "model/layer.h"
#include "model/model.h"
#include "model/prepare.h"
#include "model/prepare_texts.h"
#include "model/regularizer.h"
#include "model/shape.h"
#include "model/shapes.h"

/* Reports what is larger than MAX_ELEMENTS; `elements` is how many there are, by a product that cannot overflow a
 * double. */
static bool check_size(Arena *arena, Span span, const char *what, Shape shape, int64_t batch, Diags *diags) {
    if (shape_size(shape, batch) >= 0) {
        return true;
    }
    double elements = 1;
    for (int i = 0; i < shape.rank; i++) {
        elements *= (double)dim_size(shape.dim[i], batch);
    }
    diag(diags, D_too_large, span, what, number_text(arena, elements));
    return false;
}

/* The axes of a constraint must be axes of its weight. */
static void check_constraints(const Layer *layer, Diags *diags) {
    for (int i = 0; i < layer->weights.count; i++) {
        const Weight *weight = layer->weights.at[i];
        const Object *constraint = weight->args.constraint;
        const Ints axis = constraint != NULL ? ((const ConstraintArgs *)constraint->args)->axis : (Ints){0};
        for (int j = 0; j < axis.count; j++) {
            if (axis.at[j] < -weight->shape.rank || axis.at[j] >= weight->shape.rank) {
                diag(diags, D_constraint_axis, object_arg_span(constraint, "axis"), (long long)axis.at[j], weight->path,
                     shape_text(layer->arena, weight->shape));
                return;
            }
        }
    }
}

static void check_regularizer(const Object *regularizer, Shape shape, const char *what, Diags *diags) {
    if (regularizer == NULL || ((const RegularizerDef *)regularizer->class)->of_matrix == NULL) {
        return;
    }
    static const char *const words[] = {"", ORTHOGONAL_MODES(CHOICE_WORD)};
    const OrthogonalMode mode = ((const RegularizerArgs *)regularizer->args)->mode;
    if (shape.rank != 2 || shape.dim[mode == ORTHOGONAL_COLUMNS] < 2) {
        diag(diags, D_regularizer_matrix, regularizer->span, regularizer->class->name, words[mode], what);
    }
}

/* Whether regularizers of a whole matrix have one. */
static void check_regularizers(const Layer *layer, Diags *diags) {
    for (int i = 0; i < layer->weights.count; i++) {
        const Weight *weight = layer->weights.at[i];
        check_regularizer(weight->args.regularizer, weight->shape,
                          arena_printf(layer->arena, "%s %s", weight->path, shape_text(layer->arena, weight->shape)),
                          diags);
    }
}

static void check_activity_regularizers(const Layer *layer, Diags *diags) {
    check_regularizer(layer->activity_regularizer, (Shape){0}, "the output of a layer", diags);
    for (int i = 0; i < layer->inner.count; i++) check_activity_regularizers(layer->inner.at[i], diags);
}

/* Activations that change the shape are layers of their own. */
static void check_activations(const Layer *layer, Diags *diags) {
    const Object *object = layer->object;
    for (const ArgDef *row = object->class->args; row != NULL && row->name != NULL && !layer->def->halves; row++) {
        if (row->type != ARG_OBJECT || row->class_kind != CLASS_ACTIVATION) continue;
        const Object *activation = *(Object **)((char *)object->args + row->offset);
        if (activation != NULL && ((const ActivationDef *)activation->class)->halves)
            diag(diags, D_layer_activation, object_arg_span(object, row->name), activation->class->name,
                 object->class->name);
    }
    for (int i = 0; i < layer->inner.count; i++)
        if (i == 0 || layer->inner.at[i]->object != layer->inner.at[0]->object)
            check_activations(layer->inner.at[i], diags);
}

static bool check_layer_sizes(const Layer *layer, int64_t batch, int64_t *weights, Diags *diags) {
    const char *output = arena_printf(layer->arena, "the output %s", shape_text(layer->arena, layer->output));
    bool fits = check_size(layer->arena, layer->span, output, layer->output, batch, diags);
    for (int i = 0; i < layer->weights.count; i++) {
        const Weight *weight = layer->weights.at[i];
        const char *what = arena_printf(layer->arena, "%s %s", weight->path, shape_text(layer->arena, weight->shape));
        if (!check_size(layer->arena, layer->span, what, weight->shape, 1, diags)) {
            fits = false;
        } else if (*weights <= MAX_ELEMENTS) {
            *weights += shape_size(weight->shape, 1);
            if (*weights > MAX_ELEMENTS) { /* said once, where it happens */
                diag(diags, D_too_large, layer->span, "all weights up to here",
                     arena_printf(layer->arena, "%" PRId64, *weights));
                fits = false;
            }
        }
    }
    return fits;
}

/* Whether a layer knows what to do with samples that end before the last time step. */
static bool goes_by_ends(const Layer *layer) {
    const LayerDef *const def = layer->def;
    bool timed = true;
    if (def->ends) return true;
    return def->masks && layer->input.rank > 2 && (!def->stream || !def->stream(layer, &timed));
}

/* What is known of time steps behind the layers so far. */
typedef struct Steps {
    Shape mask;
    Ends ends;
} Steps;

/* Hands on to a layer what it can carry on. */
static void begin_steps(const Model *model, Layer *layer, Steps steps, Diags *diags) {
    const LayerDef *const def = layer->def;
    const bool by_ends = steps.ends.first && def && goes_by_ends(layer), carried = def && (def->masks || by_ends);
    if (def && steps.mask.rank > 0 && model->max_steps && !(steps.ends.first ? by_ends : carried))
        diag(diags, D_ends_lost, layer->span, layer->name, def->class.name);
    else if (def && steps.mask.rank > 0 && !carried) diag(diags, D_mask_lost, layer->span, layer->name);
    layer->mask = carried ? steps.mask : (Shape){0};
    layer->ends = carried ? steps.ends : (Ends){0};
}

static Steps end_steps(Model *model, const Layer *layer) {
    const bool known = layer->mask.rank > 0;
    if (layer->ends.first > model->least_steps) model->least_steps = layer->ends.first;
    return (Steps){layer->mask, known ? layer->ends : (Ends){0}};
}

void model_shapes(Model *model, Diags *diags) {
    model_read_texts(model, diags);
    model_read_x(model, diags);
    Shape shape = model_prepared(model, model->input);
    int64_t weights = 0;
    const char *input = arena_printf(model->arena, "the input %s", shape_text(model->arena, shape));
    if (shape.rank > 0 && !check_size(model->arena, model->input_span, input, shape, model->batch, diags)) {
        shape.rank = -1;
    }
    Steps steps = {0};
    if (model->max_steps && shape.rank > 0) steps = (Steps){shape_of(2, shape.dim), {1, 1}};
    for (int i = 0; i < model->layers.count; i++) {
        Layer *layer = model->layers.at[i];
        layer->input = shape;
        layer->output.rank = -1;
        begin_steps(model, layer, steps, diags);
        if (layer->def != NULL && shape.rank >= 0) {
            int errors = diags_errors(diags);
            layer->def->shape(layer, diags);
            check_constraints(layer, diags);
            check_regularizers(layer, diags);
            check_activity_regularizers(layer, diags);
            check_activations(layer, diags);
            if (diags_errors(diags) > errors ||
                (layer->output.rank >= 0 && !check_layer_sizes(layer, model->batch, &weights, diags))) {
                layer->output.rank = -1;
            }
        }
        shape = layer->output;
        steps = end_steps(model, layer);
    }
    model->ends = steps.ends;
    model->output = shape;
}
