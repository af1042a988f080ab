/* SPDX-License-Identifier: MIT-0 */
/* What several nodes make of one value until their paths come together again, as Keras' exporter and tf2onnx write
 * normalizations and some activations: read backwards from where they do. */
#include "import/import.h"

#ifdef NNC_IMPORT

#include <math.h>
#include <string.h>

#include "import/onnx_graph.h"

/* A value as a formula sees it: x, and its sizes there. */
typedef struct Whole {
    const Onnx *onnx;
    const char *x;
    int rank;
    int64_t dim[ONNX_RANK];
} Whole;

/* (x - mean) / √(variance + epsilon) · gamma + beta, over some axes. */
typedef struct Normalization {
    int64_t axes[ONNX_RANK];
    int count;
    double epsilon;
    const Constant *gamma, *beta; /* NULL: none */
} Normalization;

/* Where paths meet ------------------------------------------------------------ */

enum { OPEN_MOST = 16, REACH = 64 /* nodes */ };

/* Values on the way whose readers have not all been passed. */
typedef struct Open {
    const char *value;
    int readers;
} Open;

/* The first value behind x that everything made of x goes through; NULL: there is none near. Nodes stand in an order in
 * which each comes behind what it reads. */
static const char *meeting_of(const Onnx *onnx, const char *x) {
    Open open[OPEN_MOST] = {{x, onnx_readers(onnx, x).count}};
    int count = 1, passed = 0;
    for (size_t i = 0; i < onnx->graph->n_node && passed < REACH; i++) {
        const Node *const node = onnx->graph->node[i];
        bool reads = false;
        for (int j = count - 1; j >= 0; j--) {
            bool of_this = false;
            for (size_t k = 0; k < node->n_input; k++) of_this |= !strcmp(node->input[k], open[j].value);
            reads |= of_this;
            if (of_this && --open[j].readers == 0) open[j] = open[--count];
        }
        if (!reads) continue;
        passed++;
        for (size_t k = 0; k < node->n_output; k++) {
            if (onnx_constant(onnx, node->output[k])) continue;
            if (count == OPEN_MOST) return NULL;
            open[count++] = (Open){node->output[k], onnx_readers(onnx, node->output[k]).count};
        }
        if (count == 1) return open[0].value;
    }
    return NULL;
}

/* Backwards ------------------------------------------------------------ */

static const Node *made_by(const Onnx *onnx, const char *value, const char *type) {
    const Node *const node = onnx_maker(onnx, value);
    return node && onnx_is(node, type) ? node : NULL;
}

static bool same(const char *a, const char *b) { return a && b && !strcmp(a, b); }

/* The operand of a node of that type whose other one is `value`. */
static const char *beside(const Node *node, const char *value) {
    if (!node || node->n_input != 2) return NULL;
    return same(node->input[0], value) ? node->input[1] : same(node->input[1], value) ? node->input[0] : NULL;
}

/* The operand of a node that has a constant beside it, which *constant becomes. */
static const char *beside_constant(const Onnx *onnx, const Node *node, const Constant **constant) {
    if (!node || node->n_input != 2) return NULL;
    const int at = onnx_constant_input(onnx, node, 0) ? 0 : 1;
    *constant = onnx_constant_input(onnx, node, (size_t)at);
    return *constant && (*constant)->real ? onnx_input(node, (size_t)(1 - at)) : NULL;
}

/* The same for one number; `type` may be one of two where order does not matter. */
static const char *beside_number(const Onnx *onnx, const char *value, const char *type, double *number) {
    const Constant *constant = NULL;
    const char *const other = beside_constant(onnx, made_by(onnx, value, type), &constant);
    if (!other || constant->count != 1) return NULL;
    *number = (double)constant->real[0];
    return other;
}

static const char *only_operand(const Onnx *onnx, const char *value, const char *type) {
    const Node *const node = made_by(onnx, value, type);
    return node ? onnx_input(node, 0) : NULL;
}

/* x² */
static const char *squared(const Onnx *onnx, const char *value) {
    double power;
    const Node *const mul = made_by(onnx, value, "Mul");
    if (mul && mul->n_input == 2 && same(mul->input[0], mul->input[1])) return mul->input[0];
    const char *const base = beside_number(onnx, value, "Pow", &power);
    return base && power == 2 && same(base, made_by(onnx, value, "Pow")->input[0]) ? base : NULL;
}

