/* SPDX-License-Identifier: MIT-0 */
/* ONNX: along the chain of nodes from the input to the output; what each becomes is said in the files beside. Channels
 * that come first in ONNX come last here, and so only weights, and input or output where they are images, stand in
 * another order. */
#include "import/import.h"

#ifdef NNC_IMPORT

#include <string.h>

#include "import/onnx_graph.h"

/* Whether rows of a table are fetched by it, perhaps beside what says which of them count. */
static bool makes_indices(const Onnx *onnx, const char *value) {
    const NodeList readers = onnx_readers(onnx, value);
    bool fetches = false;
    for (int i = 0; i < readers.count; i++) {
        fetches |= onnx_is(readers.at[i], "Gather");
        if (!onnx_is(readers.at[i], "Gather") && !onnx_is(readers.at[i], "Equal")) return false;
    }
    return fetches;
}

/* Passes over nodes that change nothing in prediction, or only how the value lies. */
static bool take_through(Onnx *onnx, const Node *node, bool *done) {
    *done = onnx_is(node, "Identity") || onnx_is(node, "Cast");
    if (*done && onnx_is(node, "Cast") && onnx->layers.count == 0 && !onnx->whole_input)
        *done = onnx_int(node, "to", 1) == 1 || makes_indices(onnx, node->output[0]);
    if (*done) onnx_step(onnx, node->output[0]);
    return true;
}

bool onnx_wants_channels(const Onnx *onnx, const char *value) {
    static const char *const windows[] = {"Conv",
                                          "ConvTranspose",
                                          "MaxPool",
                                          "AveragePool",
                                          "GlobalAveragePool",
                                          "GlobalMaxPool",
                                          "BatchNormalization",
                                          "Resize",
                                          "Upsample",
                                          "InstanceNormalization",
                                          "GroupNormalization"};
    static const char *const through[] = {"Relu",     "LeakyRelu", "Sigmoid", "Tanh", "Elu", "Clip", "Pad",   "Dropout",
                                          "Identity", "Cast",      "Mul",     "Div",  "Sub", "Add",  "PRelu", "Slice"};
    for (size_t steps = 0; steps <= onnx->graph->n_node; steps++) {
        const NodeList readers = onnx_readers(onnx, value);
        const Node *const node = readers.count ? readers.at[0] : NULL;
        bool passes = false;
        for (size_t i = 0; node && i < sizeof windows / sizeof *windows; i++)
            if (onnx_is(node, windows[i])) return readers.count == 1; /* else one of several that normalize */
        for (size_t i = 0; node && i < sizeof through / sizeof *through; i++) passes |= onnx_is(node, through[i]);
        if (!passes || (node->n_input == 2 && !onnx_added(onnx, node))) return false;
        value = node->output[0];
    }
    return false;
}

static bool take_input(Onnx *onnx) {
    const Onnx__ValueInfoProto *input = NULL;
    for (size_t i = 0; i < onnx->graph->n_input; i++) {
        const Onnx__ValueInfoProto *const each = onnx->graph->input[i];
        if (!each->name || onnx_constant(onnx, each->name)) continue;
        if (input)
            return import_fail(onnx->import,
                               "has several inputs, %s and %s: nnc takes models that are one chain of layers",
                               import_quote(onnx->import, input->name), import_quote(onnx->import, each->name));
        input = each;
    }
    const Onnx__TypeProto__Tensor *const type = input && input->type ? input->type->tensor_type : NULL;
    if (!type || !type->shape || type->shape->n_dim < 2 || type->shape->n_dim >= ONNX_RANK)
        return import_fail(onnx->import, "does not say the shape of its input");
    onnx->whole_input = type->elem_type == TYPE_INT32 || type->elem_type == TYPE_INT64;
    if (!onnx->whole_input && type->elem_type != TYPE_FLOAT && type->elem_type != TYPE_DOUBLE)
        return import_fail(onnx->import, "has an input %s that is neither real nor whole numbers",
                           import_quote(onnx->import, input->name));
    onnx->value = input->name;
    onnx->rank = (int)type->shape->n_dim;
    for (int i = 0; i < onnx->rank; i++)
        onnx->dim[i] = type->shape->dim[i]->has_dim_value ? type->shape->dim[i]->dim_value : -1;
    return true;
}

/* Of a recurrent network whose time comes first the batch is the second dimension. */
static bool time_first(const Onnx *onnx) {
    const NodeList readers = onnx_readers(onnx, onnx->value);
    if (onnx->rank != 3 || readers.count == 0) return false;
    const Node *const node = readers.at[0];
    return (onnx_is(node, "LSTM") || onnx_is(node, "GRU") || onnx_is(node, "RNN")) && onnx_int(node, "layout", 0) == 0;
}

