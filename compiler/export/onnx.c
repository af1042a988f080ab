/* SPDX-License-Identifier: MIT-0 */
/* nnc export --onnx: opset 17. Values lie as here, channels last; around what ONNX knows with channels first alone they
 * are turned there and back. What only trains is left out. */
#include "export/export.h"

#ifdef NNC_IMPORT

#include <math.h>
#include <string.h>

#include "compiler/import/onnx.pb-c.h"
#include "language/describe.h"
#include "model/layer.h"

enum { OPSET = 17, IR_VERSION = 8, TYPE_FLOAT = 1, TYPE_INT32 = 6, TYPE_INT64 = 7, A_FLOAT = 1, A_INT = 2, A_INTS = 7 };

typedef struct Graph {
    Export *export;
    LIST(Onnx__NodeProto *) nodes;
    LIST(Onnx__TensorProto *) tensors;
    const char *value; /* the present one */
    int made;
} Graph;

/* Arguments of a layer, by name
 * ------------------------------------------------------------------------------------------ */

static const void *field_of(const Object *object, const char *name, ArgType type) {
    for (const ArgDef *row = object->class->args; row && row->name; row++)
        if (!strcmp(row->name, name) && row->type == type) return (const char *)object->args + row->offset;
    return NULL;
}

static double real_of(const Object *object, const char *name, double otherwise) {
    const double *const field = field_of(object, name, ARG_REAL);
    return field && !isnan(*field) ? *field : otherwise;
}

static bool flag_of(const Object *object, const char *name) {
    const bool *const field = field_of(object, name, ARG_BOOL);
    return field && *field;
}

static bool says(const Object *object, const char *name, const char *text) {
    const char *const *const field = field_of(object, name, ARG_CHOICE);
    return field && *field && !strcmp(*field, text);
}

/* One number for each of `rank` dimensions. */
static void sizes_of(const Object *object, const char *name, int rank, int64_t otherwise, int64_t *sizes) {
    const Ints *const field = field_of(object, name, ARG_INTS);
    for (int i = 0; i < rank; i++)
        sizes[i] = field && field->count > 0 ? field->at[field->count > i ? i : 0] : otherwise;
}

/* Nodes and tensors
 * ---------------------------------------------------------------------------------------------------- */

static char *text_of(Graph *graph, const char *text) { return arena_strdup(graph->export->arena, text); }

