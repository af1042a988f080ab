/* SPDX-License-Identifier: MIT-0 */
/* What is computed of constants in an ONNX graph, which is most of all the arithmetic of shapes; and who reads what is
 * none. */
#include "import/import.h"

#ifdef NNC_IMPORT

#include <math.h>
#include <string.h>

#include "import/onnx_graph.h"

static void keep(Onnx *onnx, const char *name, Constant *constant) {
    constant->name = name;
    *(Constant **)names_slot(&onnx->constants, name) = constant;
}

static double number_at(const Constant *constant, size_t i) {
    return constant->whole ? (double)constant->whole[i] : (double)constant->real[i];
}

static Constant *fold_arithmetic(Onnx *onnx, const Node *node, const Constant *a, const Constant *b) {
    const Constant *const larger = a->count >= b->count ? a : b;
    if ((a->count != b->count && a->count != 1 && b->count != 1) || !a->whole != !b->whole) return NULL;
    Constant *const result = onnx_new_constant(onnx, NULL, larger->rank, larger->dim, larger->whole != NULL);
    for (size_t i = 0; result && i < result->count; i++) {
        const double x = number_at(a, a->count == 1 ? 0 : i), y = number_at(b, b->count == 1 ? 0 : i);
        const double value = onnx_is(node, "Add")   ? x + y
                             : onnx_is(node, "Sub") ? x - y
                             : onnx_is(node, "Mul") ? x * y
                             : onnx_is(node, "Max") ? fmax(x, y)
                             : onnx_is(node, "Min") ? fmin(x, y)
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
    Constant *const result = onnx_new_constant(onnx, NULL, from->rank, dim, false);
    if (result) result->real = onnx_permuted(onnx, from, from->rank, from->dim, order);
    return result;
}

/* Rows of a constant by constant indices. */
static Constant *fold_gather(Onnx *onnx, const Node *node, const Constant *from, const Constant *indices) {
    int64_t dim[ONNX_RANK] = {0};
    if (onnx_int(node, "axis", 0) != 0 || from->rank != 1 || !indices->whole || indices->rank > 1) return NULL;
    for (int i = 0; i < indices->rank; i++) dim[i] = indices->dim[i];
    Constant *const result = onnx_new_constant(onnx, NULL, indices->rank, dim, from->whole != NULL);
    for (size_t i = 0; result && i < indices->count; i++) {
        const int64_t index = indices->whole[i] < 0 ? indices->whole[i] + (int64_t)from->count : indices->whole[i];
        if (index < 0 || index >= (int64_t)from->count) return NULL;
        if (from->whole) result->whole[i] = from->whole[index];
        else result->real[i] = from->real[index];
    }
    return result;
}

static Constant *fold_concat(Onnx *onnx, const Node *node) {
    const Constant *const first = onnx_constant_input(onnx, node, 0);
    int64_t dim[ONNX_RANK], axis = onnx_int(node, "axis", 0);
    if (axis < 0) axis += first->rank;
    if (axis < 0 || axis >= first->rank) return NULL;
    memcpy(dim, first->dim, sizeof dim);
    dim[axis] = 0;
    for (size_t i = 0; i < node->n_input; i++) {
        const Constant *const part = onnx_constant_input(onnx, node, i);
        if (!part || part->rank != first->rank || !part->whole != !first->whole) return NULL;
        for (int j = 0; j < part->rank; j++)
            if (j != axis && part->dim[j] != first->dim[j]) return NULL;
        dim[axis] += part->dim[axis];
    }
    Constant *const result = onnx_new_constant(onnx, NULL, first->rank, dim, first->whole != NULL);
    const size_t before = (size_t)onnx_product(dim, (int)axis),
                 behind = (size_t)onnx_product(dim + axis + 1, first->rank - (int)axis - 1);
    for (size_t row = 0, at = 0; result && row < before; row++)
        for (size_t i = 0; i < node->n_input; i++) {
            const Constant *const part = onnx_constant_input(onnx, node, i);
            const size_t size = (size_t)part->dim[axis] * behind, from = row * size;
            if (size && part->whole) memcpy(result->whole + at, part->whole + from, size * sizeof *part->whole);
            if (size && part->real) memcpy(result->real + at, part->real + from, size * sizeof *part->real);
            at += size;
        }
    return result;
}

static size_t length_of(int64_t size) { return size < 0 || size > INT32_MAX ? 0 : (size_t)size; }

/* One list cut into equal ones, or into those of given lengths: the output number `output`. */
static Constant *fold_split(Onnx *onnx, const Node *node, const Constant *from, size_t output) {
    int64_t sizes[2 * ONNX_RANK];
    const int count = onnx_ints(onnx, node, "split", 1, sizes);
    if (from->rank != 1 || !from->whole || (count && (size_t)count != node->n_output)) return NULL;
    size_t start = 0, size = from->count / node->n_output;
    for (size_t i = 0; i < output; i++) start += count ? length_of(sizes[i]) : size;
    if (count) size = length_of(sizes[output]);
    const int64_t dim = (int64_t)size;
    Constant *const result = start + size <= from->count ? onnx_new_constant(onnx, NULL, 1, &dim, true) : NULL;
    if (result && size) memcpy(result->whole, from->whole + start, size * sizeof *from->whole);
    return result;
}

/* The product of a list. */
static Constant *fold_product(Onnx *onnx, const Node *node, const Constant *from) {
    const int64_t one = 1;
    const bool keeps = onnx_int(node, "keepdims", 1) != 0;
    if (from->rank != 1 || !from->whole) return NULL;
    Constant *const result = onnx_new_constant(onnx, NULL, keeps ? 1 : 0, &one, true);
    int64_t product = 1;
    for (size_t i = 0; i < from->count; i++)
        if (from->whole[i] < 0 || from->whole[i] > INT32_MAX || product > INT32_MAX) return NULL;
        else product *= from->whole[i];
    result->whole[0] = product;
    return result;
}

static Constant *fold_minus(Onnx *onnx, const Constant *from) {
    Constant *const result = onnx_new_constant(onnx, NULL, from->rank, from->dim, from->whole != NULL);
    for (size_t i = 0; i < from->count; i++) {
        if (from->whole) result->whole[i] = from->whole[i] == INT64_MIN ? INT64_MAX : -from->whole[i];
        else result->real[i] = -from->real[i];
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
        Constant *const part = onnx_new_constant(onnx, NULL, from->rank, dim, false);
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
    Constant *const result = onnx_new_constant(onnx, NULL, 1, &count, from->whole != NULL);
    for (int64_t i = 0; result && i < count; i++) {
        if (from->whole) result->whole[i] = from->whole[low + i];
        else result->real[i] = from->real[low + i];
    }
    return result;
}

static Constant *fold_fill(Onnx *onnx, const Node *node, const Constant *shape) {
    const Onnx__AttributeProto *const value = onnx_attribute(node, "value");
    const Constant *const one = value && value->t ? onnx_constant_of(onnx, value->t, "value") : NULL;
    if (!shape->whole || shape->count > ONNX_RANK) return NULL;
    Constant *const result = onnx_new_constant(onnx, NULL, (int)shape->count, shape->whole, one && one->whole);
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
    Constant *const result = onnx_new_constant(onnx, NULL, from->rank, from->dim, whole);
    for (size_t i = 0; result && i < result->count; i++) {
        if (whole) result->whole[i] = (int64_t)number_at(from, i);
        else result->real[i] = (float)number_at(from, i);
    }
    return result;
}

/* A constant whose elements are all the same, repeated. */
static Constant *fold_expand(Onnx *onnx, const Node *node, const Constant *from) {
    int64_t dim[2 * ONNX_RANK];
    const int rank = onnx_ints(onnx, node, "shape", 1, dim);
    for (size_t i = 1; i < from->count; i++)
        if (number_at(from, i) != number_at(from, 0)) return NULL;
    Constant *const result =
        rank && rank <= ONNX_RANK && from->count ? onnx_new_constant(onnx, NULL, rank, dim, from->whole != NULL) : NULL;
    for (size_t i = 0; result && i < result->count; i++) {
        if (from->whole) result->whole[i] = from->whole[0];
        else result->real[i] = from->real[0];
    }
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
        if (value && value->t) return onnx_constant_of(onnx, value->t, node->n_output ? node->output[0] : "");
        const int64_t count = ints ? (int64_t)ints->n_ints : 1;
        Constant *const result =
            one || whole || ints ? onnx_new_constant(onnx, NULL, ints ? 1 : 0, &count, !one) : NULL;
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
    if (onnx_is(node, "Split")) return fold_split(onnx, node, a, 0);
    if (onnx_is(node, "ReduceProd")) return fold_product(onnx, node, a);
    if (onnx_is(node, "Neg")) return fold_minus(onnx, a);
    static const char *const arithmetic[] = {"Add", "Sub", "Mul", "Div", "Max", "Min"};
    for (size_t i = 0; i < sizeof arithmetic / sizeof *arithmetic && b && node->n_input == 2; i++)
        if (onnx_is(node, arithmetic[i])) return fold_arithmetic(onnx, node, a, b);
    return NULL;
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
    Constant *const result = onnx_new_constant(onnx, NULL, 1, &count, true);
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
            Constant *const constant = tensor->name ? onnx_constant_of(onnx, tensor, tensor->name) : NULL;
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
            for (size_t j = 1; j < node->n_output && onnx_is(node, "Split"); j++) {
                Constant *const other = fold_split(onnx, node, onnx_constant_input(onnx, node, 0), j);
                if (other) keep(onnx, node->output[j], other);
            }
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

#endif
