/* SPDX-License-Identifier: MIT-0 */
/* Several nodes of ONNX that together are one activation or one normalization, as exporters write what an older opset
 * has no node for. */
#include "import/import.h"

#ifdef NNC_IMPORT

#include <math.h>
#include <string.h>

#include "import/onnx_graph.h"

/* The number of a node whose other operand is `value`; false when it is none. */
static bool number_with(const Onnx *onnx, const Node *node, const char *value, double *number) {
    for (size_t i = 0; i < 2; i++) {
        const Constant *const constant = onnx_constant_input(onnx, node, i);
        const char *const other = onnx_input(node, 1 - i);
        if (!constant || !constant->real || constant->count != 1 || !other || strcmp(other, value) != 0) continue;
        *number = (double)constant->real[0];
        return true;
    }
    return false;
}

static bool near(double a, double b) { return fabs(a - b) <= 1e-6 * fabs(b); }

/* The only node that reads a value; NULL: none, or several. */
static const Node *only_reader(const Onnx *onnx, const char *value) {
    const NodeList readers = onnx_readers(onnx, value);
    return readers.count == 1 ? readers.at[0] : NULL;
}

static const Node *among(NodeList readers, const char *type) {
    for (int i = 0; i < readers.count; i++)
        if (onnx_is(readers.at[i], type)) return readers.at[i];
    return NULL;
}

static bool reads(const Node *node, const char *value) {
    for (size_t i = 0; i < node->n_input; i++)
        if (!strcmp(node->input[i], value)) return true;
    return false;
}

static bool take(Onnx *onnx, const Node *last, const char *activation, bool *done) {
    *done = true;
    onnx_step(onnx, last->output[0]);
    return onnx_activation(onnx, activation);
}

/* x · sigmoid(x), x · tanh(softplus(x)), x · hard_sigmoid(x): what ends in a product with x. *name: the function of the
 * other factor. */
static const Node *own_product(const Onnx *onnx, NodeList readers, const char **name) {
    static const struct {
        const char *first, *second, *name;
    } functions[] = {{"Sigmoid", NULL, "silu"}, {"Softplus", "Tanh", "mish"}, {"HardSigmoid", NULL, "hard_silu"}};
    const Node *const product = among(readers, "Mul");
    for (size_t i = 0; product && readers.count == 2 && i < sizeof functions / sizeof *functions; i++) {
        const Node *node = among(readers, functions[i].first);
        if (node && functions[i].second) node = onnx_reader(onnx, node->output[0], functions[i].second);
        if (!node || only_reader(onnx, node->output[0]) != product || !reads(product, node->output[0])) continue;
        if (onnx_is(node, "HardSigmoid") &&
            (!near(onnx_real(node, "alpha", 0.2), 1.0 / 6) || onnx_real(node, "beta", 0.5) != 0.5))
            continue;
        *name = functions[i].name;
        return product;
    }
    return NULL;
}

/* gelu: x · 0.5 · (1 + erf(x / √2)), in whichever order the factors are multiplied. */
static const Node *gelu(const Onnx *onnx, NodeList readers) {
    const char *const x = onnx->value;
    double number;
    if (readers.count != 2) return NULL;
    for (int i = 0; i < 2; i++) {
        const Node *const scaled = readers.at[i], *const rest = readers.at[1 - i];
        const bool by_root =
            number_with(onnx, scaled, x, &number) &&
            ((onnx_is(scaled, "Div") && near(number, sqrt(2))) || (onnx_is(scaled, "Mul") && near(number, sqrt(0.5))));
        const Node *const erf = by_root ? onnx_reader(onnx, scaled->output[0], "Erf") : NULL;
        const Node *const plus = erf ? onnx_reader(onnx, erf->output[0], "Add") : NULL;
        if (!plus || !number_with(onnx, plus, erf->output[0], &number) || number != 1 || !onnx_is(rest, "Mul"))
            continue;
        const Node *next = only_reader(onnx, plus->output[0]);
        const bool halved = number_with(onnx, rest, x, &number) && number == 0.5; /* (0.5 · x) · (1 + …) */
        if (halved && next && onnx_is(next, "Mul") && only_reader(onnx, rest->output[0]) == next) return next;
        if (next == rest) { /* x · (1 + …) · 0.5 */
            const Node *const half = onnx_reader(onnx, rest->output[0], "Mul");
            if (half && number_with(onnx, half, rest->output[0], &number) && number == 0.5) return half;
        } else if (next && onnx_is(next, "Mul") && number_with(onnx, next, plus->output[0], &number) && number == 0.5 &&
                   only_reader(onnx, next->output[0]) == rest) {
            return rest; /* x · (0.5 · (1 + …)) */
        }
    }
    return NULL;
}

