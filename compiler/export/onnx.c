/* SPDX-License-Identifier: MIT-0 */
/* nnc export --onnx: opset 17, or the first that has the model's nodes. */
#include "export/export.h"

#ifdef NNC_IMPORT

#include <string.h>

#include "export/onnx.h"

/* Versions of the operators, and of the file's format that came with them; the first serves most models. */
static const struct { int opset, format; } versions[] = {{17, 8}, {21, 10}, {23, 11}};

/* The first of them that has all nodes of the model. */
static size_t version_of(const Model *model) {
    size_t at = 0;
    for (int i = 0; i < model->layers.count; i++)
        while (versions[at].opset < graph_opset(model->layers.at[i])) at++;
    return at;
}

bool export_onnx(Export *export) {
    const Model *const model = export->model;
    const size_t version = version_of(model);
    Graph graph = {.export = export, .value = "x", .opset = versions[version].opset};
    if (model->max_steps)
        return export_fail(export,
                           "samples are of any length (max_steps=), and nnc writes ONNX of fixed sizes: "
                           "shape=(%lld, …) in place of None makes one that takes samples of that length",
                           (long long)model->max_steps);
    for (int i = 0; i < model->layers.count; i++)
        if (!graph_put_layer(&graph, model->layers.at[i])) return false;
        else if (model->layers.at[i]->mask.rank == 0) graph.mask = NULL;
    if (graph.nodes.count == 0) graph_node(&graph, "Identity");
    Onnx__ModelProto file;
    Onnx__GraphProto body;
    Onnx__OperatorSetIdProto opset, *opsets = &opset;
    onnx__model_proto__init(&file);
    onnx__graph_proto__init(&body);
    onnx__operator_set_id_proto__init(&opset);
    Onnx__ValueInfoProto *input =
        graph_value(&graph, "x", model->input, model->integer_input ? TYPE_INT32 : TYPE_FLOAT);
    Onnx__ValueInfoProto *output = graph_value(&graph, graph.value, model->output, TYPE_FLOAT);
    opset.domain = arena_strdup(export->arena, "");
    opset.has_version = file.has_ir_version = 1;
    opset.version = graph.opset;
    file.ir_version = versions[version].format;
    file.producer_name = arena_strdup(export->arena, "nnc");
    file.producer_version = arena_strdup(export->arena, NNC_VERSION);
    file.n_opset_import = 1;
    file.opset_import = &opsets;
    file.graph = &body;
    body.name = arena_strdup(export->arena, model->name);
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
