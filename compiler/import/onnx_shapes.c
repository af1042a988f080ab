/* SPDX-License-Identifier: MIT-0 */
/* Nodes of ONNX that give what lies there another shape: here often nothing is left to do. */
#include "import/import.h"

#ifdef NNC_IMPORT

#include <string.h>

#include "import/onnx_graph.h"

/* Whether what comes behind elementwise nodes is a product with a kernel, whose rows can be put into another order. */
static bool feeds_product(const Onnx *onnx, const char *value) {
    static const char *const through[] = {"Relu", "Dropout", "Identity", "Sigmoid", "Tanh", "Elu", "LeakyRelu", "Cast"};
    for (size_t steps = 0; steps <= onnx->graph->n_node; steps++) {
        const NodeList readers = onnx_readers(onnx, value);
        bool passes = false;
        if (readers.count != 1) return false;
        if (onnx_is(readers.at[0], "Gemm") || onnx_is(readers.at[0], "MatMul")) return true;
        for (size_t i = 0; i < sizeof through / sizeof *through; i++) passes |= onnx_is(readers.at[0], through[i]);
        if (!passes) return false;
        value = readers.at[0]->output[0];
    }
    return false;
}

/* (batch, …) → (batch, all). */
static bool take_flatten(Onnx *onnx, const char *output) {
    const int64_t all = onnx_product(onnx->dim + 1, onnx->rank - 1);
    const bool image = onnx->lay == LAY_CHANNELS && onnx->rank > 2 && onnx_product(onnx->dim + 2, onnx->rank - 2) > 1 &&
                       onnx->dim[1] > 1;
    Found *const last = onnx->layers.count ? onnx->layers.at[onnx->layers.count - 1] : NULL;
    const bool pooled =
        last && !strncmp(last->class_name, "Global", 6) && !strcmp(text_chars(&last->args), "keepdims=True");
    if (image && !feeds_product(onnx, output)) {
        Text order = {.arena = onnx->import->arena};
        for (int i = 1; i < onnx->rank - 1; i++) text_printf(&order, ", %d", i);
        onnx_layer(onnx, "Permute");
        onnx_arg(onnx, "(%d%s)", onnx->rank - 1, text_chars(&order));
    }
    if (pooled) last->args.length = 0, last->args.chars[0] = '\0';
    else if (onnx->rank > 2) onnx_layer(onnx, "Flatten");
    if (image && feeds_product(onnx, output)) {
        onnx->lay = LAY_FLAT_IMAGE;
        onnx->image_rank = onnx->rank - 1;
        memcpy(onnx->image, onnx->dim + 1, (size_t)onnx->image_rank * sizeof *onnx->image);
    } else if (onnx->lay != LAY_FLAT_IMAGE) {
        onnx->lay = LAY_SAME;
    }
    onnx->rank = 2;
    onnx->dim[1] = all;
    onnx_step(onnx, output);
    return true;
}

/* (batch, steps, features) → (batch · steps, features), for a product: here it takes all steps as they are. */
static bool is_rows(const Onnx *onnx, const int64_t *dim) {
    const int last = onnx->rank - 1;
    const int64_t rows = onnx_product(onnx->dim, last);
    return onnx->lay == LAY_SAME && last > 1 && rows > 1 && dim[1] == onnx->dim[last] &&
           (dim[0] == rows || dim[0] == rows * onnx->batch);
}

static bool take_rows(Onnx *onnx, const Node *node) {
    onnx->image_rank = onnx->rank - 1;
    memcpy(onnx->image, onnx->dim, (size_t)onnx->image_rank * sizeof *onnx->image);
    onnx->dim[1] = onnx->dim[onnx->rank - 1];
    onnx->dim[0] = onnx_product(onnx->image, onnx->image_rank);
    onnx->rank = 2;
    onnx->lay = LAY_ROWS;
    onnx_step(onnx, node->output[0]);
    return true;
}

