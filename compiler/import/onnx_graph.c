/* SPDX-License-Identifier: MIT-0 */
/* The graph of an ONNX file: its nodes, its constants, the layers found in it. */
#include "import/import.h"

#ifdef NNC_IMPORT

#include <string.h>

#include "import/onnx_graph.h"

enum { LOCATION_EXTERNAL = 1 /* of a tensor whose elements are in another file */ };

/* Nodes ------------------------------------------------------------ */

bool onnx_is(const Node *node, const char *type) { return node->op_type && !strcmp(node->op_type, type); }

const char *onnx_input(const Node *node, size_t index) {
    return index < node->n_input && *node->input[index] ? node->input[index] : NULL;
}

const Constant *onnx_constant(const Onnx *onnx, const char *name) {
    const Constant *found = NULL;
    for (; name && onnx && !found; onnx = onnx->outer) found = names_find(&onnx->constants, name);
    return found;
}

const Constant *onnx_constant_input(const Onnx *onnx, const Node *node, size_t index) {
    return onnx_constant(onnx, onnx_input(node, index));
}

const Onnx__AttributeProto *onnx_attribute(const Node *node, const char *name) {
    for (size_t i = 0; i < node->n_attribute; i++)
        if (node->attribute[i]->name && !strcmp(node->attribute[i]->name, name)) return node->attribute[i];
    return NULL;
}

int64_t onnx_int(const Node *node, const char *name, int64_t otherwise) {
    const Onnx__AttributeProto *const attribute = onnx_attribute(node, name);
    return attribute && attribute->has_i ? attribute->i : otherwise;
}

double onnx_real(const Node *node, const char *name, double otherwise) {
    const Onnx__AttributeProto *const attribute = onnx_attribute(node, name);
    return attribute && attribute->has_f ? (double)attribute->f : otherwise;
}

const char *onnx_text(const Onnx *onnx, const Node *node, const char *name) {
    const Onnx__AttributeProto *const attribute = onnx_attribute(node, name);
    return attribute && attribute->has_s
               ? arena_strndup(onnx->import->arena, (const char *)attribute->s.data, attribute->s.len)
               : "";
}

int onnx_ints(const Onnx *onnx, const Node *node, const char *name, int input, int64_t *ints) {
    const Onnx__AttributeProto *const attribute = onnx_attribute(node, name);
    const Constant *const constant = input >= 0 ? onnx_constant_input(onnx, node, (size_t)input) : NULL;
    if (constant && constant->whole && constant->count <= 2 * ONNX_RANK) {
        memcpy(ints, constant->whole, constant->count * sizeof *ints);
        return (int)constant->count;
    }
    if (!attribute || attribute->n_ints > 2 * ONNX_RANK) return 0;
    if (attribute->n_ints) memcpy(ints, attribute->ints, attribute->n_ints * sizeof *ints);
    return (int)attribute->n_ints;
}

bool onnx_fail(const Onnx *onnx, const Node *node, const char *format, ...) {
    va_list args;
    va_start(args, format);
    const char *const text = arena_vprintf(onnx->import->arena, format, args);
    va_end(args);
    return import_fail(onnx->import, "node %s, %s: %s",
                       import_quote(onnx->import, node->name && *node->name ? node->name : "without a name"),
                       import_quote(onnx->import, node->op_type ? node->op_type : "?"), text);
}

NodeList onnx_readers(const Onnx *onnx, const char *name) {
    const NodeList *const list = names_find(&onnx->readers, name);
    return list ? *list : (NodeList){0};
}

const Node *onnx_reader(const Onnx *onnx, const char *name, const char *type) {
    const NodeList readers = onnx_readers(onnx, name);
    return readers.count == 1 && onnx_is(readers.at[0], type) ? readers.at[0] : NULL;
}

int64_t onnx_product(const int64_t *dim, int count) {
    int64_t product = 1;
    for (int i = 0; i < count; i++) product *= dim[i];
    return product;
}

const Node *onnx_maker(const Onnx *onnx, const char *value) {
    return value && !onnx_constant(onnx, value) ? names_find(&onnx->makers, value) : NULL;
}

static void *take_memory(void *arena, size_t bytes) { return arena_alloc(arena, bytes); }
static void leave_memory(void *arena, void *memory) { (void)arena, (void)memory; }

ProtobufCAllocator onnx_allocator(const Import *import) {
    return (ProtobufCAllocator){take_memory, leave_memory, import->arena};
}

const Onnx__GraphProto *onnx_body(Onnx *onnx, const Node *node) {
    const Onnx__AttributeProto *const body = onnx_attribute(node, "body");
    if (!body || !body->has_g || !onnx_is(node, "Loop")) return NULL;
    void **const slot = names_slot(&onnx->bodies, node->output[0]);
    ProtobufCAllocator allocator = onnx_allocator(onnx->import);
    if (!*slot) *slot = onnx__graph_proto__unpack(&allocator, body->g.len, body->g.data);
    return *slot;
}

/* Constants ------------------------------------------------------------ */

Constant *onnx_new_constant(Onnx *onnx, const char *name, int rank, const int64_t *dim, bool whole) {
    Constant *const constant = NEW(onnx->import->arena, Constant);
    constant->name = name;
    constant->rank = rank;
    constant->count = 1;
    for (int i = 0; i < rank; i++) {
        constant->dim[i] = dim[i];
        if (dim[i] < 0 || dim[i] > INT32_MAX || nnc_multiply(constant->count, (size_t)dim[i], &constant->count) != 0 ||
            constant->count > INT32_MAX)
            return NULL;
    }
    if (whole) constant->whole = NEW_ARRAY(onnx->import->arena, int64_t, constant->count + 1);
    else constant->real = NEW_ARRAY(onnx->import->arena, float, constant->count + 1);
    return constant;
}

