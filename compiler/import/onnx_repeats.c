/* SPDX-License-Identifier: MIT-0 */
/* Images and sequences made larger as Keras' exporter writes it, one dimension after the other: an axis of size 1
 * behind it, tiled, and both made one again by Reshape. */
#include "import/import.h"

#ifdef NNC_IMPORT

#include <string.h>

#include "import/onnx_graph.h"

/* The only axis of a constant's entries that are not 1, and that entry; -1: there are others. */
static int only_repeat(const Constant *repeats, int64_t *times) {
    int axis = 0;
    if (!repeats || !repeats->whole) return -1;
    *times = 1;
    for (size_t i = 0; i < repeats->count; i++) {
        if (repeats->whole[i] == 1) continue;
        if (*times != 1 || repeats->whole[i] < 1 || repeats->whole[i] > INT32_MAX) return -1;
        *times = repeats->whole[i];
        axis = (int)i;
    }
    return axis;
}

/* Whether a Reshape gives the present value's sizes, of which that at `axis` is so many times as large. */
static bool is_joined(const Onnx *onnx, const Node *reshape, int axis, int64_t times) {
    int64_t dim[2 * ONNX_RANK];
    if (onnx_ints(onnx, reshape, "shape", 1, dim) != onnx->rank) return false;
    for (int i = 1; i < onnx->rank; i++)
        if (dim[i] != onnx->dim[i] * (i == axis ? times : 1)) return false;
    return true;
}

/* An UpSampling layer for one more dimension: the one before grows, where that is all it does. */
static void add_growth(Onnx *onnx, int axis, int64_t times) {
    const int rank = onnx->rank - 2;
    const bool same = onnx->layers.count > 0 && onnx->grown == onnx->layers.at[onnx->layers.count - 1];
    for (int i = 0; i < rank && !same; i++) onnx->growth[i] = 1;
    if (!same) onnx->grown = onnx_layer(onnx, arena_printf(onnx->import->arena, "UpSampling%dD", rank));
    onnx->growth[axis - 1] *= times;
    Text *const args = &onnx->grown->args;
    args->length = 0;
    text_puts(args, rank > 1 ? "(" : "");
    for (int i = 0; i < rank; i++) text_printf(args, "%s%lld", i ? ", " : "", (long long)onnx->growth[i]);
    text_puts(args, rank > 1 ? ")" : "");
    onnx->dim[axis] *= times;
}

bool onnx_take_repeats(Onnx *onnx, const Node *node, bool *done) {
    int64_t axes[2 * ONNX_RANK], times = 1;
    if (!onnx_is(node, "Unsqueeze") || onnx->lay != LAY_SAME || onnx->one || onnx->rank < 3 || onnx->rank > 5 ||
        onnx_ints(onnx, node, "axes", 1, axes) != 1)
        return true;
    const int axis = (int)axes[0] - 1; /* that is made larger, but for the last, the channels */
    if (axes[0] < 2 || axis > onnx->rank - 2) return true;
    const Node *const tile = onnx_reader(onnx, node->output[0], "Tile");
    if (tile && only_repeat(onnx_constant_input(onnx, tile, 1), &times) != (times == 1 ? 0 : axis + 1)) return true;
    const Node *const reshape = onnx_reader(onnx, tile ? tile->output[0] : node->output[0], "Reshape");
    if (!reshape || !is_joined(onnx, reshape, axis, times)) return true;
    *done = true;
    add_growth(onnx, axis, times);
    onnx_step(onnx, reshape->output[0]);
    return true;
}

#endif