static bool leave_rows(Onnx *onnx, const Node *node, int rank, const int64_t *dim) {
    const int64_t features = onnx->dim[1];
    const int before = onnx->image_rank;
    if (rank != before + 1 || dim[before] != features || memcmp(dim, onnx->image, (size_t)before * sizeof *dim) != 0)
        return onnx_fail(onnx, node, "it does not give each sample its steps back");
    onnx->rank = rank;
    memcpy(onnx->dim, dim, (size_t)rank * sizeof *dim);
    onnx->lay = LAY_SAME;
    onnx_step(onnx, node->output[0]);
    return true;
}

/* (batch, steps, …) → (batch · steps, …), for layers that take each step as a sample. */
static bool is_step_by_step(const Onnx *onnx, int rank, const int64_t *dim) {
    return onnx->lay == LAY_SAME && !onnx->steps && rank == onnx->rank - 1 && rank > 2 &&
           (dim[0] == onnx->dim[1] || dim[0] == onnx->dim[1] * onnx->batch) &&
           !memcmp(dim + 1, onnx->dim + 2, (size_t)(rank - 1) * sizeof *dim);
}

static bool take_steps(Onnx *onnx, const Node *node) {
    onnx->steps = onnx->dim[1];
    onnx->rank--;
    memmove(onnx->dim + 1, onnx->dim + 2, (size_t)(onnx->rank - 1) * sizeof *onnx->dim);
    onnx_step(onnx, node->output[0]);
    return true;
}

/* And back. */
static bool ends_steps(const Onnx *onnx, int rank, const int64_t *dim) {
    return onnx->lay == LAY_SAME && onnx->steps && rank == onnx->rank + 1 && rank < ONNX_RANK &&
           dim[1] == onnx->steps && !memcmp(dim + 2, onnx->dim + 1, (size_t)(rank - 2) * sizeof *dim);
}

static bool leave_steps(Onnx *onnx, const Node *node) {
    memmove(onnx->dim + 2, onnx->dim + 1, (size_t)(onnx->rank - 1) * sizeof *onnx->dim);
    onnx->dim[1] = onnx->steps;
    onnx->rank++;
    onnx->steps = 0;
    onnx_step(onnx, node->output[0]);
    return true;
}

/* (…, ways, units) → (…, ways · units), as it is here. */
static bool join_last(Onnx *onnx, const Node *node, int rank, const int64_t *dim) {
    const int last = onnx->rank - 2;
    if (rank != onnx->rank - 1 || dim[last] != onnx->dim[last] * onnx->dim[last + 1] ||
        memcmp(dim, onnx->dim, (size_t)last * sizeof *dim) != 0)
        return onnx_fail(onnx, node, "what a recurrent layer gives cannot take this shape here");
    onnx->rank = rank;
    onnx->dim[last] = dim[last];
    onnx->lay = LAY_SAME;
    onnx_step(onnx, node->output[0]);
    return true;
}