static Onnx__NodeProto *add_node(Graph *graph, const char *type) {
    enum { INPUTS = 5, ATTRIBUTES = 6 };
    Arena *const arena = graph->export->arena;
    Onnx__NodeProto *const node = NEW(arena, Onnx__NodeProto);
    onnx__node_proto__init(node);
    node->op_type = text_of(graph, type);
    node->input = NEW_ARRAY(arena, char *, INPUTS);
    node->attribute = NEW_ARRAY(arena, Onnx__AttributeProto *, ATTRIBUTES);
    node->output = NEW_ARRAY(arena, char *, 1);
    node->input[node->n_input++] = text_of(graph, graph->value);
    node->output[node->n_output++] = arena_printf(arena, "%s_%d", type, graph->made++);
    node->name = node->output[0];
    graph->value = node->output[0];
    list_push(arena, &graph->nodes, node);
    return node;
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

static void add_int(Graph *graph, Onnx__NodeProto *node, const char *name, int64_t value) {
    Onnx__AttributeProto *const attribute = add_attribute(graph, node, name, A_INT);
    attribute->has_i = 1;
    attribute->i = value;
}

static void add_real(Graph *graph, Onnx__NodeProto *node, const char *name, double value) {
    Onnx__AttributeProto *const attribute = add_attribute(graph, node, name, A_FLOAT);
    attribute->has_f = 1;
    attribute->f = (float)value;
}

static void add_ints(Graph *graph, Onnx__NodeProto *node, const char *name, const int64_t *values, int count) {
    Onnx__AttributeProto *const attribute = add_attribute(graph, node, name, A_INTS);
    attribute->n_ints = (size_t)count;
    attribute->ints = NEW_ARRAY(graph->export->arena, int64_t, count);
    memcpy(attribute->ints, values, (size_t)count * sizeof *values);
}

/* A constant as the next input of a node. */
static void add_tensor(Graph *graph, Onnx__NodeProto *node, const char *name, int type, int rank, const int64_t *dim,
                       const void *values) {
    Arena *const arena = graph->export->arena;
    Onnx__TensorProto *const tensor = NEW(arena, Onnx__TensorProto);
    onnx__tensor_proto__init(tensor);
    size_t count = 1, size = type == TYPE_FLOAT ? sizeof(float) : sizeof(int64_t);
    tensor->name = text_of(graph, name);
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

static void add_weight(Graph *graph, Onnx__NodeProto *node, const Layer *layer, int index) {
    const Weight *const weight = layer->weights.at[index];
    add_tensor(graph, node, weight->path, TYPE_FLOAT, weight->shape.rank, weight->shape.dim,
               export_values(graph->export, layer, index));
}

static void transpose(Graph *graph, int rank, bool first) {
    int64_t perm[MAX_RANK];
    for (int i = 0; i < rank; i++) perm[i] = i == 0 ? 0 : first ? i == 1 ? rank - 1 : i - 1 : i == rank - 1 ? 1 : i + 1;
    add_ints(graph, add_node(graph, "Transpose"), "perm", perm, rank);
}

static bool lacks(Graph *graph, const Layer *layer, const char *what) {
    return export_fail(graph->export, "layer '%s', %s: %s", layer->name, layer->def->class.name, what);
}

/* Layers ------------------------------------------------------------ */

static bool put_activation(Graph *graph, const Layer *layer, const Object *activation) {
    static const char *const nodes[][2] = {{"relu", "Relu"},         {"tanh", "Tanh"},
                                           {"sigmoid", "Sigmoid"},   {"softplus", "Softplus"},
                                           {"softsign", "Softsign"}, {"elu", "Elu"},
                                           {"selu", "Selu"},         {"exponential", "Exp"},
                                           {"softmax", "Softmax"},   {"log_softmax", "LogSoftmax"}};
    if (!activation || !strcmp(activation->class->name, "linear")) return true;
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        if (strcmp(nodes[i][0], activation->class->name) != 0) continue;
        Onnx__NodeProto *const node = add_node(graph, nodes[i][1]);
        if (strstr(nodes[i][1], "oftmax")) add_int(graph, node, "axis", -1);
        return true;
    }
    return lacks(
        graph, layer,
        arena_printf(graph->export->arena, "the activation '%s' has no node in ONNX", activation->class->name));
}

static const Object *activation_of(const Layer *layer) {
    Object *const *const field = field_of(layer->object, "activation", ARG_OBJECT);
    return field ? *field : NULL;
}

static bool put_dense(Graph *graph, const Layer *layer) {
    add_weight(graph, add_node(graph, "MatMul"), layer, 0);
    if (layer->weights.count > 1) add_weight(graph, add_node(graph, "Add"), layer, 1);
    return put_activation(graph, layer, activation_of(layer));
}

/* Kernel (…, inputs, outputs) → (outputs, inputs, …). */
static float *turned(Graph *graph, const Layer *layer, int64_t *dim) {
    const Shape shape = layer->weights.at[0]->shape;
    const int rank = shape.rank;
    const int64_t inputs = shape.dim[rank - 2], outputs = shape.dim[rank - 1],
                  space = shape_size(shape, 1) / inputs / outputs;
    const float *const from = export_values(graph->export, layer, 0);
    float *const to = NEW_ARRAY(graph->export->arena, float, shape_size(shape, 1));
    for (int64_t s = 0; s < space; s++)
        for (int64_t i = 0; i < inputs; i++)
            for (int64_t o = 0; o < outputs; o++)
                to[(o * inputs + i) * space + s] = from[(s * inputs + i) * outputs + o];
    dim[0] = outputs;
    dim[1] = inputs;
    for (int i = 2; i < rank; i++) dim[i] = shape.dim[i - 2];
    return to;
}

/* Strides, dilations and pads, as Keras lays them out for the layer's input. */
static void put_window(Graph *graph, Onnx__NodeProto *node, const Layer *layer, const int64_t *kernel,
                       const int64_t *strides, const int64_t *dilations) {
    const int rank = layer->input.rank - 2;
    int64_t pads[2 * MAX_RANK] = {0};
    for (int i = 0; i < rank; i++) {
        const int64_t reach = (kernel[i] - 1) * dilations[i] + 1, in = layer->input.dim[i + 1],
                      out = (in + strides[i] - 1) / strides[i];
        const int64_t needed = (out - 1) * strides[i] + reach - in, all = needed > 0 ? needed : 0;
        if (says(layer->object, "padding", "same")) pads[i] = all / 2, pads[i + rank] = all - all / 2;
        if (says(layer->object, "padding", "causal")) pads[i] = reach - 1;
    }
    add_ints(graph, node, "kernel_shape", kernel, rank);
    add_ints(graph, node, "strides", strides, rank);
    add_ints(graph, node, "pads", pads, 2 * rank);
}

static bool put_conv(Graph *graph, const Layer *layer) {
    const int rank = layer->input.rank - 2;
    int64_t dim[MAX_RANK], kernel[MAX_RANK], strides[MAX_RANK], dilations[MAX_RANK];
    if (says(layer->object, "data_format", "channels_first")) return lacks(graph, layer, "it has its channels first");
    sizes_of(layer->object, "kernel_size", rank, 1, kernel);
    sizes_of(layer->object, "strides", rank, 1, strides);
    sizes_of(layer->object, "dilation_rate", rank, 1, dilations);
    transpose(graph, layer->input.rank, true);
    Onnx__NodeProto *const node = add_node(graph, "Conv");
    const float *const values = turned(graph, layer, dim);
    add_tensor(graph, node, layer->weights.at[0]->path, TYPE_FLOAT, layer->weights.at[0]->shape.rank, dim, values);
    if (layer->weights.count > 1) add_weight(graph, node, layer, 1);
    put_window(graph, node, layer, kernel, strides, dilations);
    add_ints(graph, node, "dilations", dilations, rank);
    add_int(graph, node, "group", layer->input.dim[layer->input.rank - 1] / dim[1]);
    transpose(graph, layer->input.rank, false);
    return put_activation(graph, layer, activation_of(layer));
}

static bool put_pool(Graph *graph, const Layer *layer, bool average) {
    const int rank = layer->input.rank - 2;
    int64_t kernel[MAX_RANK], strides[MAX_RANK], dilations[MAX_RANK];
    if (says(layer->object, "data_format", "channels_first")) return lacks(graph, layer, "it has its channels first");
    sizes_of(layer->object, "pool_size", rank, 2, kernel);
    sizes_of(layer->object, "strides", rank, 0, strides);
    for (int i = 0; i < rank; i++) dilations[i] = 1, strides[i] = strides[i] > 0 ? strides[i] : kernel[i];
    transpose(graph, layer->input.rank, true);
    put_window(graph, add_node(graph, average ? "AveragePool" : "MaxPool"), layer, kernel, strides, dilations);
    transpose(graph, layer->input.rank, false);
    return true;
}

static bool put_global(Graph *graph, const Layer *layer, bool average) {
    int64_t axes[MAX_RANK];
    if (says(layer->object, "data_format", "channels_first")) return lacks(graph, layer, "it has its channels first");
    if (layer->mask.rank > 0) return lacks(graph, layer, "masks of time steps have no counterpart in ONNX");
    for (int i = 0; i < layer->input.rank - 2; i++) axes[i] = i + 1;
    Onnx__NodeProto *const node = add_node(graph, average ? "ReduceMean" : "ReduceMax");
    add_ints(graph, node, "axes", axes, layer->input.rank - 2);
    add_int(graph, node, "keepdims", flag_of(layer->object, "keepdims"));
    return true;
}

/* x · scale + shift for every channel, computed once. */
static bool put_batch_normalization(Graph *graph, const Layer *layer) {
    const int64_t *const axis = field_of(layer->object, "axis", ARG_INT);
    const int rank = layer->input.rank;
    const int64_t at = axis && *axis >= 0 ? *axis : rank - 1, channels = layer->input.dim[at];
    const float *part[4] = {NULL};
    static const char *const names[] = {"gamma", "beta", "moving_mean", "moving_variance"};
    int64_t dim[MAX_RANK];
    for (int i = 0; i < layer->weights.count; i++)
        for (int j = 0; j < 4; j++)
            if (!strcmp(names[j], layer->weights.at[i]->name)) part[j] = export_values(graph->export, layer, i);
    float *const scale = NEW_ARRAY(graph->export->arena, float, channels), *const shift = NEW_ARRAY(
                                                                               graph->export->arena, float, channels);
    const double epsilon = real_of(layer->object, "epsilon", 1e-3);
    for (int64_t i = 0; i < channels; i++) {
        const double factor = (part[0] ? (double)part[0][i] : 1) / sqrt((double)part[3][i] + epsilon);
        scale[i] = (float)factor;
        shift[i] = (float)((part[1] ? (double)part[1][i] : 0) - (double)part[2][i] * factor);
    }
    for (int i = 0; i < rank - at; i++) dim[i] = i ? 1 : channels;
    add_tensor(graph, add_node(graph, "Mul"), arena_printf(graph->export->arena, "%s/scale", layer->name), TYPE_FLOAT,
               (int)(rank - at), dim, scale);
    add_tensor(graph, add_node(graph, "Add"), arena_printf(graph->export->arena, "%s/shift", layer->name), TYPE_FLOAT,
               (int)(rank - at), dim, shift);
    return true;
}

/* Flatten, Reshape: the shape that follows, behind the batch. */
static bool put_reshape(Graph *graph, const Layer *layer) {
    int64_t dim[MAX_RANK];
    const int64_t rank = layer->output.rank;
    for (int i = 0; i < rank; i++) dim[i] = i ? layer->output.dim[i] : -1;
    add_tensor(graph, add_node(graph, "Reshape"), arena_printf(graph->export->arena, "%s/shape", layer->name),
               TYPE_INT64, 1, &rank, dim);
    return true;
}

static bool put_relu(Graph *graph, const Layer *layer) {
    if (isfinite(real_of(layer->object, "max_value", INFINITY)) || real_of(layer->object, "threshold", 0) != 0 ||
        real_of(layer->object, "negative_slope", 0) != 0)
        return lacks(graph, layer, "only ReLU() without arguments has a node in ONNX");
    add_node(graph, "Relu");
    return true;
}

static bool put_layer(Graph *graph, const Layer *layer) {
    const char *const name = layer->def->class.name;
    if (layer->def->trains) {
        const bool *const inverted = field_of(layer->object, "inverted", ARG_BOOL);
        return !inverted || *inverted || lacks(graph, layer, "inverted=False is nnc's own");
    }
    if (!strcmp(name, "Dense")) return put_dense(graph, layer);
    if (!strcmp(name, "Activation")) return put_activation(graph, layer, activation_of(layer));
    if (!strncmp(name, "Conv", 4) && strlen(name) == 6) return put_conv(graph, layer);
    if (!strncmp(name, "MaxPooling", 10) || !strncmp(name, "AveragePooling", 14))
        return put_pool(graph, layer, *name == 'A');
    if (!strncmp(name, "Global", 6)) return put_global(graph, layer, name[6] == 'A');
    if (!strcmp(name, "BatchNormalization")) return put_batch_normalization(graph, layer);
    if (!strcmp(name, "Flatten") || !strcmp(name, "Reshape")) return put_reshape(graph, layer);
    if (!strcmp(name, "ReLU")) return put_relu(graph, layer);
    if (!strcmp(name, "LeakyReLU") || !strcmp(name, "ELU")) {
        const bool elu = *name == 'E';
        add_real(graph, add_node(graph, elu ? "Elu" : "LeakyRelu"), "alpha",
                 real_of(layer->object, elu ? "alpha" : "negative_slope", 1));
        return true;
    }
    if (!strcmp(name, "Permute")) {
        const Ints *dims = field_of(layer->object, "dims", ARG_SHAPE);
        if (!dims) dims = field_of(layer->object, "dims", ARG_INTS);
        int64_t perm[MAX_RANK] = {0};
        for (int i = 0; dims && i < dims->count; i++) perm[i + 1] = dims->at[i];
        if (dims) add_ints(graph, add_node(graph, "Transpose"), "perm", perm, layer->input.rank);
        return dims != NULL || lacks(graph, layer, "its order is not known");
    }
    return lacks(graph, layer, "it is not exported to ONNX; --keras takes it");
}

/* The file ------------------------------------------------------------ */

static Onnx__ValueInfoProto *value_of(Graph *graph, const char *name, Shape shape, int type) {
    Arena *const arena = graph->export->arena;
    Onnx__ValueInfoProto *const value = NEW(arena, Onnx__ValueInfoProto);
    onnx__value_info_proto__init(value);
    value->name = text_of(graph, name);
    onnx__type_proto__init(value->type = NEW(arena, Onnx__TypeProto));
    Onnx__TypeProto__Tensor *const tensor = value->type->tensor_type = NEW(arena, Onnx__TypeProto__Tensor);
    onnx__type_proto__tensor__init(tensor);
    tensor->has_elem_type = 1;
    tensor->elem_type = type;
    onnx__tensor_shape_proto__init(tensor->shape = NEW(arena, Onnx__TensorShapeProto));
    tensor->shape->n_dim = (size_t)shape.rank;
    tensor->shape->dim = NEW_ARRAY(arena, Onnx__TensorShapeProto__Dimension *, shape.rank);
    for (int i = 0; i < shape.rank; i++) {
        Onnx__TensorShapeProto__Dimension *const dim = tensor->shape->dim[i] =
            NEW(arena, Onnx__TensorShapeProto__Dimension);
        onnx__tensor_shape_proto__dimension__init(dim);
        dim->has_dim_value = i > 0;
        dim->dim_value = shape.dim[i];
        if (i == 0) dim->dim_param = text_of(graph, "batch");
    }
    return value;
}

bool export_onnx(Export *export) {
    const Model *const model = export->model;
    Graph graph = {.export = export, .value = "x"};
    for (int i = 0; i < model->layers.count; i++)
        if (!put_layer(&graph, model->layers.at[i])) return false;
    if (graph.nodes.count == 0) add_node(&graph, "Identity");
    Onnx__ModelProto file;
    Onnx__GraphProto body;
    Onnx__OperatorSetIdProto opset, *opsets = &opset;
    onnx__model_proto__init(&file);
    onnx__graph_proto__init(&body);
    onnx__operator_set_id_proto__init(&opset);
    Onnx__ValueInfoProto *input = value_of(&graph, "x", model->input, model->integer_input ? TYPE_INT32 : TYPE_FLOAT);
    Onnx__ValueInfoProto *output = value_of(&graph, graph.value, model->output, TYPE_FLOAT);
    opset.domain = text_of(&graph, "");
    opset.has_version = file.has_ir_version = 1;
    opset.version = OPSET;
    file.ir_version = IR_VERSION;
    file.producer_name = text_of(&graph, "nnc");
    file.producer_version = text_of(&graph, NNC_VERSION);
    file.n_opset_import = 1;
    file.opset_import = &opsets;
    file.graph = &body;
    body.name = text_of(&graph, model->name);
    body.n_node = (size_t)graph.nodes.count;
    body.node = graph.nodes.at;
    body.n_initializer = (size_t)graph.tensors.count;
    body.initializer = graph.tensors.at;
    body.n_input = body.n_output = 1;
    body.input = &input;
    body.output = &output;
    const size_t size = onnx__model_proto__get_packed_size(&file);
    unsigned char *const bytes = arena_alloc(export->arena, size + 1);
    text_append(&export->out, (const char *)bytes, onnx__model_proto__pack(&file, bytes));
    return true;
}

#endif