static bool put_input(Onnx *onnx) {
    Import *const import = onnx->import;
    const int64_t *const dim = onnx->dim;
    onnx->lay = time_first(onnx)                                            ? LAY_TIME
                : onnx->rank >= 3 && onnx_wants_channels(onnx, onnx->value) ? LAY_CHANNELS
                                                                            : LAY_SAME;
    int64_t sizes[ONNX_RANK];
    int count = 0;
    if (onnx->lay == LAY_TIME) sizes[count++] = dim[0];
    for (int i = onnx->lay == LAY_SAME ? 1 : 2; i < onnx->rank; i++) sizes[count++] = dim[i];
    if (onnx->lay == LAY_CHANNELS) sizes[count++] = dim[1];
    if (onnx->lay == LAY_CHANNELS && onnx->rank > 2)
        import_note(
            import,
            "The input has its channels last: what ONNX takes as (batch, channels, …) is (batch, …, channels) here.");
    if (onnx->lay == LAY_TIME)
        import_note(import, "The input has the batch first: what ONNX takes as (time, batch, features) is (batch, "
                            "time, features) here.");
    text_puts(&import->text, "Input(shape=(");
    for (int i = 0; i < count; i++) {
        if (sizes[i] < 1 || sizes[i] > INT32_MAX) {
            import_fail(import, "has an input %s whose sizes are not all known", import_quote(import, onnx->value));
            nnc_fail_hint(&import->host, "export it with fixed sizes, but for the batch");
            return false;
        }
        text_printf(&import->text, "%lld%s", (long long)sizes[i], count == 1 ? "," : i + 1 < count ? ", " : "");
    }
    text_puts(&import->text, onnx->whole_input ? "), dtype='int32')\n" : "))\n");
    int64_t *const batch = &onnx->dim[onnx->lay == LAY_TIME ? 1 : 0];
    onnx->batch = *batch > 0 ? *batch : 1;
    *batch = 1;
    return true;
}

static bool is_output(const Onnx *onnx) {
    for (size_t i = 0; i < onnx->graph->n_output; i++)
        if (onnx->graph->output[i]->name && !strcmp(onnx->graph->output[i]->name, onnx->value)) return true;
    return false;
}

/* The chain ends where nothing reads its value: at the output, or where only a graph within a node does. */
static bool check_end(const Onnx *onnx) {
    if (is_output(onnx) && onnx->lay != LAY_ROWS && !onnx->one && !onnx->steps) return true;
    if (is_output(onnx))
        return import_fail(onnx->import, "has an output of another shape than what it is made of here");
    for (size_t i = 0; i < onnx->graph->n_node; i++) {
        const Node *const node = onnx->graph->node[i];
        if (!onnx_is(node, "Loop") && !onnx_is(node, "Scan") && !onnx_is(node, "If")) continue;
        onnx_fail(onnx, node, "it has a graph of its own, step by step, which is no layer of nnc");
        nnc_fail_hint(&onnx->import->host,
                      "import what it was exported from: the .keras, or PyTorch's weights by --for");
        return false;
    }
    return import_fail(onnx->import, "has no output that its input leads to: %s is read by nothing",
                       import_quote(onnx->import, onnx->value));
}

bool onnx_take_node(Onnx *onnx, const Node *node) {
    bool (*const takers[])(Onnx *, const Node *, bool *) = {take_through,        onnx_take_product,    onnx_take_layer,
                                                            onnx_take_repeats,   onnx_take_categories, onnx_take_shape,
                                                            onnx_take_recurrent, onnx_take_window};
    bool done = onnx->masked && !onnx_keeps_mask(onnx, node);
    if (done) return false;
    for (size_t i = 0; i < sizeof takers / sizeof *takers && !done; i++)
        if (!takers[i](onnx, node, &done)) return false;
    if (done) return true;
    onnx_fail(onnx, node, "nnc has no layer for it here");
    nnc_fail_hint(&onnx->import->host,
                  "say it by other layers before the export, or write the model file and bring the weights by --for");
    return false;
}

static bool take_nodes(Onnx *onnx) {
    for (size_t steps = 0;; steps++) {
        bool done = false;
        if (!onnx_fold(onnx)) return false; /* shapes of the present value have become constants */
        const NodeList readers = onnx_readers(onnx, onnx->value);
        if (readers.count == 0) break;
        const Node *const node = readers.at[0];
        if (steps > 2 * onnx->graph->n_node) return onnx_fail(onnx, node, "the graph goes round in circles");
        if (is_output(onnx))
            return onnx_fail(onnx, node,
                             "it reads an output of the model: nnc takes models that are one chain of layers");
        if (!onnx_take_mask(onnx, readers, &done)) return false;
        if (done) continue;
        if (!onnx_take_pattern(onnx, readers, &done)) return false;
        if (!done && !onnx_take_formula(onnx, readers, &done)) return false;
        if (!done && !onnx_take_ways(onnx, readers, &done)) return false;
        if (done) continue;
        if (readers.count > 1) {
            onnx_fail(onnx, node, "its input %s goes to another node, too, %s", import_quote(onnx->import, onnx->value),
                      import_quote(onnx->import, readers.at[1]->name && *readers.at[1]->name ? readers.at[1]->name
                                                                                             : readers.at[1]->op_type));
            nnc_fail_hint(&onnx->import->host, "nnc takes models that are one chain of layers");
            return false;
        }
        if (!onnx_take_node(onnx, node)) return false;
    }
    return check_end(onnx);
}