static bool take_reshape(Onnx *onnx, const Node *node) {
    int64_t dim[2 * ONNX_RANK];
    int rank = onnx_ints(onnx, node, "shape", 1, dim);
    const int64_t all = onnx_product(onnx->dim, onnx->rank);
    int64_t known = 1;
    int open = -1;
    if (rank < 1 || rank >= ONNX_RANK) return onnx_fail(onnx, node, "its shape is no constant");
    if (dim[0] == onnx->batch) dim[0] = 1;
    for (int i = 0; i < rank; i++) {
        if (dim[i] == 0 && i < onnx->rank) dim[i] = onnx->dim[i];
        if (dim[i] == -1) open = i;
        else known *= dim[i];
    }
    if (open >= 0 && known > 0) dim[open] = all / known;
    if (onnx->lay == LAY_ROWS) return leave_rows(onnx, node, rank, dim);
    if (onnx->lay == LAY_SPLIT) return join_last(onnx, node, rank, dim);
    if (rank == 2 && is_rows(onnx, dim)) return take_rows(onnx, node);
    if (is_step_by_step(onnx, rank, dim)) return take_steps(onnx, node);
    if (ends_steps(onnx, rank, dim)) return leave_steps(onnx, node);
    if (onnx_product(dim, rank) != all || dim[0] != 1) return onnx_fail(onnx, node, "it does not keep the batch first");
    if (rank == 2) return take_flatten(onnx, node->output[0]);
    if (rank == onnx->rank && !memcmp(dim, onnx->dim, (size_t)rank * sizeof *dim))
        return onnx_step(onnx, node->output[0]), true;
    if (onnx->lay == LAY_SAME && rank == onnx->rank && rank > 2 && dim[1] == 1 && onnx->dim[rank - 1] == 1 &&
        !memcmp(dim + 2, onnx->dim + 1, (size_t)(rank - 2) * sizeof *dim)) {
        memcpy(onnx->dim, dim, (size_t)rank * sizeof *dim); /* the only channel comes first */
        onnx->lay = LAY_CHANNELS;
        onnx_step(onnx, node->output[0]);
        return true;
    }
    if (onnx->lay == LAY_CHANNELS && rank == onnx->rank && rank > 2 && onnx->dim[1] == 1 && dim[rank - 1] == 1 &&
        !memcmp(dim + 1, onnx->dim + 2, (size_t)(rank - 2) * sizeof *dim)) {
        memcpy(onnx->dim, dim, (size_t)rank * sizeof *dim); /* or last again */
        onnx->lay = LAY_SAME;
        onnx_step(onnx, node->output[0]);
        return true;
    }
    if ((onnx->lay == LAY_CHANNELS && onnx->rank > 2) || onnx->lay == LAY_FLAT_IMAGE || onnx->lay == LAY_TIME)
        return onnx_fail(onnx, node, "the channels of what takes a new shape come last here");
    Text shape = {.arena = onnx->import->arena};
    for (int i = 1; i < rank; i++) text_printf(&shape, "%s%lld", i > 1 ? ", " : "", (long long)dim[i]);
    onnx_layer(onnx, "Reshape");
    onnx_arg(onnx, "(%s)", text_chars(&shape));
    onnx->rank = rank;
    memcpy(onnx->dim, dim, (size_t)rank * sizeof *dim);
    onnx->lay = LAY_SAME;
    onnx_step(onnx, node->output[0]);
    return true;
}

/* Another order of dimensions: of what lies otherwise here, often nothing is left to do. */
static bool take_transpose(Onnx *onnx, const Node *node) {
    int64_t perm[2 * ONNX_RANK], dim[ONNX_RANK];
    const int rank = onnx->rank;
    if (onnx_ints(onnx, node, "perm", -1, perm) != rank)
        return onnx_fail(onnx, node, "its order is not that of %d dimensions", rank);
    bool last_first = rank > 2, first_last = rank > 2, time = rank == 3 && perm[0] == 1 && perm[1] == 0 && perm[2] == 2;
    for (int i = 0; i < rank; i++) {
        if (perm[i] < 0 || perm[i] >= rank) return onnx_fail(onnx, node, "its order is none");
        dim[i] = onnx->dim[perm[i]];
        last_first &= perm[i] == (i == 0 ? 0 : i == 1 ? rank - 1 : i - 1);
        first_last &= perm[i] == (i == 0 ? 0 : i == rank - 1 ? 1 : i + 1);
    }
    const char *const output = node->output[0];
    if (onnx->lay == LAY_SAME && time) onnx->lay = LAY_TIME;
    else if (onnx->lay == LAY_TIME && time) onnx->lay = LAY_SAME;
    else if (onnx->lay == LAY_CHANNELS && first_last) onnx->lay = LAY_SAME;
    /* (time, batch, ways, units) */
    else if (onnx->lay == LAY_STEPS && rank == 4 && perm[0] == 0 && perm[1] == 2 && perm[2] == 1 && perm[3] == 3)
        onnx->lay = LAY_STEPS;
    else if (onnx->lay == LAY_STEPS && rank == 4 && perm[0] == 2 && perm[1] == 0 && perm[2] == 1 && perm[3] == 3)
        onnx->lay = LAY_SPLIT;
    else if (onnx->lay == LAY_LAST && time) onnx->lay = LAY_SPLIT;
    else if (onnx->lay == LAY_SAME && last_first && onnx_wants_channels(onnx, output)) onnx->lay = LAY_CHANNELS;
    else if (onnx->lay == LAY_SAME && perm[0] == 0 && !onnx->one) {
        Text order = {.arena = onnx->import->arena};
        for (int i = 1; i < rank; i++) text_printf(&order, "%s%lld", i > 1 ? ", " : "", (long long)perm[i]);
        onnx_layer(onnx, "Permute");
        onnx_arg(onnx, rank == 2 ? "(%s,)" : "(%s)", text_chars(&order));
    } else return onnx_fail(onnx, node, "nnc cannot turn what lies otherwise here");
    for (int i = 1; i < rank && onnx->one; i++)
        if (perm[i] == onnx->one) {
            onnx->one = i;
            break;
        }
    memcpy(onnx->dim, dim, (size_t)rank * sizeof *dim);
    onnx_step(onnx, output);
    return true;
}

