/* SPDX-License-Identifier: MIT-0 */
/* --stream: a model for one time step of one sample. Its layers are copies of the model's with the time cut down to 1;
 * what they need of earlier steps, they keep in lasting states. */
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "language/class.h"
#include "model/layer.h"
#include "model/model.h"
#include "model/prepare.h"
#include "model/shape.h"
#include "model/stream.h"

const char *stream_each(const Layer *layer, bool *timed) {
    (void)layer;
    (void)timed;
    return NULL;
}

/* Shapes and weights are found anew; names and arguments stay. */
static Layer *copy_of(Arena *arena, const Layer *layer) {
    Layer *copy = NEW(arena, Layer);
    *copy = *layer;
    memset(&copy->weights, 0, sizeof copy->weights);
    memset(&copy->inner, 0, sizeof copy->inner);
    for (int i = 0; i < layer->inner.count; i++) list_push(arena, &copy->inner, copy_of(arena, layer->inner.at[i]));
    return copy;
}

static bool check_stream(const Layer *layer, bool *timed, Diags *diags) {
    const char *why = layer->def->stream ? layer->def->stream(layer, timed)
                      : *timed           ? "it needs all time steps at once"
                                         : NULL;
    if (why) diag(diags, D_stream_layer, layer->span, layer->name, layer->def->class.name, why);
    return !why;
}

Model *model_of_step(const Model *model, Diags *diags) {
    bool timed = model->input.rank >= 3 || (model->input.rank == 2 && model->integer_input);
    if (!timed) {
        diag(diags, D_stream_input, model->input_span, shape_text(model->arena, model->input));
        return NULL;
    }
    if (model->x.standardize && model->x.mean->shape.rank > 1) { /* time steps have their own */
        diag(diags, D_stream_standardize, object_arg_span(model->x.source, "standardize"));
        return NULL;
    }
    Model *step = NEW(model->arena, Model);
    *step = *model;
    step->batch = 1;
    memset(&step->layers, 0, sizeof step->layers);
    step->input.dim[0] = step->input.dim[1] = 1;
    Shape shape = model_prepared(model, step->input), mask = {0};
    for (int i = 0; i < model->layers.count; i++) {
        const bool before = timed;
        if (!check_stream(model->layers.at[i], &timed, diags)) return NULL;
        Layer *layer = copy_of(model->arena, model->layers.at[i]);
        layer->timed = before;
        layer->input = shape;
        layer->mask = layer->def->masks ? mask : (Shape){0};
        layer->def->shape(layer, diags);
        shape = layer->output;
        mask = layer->mask;
        list_push(model->arena, &step->layers, layer);
    }
    step->output = shape;
    return step;
}