/* fc1 of fc1.weight, where no other layer has it. */
static void put_layers(Onnx *onnx) {
    Text *const out = &onnx->import->text;
    for (int i = 0; i < onnx->layers.count; i++) {
        const Found *const found = onnx->layers.at[i];
        text_printf(out, "%s%s(%s%s", found->distributed ? "TimeDistributed(" : "", found->class_name,
                    text_chars(&found->args), found->biasless ? ", use_bias=False" : "");
        bool unique = found->name != NULL && !found->distributed;
        for (int j = 0; unique && j < onnx->layers.count; j++)
            unique = j == i || !onnx->layers.at[j]->name || strcmp(onnx->layers.at[j]->name, found->name) != 0;
        if (unique) text_printf(out, "%sname='%s'", found->args.length ? ", " : "", found->name);
        text_puts(out, found->distributed ? "))\n" : ")\n");
    }
}

static bool put_weights(Onnx *onnx) {
    Import *const import = onnx->import;
    for (int i = 0; i < onnx->layers.count; i++) {
        const Layer *const layer = import->model->layers.at[i];
        const Found *const found = onnx->layers.at[i];
        if (layer->weights.count != found->weights.count)
            return import_fail(import, "layer '%s' has %d weights, and %d were found", layer->name,
                               layer->weights.count, found->weights.count);
        if (found->recurs && found->masks != (i > 0 && import->model->layers.at[i - 1]->mask.rank > 0))
            return import_fail(import, "masks steps of layer '%s' %s", layer->name,
                               found->masks ? "behind layers of nnc that do not carry masks on"
                                            : "nowhere, where nnc's layers would");
        for (int j = 0; j < layer->weights.count; j++)
            if (!import_weight(import, layer->weights.at[j], &found->weights.at[j], found->weights.at[j].name))
                return false;
    }
    return true;
}

static bool take_model(Onnx *onnx, const Onnx__ModelProto *model) {
    Import *const import = onnx->import;
    for (size_t i = 0; i < model->n_opset_import; i++)
        if (!model->opset_import[i]->domain || !*model->opset_import[i]->domain)
            onnx->opset = model->opset_import[i]->version;
    if (!onnx_read_constants(onnx) || !onnx_fold(onnx) || !take_input(onnx)) return false;
    text_puts(&import->text, "model m {\n");
    if (!onnx_fold(onnx) || !put_input(onnx) || !take_nodes(onnx)) return false;
    if (onnx->graph->n_output != 1)
        return import_fail(import, "has %zu outputs: nnc takes models that are one chain of layers",
                           onnx->graph->n_output);
    if (onnx->lay == LAY_CHANNELS && onnx->rank > 2)
        import_note(
            import,
            "The output has its channels last: what ONNX gives as (batch, channels, …) is (batch, …, channels) here.");
    else if (onnx->lay == LAY_TIME) import_note(import, "The output has the batch first.");
    else if (onnx->lay == LAY_LAST || onnx->lay == LAY_STEPS)
        import_note(import, "The output has the batch first, without the dimension of ways.");
    if (onnx->layers.count == 0) return import_fail(import, "has no layers");
    put_layers(onnx);
    text_puts(&import->text, "}\n");
    const char *const slash = strrchr(import->path, '/');
    import->model_name = onnx->graph->name;
    import->stateless = "ONNX keeps none";
    return import_model(import,
                        arena_printf(import->arena, "From %s, an ONNX model of %.40s %.40s.",
                                     slash ? slash + 1 : import->path, model->producer_name ? model->producer_name : "",
                                     model->producer_version ? model->producer_version : "")) &&
           put_weights(onnx);
}

bool import_onnx(Import *import) {
    if (import->options->model)
        return import_fail(import, "is a whole model: import it with -o MODEL.nn, without --for");
    ProtobufCAllocator allocator = onnx_allocator(import);
    Onnx__ModelProto *const model = onnx__model_proto__unpack(&allocator, import->size, import->bytes);
    if (!model) return import_fail(import, "is a damaged ONNX file: its protocol buffer cannot be read");
    if (!model->graph) return import_fail(import, "is an ONNX file without a graph");
    Onnx onnx = {.import = import,
                 .graph = model->graph,
                 .constants = {.arena = import->arena},
                 .readers = {.arena = import->arena},
                 .masks = {.arena = import->arena},
                 .makers = {.arena = import->arena},
                 .bodies = {.arena = import->arena}};
    return take_model(&onnx, model);
}

#endif