/* The constant that a node adds to or multiplies a value by. */
static const Constant *constant_with(const Onnx *onnx, const Node *node, const char *type, const char *value) {
    if (!node || !onnx_is(node, type) || !reads(node, value)) return NULL;
    return onnx_constant_input(onnx, node, 0) ? onnx_constant_input(onnx, node, 0) : onnx_constant_input(onnx, node, 1);
}

/* The same as Keras' exporter writes it: (0.5 · x) · erfc(-x · √½). */
static const Node *gelu_of_erfc(const Onnx *onnx, NodeList readers) {
    const Node *const half = among(readers, "Mul"), *const minus = among(readers, "Neg");
    double number;
    if (readers.count != 2 || !half || !minus || !number_with(onnx, half, onnx->value, &number) || number != 0.5)
        return NULL;
    const Node *const scaled = onnx_reader(onnx, minus->output[0], "Mul");
    const Node *const erfc = scaled && number_with(onnx, scaled, minus->output[0], &number) && near(number, sqrt(0.5))
                                 ? onnx_reader(onnx, scaled->output[0], "Erfc")
                                 : NULL;
    const Node *const product = erfc ? onnx_reader(onnx, erfc->output[0], "Mul") : NULL;
    return product && only_reader(onnx, half->output[0]) == product ? product : NULL;
}

/* Indices of a table, of which negative ones count from its end: x < 0 ? x + n : x, by factors of 0 and 1. */
static const Node *wrapped_index(const Onnx *onnx, NodeList readers) {
    const Node *const add = among(readers, "Add"), *const cast = among(readers, "Cast"),
                      *const own = among(readers, "Mul");
    const Node *const less = cast ? onnx_reader(onnx, cast->output[0], "Less") : NULL;
    const Constant *const size = add ? constant_with(onnx, add, "Add", onnx->value) : NULL;
    const Node *const wrapped = add ? onnx_reader(onnx, add->output[0], "Mul") : NULL;
    const Node *const sum = wrapped ? onnx_reader(onnx, wrapped->output[0], "Add") : NULL;
    double number;
    const bool found = readers.count == 3 && size && size->whole && size->count == 1 && own && sum && less &&
                       number_with(onnx, less, cast->output[0], &number) && number == 0 &&
                       only_reader(onnx, own->output[0]) == sum;
    const Node *const gather = found ? onnx_reader(onnx, sum->output[0], "Gather") : NULL;
    const Constant *const table = gather ? onnx_constant_input(onnx, gather, 0) : NULL;
    return table && table->rank == 2 && table->dim[0] == size->whole[0] ? sum : NULL;
}

/* (x - mean) / √(variance + epsilon) · gamma + beta, from ReduceMean on. */
static bool layer_normalization(Onnx *onnx, NodeList readers, bool *done) {
    int64_t axes[2 * ONNX_RANK];
    double number, epsilon;
    const Node *const mean = among(readers, "ReduceMean"), *const sub = among(readers, "Sub");
    if (readers.count != 2 || !mean || !sub || only_reader(onnx, mean->output[0]) != sub || onnx->lay == LAY_CHANNELS ||
        onnx->lay == LAY_FLAT_IMAGE)
        return true;
    if (onnx_ints(onnx, mean, "axes", 1, axes) != 1 || (axes[0] != -1 && axes[0] != onnx->rank - 1)) return true;
    const char *const centred = sub->output[0];
    const NodeList uses = onnx_readers(onnx, centred);
    const Node *const square = among(uses, "Pow") ? among(uses, "Pow") : among(uses, "Mul"), *const div =
                                                                                                 among(uses, "Div");
    if (uses.count != 2 || !square || !div ||
        (onnx_is(square, "Pow") && (!number_with(onnx, square, centred, &number) || number != 2)))
        return true;
    const Node *const variance = onnx_reader(onnx, square->output[0], "ReduceMean"),
                      *const add = variance ? onnx_reader(onnx, variance->output[0], "Add") : NULL;
    const Node *const root =
        add && number_with(onnx, add, variance->output[0], &epsilon) ? onnx_reader(onnx, add->output[0], "Sqrt") : NULL;
    if (!root || only_reader(onnx, root->output[0]) != div) return true;
    const Node *last = div, *const mul = only_reader(onnx, div->output[0]);
    const int64_t features = onnx->dim[onnx->rank - 1];
    const Constant *const gamma = constant_with(onnx, mul, "Mul", div->output[0]);
    const bool scales = gamma && gamma->real && gamma->count == (size_t)features;
    if (scales) last = mul;
    const Node *const plus = only_reader(onnx, last->output[0]);
    const Constant *const beta = constant_with(onnx, plus, "Add", last->output[0]);
    const bool centers = beta && beta->real && beta->count == (size_t)features;
    if (centers) last = plus;
    onnx_layer(onnx, "LayerNormalization");
    onnx_arg(onnx, "epsilon=%.7g", epsilon);
    if (!centers) onnx_arg(onnx, "center=False");
    if (!scales) onnx_arg(onnx, "scale=False");
    if (scales) onnx_weight(onnx, gamma->real, 1, &features);
    if (centers) onnx_weight(onnx, beta->real, 1, &features);
    onnx->positive = false;
    onnx_step(onnx, last->output[0]);
    *done = true;
    return true;
}

