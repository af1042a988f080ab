/* SPDX-License-Identifier: MIT-0 */
/* Nodes, attributes and constants of an ONNX graph, and what a layer's arguments say. */
#include "export/export.h"

#ifdef NNC_IMPORT

#include <math.h>
#include <string.h>

#include "export/onnx.h"

/* Arguments of a layer ------------------------------------------------------------ */

const void *arg_field(const Layer *layer, const char *name, ArgType type) {
    for (const ArgDef *row = layer->def->class.args; row && row->name; row++)
        if (!strcmp(row->name, name) && row->type == type) return (const char *)layer->args + row->offset;
    return NULL;
}

double arg_real(const Layer *layer, const char *name, double otherwise) {
    const double *const field = arg_field(layer, name, ARG_REAL);
    return field && !isnan(*field) ? *field : otherwise;
}

int64_t arg_int(const Layer *layer, const char *name, int64_t otherwise) {
    const int64_t *const field = arg_field(layer, name, ARG_INT);
    return field && *field != INT_NONE ? *field : otherwise;
}

bool arg_flag(const Layer *layer, const char *name) {
    const bool *const field = arg_field(layer, name, ARG_BOOL);
    return field && *field;
}

bool arg_says(const Layer *layer, const char *name, const char *text) {
    for (const ArgDef *row = layer->def->class.args; row && row->name; row++) {
        if (row->type != ARG_CHOICE || strcmp(row->name, name) != 0) continue;
        const char *const word = choice_word(row, (const char *)layer->args + row->offset);
        return word && !strcmp(word, text);
    }
    return false;
}

void arg_sizes(const Layer *layer, const char *name, int rank, int64_t otherwise, int64_t *sizes) {
    const Ints *const field = arg_field(layer, name, ARG_INTS);
    for (int i = 0; i < rank; i++)
        sizes[i] = field && field->count > 0 ? field->at[field->count > i ? i : 0] : otherwise;
}

/* Nodes ------------------------------------------------------------ */

enum { A_FLOAT = 1, A_INT = 2, A_STRING = 3, A_GRAPH = 5, A_FLOATS = 6, A_INTS = 7, A_STRINGS = 8 };

/* The graph that has the constants and numbers the nodes. */
static Graph *whole(Graph *graph) {
    while (graph->outer) graph = graph->outer;
    return graph;
}

static char *text_of(const Graph *graph, const char *text) { return arena_strdup(graph->export->arena, text); }

Onnx__NodeProto *graph_node(Graph *graph, const char *type) {
    enum { INPUTS = 6, ATTRIBUTES = 6, OUTPUTS = 2 };
    Arena *const arena = graph->export->arena;
    Onnx__NodeProto *const node = NEW(arena, Onnx__NodeProto);
    onnx__node_proto__init(node);
    node->op_type = text_of(graph, type);
    node->input = NEW_ARRAY(arena, char *, INPUTS);
    node->attribute = NEW_ARRAY(arena, Onnx__AttributeProto *, ATTRIBUTES);
    node->output = NEW_ARRAY(arena, char *, OUTPUTS);
    node->output[node->n_output++] = arena_printf(arena, "%s_%d", type, whole(graph)->made++);
    node->name = node->output[0];
    graph_input(graph, node, graph->value);
    graph->value = node->output[0];
    list_push(arena, &graph->nodes, node);
    return node;
}

void graph_input(Graph *graph, Onnx__NodeProto *node, const char *value) {
    node->input[node->n_input++] = text_of(graph, value);
}

const char *graph_second_output(Graph *graph, Onnx__NodeProto *node) {
    node->output[1] = arena_printf(graph->export->arena, "%s_1", node->output[0]);
    node->n_output = 2;
    return node->output[1];
}

static Onnx__AttributeProto *add_attribute(Graph *graph, Onnx__NodeProto *node, const char *name, int type) {
    Onnx__AttributeProto *const attribute = NEW(graph->export->arena, Onnx__AttributeProto);
    onnx__attribute_proto__init(attribute);
    attribute->name = text_of(graph, name);
    attribute->has_type = 1;
    attribute->type = type;
    node->attribute[node->n_attribute++] = attribute;
    return attribute;
}