/* Axes of a reduction, from the first to the last; how many, 0: it is none. A global pooling takes the mean of all
 * behind the second. */
static int axes_of(const Whole *whole, const Node *node, int64_t *axes) {
    int64_t given[2 * ONNX_RANK];
    int count = onnx_is(node, "GlobalAveragePool") ? 0 : onnx_ints(whole->onnx, node, "axes", 1, given), found = 0;
    for (int axis = 0; axis < whole->rank; axis++) {
        bool named = onnx_is(node, "GlobalAveragePool") && axis > 1;
        for (int i = 0; i < count; i++) named |= given[i] == axis || given[i] + whole->rank == axis;
        if (named) axes[found++] = axis;
    }
    return onnx_int(node, "keepdims", 1) == 1 || onnx_is(node, "GlobalAveragePool") ? found : 0;
}

/* What a mean is taken of; over the same axes as before where there are some. */
static const char *mean_of(const Whole *whole, const char *value, Normalization *norm) {
    const Node *const node = onnx_maker(whole->onnx, value);
    int64_t axes[ONNX_RANK];
    if (!node || (!onnx_is(node, "ReduceMean") && !onnx_is(node, "GlobalAveragePool"))) return NULL;
    const int count = axes_of(whole, node, axes);
    if (count == 0 || axes[0] == 0) return NULL;
    if (norm->count && (norm->count != count || memcmp(norm->axes, axes, (size_t)count * sizeof *axes) != 0))
        return NULL;
    norm->count = count;
    memcpy(norm->axes, axes, (size_t)count * sizeof *axes);
    return onnx_input(node, 0);
}

/* 1 / √(value + epsilon), perhaps · gamma: the value. */
static const char *inverse_root(const Onnx *onnx, const char *scale, Normalization *norm) {
    const Constant *gamma = NULL;
    const char *const scaled = beside_constant(onnx, made_by(onnx, scale, "Mul"), &gamma);
    const char *const sum = only_operand(onnx, only_operand(onnx, scaled ? scaled : scale, "Reciprocal"), "Sqrt");
    if (scaled) norm->gamma = gamma;
    return sum ? beside_number(onnx, sum, "Add", &norm->epsilon) : NULL;
}

/* Whether a constant has the sizes of the normalized axes, and 1 for the others. */
static bool fits(const Whole *whole, const Normalization *norm, const Constant *constant) {
    int next = norm->count;
    if (!constant) return true;
    for (int axis = whole->rank - 1, at = constant->rank - 1; axis >= 0; axis--, at--) {
        const bool normalized = next > 0 && norm->axes[next - 1] == axis;
        next -= normalized;
        if ((at >= 0 ? constant->dim[at] : 1) != (normalized ? whole->dim[axis] : 1)) return false;
    }
    return constant->rank <= whole->rank;
}

/* beta - mean · s, in one of the ways that there are. *shifts: it is taken away, not added. */
static bool reads_shift(const Onnx *onnx, const char *shift, const char *mean, const char *scale, bool taken,
                        Normalization *norm) {
    const Constant *beta = NULL;
    const Node *const sub = made_by(onnx, shift, "Sub");
    if (sub && !taken) { /* beta - mean · s */
        norm->beta = onnx_constant_input(onnx, sub, 0);
        return norm->beta && norm->beta->real && same(beside(made_by(onnx, onnx_input(sub, 1), "Mul"), scale), mean);
    }
    const char *const sum = taken ? NULL : beside_constant(onnx, made_by(onnx, shift, "Add"), &beta);
    const char *const product = beside(made_by(onnx, sum ? sum : shift, "Mul"), scale);
    if (sum) norm->beta = beta;
    return taken ? same(product, mean) : same(only_operand(onnx, product, "Neg"), mean);
}

/* x · s + (beta - mean · s), where s = gamma / √(variance + epsilon) */
static bool read_normalization(const Whole *whole, const char *end, Normalization *norm) {
    const Onnx *const onnx = whole->onnx;
    const Node *const last = onnx_maker(onnx, end);
    const bool taken = last && onnx_is(last, "Sub");
    if (!last || last->n_input != 2 || (!taken && !onnx_is(last, "Add"))) return false;
    for (int turn = 0; turn < (taken ? 1 : 2); turn++) {
        const char *const scale = beside(made_by(onnx, last->input[turn], "Mul"), whole->x);
        *norm = (Normalization){.count = 0};
        const char *const variance = scale ? inverse_root(onnx, scale, norm) : NULL;
        const char *const centred = variance ? mean_of(whole, variance, norm) : NULL;
        const char *const difference = centred ? squared(onnx, centred) : NULL;
        const Node *const sub = difference ? made_by(onnx, difference, "Sub") : NULL;
        const char *const mean = sub && same(onnx_input(sub, 0), whole->x) ? onnx_input(sub, 1) : NULL;
        if (mean && same(mean_of(whole, mean, norm), whole->x) &&
            reads_shift(onnx, last->input[1 - turn], mean, scale, taken, norm))
            return true;
    }
    return false;
}