/* max(x, 0) + (-slope) · max(-x, 0), each slope's sign turned. */
static bool prelu(Onnx *onnx, NodeList readers, bool *done) {
    const Node *const over = among(readers, "Relu"), *const minus = among(readers, "Neg");
    const Node *const under = minus ? onnx_reader(onnx, minus->output[0], "Relu") : NULL;
    const Node *const product = under ? onnx_reader(onnx, under->output[0], "Mul") : NULL;
    const Constant *const slope = constant_with(onnx, product, "Mul", under ? under->output[0] : "");
    const Node *const sum = product ? onnx_reader(onnx, product->output[0], "Add") : NULL;
    if (readers.count != 2 || !over || !slope || !slope->real || !sum || only_reader(onnx, over->output[0]) != sum)
        return true;
    Constant turned = *slope;
    turned.real = NEW_ARRAY(onnx->import->arena, float, slope->count + 1);
    for (size_t i = 0; i < slope->count; i++) turned.real[i] = -slope->real[i];
    *done = true;
    return onnx_take_slopes(onnx, sum, &turned);
}

/* softplus, which above a threshold is x itself. */
static const Node *softplus(const Onnx *onnx, NodeList readers) {
    const Node *const plus = among(readers, "Softplus"), *const greater = among(readers, "Greater"),
                      *const where = among(readers, "Where");
    double threshold;
    const bool found = readers.count == 3 && plus && greater && where &&
                       number_with(onnx, greater, onnx->value, &threshold) && threshold >= 17 &&
                       only_reader(onnx, plus->output[0]) == where && only_reader(onnx, greater->output[0]) == where;
    return found ? where : NULL; /* log(1 + e^-17) is nothing beside 17 */
}

/* log(sigmoid(x)), as PyTorch has it, or -softplus(-x). */
static const Node *log_sigmoid(const Onnx *onnx, NodeList readers) {
    const Node *const sigmoid = among(readers, "Sigmoid"), *const minus = among(readers, "Neg");
    const Node *const plus = minus ? onnx_reader(onnx, minus->output[0], "Softplus") : NULL;
    if (readers.count != 1) return NULL;
    return sigmoid ? onnx_reader(onnx, sigmoid->output[0], "Log")
           : plus  ? onnx_reader(onnx, plus->output[0], "Neg")
                   : NULL;
}

/* x - tanh(x) */
static const Node *tanh_shrink(const Onnx *onnx, NodeList readers) {
    const Node *const tanh = among(readers, "Tanh"), *const rest = among(readers, "Sub");
    const bool found = readers.count == 2 && tanh && rest && only_reader(onnx, tanh->output[0]) == rest &&
                       !strcmp(onnx_input(rest, 0) ? onnx_input(rest, 0) : "", onnx->value);
    return found ? rest : NULL;
}

/* (x + √(x² + 4)) · 0.5 */
static const Node *squareplus(const Onnx *onnx, NodeList readers) {
    const Node *const square = among(readers, "Mul"), *const sum = among(readers, "Add");
    double number;
    if (readers.count != 2 || !square || !sum || square->n_input != 2 ||
        strcmp(square->input[0], square->input[1]) != 0)
        return NULL;
    const Node *const four = onnx_reader(onnx, square->output[0], "Add");
    const Node *const root = four && number_with(onnx, four, square->output[0], &number) && number == 4
                                 ? onnx_reader(onnx, four->output[0], "Sqrt")
                                 : NULL;
    const Node *const half = onnx_reader(onnx, sum->output[0], "Mul");
    const bool found = root && only_reader(onnx, root->output[0]) == sum && half &&
                       number_with(onnx, half, sum->output[0], &number) && number == 0.5;
    return found ? half : NULL;
}