void graph_int(Graph *graph, Onnx__NodeProto *node, const char *name, int64_t value) {
    Onnx__AttributeProto *const attribute = add_attribute(graph, node, name, A_INT);
    attribute->has_i = 1;
    attribute->i = value;
}

void graph_real(Graph *graph, Onnx__NodeProto *node, const char *name, double value) {
    Onnx__AttributeProto *const attribute = add_attribute(graph, node, name, A_FLOAT);
    attribute->has_f = 1;
    attribute->f = (float)value;
}

void graph_reals(Graph *graph, Onnx__NodeProto *node, const char *name, const double *values, int count) {
    Onnx__AttributeProto *const attribute = add_attribute(graph, node, name, A_FLOATS);
    attribute->n_floats = (size_t)count;
    attribute->floats = NEW_ARRAY(graph->export->arena, float, count);
    for (int i = 0; i < count; i++) attribute->floats[i] = (float)values[i];
}

void graph_ints(Graph *graph, Onnx__NodeProto *node, const char *name, const int64_t *values, int count) {
    Onnx__AttributeProto *const attribute = add_attribute(graph, node, name, A_INTS);
    attribute->n_ints = (size_t)count;
    attribute->ints = NEW_ARRAY(graph->export->arena, int64_t, count);
    memcpy(attribute->ints, values, (size_t)count * sizeof *values);
}

void graph_axes(Graph *graph, Onnx__NodeProto *node, const char *name, const int64_t *axes, int count) {
    enum { AXES_ARE_INPUTS = 18 };
    if (graph->opset < AXES_ARE_INPUTS) graph_ints(graph, node, "axes", axes, count);
    else graph_list(graph, node, arena_printf(graph->export->arena, "%s/axes", name), axes, count);
}

static ProtobufCBinaryData bytes_of(const Graph *graph, const char *text) {
    return (ProtobufCBinaryData){.len = strlen(text), .data = (unsigned char *)text_of(graph, text)};
}

void graph_text(Graph *graph, Onnx__NodeProto *node, const char *name, const char *text) {
    Onnx__AttributeProto *const attribute = add_attribute(graph, node, name, A_STRING);
    attribute->has_s = 1;
    attribute->s = bytes_of(graph, text);
}

void graph_texts(Graph *graph, Onnx__NodeProto *node, const char *name, const char *const *texts, int count) {
    Onnx__AttributeProto *const attribute = add_attribute(graph, node, name, A_STRINGS);
    attribute->n_strings = (size_t)count;
    attribute->strings = NEW_ARRAY(graph->export->arena, ProtobufCBinaryData, count);
    for (int i = 0; i < count; i++) attribute->strings[i] = bytes_of(graph, texts[i]);
}

void graph_inner(Graph *graph, Onnx__NodeProto *node, const char *name, unsigned char *bytes, size_t size) {
    Onnx__AttributeProto *const attribute = add_attribute(graph, node, name, A_GRAPH);
    attribute->has_g = 1;
    attribute->g = (ProtobufCBinaryData){.len = size, .data = bytes};
}

Onnx__ValueInfoProto *graph_value(Graph *graph, const char *name, Shape shape, int type) {
    Arena *const arena = graph->export->arena;
    Onnx__ValueInfoProto *const value = NEW(arena, Onnx__ValueInfoProto);
    onnx__value_info_proto__init(value);
    value->name = arena_strdup(graph->export->arena, name);
    onnx__type_proto__init(value->type = NEW(arena, Onnx__TypeProto));
    Onnx__TypeProto__Tensor *const tensor = value->type->tensor_type = NEW(arena, Onnx__TypeProto__Tensor);
    onnx__type_proto__tensor__init(tensor);
    tensor->has_elem_type = 1;
    tensor->elem_type = type;
    onnx__tensor_shape_proto__init(tensor->shape = NEW(arena, Onnx__TensorShapeProto));
    tensor->shape->n_dim = (size_t)shape.rank;
    tensor->shape->dim = NEW_ARRAY(arena, Onnx__TensorShapeProto__Dimension *, shape.rank + 1);
    for (int i = 0; i < shape.rank; i++) {
        Onnx__TensorShapeProto__Dimension *const dim = tensor->shape->dim[i] =
            NEW(arena, Onnx__TensorShapeProto__Dimension);
        onnx__tensor_shape_proto__dimension__init(dim);
        dim->has_dim_value = i > 0;
        dim->dim_value = shape.dim[i];
        if (i == 0) dim->dim_param = arena_strdup(graph->export->arena, "batch");
    }
    return value;
}