/* x / √(variance + epsilon) · gamma */
static bool read_deviation(const Whole *whole, const char *end, Normalization *norm) {
    const Onnx *const onnx = whole->onnx;
    const char *const scale = beside(made_by(onnx, end, "Mul"), whole->x);
    *norm = (Normalization){.count = 0};
    const char *const variance = scale ? inverse_root(onnx, scale, norm) : NULL;
    const char *const square = variance ? mean_of(whole, variance, norm) : NULL;
    const Node *const sub = square ? made_by(onnx, squared(onnx, square), "Sub") : NULL;
    return sub && norm->gamma && same(onnx_input(sub, 0), whole->x) &&
           same(mean_of(whole, onnx_input(sub, 1), norm), whole->x) && fits(whole, norm, norm->gamma);
}

/* x / √(mean(x²) + epsilon) · gamma */
static bool read_rms(const Whole *whole, const char *end, Normalization *norm) {
    const char *const scale = beside(made_by(whole->onnx, end, "Mul"), whole->x);
    *norm = (Normalization){.count = 0};
    const char *const mean = scale ? inverse_root(whole->onnx, scale, norm) : NULL;
    const char *const square = mean ? mean_of(whole, mean, norm) : NULL;
    return square && norm->gamma && same(squared(whole->onnx, square), whole->x) && fits(whole, norm, norm->gamma);
}

/* x / √(sum(x²)), the root or its inverse held off 0 and infinity. */
static bool read_unit(const Whole *whole, const char *end, Normalization *norm) {
    const Onnx *const onnx = whole->onnx;
    double bound;
    const char *inverse = beside(made_by(onnx, end, "Mul"), whole->x);
    const char *const least = inverse ? beside_number(onnx, inverse, "Min", &bound) : NULL;
    if (least && bound < 1e11) return false;
    const char *sum =
        inverse ? only_operand(onnx, only_operand(onnx, least ? least : inverse, "Reciprocal"), "Sqrt") : NULL;
    const char *const most = sum ? beside_number(onnx, sum, "Max", &bound) : NULL;
    if (most && bound > 1e-11) return false;
    const Node *const reduced = made_by(onnx, most ? most : sum, "ReduceSum");
    norm->count = reduced ? axes_of(whole, reduced, norm->axes) : 0;
    return norm->count > 0 && norm->axes[0] > 0 && same(squared(onnx, onnx_input(reduced, 0)), whole->x);
}

/* Layers ------------------------------------------------------------ */

static void put_axes(Onnx *onnx, const Normalization *norm) {
    Text list = {.arena = onnx->import->arena};
    if (norm->count == 1 && norm->axes[0] == onnx->rank - 1) return;
    for (int i = 0; i < norm->count; i++) text_printf(&list, "%s%lld", i ? ", " : "", (long long)norm->axes[i]);
    onnx_arg(onnx, norm->count > 1 ? "axis=[%s]" : "axis=%s", text_chars(&list));
}

static void put_weights(Onnx *onnx, const Normalization *norm) {
    int64_t dim[ONNX_RANK];
    for (int i = 0; i < norm->count; i++) dim[i] = onnx->dim[norm->axes[i]];
    if (norm->gamma) onnx_weight(onnx, norm->gamma->real, norm->count, dim);
    if (norm->beta) onnx_weight(onnx, norm->beta->real, norm->count, dim);
}

static void put_choices(Onnx *onnx, const Normalization *norm) {
    onnx_arg(onnx, "epsilon=%.7g", norm->epsilon);
    if (!norm->beta) onnx_arg(onnx, "center=False");
    if (!norm->gamma) onnx_arg(onnx, "scale=False");
}

