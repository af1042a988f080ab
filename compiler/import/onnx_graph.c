/* SPDX-License-Identifier: MIT-0 */
/* The graph of an ONNX file: constants, the arithmetic of shapes, who reads what. */
#include "import/import.h"

#ifdef NNC_IMPORT

#include <math.h>
#include <string.h>

#include "import/onnx_graph.h"

enum {
    TYPE_FLOAT = 1,
    TYPE_INT32 = 6,
    TYPE_INT64 = 7,
    TYPE_BOOL = 9,
    TYPE_FLOAT16 = 10,
    TYPE_DOUBLE = 11,
    LOCATION_EXTERNAL = 1
};

/* Nodes ------------------------------------------------------------ */

bool onnx_is(const Node *node, const char *type) { return node->op_type && !strcmp(node->op_type, type); }

const char *onnx_input(const Node *node, size_t index) {
    return index < node->n_input && *node->input[index] ? node->input[index] : NULL;
}

const Constant *onnx_constant(const Onnx *onnx, const char *name) {
    return name ? names_find(&onnx->constants, name) : NULL;
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

/* Constants ------------------------------------------------------------ */

static Constant *new_constant(Onnx *onnx, const char *name, int rank, const int64_t *dim, bool whole) {
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

static void keep(Onnx *onnx, const char *name, Constant *constant) {
    constant->name = name;
    *(Constant **)names_slot(&onnx->constants, name) = constant;
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
                 {TYPE_INT32, 4, tensor->n_int32_data, tensor->int32_data}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (types[i].type != tensor->data_type) continue;
        *size = types[i].size;
        *bytes = tensor->has_raw_data ? tensor->raw_data.data : types[i].list;
        return tensor->has_raw_data ? tensor->raw_data.len == count * *size : types[i].listed == count;
    }
    return false;
}

/* NULL after a message. */
static Constant *constant_of(Onnx *onnx, const Onnx__TensorProto *tensor, const char *name) {
    const bool whole = tensor->data_type == TYPE_INT64 || tensor->data_type == TYPE_INT32;
    const void *bytes = NULL;
    size_t size = 0;
    if (tensor->data_location == LOCATION_EXTERNAL) {
        import_fail(
            onnx->import,
            "keeps its weights in another file: save it as one, in Python by onnx.save(onnx.load('FILE'), 'ONE.onnx')");
        return NULL;
    }
    Constant *const constant =
        tensor->n_dims <= ONNX_RANK ? new_constant(onnx, name, (int)tensor->n_dims, tensor->dims, whole) : NULL;
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
        if (whole) constant->whole[i] = size == 8 ? ((int64_t *)copy)[i] : ((int32_t *)copy)[i];
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

/* Folding ------------------------------------------------------------ */

static double number_at(const Constant *constant, size_t i) {
    return constant->whole ? (double)constant->whole[i] : (double)constant->real[i];
}

static Constant *fold_arithmetic(Onnx *onnx, const Node *node, const Constant *a, const Constant *b) {
    const Constant *const larger = a->count >= b->count ? a : b;
    if ((a->count != b->count && a->count != 1 && b->count != 1) || !a->whole != !b->whole) return NULL;
    Constant *const result = new_constant(onnx, NULL, larger->rank, larger->dim, larger->whole != NULL);
    for (size_t i = 0; result && i < result->count; i++) {
        const double x = number_at(a, a->count == 1 ? 0 : i), y = number_at(b, b->count == 1 ? 0 : i);
        const double value = onnx_is(node, "Add")   ? x + y
                             : onnx_is(node, "Sub") ? x - y
                             : onnx_is(node, "Mul") ? x * y
                             : y != 0               ? x / y
                                                    : 0;
        if (result->whole) result->whole[i] = fabs(value) < 1e15 ? (int64_t)value : 0;
        else result->real[i] = (float)value;
    }
    return result;
}

/* The same elements in another shape. */
static Constant *reshaped(Onnx *onnx, const Constant *from, int rank, const int64_t *dim) {
    Constant *const result = NEW(onnx->import->arena, Constant);
    *result = *from;
    result->rank = rank;
    size_t count = 1;
    for (int i = 0; i < rank; i++) {
        result->dim[i] = dim[i];
        count *= (size_t)(dim[i] < 0 ? 0 : dim[i]);
    }
    return count == from->count ? result : NULL;
}

static Constant *fold_reshape(Onnx *onnx, const Node *node, const Constant *from) {
    int64_t dim[2 * ONNX_RANK], known = 1;
    const int rank = onnx_ints(onnx, node, "shape", 1, dim);
    int open = -1;
    for (int i = 0; i < rank && rank <= ONNX_RANK; i++) {
        if (dim[i] == 0 && i < from->rank) dim[i] = from->dim[i];
        if (dim[i] == -1) open = i;
        else known *= dim[i];
    }
    if (open >= 0 && known > 0) dim[open] = (int64_t)from->count / known;
    return rank <= ONNX_RANK ? reshaped(onnx, from, rank, dim) : NULL;
}

static Constant *fold_squeeze(Onnx *onnx, const Node *node, const Constant *from) {
    int64_t axes[2 * ONNX_RANK], dim[2 * ONNX_RANK];
    const int count = onnx_ints(onnx, node, "axes", 1, axes);
    const bool grows = onnx_is(node, "Unsqueeze");
    const int all = from->rank + (grows ? count : 0);
    int rank = 0, next = 0;
    if (all > ONNX_RANK) return NULL;
    for (int i = 0; i < all; i++) {
        bool named = !grows && count == 0 && from->dim[i] == 1;
        for (int j = 0; j < count; j++) named |= axes[j] == i || axes[j] + all == i;
        if (grows) dim[rank++] = named ? 1 : next < from->rank ? from->dim[next++] : 1;
        else if (!named) dim[rank++] = from->dim[i];
    }
    return reshaped(onnx, from, rank, dim);
}

static Constant *fold_transpose(Onnx *onnx, const Node *node, const Constant *from) {
    int64_t perm[2 * ONNX_RANK], dim[ONNX_RANK];
    int order[ONNX_RANK];
    const int count = onnx_ints(onnx, node, "perm", -1, perm);
    if (!from->real || (count && count != from->rank)) return NULL;
    for (int i = 0; i < from->rank; i++) {
        order[i] = count ? (int)perm[i] : from->rank - 1 - i;
        if (order[i] < 0 || order[i] >= from->rank) return NULL;
        dim[i] = from->dim[order[i]];
    }
    Constant *const result = new_constant(onnx, NULL, from->rank, dim, false);
    if (result) result->real = onnx_permuted(onnx, from, from->rank, from->dim, order);
    return result;
}

/* Rows of a constant by constant indices. */
static Constant *fold_gather(Onnx *onnx, const Node *node, const Constant *from, const Constant *indices) {
    int64_t dim[ONNX_RANK] = {0};
    if (onnx_int(node, "axis", 0) != 0 || from->rank != 1 || !indices->whole || indices->rank > 1) return NULL;
    for (int i = 0; i < indices->rank; i++) dim[i] = indices->dim[i];
    Constant *const result = new_constant(onnx, NULL, indices->rank, dim, from->whole != NULL);
    for (size_t i = 0; result && i < indices->count; i++) {
        const int64_t index = indices->whole[i] < 0 ? indices->whole[i] + (int64_t)from->count : indices->whole[i];
        if (index < 0 || index >= (int64_t)from->count) return NULL;
        if (from->whole) result->whole[i] = from->whole[index];
        else result->real[i] = from->real[index];
    }
    return result;
}

static Constant *fold_concat(Onnx *onnx, const Node *node) {
    int64_t count = 0;
    for (size_t i = 0; i < node->n_input; i++) {
        const Constant *const part = onnx_constant_input(onnx, node, i);
        if (!part || part->rank != 1 || !part->whole) return NULL;
        count += part->dim[0];
    }
    Constant *const result = new_constant(onnx, NULL, 1, &count, true);
    for (size_t i = 0, at = 0; result && i < node->n_input; i++) {
        const Constant *const part = onnx_constant_input(onnx, node, i);
        memcpy(result->whole + at, part->whole, part->count * sizeof *part->whole);
        at += part->count;
    }
    return result;
}

/* A part of a constant along one axis: of a list, or of states that are all the same. */
static Constant *fold_slice(Onnx *onnx, const Node *node, const Constant *from) {
    int64_t start[2 * ONNX_RANK], end[2 * ONNX_RANK], step[2 * ONNX_RANK], axes[2 * ONNX_RANK], dim[ONNX_RANK];
    if (from->rank > 1 && from->real) {
        const int64_t axis =
            onnx_ints(onnx, node, "axes", 3, axes) == 1 ? axes[0] < 0 ? axes[0] + from->rank : axes[0] : 0;
        for (size_t i = 1; i < from->count; i++)
            if (from->real[i] != from->real[0]) return NULL;
        if (axis < 0 || axis >= from->rank || onnx_ints(onnx, node, "starts", 1, start) != 1 ||
            onnx_ints(onnx, node, "ends", 2, end) != 1)
            return NULL;
        memcpy(dim, from->dim, sizeof dim);
        const int64_t low = *start < 0 ? *start + dim[axis] : *start, high = *end < 0           ? *end + dim[axis]
                                                                             : *end < dim[axis] ? *end
                                                                                                : dim[axis];
        if (low < 0 || high < low) return NULL;
        dim[axis] = high - low;
        Constant *const part = new_constant(onnx, NULL, from->rank, dim, false);
        for (size_t i = 0; part && i < part->count; i++) part->real[i] = from->real[0];
        return part;
    }
    if (from->rank != 1 || onnx_ints(onnx, node, "starts", 1, start) != 1 || onnx_ints(onnx, node, "ends", 2, end) != 1)
        return NULL;
    if (onnx_ints(onnx, node, "steps", 4, step) == 1 && *step != 1) return NULL;
    const int64_t size = from->dim[0];
    int64_t low = *start < 0 ? *start + size : *start, high = *end < 0 ? *end + size : *end;
    low = low < 0 ? 0 : low > size ? size : low;
    high = high < low ? low : high > size ? size : high;
    const int64_t count = high - low;
    Constant *const result = new_constant(onnx, NULL, 1, &count, from->whole != NULL);
    for (int64_t i = 0; result && i < count; i++) {
        if (from->whole) result->whole[i] = from->whole[low + i];
        else result->real[i] = from->real[low + i];
    }
    return result;
}

static Constant *fold_fill(Onnx *onnx, const Node *node, const Constant *shape) {
    const Onnx__AttributeProto *const value = onnx_attribute(node, "value");
    const Constant *const one = value && value->t ? constant_of(onnx, value->t, "value") : NULL;
    if (!shape->whole || shape->count > ONNX_RANK) return NULL;
    Constant *const result = new_constant(onnx, NULL, (int)shape->count, shape->whole, one && one->whole);
    for (size_t i = 0; result && one && one->count == 1 && i < result->count; i++) {
        if (result->whole) result->whole[i] = one->whole[0];
        else result->real[i] = one->real[0];
    }
    return result;
}

static Constant *fold_cast(Onnx *onnx, const Node *node, const Constant *from) {
    const int64_t to = onnx_int(node, "to", 0);
    const bool whole = to == TYPE_INT64 || to == TYPE_INT32;
    if (!whole && to != TYPE_FLOAT && to != TYPE_DOUBLE) return NULL;
    Constant *const result = new_constant(onnx, NULL, from->rank, from->dim, whole);
    for (size_t i = 0; result && i < result->count; i++) {
        if (whole) result->whole[i] = (int64_t)number_at(from, i);
        else result->real[i] = (float)number_at(from, i);
    }
    return result;
}

/* A constant of one that is repeated. */
static Constant *fold_expand(Onnx *onnx, const Node *node, const Constant *from) {
    int64_t dim[2 * ONNX_RANK];
    const int rank = onnx_ints(onnx, node, "shape", 1, dim);
    Constant *const result =
        rank && rank <= ONNX_RANK && from->real ? new_constant(onnx, NULL, rank, dim, false) : NULL;
    for (size_t i = 1; i < from->count; i++)
        if (from->real && from->real[i] != from->real[0]) return NULL;
    for (size_t i = 0; result && i < result->count; i++) result->real[i] = from->count ? from->real[0] : 0;
    return result;
}

/* The value of a node all of whose inputs are constants; NULL when it is not folded. */
static Constant *fold_node(Onnx *onnx, const Node *node) {
    const Constant *const a = onnx_constant_input(onnx, node, 0), *const b = onnx_constant_input(onnx, node, 1);
    if (onnx_is(node, "Constant")) {
        const Onnx__AttributeProto *const value = onnx_attribute(node, "value"), *const one = onnx_attribute(
                                                                                     node, "value_float");
        const Onnx__AttributeProto *const whole = onnx_attribute(node, "value_int"), *const ints = onnx_attribute(
                                                                                         node, "value_ints");
        if (value && value->t) return constant_of(onnx, value->t, node->n_output ? node->output[0] : "");
        const int64_t count = ints ? (int64_t)ints->n_ints : 1;
        Constant *const result = one || whole || ints ? new_constant(onnx, NULL, ints ? 1 : 0, &count, !one) : NULL;
        if (result && one) result->real[0] = one->f;
        if (result && whole) result->whole[0] = whole->i;
        if (result && ints && count) memcpy(result->whole, ints->ints, (size_t)count * sizeof *ints->ints);
        return result;
    }
    if (!a) return NULL;
    if (onnx_is(node, "Identity")) return reshaped(onnx, a, a->rank, a->dim);
    if (onnx_is(node, "Cast")) return fold_cast(onnx, node, a);
    if (onnx_is(node, "Reshape") && b) return fold_reshape(onnx, node, a);
    if (onnx_is(node, "Squeeze") || onnx_is(node, "Unsqueeze")) return fold_squeeze(onnx, node, a);
    if (onnx_is(node, "Transpose")) return fold_transpose(onnx, node, a);
    if (onnx_is(node, "Concat")) return fold_concat(onnx, node);
    if (onnx_is(node, "Slice") && (b || !onnx_input(node, 1))) return fold_slice(onnx, node, a);
    if (onnx_is(node, "ConstantOfShape")) return fold_fill(onnx, node, a);
    if (onnx_is(node, "Expand") && b) return fold_expand(onnx, node, a);
    if (onnx_is(node, "Gather") && b) return fold_gather(onnx, node, a, b);
    const bool arithmetic =
        onnx_is(node, "Add") || onnx_is(node, "Sub") || onnx_is(node, "Mul") || onnx_is(node, "Div");
    return arithmetic && b ? fold_arithmetic(onnx, node, a, b) : NULL;
}

/* The shape of the present value, whose batch is 1: whatever a graph computes from it serves to keep the batch. */
static Constant *fold_shape(Onnx *onnx, const Node *node) {
    if (!onnx_is(node, "Shape") || !onnx->value || !onnx_input(node, 0) || strcmp(node->input[0], onnx->value) != 0)
        return NULL;
    int64_t start = onnx_int(node, "start", 0), end = onnx_int(node, "end", onnx->rank);
    start = start < 0 ? start + onnx->rank : start;
    end = end < 0 ? end + onnx->rank : end > onnx->rank ? onnx->rank : end;
    if (start < 0 || start > end) return NULL;
    const int64_t count = end - start;
    Constant *const result = new_constant(onnx, NULL, 1, &count, true);
    /* only the batch is open */
    for (int64_t i = start; result && i < end; i++) result->whole[i - start] = onnx->dim[i] < 0 ? 1 : onnx->dim[i];
    return result;
}

/* Nodes stand in an order in which each comes behind what it reads. */
bool onnx_fold(Onnx *onnx) {
    Arena *const arena = onnx->import->arena;
    if (onnx->constants.count == 0) {
        for (size_t i = 0; i < onnx->graph->n_initializer; i++) {
            const Onnx__TensorProto *const tensor = onnx->graph->initializer[i];
            Constant *const constant = tensor->name ? constant_of(onnx, tensor, tensor->name) : NULL;
            if (!constant) return tensor->name ? false : import_fail(onnx->import, "has a tensor without a name");
            keep(onnx, tensor->name, constant);
        }
    }
    onnx->readers = (Names){.arena = arena};
    for (size_t i = 0; i < onnx->graph->n_node; i++) {
        const Node *const node = onnx->graph->node[i];
        if (!node->op_type || node->n_output == 0) return onnx_fail(onnx, node, "it has no outputs");
        if (onnx_constant(onnx, node->output[0])) continue;
        Constant *constant = fold_node(onnx, node);
        if (!constant) constant = fold_shape(onnx, node);
        if (*onnx->import->host.text) return false;
        if (constant) {
            keep(onnx, node->output[0], constant);
            continue;
        }
        for (size_t j = 0; j < node->n_input; j++) {
            if (!*node->input[j] || onnx_constant(onnx, node->input[j])) continue;
            NodeList **const list = (NodeList **)names_slot(&onnx->readers, node->input[j]);
            if (!*list) *list = NEW(arena, NodeList);
            if ((*list)->count == 0 || (*list)->at[(*list)->count - 1] != node) list_push(arena, *list, node);
        }
    }
    return true;
}

/* What is found ------------------------------------------------------------ */

Found *onnx_layer(Onnx *onnx, const char *class_name) {
    Found *const found = NEW(onnx->import->arena, Found);
    *found = (Found){.class_name = class_name, .args = {.arena = onnx->import->arena}};
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

void onnx_weight(Onnx *onnx, float *values, int rank, const int64_t *dim) {
    Found *const found = onnx->layers.at[onnx->layers.count - 1];
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

void onnx_step(Onnx *onnx, const char *output) { onnx->value = output; }

#endif