/* One more axis of size 1, for windows over two dimensions of what has one: it is not there here. */
static bool take_unsqueeze(Onnx *onnx, const Node *node) {
    int64_t axes[2 * ONNX_RANK];
    const int count = onnx_ints(onnx, node, "axes", 1, axes), rank = onnx->rank + 1;
    const int64_t axis = count == 1 && axes[0] < 0 ? axes[0] + rank : axes[0];
    if (count != 1 || axis < 1 || axis >= rank || rank >= ONNX_RANK || onnx->one ||
        (onnx->lay != LAY_SAME && onnx->lay != LAY_CHANNELS))
        return onnx_fail(onnx, node, "nnc has no layer for more axes here");
    memmove(onnx->dim + axis + 1, onnx->dim + axis, (size_t)(onnx->rank - axis) * sizeof *onnx->dim);
    onnx->dim[axis] = 1;
    onnx->rank = rank;
    onnx->one = (int)axis;
    onnx_step(onnx, node->output[0]);
    return true;
}

static bool take_squeeze(Onnx *onnx, const Node *node) {
    int64_t axes[2 * ONNX_RANK], dim[ONNX_RANK];
    const int count = onnx_ints(onnx, node, "axes", 1, axes);
    bool named[ONNX_RANK] = {false};
    int rank = 0;
    for (int i = 0; i < count; i++) {
        const int64_t axis = axes[i] < 0 ? axes[i] + onnx->rank : axes[i];
        if (axis < 0 || axis >= onnx->rank || onnx->dim[axis] != 1)
            return onnx_fail(onnx, node, "it drops an axis that is not of size 1");
        named[axis] = true;
    }
    for (int i = 0; i < onnx->rank; i++)
        if (!named[i]) dim[rank++] = onnx->dim[i];
    if (count == 1 && onnx->one && named[onnx->one]) onnx->one = 0;
    else if (onnx->lay == LAY_STEPS && count == 1 && named[1]) onnx->lay = LAY_TIME; /* (time, batch, units) */
    else if (onnx->lay == LAY_LAST && count == 1 && named[0]) onnx->lay = LAY_SAME;  /* (batch, units) */
    else if (named[0] || onnx->lay == LAY_STEPS || onnx->lay == LAY_LAST || onnx->lay == LAY_TIME)
        return onnx_fail(onnx, node, "it drops the batch");
    else if (rank == 2) return take_flatten(onnx, node->output[0]);
    else return onnx_fail(onnx, node, "nnc keeps axes of size 1 there");
    onnx->rank = rank;
    memcpy(onnx->dim, dim, (size_t)rank * sizeof *dim);
    onnx_step(onnx, node->output[0]);
    return true;
}