static bool take_normalization(Onnx *onnx, const Whole *whole, const char *end) {
    Normalization norm;
    if (read_normalization(whole, end, &norm)) {
        if (!fits(whole, &norm, norm.gamma) || !fits(whole, &norm, norm.beta)) return false;
        onnx_layer(onnx, "LayerNormalization");
        put_axes(onnx, &norm);
        put_choices(onnx, &norm);
    } else if (read_rms(whole, end, &norm)) {
        onnx_layer(onnx, "RMSNormalization");
        put_axes(onnx, &norm);
        onnx_arg(onnx, "epsilon=%.7g", norm.epsilon);
    } else if (read_deviation(whole, end, &norm)) {
        onnx_layer(onnx, "LayerNormalization");
        put_axes(onnx, &norm);
        onnx_arg(onnx, "epsilon=%.7g, rms_scaling=True", norm.epsilon);
    } else {
        norm = (Normalization){.count = 0};
        if (!read_unit(whole, end, &norm)) return false;
        onnx_layer(onnx, "UnitNormalization");
        put_axes(onnx, &norm);
    }
    put_weights(onnx, &norm);
    return true;
}

/* Whether a constant has a number for each channel of each group, which are the last two axes. */
static bool fits_groups(const Constant *constant, int64_t groups, int64_t size) {
    return !constant || (constant->rank >= 2 && constant->count == (size_t)(groups * size) &&
                         constant->dim[constant->rank - 1] == size && constant->dim[constant->rank - 2] == groups);
}

/* The sizes that a Reshape gives, as many as expected; -1 is the batch. */
static bool reshapes_to(const Onnx *onnx, const Node *node, int rank, const int64_t *dim) {
    int64_t shape[2 * ONNX_RANK];
    if (!node || onnx_ints(onnx, node, "shape", 1, shape) != rank) return false;
    for (int i = 1; i < rank; i++)
        if (shape[i] != dim[i]) return false;
    return shape[0] == -1 || shape[0] == onnx->batch;
}

/* The channels, which come last, divided into groups, each normalized by itself; behind it the sizes are as before. */
static bool take_groups(Onnx *onnx, const Node *reshape, const char **end) {
    int64_t shape[2 * ONNX_RANK];
    const int rank = onnx->rank + 1, last = onnx->rank - 1;
    Whole whole = {.onnx = onnx, .x = reshape->output[0], .rank = rank};
    if (rank > ONNX_RANK || onnx->rank < 2 || onnx_ints(onnx, reshape, "shape", 1, shape) != rank) return false;
    const int64_t groups = shape[last], size = shape[rank - 1];
    memcpy(whole.dim, onnx->dim, sizeof whole.dim);
    whole.dim[last] = groups;
    whole.dim[rank - 1] = size;
    Normalization norm;
    const char *const meeting = groups > 0 && size > 0 && groups <= onnx->dim[last] &&
                                        groups * size == onnx->dim[last] && reshapes_to(onnx, reshape, rank, whole.dim)
                                    ? meeting_of(onnx, whole.x)
                                    : NULL;
    const Node *const back = meeting ? onnx_reader(onnx, meeting, "Reshape") : NULL;
    if (!back || !reshapes_to(onnx, back, onnx->rank, onnx->dim) || !read_normalization(&whole, meeting, &norm) ||
        !fits_groups(norm.gamma, groups, size) || !fits_groups(norm.beta, groups, size) || norm.count != rank - 2)
        return false;
    for (int i = 0; i < norm.count; i++)
        if (norm.axes[i] == last) return false;
    onnx_layer(onnx, "GroupNormalization");
    onnx_arg(onnx, "%lld", (long long)groups);
    put_choices(onnx, &norm);
    if (norm.gamma) onnx_weight(onnx, norm.gamma->real, 1, &onnx->dim[last]);
    if (norm.beta) onnx_weight(onnx, norm.beta->real, 1, &onnx->dim[last]);
    *end = back->output[0];
    return true;
}

/* The value of which a Squeeze, and perhaps a division by how many there are, is left. */
static const char *squeezed(const Onnx *onnx, const char *value) { return only_operand(onnx, value, "Squeeze"); }

/* How many numbers have been added up: the product of some of the sizes of x. */
static bool is_count(const Onnx *onnx, const char *value, const char *x) {
    const char *const sizes = only_operand(onnx, only_operand(onnx, value, "Cast"), "ReduceProd");
    return same(only_operand(onnx, only_operand(onnx, sizes, "Gather"), "Shape"), x);
}