/* relu(x - 1) + (clip(x, -1, 1) + 1)² · 0.25 */
static const Node *sparse_plus(const Onnx *onnx, NodeList readers) {
    const Node *const clip = among(readers, "Clip"), *const minus = among(readers, "Sub");
    const Constant *const low = clip ? onnx_constant_input(onnx, clip, 1) : NULL, *const high =
                                                                                      clip ? onnx_constant_input(
                                                                                                 onnx, clip, 2)
                                                                                           : NULL;
    double number;
    if (readers.count != 2 || !minus || !low || !low->real || !high || !high->real || low->count != 1 ||
        high->count != 1 || low->real[0] != -1 || high->real[0] != 1 ||
        !number_with(onnx, minus, onnx->value, &number) || number != 1 || !onnx_constant_input(onnx, minus, 1))
        return NULL;
    const Node *const over = onnx_reader(onnx, minus->output[0], "Relu"), *const plus =
                                                                              onnx_reader(onnx, clip->output[0], "Add");
    const Node *const square = plus && number_with(onnx, plus, clip->output[0], &number) && number == 1
                                   ? onnx_reader(onnx, plus->output[0], "Mul")
                                   : NULL;
    const bool squares = square && square->n_input == 2 && !strcmp(square->input[0], square->input[1]);
    const Node *const quarter = squares ? onnx_reader(onnx, square->output[0], "Mul") : NULL;
    const Node *const sum = quarter && number_with(onnx, quarter, square->output[0], &number) && number == 0.25
                                ? onnx_reader(onnx, quarter->output[0], "Add")
                                : NULL;
    return sum && over && only_reader(onnx, over->output[0]) == sum ? sum : NULL;
}

/* a · sigmoid(b) of both halves of the last axis. */
static const Node *glu(const Onnx *onnx, NodeList readers) {
    const Node *const split = readers.count == 1 && onnx_is(readers.at[0], "Split") ? readers.at[0] : NULL;
    const int64_t axis = split ? onnx_int(split, "axis", 0) : 0;
    int64_t sizes[2 * ONNX_RANK];
    if (!split || split->n_output != 2 || onnx->lay != LAY_SAME || onnx->one ||
        (axis != -1 && axis != onnx->rank - 1) || onnx->dim[onnx->rank - 1] % 2 ||
        (onnx_ints(onnx, split, "split", 1, sizes) == 2 && sizes[0] != sizes[1]))
        return NULL;
    const Node *const sigmoid = onnx_reader(onnx, split->output[1], "Sigmoid");
    const Node *const product = sigmoid ? onnx_reader(onnx, sigmoid->output[0], "Mul") : NULL;
    return product && only_reader(onnx, split->output[0]) == product ? product : NULL;
}

bool onnx_take_pattern(Onnx *onnx, NodeList readers, bool *done) {
    const char *name;
    *done = false;
    const Node *const logarithm = log_sigmoid(onnx, readers);
    if (logarithm) return take(onnx, logarithm, "log_sigmoid", done);
    const Node *const gated = glu(onnx, readers);
    if (gated) {
        onnx->dim[onnx->rank - 1] /= 2;
        onnx_layer(onnx, "Activation"); /* of its own, since it changes a shape */
        onnx_arg(onnx, "'glu'");
        onnx_step(onnx, gated->output[0]);
        return *done = true;
    }
    if (readers.count < 2) return true;
    const Node *const squared = squareplus(onnx, readers);
    if (squared) return take(onnx, squared, "squareplus", done);
    const Node *const sparse = sparse_plus(onnx, readers);
    if (sparse) return take(onnx, sparse, "sparse_plus", done);
    const Node *const shrunk = tanh_shrink(onnx, readers);
    if (shrunk) return take(onnx, shrunk, "tanh_shrink", done);
    const Node *const product = own_product(onnx, readers, &name);
    if (product) return take(onnx, product, name, done);
    const Node *const last = gelu(onnx, readers);
    if (last) return take(onnx, last, "gelu", done);
    const Node *const other = gelu_of_erfc(onnx, readers);
    if (other) return take(onnx, other, "gelu", done);
    const Node *const index = wrapped_index(onnx, readers);
    if (index) {
        *done = true;
        onnx_step(onnx, index->output[0]);
        return true;
    }
    const Node *const where = softplus(onnx, readers);
    if (where) return take(onnx, where, "softplus", done);
    if (!prelu(onnx, readers, done) || *done) return *done;
    return layer_normalization(onnx, readers, done);
}

#endif
