/* SPDX-License-Identifier: MIT-0 */
/* Weights of layers, and layers within wrappers. */
#include "base/arena.h"
#include "base/diag.h"
#include "model/layer.h"
#include "model/shape.h"

Weight *layer_weight(Layer *layer, const char *name, Shape shape, WeightArgs args) {
    Weight *weight = NEW(layer->arena, Weight);
    weight->name = name;
    weight->path = arena_printf(layer->arena, "%s/%s", layer->name, name);
    weight->shape = shape;
    weight->args = args;
    weight->trainable = layer->trainable;
    list_push(layer->arena, &layer->weights, weight);
    return weight;
}

void layer_shape_inner(Layer *wrapper, Layer *inner, const char *name, Shape input, Shape mask, Diags *diags) {
    inner->name = arena_printf(wrapper->arena, "%s/%s", wrapper->name, name);
    inner->wrapper = wrapper;
    inner->input = input;
    inner->previous = wrapper->previous;
    inner->output.rank = -1;
    inner->repeated = inner->repeated || wrapper->repeated;
    inner->mask = inner->def->masks ? mask : (Shape){0};
    inner->def->shape(inner, diags);
    for (int i = 0; i < inner->weights.count; i++) list_push(wrapper->arena, &wrapper->weights, inner->weights.at[i]);
}

const char *layer_source(const Layer *layer) {
    return layer->previous ? arena_printf(layer->arena, " from '%s'", layer->previous->name) : "";
}

const char *layer_inner_group(const Layer *layer, int at) {
    return layer->def->inner_group ? layer->def->inner_group(layer, at) : "layer";
}

/* A recurrent layer of Keras runs a cell, which has the variables; a cell of RNN is the cell itself. */
const char *layer_variables_group(const Layer *layer) {
    return ((const LayerDef *)layer->object->class)->recurrent ? "cell/vars" : "vars";
}