/* (1, samples, features, 1), of which a BatchNormalization takes the moments of each sample, as tf2onnx writes it. */
static bool take_fused(Onnx *onnx, const Node *reshape, const char **end) {
    int64_t shape[2 * ONNX_RANK];
    const int64_t features = onnx->dim[onnx->rank - 1];
    const char *const x = reshape->output[0];
    if (onnx_ints(onnx, reshape, "shape", 1, shape) != 4 || shape[0] != 1 || shape[2] != features || shape[3] != 1 ||
        onnx->rank < 2)
        return false;
    const char *const meeting = meeting_of(onnx, x);
    const Node *const norm = made_by(onnx, meeting, "BatchNormalization"), *const back =
                                                                               norm ? onnx_reader(onnx, meeting,
                                                                                                  "Reshape")
                                                                                    : NULL;
    const Node *const division = back ? made_by(onnx, onnx_input(norm, 4), "Div") : NULL;
    const Node *const sub =
        division ? made_by(onnx, only_operand(onnx, division->input[0], "ReduceSumSquare"), "Sub") : NULL;
    const Node *const mean = sub ? made_by(onnx, onnx_input(sub, 1), "ReduceMean") : NULL;
    if (!mean || !reshapes_to(onnx, back, onnx->rank, onnx->dim) || !same(onnx_input(norm, 0), x) ||
        !same(onnx_input(sub, 0), x) || !same(onnx_input(mean, 0), x) ||
        !same(squeezed(onnx, onnx_input(norm, 3)), mean->output[0]) || !is_count(onnx, onnx_input(division, 1), x) ||
        !onnx_is_filled(onnx, onnx_input(norm, 2), 0) || !onnx_is_filled(onnx, onnx_input(norm, 1), 1))
        return false;
    onnx_layer(onnx, "LayerNormalization");
    onnx_arg(onnx, "epsilon=%.7g", onnx_real(norm, "epsilon", 1e-5));
    *end = back->output[0];
    const Constant *gamma = NULL, *beta = NULL;
    const Node *const scale = onnx_reader(onnx, *end, "Mul");
    if (scale && beside_constant(onnx, scale, &gamma) && gamma->count == (size_t)features) {
        onnx_weight(onnx, gamma->real, 1, &features);
        *end = scale->output[0];
    } else onnx_arg(onnx, "scale=False");
    const Node *const shift = onnx_reader(onnx, *end, "Add");
    if (shift && beside_constant(onnx, shift, &beta) && beta->count == (size_t)features) {
        onnx_weight(onnx, beta->real, 1, &features);
        *end = shift->output[0];
    } else onnx_arg(onnx, "center=False");
    return true;
}

/* Activations ------------------------------------------------------------ */

/* a where x is over a number, else b: as one node, or by factors of 0 and 1; 0 may be left out. */
typedef struct Choice {
    const char *over, *under; /* under NULL: 0 */
    double threshold;
} Choice;

/* Whether a value is x > threshold, or, turned round, the opposite; as a factor of 0 and 1, too. */
static bool compares(const Onnx *onnx, const char *value, const char *x, bool opposite, double *threshold) {
    const char *const cast = only_operand(onnx, value, "Cast");
    if (cast) value = cast;
    if (opposite) value = only_operand(onnx, value, "Not");
    const Node *const node = made_by(onnx, value, "Greater");
    return node && same(onnx_input(node, 0), x) && same(beside_number(onnx, value, "Greater", threshold), x);
}

/* A factor of 0 and 1 times something: that; NULL: it is none. */
static const char *chosen(const Onnx *onnx, const char *product, const char *x, bool opposite, double *threshold) {
    const Node *const mul = made_by(onnx, product, "Mul");
    for (int i = 0; mul && mul->n_input == 2 && i < 2; i++)
        if (compares(onnx, mul->input[i], x, opposite, threshold)) return mul->input[1 - i];
    return NULL;
}

