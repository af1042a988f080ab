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

void onnx_keep_copy(Onnx *onnx, const char *name, const Constant *constant) {
    Constant *const copy = NEW(onnx->import->arena, Constant);
    *copy = *constant;
    keep(onnx, name, copy);
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

/* Truth, as 0 and 1. */
static Constant *fold_comparison(Onnx *onnx, const Node *node, const Constant *a, const Constant *b) {
    if (a->count != 1 || b->count != 1) return NULL;
    const double x = number_at(a, 0), y = number_at(b, 0);
    Constant *const result = onnx_new_constant(onnx, NULL, 0, NULL, true);
    result->whole[0] = onnx_is(node, "Less")      ? x < y
                       : onnx_is(node, "Greater") ? x > y
                       : onnx_is(node, "And")     ? x != 0 && y != 0
                                                  : x != 0 || y != 0;
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

/* A part of a constant: of each axis so many elements from one on. */
static Constant *part_of(Onnx *onnx, const Constant *from, const int64_t *start, const int64_t *dim) {
    Constant *const result = onnx_new_constant(onnx, NULL, from->rank, dim, from->whole != NULL);
    int64_t at[ONNX_RANK] = {0};
    for (size_t i = 0; result && i < result->count; i++) {
        size_t place = 0;
        for (int j = 0; j < from->rank; j++) place = place * (size_t)from->dim[j] + (size_t)(start[j] + at[j]);
        if (from->whole) result->whole[i] = from->whole[place];
        else result->real[i] = from->real[place];
        for (int j = from->rank - 1; j >= 0 && ++at[j] == dim[j]; j--) at[j] = 0;
    }
    return result;
}

/* A constant cut along one axis into equal parts, or into those of given lengths: the output number `output`. */
static Constant *fold_split(Onnx *onnx, const Node *node, const Constant *from, size_t output) {
    int64_t sizes[2 * ONNX_RANK], start[ONNX_RANK] = {0}, dim[ONNX_RANK], axis = onnx_int(node, "axis", 0);
    const int count = onnx_ints(onnx, node, "split", 1, sizes);
    const int64_t parts = (int64_t)node->n_output;
    if (axis < 0) axis += from->rank;
    if (axis < 0 || axis >= from->rank || (count && count != parts)) return NULL;
    memcpy(dim, from->dim, sizeof dim);
    dim[axis] = from->dim[axis] / parts;
    for (size_t i = 0; i <= output; i++) {
        if (i > 0) start[axis] += dim[axis];
        if (count) dim[axis] = sizes[i];
        if (dim[axis] < 0 || dim[axis] > from->dim[axis] - start[axis]) return NULL;
    }
    return part_of(onnx, from, start, dim);
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

/* Where a Slice begins or ends along an axis: counted from the end where it is negative, within its size. */
static int64_t place_of(int64_t given, int64_t size) {
    const int64_t place = given < 0 ? given + size : given;
    return place < 0 ? 0 : place > size ? size : place;
}

static Constant *fold_slice(Onnx *onnx, const Node *node, const Constant *from) {
    int64_t low[2 * ONNX_RANK], high[2 * ONNX_RANK], step[2 * ONNX_RANK], axes[2 * ONNX_RANK], start[ONNX_RANK] = {0},
                                                                                               dim[ONNX_RANK];
    const int count = onnx_ints(onnx, node, "starts", 1, low), named = onnx_ints(onnx, node, "axes", 3, axes),
              stepped = onnx_ints(onnx, node, "steps", 4, step);
    if (onnx_ints(onnx, node, "ends", 2, high) != count || (named && named != count) || (stepped && stepped != count))
        return NULL;
    memcpy(dim, from->dim, sizeof dim);
    for (int i = 0; i < count; i++) {
        const int64_t axis = !named ? i : axes[i] < 0 ? axes[i] + from->rank : axes[i];
        if (axis < 0 || axis >= from->rank || (stepped && step[i] != 1)) return NULL;
        start[axis] = place_of(low[i], from->dim[axis]);
        dim[axis] = place_of(high[i], from->dim[axis]) - start[axis];
        if (dim[axis] < 0) dim[axis] = 0;
    }
    return part_of(onnx, from, start, dim);
}

/* A constant that one number fills; NULL when its sizes are none, or more than states of any model have. */
static Constant *new_filled(Onnx *onnx, int rank, const int64_t *dim, bool whole) {
    enum { MOST = 1 << 24 };
    int64_t count = 1;
    for (int i = 0; i < rank; i++) {
        if (dim[i] < 0 || dim[i] > MOST) return NULL;
        count *= dim[i];
        if (count > MOST) return NULL;
    }
    return onnx_new_constant(onnx, NULL, rank, dim, whole);
}

static Constant *fold_fill(Onnx *onnx, const Node *node, const Constant *shape) {
    const Onnx__AttributeProto *const value = onnx_attribute(node, "value");
    const Constant *const one = value && value->t ? onnx_constant_of(onnx, value->t, "value") : NULL;
    if (!shape->whole || shape->count > ONNX_RANK) return NULL;
    Constant *const result = new_filled(onnx, (int)shape->count, shape->whole, one && one->whole);
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
        rank && rank <= ONNX_RANK && from->count ? new_filled(onnx, rank, dim, from->whole != NULL) : NULL;
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
    static const char *const comparisons[] = {"Less", "Greater", "And", "Or"};
    for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons && b; i++)
        if (onnx_is(node, comparisons[i])) return fold_comparison(onnx, node, a, b);
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

static bool holds(const Constant *constant, float number) {
    for (size_t i = 0; constant && i < constant->count; i++)
        if (!constant->real || constant->real[i] != number) return false;
    return constant != NULL;
}

/* The only real number of a tensor, 0 where there is none; false: it holds something else. */
static bool only_number(const Onnx__TensorProto *tensor, float *number) {
    *number = 0;
    if (!tensor) return true;
    if (tensor->data_type != TYPE_FLOAT) return false;
    if (tensor->n_float_data == 1) *number = tensor->float_data[0];
    if (!tensor->has_raw_data) return tensor->n_float_data == 1;
    if (tensor->raw_data.len != sizeof *number) return false;
    memcpy(number, tensor->raw_data.data, sizeof *number);
    nnc_fix_byte_order(number, 1, sizeof *number, 0);
    return true;
}

bool onnx_is_filled(const Onnx *onnx, const char *name, float number) {
    if (!name || onnx_constant(onnx, name)) return holds(onnx_constant(onnx, name), number);
    for (size_t i = 0; i < onnx->graph->n_node; i++) {
        const Node *const node = onnx->graph->node[i];
        if (strcmp(node->output[0], name) != 0) continue;
        const Onnx__AttributeProto *const value = onnx_attribute(node, "value");
        float fill;
        if (onnx_is(node, "Expand")) return holds(onnx_constant_input(onnx, node, 0), number);
        return onnx_is(node, "ConstantOfShape") && only_number(value ? value->t : NULL, &fill) && fill == number;
    }
    return false;
}

bool onnx_read_constants(Onnx *onnx) {
    for (size_t i = 0; i < onnx->graph->n_initializer; i++) {
        const Onnx__TensorProto *const tensor = onnx->graph->initializer[i];
        Constant *const constant = tensor->name ? onnx_constant_of(onnx, tensor, tensor->name) : NULL;
        if (!constant) return tensor->name ? false : import_fail(onnx->import, "has a tensor without a name");
        keep(onnx, tensor->name, constant);
    }
    return true;
}

static void add_reader(Onnx *onnx, const char *value, const Node *node) {
    if (!*value || onnx_constant(onnx, value) || onnx_is_mask(onnx, node)) return;
    NodeList **const list = (NodeList **)names_slot(&onnx->readers, value);
    if (!*list) *list = NEW(onnx->import->arena, NodeList);
    if ((*list)->count == 0 || (*list)->at[(*list)->count - 1] != node) list_push(onnx->import->arena, *list, node);
}

/* Whether a node gives one number in a shape. */
static bool is_fill(const Onnx *onnx, const Node *node) {
    if (onnx_is(node, "ConstantOfShape")) return true;
    const Constant *const constant = onnx_is(node, "Expand") ? onnx_constant_input(onnx, node, 0) : NULL;
    return constant && constant->real && constant->count > 0 && holds(constant, constant->real[0]);
}

/* What a node reads, also in a graph of its own, is needed; but no shape of what is one number everywhere. */
static void need_inputs(Onnx *onnx, Names *needed, const Node *node) {
    const Onnx__GraphProto *const body = onnx_body(onnx, node);
    if (is_fill(onnx, node)) return;
    for (size_t i = 0; i < node->n_input; i++) *names_slot(needed, node->input[i]) = onnx;
    for (size_t i = 0; body && i < body->n_node; i++)
        for (size_t j = 0; j < body->node[i]->n_input; j++) *names_slot(needed, body->node[i]->input[j]) = onnx;
}

/* Who reads what is no constant, of the nodes that the output needs. */
static void find_readers(Onnx *onnx) {
    const Onnx__GraphProto *const graph = onnx->graph;
    Names needed = {.arena = onnx->import->arena};
    bool *const used = NEW_ARRAY(onnx->import->arena, bool, graph->n_node + 1);
    onnx->readers = (Names){.arena = onnx->import->arena};
    for (size_t i = 0; i < graph->n_output; i++)
        if (graph->output[i]->name) *names_slot(&needed, graph->output[i]->name) = onnx;
    for (size_t i = graph->n_node; i-- > 0;) {
        const Node *const node = graph->node[i];
        for (size_t j = 0; j < node->n_output; j++) used[i] |= names_find(&needed, node->output[j]) != NULL;
        used[i] &= !onnx_constant(onnx, node->output[0]);
        if (used[i]) need_inputs(onnx, &needed, node);
    }
    for (size_t i = 0; i < graph->n_node; i++) {
        const Node *const node = graph->node[i];
        const Onnx__GraphProto *const body = used[i] ? onnx_body(onnx, node) : NULL;
        for (size_t j = 0; used[i] && j < node->n_input; j++) add_reader(onnx, node->input[j], node);
        for (size_t j = 0; body && j < body->n_node; j++)
            for (size_t k = 0; k < body->node[j]->n_input; k++) add_reader(onnx, body->node[j]->input[k], node);
        for (size_t j = 0; used[i] && j < node->n_output; j++)
            *names_slot(&onnx->makers, node->output[j]) = (void *)(uintptr_t)node;
    }
}

/* Nodes stand in an order in which each comes behind what it reads. */
bool onnx_fold(Onnx *onnx) {
    for (size_t i = 0; i < onnx->graph->n_node; i++) {
        const Node *const node = onnx->graph->node[i];
        if (!node->op_type || node->n_output == 0) return onnx_fail(onnx, node, "it has no outputs");
        if (onnx_constant(onnx, node->output[0])) continue;
        Constant *constant = fold_node(onnx, node);
        if (!constant) constant = fold_shape(onnx, node);
        if (*onnx->import->host.text) return false;
        if (!constant) continue;
        keep(onnx, node->output[0], constant);
        for (size_t j = 1; j < node->n_output && onnx_is(node, "Split"); j++) {
            Constant *const other = fold_split(onnx, node, onnx_constant_input(onnx, node, 0), j);
            if (other) keep(onnx, node->output[j], other);
        }
    }
    if (!onnx->outer) find_readers(onnx);
    return true;
}

#endif