/* Constants ------------------------------------------------------------ */

void graph_tensor(Graph *graph, Onnx__NodeProto *node, const char *name, int type, int rank, const int64_t *dim,
                  const void *values) {
    Arena *const arena = graph->export->arena;
    Onnx__TensorProto *const tensor = NEW(arena, Onnx__TensorProto);
    onnx__tensor_proto__init(tensor);
    size_t count = 1, size = type == TYPE_INT64 ? sizeof(int64_t) : sizeof(float);
    bool taken = false;
    graph = whole(graph);
    for (int i = 0; i < graph->tensors.count; i++) taken |= !strcmp(graph->tensors.at[i]->name, name);
    tensor->name = taken ? arena_printf(arena, "%s/%d", name, graph->made++) : text_of(graph, name);
    tensor->has_data_type = 1;
    tensor->data_type = type;
    tensor->n_dims = (size_t)rank;
    tensor->dims = NEW_ARRAY(arena, int64_t, rank + 1);
    for (int i = 0; i < rank; i++) count *= (size_t)(tensor->dims[i] = dim[i]);
    tensor->has_raw_data = 1;
    tensor->raw_data.len = count * size;
    tensor->raw_data.data = arena_alloc(arena, count * size + 8);
    memcpy(tensor->raw_data.data, values, count * size);
    nnc_fix_byte_order(tensor->raw_data.data, count, size, 0);
    list_push(arena, &graph->tensors, tensor);
    node->input[node->n_input++] = tensor->name;
}

void graph_list(Graph *graph, Onnx__NodeProto *node, const char *name, const int64_t *values, int count) {
    const int64_t dim = count;
    graph_tensor(graph, node, name, TYPE_INT64, 1, &dim, values);
}

void graph_number(Graph *graph, Onnx__NodeProto *node, const char *name, double value) {
    const float number = (float)value;
    graph_tensor(graph, node, name, TYPE_FLOAT, 0, NULL, &number);
}

const float *graph_values(const Graph *graph, const Layer *layer, int index) {
    for (; layer->wrapper; layer = layer->wrapper)
        for (int i = 0; layer->wrapper->inner.at[i] != layer; i++) index += layer->wrapper->inner.at[i]->weights.count;
    return export_values(graph->export, layer, index);
}

void graph_weight(Graph *graph, Onnx__NodeProto *node, const Layer *layer, int index) {
    const Weight *const weight = layer->weights.at[index];
    graph_tensor(graph, node, weight->path, TYPE_FLOAT, weight->shape.rank, weight->shape.dim,
                 graph_values(graph, layer, index));
}

/* Shapes ------------------------------------------------------------ */

void graph_permute(Graph *graph, const int64_t *perm, int rank) {
    graph_ints(graph, graph_node(graph, "Transpose"), "perm", perm, rank);
}

void graph_turn_channels(Graph *graph, int rank, bool first) {
    graph_move_axis(graph, rank, first ? rank - 1 : 1, first ? 1 : rank - 1);
}

void graph_move_axis(Graph *graph, int rank, int from, int to) {
    int64_t perm[MAX_RANK];
    for (int i = 0, other = 0; i < rank; i++) {
        if (other == from) other++;
        perm[i] = i == to ? from : other++;
    }
    if (from != to) graph_permute(graph, perm, rank);
}

void graph_reshape(Graph *graph, const Layer *layer, Shape shape) {
    int64_t dim[MAX_RANK];
    for (int i = 0; i < shape.rank; i++) dim[i] = i ? shape.dim[i] : -1;
    graph_list(graph, graph_node(graph, "Reshape"), arena_printf(graph->export->arena, "%s/shape", layer->name), dim,
               shape.rank);
}

/* What has no counterpart ------------------------------------------------------------ */

bool graph_lacks(Graph *graph, const Layer *layer, const char *what) {
    return export_fail(graph->export, "layer '%s', %s: %s", layer->name, layer->def->class.name, what);
}

bool graph_masked(const Layer *layer) {
    while (layer->wrapper) layer = layer->wrapper;
    return layer->previous && layer->previous->mask.rank > 0;
}

#endif