/* (batch, 1, features) repeated. */
static bool repeat_vector(Onnx *onnx, const Node *node, int64_t times) {
    if (times < 1 || times > INT32_MAX)
        return onnx_fail(onnx, node, "it repeats a vector %lld times", (long long)times);
    onnx_layer(onnx, "RepeatVector");
    onnx_arg(onnx, "%lld", (long long)times);
    onnx->dim[1] = times;
    onnx->one = 0;
    onnx_step(onnx, node->output[0]);
    return true;
}

static bool take_expand(Onnx *onnx, const Node *node) {
    int64_t dim[2 * ONNX_RANK];
    const int rank = onnx_ints(onnx, node, "shape", 1, dim);
    if (rank != 3 || onnx->rank != 3 || onnx->one != 1 || onnx->lay != LAY_SAME || dim[0] != 1 ||
        (dim[2] != 1 && dim[2] != onnx->dim[2]))
        return onnx_fail(onnx, node, "nnc repeats vectors along a new axis behind the batch, and nothing else");
    return repeat_vector(onnx, node, dim[1]);
}

static bool take_tile(Onnx *onnx, const Node *node) {
    const Constant *const repeats = onnx_constant_input(onnx, node, 1);
    if (!repeats || !repeats->whole || repeats->count != 3 || onnx->rank != 3 || onnx->one != 1 ||
        onnx->lay != LAY_SAME || repeats->whole[0] != 1 || repeats->whole[2] != 1)
        return onnx_fail(onnx, node, "nnc repeats vectors along a new axis behind the batch, and nothing else");
    return repeat_vector(onnx, node, repeats->whole[1]);
}

/* The axis of the batch, and that of time where it is known. */
static int batch_axis(const Onnx *onnx) {
    return onnx->lay == LAY_TIME || onnx->lay == LAY_LAST ? 1 : onnx->lay == LAY_STEPS ? 2 : 0;
}

static bool is_time_axis(const Onnx *onnx, int64_t axis) {
    return onnx->rank == 3 && (onnx->lay == LAY_TIME ? axis == 0 : onnx->lay == LAY_SAME && axis == 1);
}

/* Part of an image: what is cut off at its edges. */
static bool take_cropping(Onnx *onnx, const Node *node, const int64_t *begin, const int64_t *end) {
    Text cropped = {.arena = onnx->import->arena};
    const bool first = onnx->lay == LAY_CHANNELS;
    const int rank = onnx->rank - 2 - (onnx->one != 0);
    int count = 0;
    if ((!first && onnx->lay != LAY_SAME) || rank < 1 || rank > 3)
        return onnx_fail(onnx, node, "nnc takes parts of images and sequences only");
    for (int i = 0; i < onnx->rank; i++) {
        const bool space = i != onnx->one && i > (first ? 1 : 0) && i < onnx->rank - (first ? 0 : 1);
        if (!space && begin[i] + end[i] > 0)
            return onnx_fail(onnx, node, "nnc takes all channels of a part of an image");
        if (space)
            text_printf(&cropped, "%s(%lld, %lld)",
                        count++    ? ", "
                        : rank > 1 ? "("
                                   : "",
                        (long long)begin[i], (long long)end[i]);
        onnx->dim[i] -= begin[i] + end[i];
    }
    onnx_layer(onnx, arena_printf(onnx->import->arena, "Cropping%dD", rank));
    onnx_arg(onnx, rank > 1 ? "%s)" : "%s", text_chars(&cropped));
    onnx_step(onnx, node->output[0]);
    return true;
}

/* What a Slice takes of each axis, as what it leaves out before and behind; *turned: the axis that it turns round, or
 * -1. */