static bool read_choice(const Onnx *onnx, const char *value, const char *x, Choice *choice) {
    const Node *const node = onnx_maker(onnx, value);
    double under;
    *choice = (Choice){0};
    if (!node) return false;
    if (onnx_is(node, "ThresholdedRelu") && same(onnx_input(node, 0), x)) {
        *choice = (Choice){x, NULL, onnx_real(node, "alpha", 1)};
        return true;
    }
    if (onnx_is(node, "Where") && compares(onnx, onnx_input(node, 0), x, false, &choice->threshold)) {
        choice->over = onnx_input(node, 1);
        choice->under = onnx_input(node, 2);
    } else if (onnx_is(node, "Mul")) {
        choice->over = chosen(onnx, value, x, false, &choice->threshold);
    } else if (onnx_is(node, "Add") && node->n_input == 2) {
        for (int i = 0; i < 2 && !choice->over; i++) {
            choice->over = chosen(onnx, node->input[i], x, false, &choice->threshold);
            choice->under = chosen(onnx, node->input[1 - i], x, true, &under);
            if (!choice->under || under != choice->threshold) choice->over = NULL;
        }
    }
    if (choice->under && onnx_is_filled(onnx, choice->under, 0)) choice->under = NULL;
    return choice->over != NULL;
}

/* elu(x) over 0, alpha · elu(x) under it. */
static bool take_elu(Onnx *onnx, const char *end) {
    Choice choice;
    double alpha;
    if (!read_choice(onnx, end, onnx->value, &choice) || choice.threshold != 0 || !choice.under) return false;
    const Node *const elu = made_by(onnx, choice.over, "Elu");
    if (!elu || !same(onnx_input(elu, 0), onnx->value) || onnx_real(elu, "alpha", 1) != 1 ||
        !same(beside_number(onnx, choice.under, "Mul", &alpha), choice.over))
        return false;
    onnx_layer(onnx, "ELU");
    onnx_arg(onnx, "alpha=%.7g", alpha);
    return true;
}

/* x over the threshold, perhaps cut at most, and under it slope · (threshold - x) less. */
static bool take_relu(Onnx *onnx, const char *end) {
    const char *const x = onnx->value;
    const Node *const sub = made_by(onnx, end, "Sub");
    double slope = 0, shift = 0, most = INFINITY, least = 0;
    const char *value = end;
    if (sub) {
        const char *const below = beside_number(onnx, onnx_input(sub, 1), "Mul", &slope);
        const char *const cut = below ? only_operand(onnx, below, "Relu") : NULL;
        const char *const minus = cut ? beside_number(onnx, cut, "Add", &shift) : NULL;
        if (!cut || !same(only_operand(onnx, minus ? minus : cut, "Neg"), x)) return false;
        value = onnx_input(sub, 0);
    }
    const char *const above = beside_number(onnx, value, "Max", &least);
    const char *under = above ? beside_number(onnx, above, "Min", &most) : NULL;
    const Node *const clip = made_by(onnx, value, "Clip");
    const Constant *const high = clip ? onnx_constant_input(onnx, clip, 2) : NULL;
    if (high && high->real && high->count == 1 && onnx_is_filled(onnx, onnx_input(clip, 1), 0)) {
        most = (double)high->real[0];
        under = onnx_input(clip, 0);
    }
    if (above && (least != 0 || !under)) return false;
    if (under) value = under;
    Choice choice = {.over = x};
    if (!(high && same(value, x)) && !same(only_operand(onnx, value, "Relu"), x) &&
        !read_choice(onnx, value, x, &choice))
        return false;
    if (!same(choice.over, x) || choice.under || (slope != 0 && choice.threshold != shift) || choice.threshold < 0)
        return false;
    onnx_layer(onnx, "ReLU");
    if (isfinite(most)) onnx_arg(onnx, "max_value=%.9g", most);
    if (slope != 0) onnx_arg(onnx, "negative_slope=%.9g", slope);
    if (choice.threshold != 0) onnx_arg(onnx, "threshold=%.9g", choice.threshold);
    return true;
}

bool onnx_take_formula(Onnx *onnx, NodeList readers, bool *done) {
    const char *end = NULL;
    if (onnx->lay != LAY_SAME || onnx->one || readers.count == 0) return true;
    if (readers.count == 1 && onnx_is(readers.at[0], "Reshape")) {
        *done = take_groups(onnx, readers.at[0], &end) || take_fused(onnx, readers.at[0], &end);
    } else if (readers.count > 1) {
        Whole whole = {.onnx = onnx, .x = onnx->value, .rank = onnx->rank};
        memcpy(whole.dim, onnx->dim, sizeof whole.dim);
        end = meeting_of(onnx, onnx->value);
        *done = end && (take_normalization(onnx, &whole, end) || take_elu(onnx, end) || take_relu(onnx, end));
    }
    if (!*done) return true;
    onnx->positive = false;
    onnx_step(onnx, end);
    return true;
}

#endif
