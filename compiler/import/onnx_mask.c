/* SPDX-License-Identifier: MIT-0 */
/* Which steps of a sequence count, as Keras' exporter and tf2onnx write it: a comparison beside the chain, whose result
 * goes, by other nodes, to where the steps are masked. */
#include "import/import.h"

#ifdef NNC_IMPORT

#include <string.h>

#include "import/onnx_graph.h"

/** A value that says which steps count. */
typedef struct Mask {
    bool by_step;    /* of each step; else of each number of it */
    bool opposite;   /* which do not */
    bool summed;     /* how many numbers of it: to be compared with 0 */
    bool time_first; /* (time, batch, 1) */
    bool turned;     /* time runs the other way */
    bool counted;    /* how many steps of a sample there are, (batch, 1) or (batch, 1, 1) */
    bool scaled;     /* multiplied by a number */
    float number;
} Mask;

static const Mask *mask_of(const Onnx *onnx, const char *value) {
    return value ? names_find(&onnx->masks, value) : NULL;
}

bool onnx_is_mask(const Onnx *onnx, const Node *node) { return mask_of(onnx, node->output[0]) != NULL; }

bool onnx_masks_steps(const Onnx *onnx, const char *value) {
    const Mask *const mask = mask_of(onnx, value);
    return mask && mask->by_step && !mask->opposite && !mask->summed && mask->time_first && !mask->scaled &&
           !mask->counted && mask->turned == onnx->turned;
}

static bool is_last_axis(const Onnx *onnx, const Node *node, int rank) {
    int64_t axes[2 * ONNX_RANK];
    return onnx_ints(onnx, node, "axes", 1, axes) == 1 && (axes[0] == -1 || axes[0] == rank - 1);
}

/* Whether lengths are the size of something, which is not known here but by its name: that of what is turned round. */
static bool is_own_length(const Onnx *onnx, const char *lengths) {
    static const char *const chain[] = {"Expand", "Gather", "Shape"};
    for (size_t i = 0; i < sizeof chain / sizeof *chain; i++) {
        const Node *const node = onnx_maker(onnx, lengths);
        if (!node || !onnx_is(node, chain[i])) return false;
        lengths = onnx_input(node, 0);
    }
    return true;
}

/* Whether a node turns the first axis round. */
static bool turns_first(const Onnx *onnx, const Node *node) {
    static const char *const names[] = {"starts", "ends", "axes", "steps"};
    int64_t says[4][2 * ONNX_RANK];
    for (int i = 0; i < 4; i++)
        if (!onnx_is(node, "Slice") || onnx_ints(onnx, node, names[i], i + 1, says[i]) != 1) return false;
    return says[0][0] == -1 && says[1][0] <= -INT32_MAX && says[2][0] == 0 && says[3][0] == -1;
}

/* A sum over the axis of time. */
static bool counts_steps(const Onnx *onnx, const Node *node) {
    int64_t axes[2 * ONNX_RANK];
    return onnx_is(node, "ReduceSum") && onnx_ints(onnx, node, "axes", 1, axes) == 1 && (axes[0] == 1 || axes[0] == -2);
}

/* What a node makes of a mask, in *mask; false: none any more. */
static bool pass(const Onnx *onnx, const Node *node, Mask *mask) {
    int64_t perm[2 * ONNX_RANK];
    const Constant *const constant = onnx_added(onnx, node);
    const bool number = constant && constant->real && constant->count == 1;
    if (onnx_is(node, "Cast") || onnx_is(node, "Identity")) return true;
    if (onnx_is(node, "Not") && !mask->summed) return mask->opposite = !mask->opposite, true;
    if (onnx_is(node, "ReduceSum") && !mask->by_step && !mask->opposite && is_last_axis(onnx, node, onnx->rank))
        return mask->by_step = mask->summed = true;
    if (onnx_is(node, "Greater") && mask->summed && number && constant->real[0] == 0 &&
        onnx_constant_input(onnx, node, 1))
        return mask->summed = false, true;
    if (onnx_is(node, "Mul") && number && !mask->scaled) {
        mask->scaled = true;
        mask->number = constant->real[0];
        return true;
    }
    if (!mask->by_step || mask->summed) return false;
    if (mask->counted) return onnx_is(node, "Max") && number && constant->real[0] == 1;
    if (counts_steps(onnx, node) && !mask->opposite && !mask->time_first && !mask->scaled) return mask->counted = true;
    if (turns_first(onnx, node) && mask->time_first) return mask->turned = !mask->turned, true;
    if (onnx_is(node, "Unsqueeze")) return is_last_axis(onnx, node, 3);
    if (onnx_is(node, "Transpose") && onnx_ints(onnx, node, "perm", -1, perm) == 3 && perm[0] == 1 && perm[1] == 0)
        return mask->time_first = !mask->time_first, true;
    if (onnx_is(node, "ReverseSequence") && is_own_length(onnx, onnx_input(node, 1)) &&
        onnx_int(node, "time_axis", 0) == (mask->time_first ? 0 : 1))
        return mask->turned = !mask->turned, true;
    return false;
}

/* The node that compares the present value with a number; NULL: there is none. */
static const Node *comparison(const Onnx *onnx, NodeList readers, double *number) {
    for (int i = 0; i < readers.count; i++) {
        const Constant *const constant = onnx_added(onnx, readers.at[i]);
        if (!onnx_is(readers.at[i], "Equal") || !constant || constant->count != 1) continue;
        *number = constant->whole ? (double)constant->whole[0] : (double)constant->real[0];
        return readers.at[i];
    }
    return NULL;
}