static bool read_slice(const Onnx *onnx, const Node *node, int64_t *begin, int64_t *end, int *turned) {
    int64_t from[2 * ONNX_RANK], to[2 * ONNX_RANK], axes[2 * ONNX_RANK], steps[2 * ONNX_RANK];
    const int count = onnx_ints(onnx, node, "starts", 1, from), named = onnx_ints(onnx, node, "axes", 3, axes),
              stepped = onnx_ints(onnx, node, "steps", 4, steps);
    if (count < 1 || onnx_ints(onnx, node, "ends", 2, to) != count || (named && named != count) ||
        (stepped && stepped != count))
        return onnx_fail(onnx, node, "where it begins and ends is not constant");
    *turned = -1;
    for (int i = 0; i < onnx->rank; i++) begin[i] = end[i] = 0;
    for (int i = 0; i < count; i++) {
        const int64_t axis = !named ? i : axes[i] < 0 ? axes[i] + onnx->rank : axes[i];
        if (axis < 0 || axis >= onnx->rank) return onnx_fail(onnx, node, "it has not that many axes");
        const int64_t size = onnx->dim[axis];
        if (stepped && steps[i] == -1 && count == 1 && (from[i] == -1 || from[i] >= size - 1) && to[i] < -size) {
            *turned = (int)axis;
            return true;
        }
        if (stepped && steps[i] != 1) return onnx_fail(onnx, node, "nnc takes no parts with steps between");
        const int64_t low = from[i] < 0 ? from[i] + size : from[i], high = to[i] < 0 ? to[i] + size : to[i];
        begin[axis] = low < 0 ? 0 : low;
        end[axis] = high > size ? 0 : size - high;
        if (begin[axis] + end[axis] >= size || end[axis] < 0) return onnx_fail(onnx, node, "nothing is left of it");
    }
    return true;
}

static bool take_slice(Onnx *onnx, const Node *node) {
    int64_t begin[ONNX_RANK], end[ONNX_RANK];
    int turned, parts = 0, axis = 0;
    if (!read_slice(onnx, node, begin, end, &turned)) return false;
    if (turned >= 0) return onnx_turn_time(onnx, node, is_time_axis(onnx, turned));
    for (int i = 0; i < onnx->rank; i++)
        if (begin[i] + end[i] > 0) parts++, axis = i;
    if (parts == 0) {
        onnx_step(onnx, node->output[0]);
        return true;
    }
    if (parts == 1 && onnx->lay == LAY_TIME && axis == 0 && end[0] == 0 && begin[0] == onnx->dim[0] - 1)
        return onnx_take_last_step(onnx, node, true);
    if (begin[batch_axis(onnx)] + end[batch_axis(onnx)] > 0)
        return onnx_fail(onnx, node, "it takes a part of the batch");
    return take_cropping(onnx, node, begin, end);
}

/* Sequences turned round, each as long as it is. */
static bool take_reverse_sequence(Onnx *onnx, const Node *node) {
    const Constant *const lengths = onnx_constant_input(onnx, node, 1);
    const int64_t time = onnx_int(node, "time_axis", 0), batch = onnx_int(node, "batch_axis", 1);
    bool whole = is_time_axis(onnx, time) && batch == batch_axis(onnx) && lengths && lengths->whole;
    for (size_t i = 0; whole && i < lengths->count; i++) whole = lengths->whole[i] == onnx->dim[time];
    return onnx_turn_time(onnx, node, whole);
}

bool onnx_take_shape(Onnx *onnx, const Node *node, bool *done) {
    *done = true;
    if (onnx_is(node, "Flatten") && onnx_int(node, "axis", 1) == 1 && !onnx->one)
        return take_flatten(onnx, node->output[0]);
    if (onnx_is(node, "Reshape") && onnx->lay != LAY_STEPS && onnx->lay != LAY_LAST && !onnx->one)
        return take_reshape(onnx, node);
    if (onnx_is(node, "Transpose")) return take_transpose(onnx, node);
    if (onnx_is(node, "Squeeze")) return take_squeeze(onnx, node);
    if (onnx_is(node, "Unsqueeze")) return take_unsqueeze(onnx, node);
    if (onnx_is(node, "Expand")) return take_expand(onnx, node);
    if (onnx_is(node, "Tile")) return take_tile(onnx, node);
    if (onnx_is(node, "Slice")) return take_slice(onnx, node);
    if (onnx_is(node, "ReverseSequence")) return take_reverse_sequence(onnx, node);
    *done = false;
    return true;
}

#endif
