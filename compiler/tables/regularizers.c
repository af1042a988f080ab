/* SPDX-License-Identifier: MIT-0 */
/* Regularizers: penalties l1·Σ|x| + l2·Σx² in the loss, of a weight or of products of its rows. Formulas:
 * keras/src/regularizers/regularizers.py. */

#include "build/build.h"
#include "build/builder.h"
#include "language/class.h"
#include "layers/normalize.h"
#include "model/regularizer.h"
#include "model/shape.h"
#include "ops/off_diagonal.h"
#include "ops/penalty.h"
#include "plan/plan.h"

#define FACTOR(field, default_, ...)                                                                                   \
    {ARG(RegularizerArgs, field), ARG_REAL, DEFAULT(default_), RANGE(0, 1e30), .doc = __VA_ARGS__}
#define DEFINE(name_, brief_, args_, of_matrix_, ...)                                                                  \
    const RegularizerDef regularizer_##name_ = {                                                                       \
        .class = {.kind = CLASS_REGULARIZER, .name = #name_, .brief = (brief_), .args = (args_),                       \
                  .args_size = sizeof(RegularizerArgs), .aliases = ALIASES(__VA_ARGS__)},                              \
        .of_matrix = (of_matrix_)};

static const ArgDef l1_args[] = {FACTOR(l1, "0.01", "weight of Σ|x|"), {0}};
static const ArgDef l2_args[] = {FACTOR(l2, "0.01", "weight of Σx²"), {0}};
static const ArgDef both_args[] = {FACTOR(l1, "0.0", "weight of Σ|x|"), FACTOR(l2, "0.0", "weight of Σx²"), {0}};
static const ArgDef string_args[] = {FACTOR(l1, "0.0", "weight of Σ|x|", .of_string = "0.01"),
                                     FACTOR(l2, "0.0", "weight of Σx²", .of_string = "0.01"),
                                     {0}};

static const char *const modes[] = {ORTHOGONAL_MODES(CHOICE_WORD) NULL};
static const ArgDef orthogonal_args[] = {
    FACTOR(factor, "0.01", "weight of the mean"),
    {ARG(RegularizerArgs, mode), ARG_CHOICE, DEFAULT("'rows'"), .choices = modes, .doc = "what is to be orthogonal"},
    {0}};

/* factor · mean |u_i · u_j| over the pairs of different rows, or columns, u being those of length 1. Every pair stands
 * twice in the matrix of all products. As in Keras, a row shorter than 1e-7 counts as that long; its gradient, NaN
 * there, is finite. */
static void orthogonal(const RegularizerArgs *args, Builder *build, Tensor *weight) {
    static const int transposed[] = {1, 0};
    Tensor *rows = args->mode == ORTHOGONAL_ROWS
                       ? weight
                       : build_permute(build, weight, transposed, 0, "forward_transpose", "columns");
    const int64_t count = rows->shape.dim[0];
    Norm norm = norm_over(rows, shape_of(2, (int64_t[]){count, 1}), 1e-7);
    norm.unit = true;
    norm_squares(build, &norm);
    Tensor *unit = norm_apply(build, &norm);
    Tensor *other = build_permute(build, unit, transposed, 0, "forward_transpose", NULL);
    build_called(build, other, FORM_TRANSPOSED, unit);
    Tensor *products =
        build_matmul(build, unit, other, false, shape_of(2, (int64_t[]){count, count}), "products", "products");
    build_penalty(build, build_off_diagonal(build, products), args->factor / ((double)count * (double)(count - 1)), 0);
}

DEFINE(L1, "l1·Σ|x|", l1_args, NULL, "l1")
DEFINE(L2, "l2·Σx²", l2_args, NULL, "l2")
DEFINE(L1L2, "l1·Σ|x| + l2·Σx²", both_args, NULL, "l1l2")
DEFINE(l1_l2, "L1L2, which as a string has the factors that Keras documents for it: 0.01 each", string_args, NULL, NULL)
DEFINE(OrthogonalRegularizer, "factor · mean |cosine| of pairs of rows, or columns, of a matrix", orthogonal_args,
       orthogonal, "orthogonal_regularizer")
