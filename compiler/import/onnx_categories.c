/* SPDX-License-Identifier: MIT-0 */
/* CategoryEncoding, Discretization and IntegerLookup as nnc writes them: along one more dimension, each number is
 * compared with where every category begins and ends. */
#include "import/import.h"

#ifdef NNC_IMPORT

#include <string.h>

#include "import/onnx_graph.h"

typedef struct Categories {
    const Constant *low, *high;
    int64_t count;
    const char *match; /* 1 where a number is of a category */
} Categories;

static const Constant *compared(const Onnx *onnx, NodeList readers, const char *type, const Node **node) {
    for (int i = 0; i < readers.count; i++)
        if (onnx_is(readers.at[i], type)) {
            const Constant *const constant = onnx_constant_input(onnx, *node = readers.at[i], 1);
            return constant && constant->real && constant->rank == 1 ? constant : NULL;
        }
    return NULL;
}

static bool read_matches(const Onnx *onnx, const Node *unsqueeze, Categories *found) {
    int64_t axes[2 * ONNX_RANK];
    const Node *begun = NULL, *goes_on = NULL;
    if (onnx_ints(onnx, unsqueeze, "axes", 1, axes) != 1 || (axes[0] != onnx->rank && axes[0] != -1)) return false;
    const NodeList readers = onnx_readers(onnx, unsqueeze->output[0]);
    found->low = compared(onnx, readers, "GreaterOrEqual", &begun);
    found->high = compared(onnx, readers, "Less", &goes_on);
    if (readers.count != 2 || !found->low || !found->high || found->low->count != found->high->count) return false;
    const Node *const both = onnx_reader(onnx, begun->output[0], "And");
    const Node *const cast = both ? onnx_reader(onnx, both->output[0], "Cast") : NULL;
    if (!cast || onnx_reader(onnx, goes_on->output[0], "And") != both || onnx_int(cast, "to", 0) != TYPE_FLOAT)
        return false;
    found->count = (int64_t)found->low->count;
    found->match = cast->output[0];
    return found->count > 0;
}

/* Whether categories are those of whole numbers, one each; `counts`: 0, 1, … */
static bool are_whole(const Categories *found, bool counts) {
    for (int64_t i = 0; i < found->count; i++) {
        const double low = (double)found->low->real[i];
        if (!(low >= -16777216 && low <= 16777216) || low != (double)(int64_t)low ||
            (double)found->high->real[i] != low + 1 || (counts && low != (double)i))
            return false;
    }
    return true;
}

/* Whether they lie side by side, with no ends. */
static bool are_bins(const Categories *found) {
    for (int64_t i = 1; i < found->count; i++)
        if (found->high->real[i - 1] != found->low->real[i]) return false;
    return found->count > 1 && found->low->real[0] < -3e38F && found->high->real[found->count - 1] > 3e38F;
}

static bool sums_over(const Onnx *onnx, const Node *node, const char *type, int axis) {
    int64_t axes[2 * ONNX_RANK];
    return node && onnx_is(node, type) && onnx_ints(onnx, node, "axes", 1, axes) == 1 && axes[0] == axis &&
           onnx_int(node, "keepdims", 1) == 0;
}

/* The value that is the number of each match, from `first` on; NULL: it is not asked for. */
static const char *number_of(const Onnx *onnx, const Categories *found, int64_t first) {
    const Node *const mul = onnx_reader(onnx, found->match, "Mul");
    const Constant *const numbers = mul ? onnx_added(onnx, mul) : NULL;
    const Node *const sum = mul ? onnx_reader(onnx, mul->output[0], "ReduceSum") : NULL;
    bool good = numbers && numbers->real && numbers->count == (size_t)found->count &&
                sums_over(onnx, sum, "ReduceSum", onnx->rank);
    for (int64_t i = 0; good && i < found->count; i++) good = numbers->real[i] == (float)(first + i);
    return good ? sum->output[0] : NULL;
}

/* What becomes of the matches, in the word of output_mode; the sizes are those behind it. */
static const char *take_mode(Onnx *onnx, const Categories *found, const char **end) {
    const NodeList readers = onnx_readers(onnx, found->match);
    const Node *const node = readers.count == 1 ? readers.at[0] : NULL;
    const int last = onnx->rank - 1;
    const char *mode = "one_hot";
    *end = found->match;
    if (sums_over(onnx, node, "ReduceSum", last) || sums_over(onnx, node, "ReduceMax", last)) {
        mode = onnx_is(node, "ReduceSum") ? "count" : "multi_hot";
        *end = node->output[0];
    } else if (onnx->dim[last] == 1) {
        if (!node || !onnx_is(node, "Reshape")) return NULL;
        *end = node->output[0];
    } else if (onnx->rank + 1 < ONNX_RANK) {
        onnx->rank++;
    } else return NULL;
    onnx->dim[onnx->rank - 1] = found->count;
    return mode;
}

static void put_bins(Onnx *onnx, const Categories *found) {
    Text text = {.arena = onnx->import->arena};
    for (int64_t i = 1; i < found->count; i++)
        text_printf(&text, "%s%.9g", i > 1 ? ", " : "", (double)found->low->real[i]);
    onnx_layer(onnx, "Discretization");
    onnx_arg(onnx, "[%s]", text_chars(&text));
}

static void put_vocabulary(Onnx *onnx, const Categories *found) {
    Text text = {.arena = onnx->import->arena};
    for (int64_t i = 0; i < found->count; i++)
        text_printf(&text, "%s%lld", i ? ", " : "", (long long)found->low->real[i]);
    onnx_layer(onnx, "IntegerLookup");
    onnx_arg(onnx, "vocabulary=[%s]", text_chars(&text));
}

bool onnx_take_categories(Onnx *onnx, const Node *node, bool *done) {
    Categories found;
    const char *end;
    if (!onnx_is(node, "Unsqueeze") || onnx->lay != LAY_SAME || onnx->one || !read_matches(onnx, node, &found))
        return true;
    const bool bins = are_bins(&found);
    if (!bins && are_whole(&found, false) && (end = number_of(onnx, &found, 1)) != NULL) {
        put_vocabulary(onnx, &found);
    } else if (bins && (end = number_of(onnx, &found, 0)) != NULL) {
        put_bins(onnx, &found);
    } else if (bins || are_whole(&found, true)) {
        const char *const mode = take_mode(onnx, &found, &end);
        if (!mode) return true;
        if (bins) put_bins(onnx, &found);
        else onnx_layer(onnx, "CategoryEncoding");
        if (!bins) onnx_arg(onnx, "%lld", (long long)found.count);
        onnx_arg(onnx, "output_mode='%s'", mode);
    } else return true;
    onnx->positive = true;
    onnx_step(onnx, end);
    return *done = true;
}

#endif