/* The bytes of a tensor's elements: raw, or in the list of their type; as many as its sizes say. */
static bool elements_of(const Onnx__TensorProto *tensor, size_t count, const void **bytes, size_t *size) {
    const struct {
        int type;
        size_t size, listed;
        const void *list;
    } types[] = {{TYPE_FLOAT, 4, tensor->n_float_data, tensor->float_data},
                 {TYPE_DOUBLE, 8, tensor->n_double_data, tensor->double_data},
                 {TYPE_INT64, 8, tensor->n_int64_data, tensor->int64_data},
                 {TYPE_INT32, 4, tensor->n_int32_data, tensor->int32_data},
                 {TYPE_BOOL, 1, 0, NULL}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (types[i].type != tensor->data_type) continue;
        *size = types[i].size;
        *bytes = tensor->has_raw_data ? tensor->raw_data.data : types[i].list;
        return tensor->has_raw_data ? tensor->raw_data.len == count * *size : types[i].listed == count;
    }
    return false;
}

Constant *onnx_constant_of(Onnx *onnx, const Onnx__TensorProto *tensor, const char *name) {
    const bool whole =
        tensor->data_type == TYPE_INT64 || tensor->data_type == TYPE_INT32 || tensor->data_type == TYPE_BOOL;
    const void *bytes = NULL;
    size_t size = 0;
    if (tensor->data_location == LOCATION_EXTERNAL) {
        import_fail(
            onnx->import,
            "keeps its weights in another file: save it as one, in Python by onnx.save(onnx.load('FILE'), 'ONE.onnx')");
        return NULL;
    }
    Constant *const constant =
        tensor->n_dims <= ONNX_RANK ? onnx_new_constant(onnx, name, (int)tensor->n_dims, tensor->dims, whole) : NULL;
    if (!constant || !elements_of(tensor, constant->count, &bytes, &size)) {
        const bool other = tensor->data_type != TYPE_FLOAT && tensor->data_type != TYPE_DOUBLE && !whole;
        import_fail(onnx->import,
                    other ? "the tensor %s has elements of a type that nnc does not import: float32 it should be"
                          : "the tensor %s is damaged: it has not as many elements as its shape says",
                    import_quote(onnx->import, name ? name : ""));
        return NULL;
    }
    void *const copy = arena_alloc(onnx->import->arena, constant->count * size + 8);
    if (constant->count) memcpy(copy, bytes, constant->count * size);
    if (tensor->has_raw_data) nnc_fix_byte_order(copy, constant->count, size, 0);
    for (size_t i = 0; i < constant->count; i++) {
        if (whole)
            constant->whole[i] = size == 8   ? ((int64_t *)copy)[i]
                                 : size == 4 ? ((int32_t *)copy)[i]
                                             : ((unsigned char *)copy)[i];
        else constant->real[i] = size == 8 ? (float)((double *)copy)[i] : ((float *)copy)[i];
    }
    return constant;
}

float *onnx_permuted(const Onnx *onnx, const Constant *constant, int rank, const int64_t *dim, const int *order) {
    float *const out = NEW_ARRAY(onnx->import->arena, float, constant->count + 1);
    int64_t stride[ONNX_RANK], at[ONNX_RANK] = {0};
    for (int i = rank - 1, step = 1; i >= 0; step *= (int)dim[i--]) stride[i] = step;
    for (size_t i = 0; i < constant->count; i++) {
        int64_t from = 0;
        for (int j = 0; j < rank; j++) from += at[j] * stride[order[j]];
        out[i] = constant->real[from];
        for (int j = rank - 1; j >= 0 && ++at[j] == dim[order[j]]; j--) at[j] = 0;
    }
    return out;
}

/* What is found ------------------------------------------------------------ */

Found *onnx_layer(Onnx *onnx, const char *class_name) {
    Found *const found = NEW(onnx->import->arena, Found);
    *found = (Found){.class_name = class_name, .args = {.arena = onnx->import->arena}, .distributed = onnx->steps > 0};
    list_push(onnx->import->arena, &onnx->layers, found);
    return found;
}

void onnx_arg(Onnx *onnx, const char *format, ...) {
    Text *const args = &onnx->layers.at[onnx->layers.count - 1]->args;
    va_list list;
    va_start(list, format);
    text_printf(args, "%s%s", args->length ? ", " : "", arena_vprintf(onnx->import->arena, format, list));
    va_end(list);
}

void onnx_found_weight(Onnx *onnx, Found *found, float *values, int rank, const int64_t *dim) {
    nnc_entry entry = {.name = arena_printf(onnx->import->arena, "a weight of %s", found->class_name),
                       .dtype = NNC_F32,
                       .rank = rank,
                       .count = 1,
                       .data = values};
    for (int i = 0; i < rank; i++) {
        entry.shape[i] = dim[i];
        entry.count *= (size_t)dim[i];
    }
    list_push(onnx->import->arena, &found->weights, entry);
}

void onnx_weight(Onnx *onnx, float *values, int rank, const int64_t *dim) {
    onnx_found_weight(onnx, onnx->layers.at[onnx->layers.count - 1], values, rank, dim);
}

void onnx_step(Onnx *onnx, const char *output) { onnx->value = output; }

#endif