static void keep(Onnx *onnx, const Node *node, const Mask *mask) {
    Mask *const kept = NEW(onnx->import->arena, Mask);
    *kept = *mask;
    *names_slot(&onnx->masks, node->output[0]) = kept;
}

/* All that is made of a comparison; nodes stand in order. */
static void spread(Onnx *onnx, const Node *equal) {
    const Mask first = {.by_step = onnx->rank == 2, .opposite = true};
    keep(onnx, equal, &first);
    for (size_t i = 0; i < onnx->graph->n_node; i++) {
        const Node *const node = onnx->graph->node[i];
        for (size_t j = 0; j < node->n_input; j++) {
            const Mask *const from = mask_of(onnx, node->input[j]);
            Mask mask = from ? *from : first;
            const bool other = node->n_input > 1 && onnx_is(node, "Mul") && !onnx_added(onnx, node);
            if (from && !other && pass(onnx, node, &mask)) keep(onnx, node, &mask);
        }
    }
}

/* The sum of the steps that count, by how many there are. */
static bool take_mean(Onnx *onnx, const Node *node, const Mask *factor, bool *done) {
    const Node *const sum = onnx_reader(onnx, node->output[0], "ReduceSum");
    const Node *const mean = sum && counts_steps(onnx, sum) ? onnx_reader(onnx, sum->output[0], "Div") : NULL;
    const Mask *const count = mean ? mask_of(onnx, onnx_input(mean, 1)) : NULL;
    if (!count || !count->counted || !factor->by_step || factor->opposite || factor->summed || factor->time_first ||
        factor->turned || factor->scaled || factor->counted || onnx->rank != 3)
        return true;
    const bool keeps = onnx_int(sum, "keepdims", 1) != 0;
    const int64_t features = onnx->dim[2];
    onnx_layer(onnx, "GlobalAveragePooling1D");
    if (keeps) onnx_arg(onnx, "keepdims=True");
    onnx->dim[1] = keeps ? 1 : features;
    onnx->rank = keeps ? 3 : 2;
    onnx->masked = false;
    onnx_step(onnx, mean->output[0]);
    return *done = true;
}

/* x where a step counts, else 0 or the number that masks. */
static bool take_masking(Onnx *onnx, const Node *node, bool *done) {
    const Mask *const a = mask_of(onnx, onnx_input(node, 0)), *const b = mask_of(onnx, onnx_input(node, 1)),
                      *const factor = a ? a : b;
    if (!onnx_is(node, "Mul") || !factor) return true;
    if (onnx->mask_layer) return take_mean(onnx, node, factor, done);
    const Node *const add = onnx_reader(onnx, node->output[0], "Add");
    const Mask *const rest =
        add ? mask_of(onnx, onnx_input(add, strcmp(add->input[0], node->output[0]) ? 0 : 1)) : NULL;
    const bool fills = rest && rest->by_step && rest->opposite && rest->scaled && !rest->time_first && !rest->summed &&
                       (rest->number == 0 || (double)rest->number == onnx->mask_number);
    if (!factor->by_step || factor->opposite || factor->summed || factor->time_first || factor->turned ||
        factor->scaled || factor->counted || (rest && !fills))
        return onnx_fail(onnx, node, "nnc masks whole steps, whose numbers all are the one that masks");
    onnx_layer(onnx, "Masking");
    if (onnx->mask_number != 0) onnx_arg(onnx, "mask_value=%.9g", onnx->mask_number);
    onnx->mask_layer = *done = true;
    onnx_step(onnx, rest ? add->output[0] : node->output[0]);
    return true;
}

bool onnx_take_mask(Onnx *onnx, NodeList readers, bool *done) {
    double number = 0;
    if (onnx->lay != LAY_SAME || onnx->one) return true;
    const Node *const equal = comparison(onnx, readers, &number);
    const bool words = onnx->rank == 2 && onnx->layers.count == 0;
    if (equal && !onnx->masked && (words || onnx->rank == 3)) {
        if (words && number != 0) return onnx_fail(onnx, equal, "nnc's Embedding masks 0");
        spread(onnx, equal);
        onnx->masked = true;
        onnx->mask_layer = words; /* the Embedding is it */
        onnx->mask_number = number;
        *done = true; /* the comparison is no reader from now on */
        return true;
    }
    return onnx->masked && readers.count == 1 ? take_masking(onnx, readers.at[0], done) : true;
}

bool onnx_keeps_mask(const Onnx *onnx, const Node *node) {
    static const char *const kinds[] = {"Transpose", "Loop",    "MatMul",  "Add",   "Mul",     "Gather",         "Cast",
                                        "Identity",  "Dropout", "Reshape", "Slice", "Squeeze", "ReverseSequence"};
    const int64_t axis = onnx_is(node, "Softmax") ? onnx_int(node, "axis", -1) : 0;
    bool known = onnx_function(node) != NULL || axis == -1 || (axis > 0 && axis == onnx->rank - 1);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) known |= onnx_is(node, kinds[i]);
    return known || onnx_fail(onnx, node, "its input is masked, which nnc's layer for it would regard");
}

#endif
