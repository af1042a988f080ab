/* SPDX-License-Identifier: MIT-0 */
/* Losses: elementwise ones as formulas of prediction p and target y, averaged over the last axis; others by the names
 * of their templates (ops/loss.t.c). Formulas: keras/src/losses, keras/src/backend/tensorflow/nn.py. */
#include "language/class.h"
#include "model/loss.h"
#include "tables/losses.h"

const char *const loss_reductions[] = {LOSS_REDUCTIONS(CHOICE_WORD) NULL};

#define LOSS_CLASS(name_, brief_, args_, ...)                                                                          \
    .class = {.kind = CLASS_LOSS, .name = #name_, .brief = (brief_), .args = (args_), .args_size = sizeof(LossArgs),   \
              .aliases = ALIASES(__VA_ARGS__)}
#define COMMON_ARGS                                                                                                    \
    {ARG(LossArgs, reduction), ARG_CHOICE, DEFAULT("'sum_over_batch_size'"), .choices = loss_reductions,               \
     .doc = "how samples are put together; 'mean' is 'sum_over_batch_size'"},                                          \
    {ARG(LossArgs, name), ARG_STRING, DEFAULT("None"), .called = true, .doc = "has no effect"}

static const ArgDef plain_args[] = {COMMON_ARGS, {0}};
static const ArgDef huber_args[] = {DELTA_ARG, COMMON_ARGS, {0}};
static const ArgDef cosine_args[] = {AXIS_ARG, COMMON_ARGS, {0}};
static const ArgDef dice_args[] = {COMMON_ARGS, AXES_ARG, {0}};
static const ArgDef tversky_args[] = {
    {ARG(LossArgs, alpha), ARG_REAL, DEFAULT("0.5"), RANGE(0, 1e30), .doc = "weight of what is missed"},
    {ARG(LossArgs, beta), ARG_REAL, DEFAULT("0.5"), RANGE(0, 1e30), .doc = "weight of what is wrongly found"},
    COMMON_ARGS, AXES_ARG, {0}};
static const ArgDef generalized_args[] = {
    {ARG(LossArgs, q), ARG_REAL, DEFAULT("0.5"), RANGE(1e-6, 1 - 1e-6),
     .doc = "towards 0 as the crossentropy, towards 1 as the mean absolute error"},
    COMMON_ARGS, {0}};
static const ArgDef crossentropy_args[] = {FROM_LOGITS_ARG, LABEL_SMOOTHING_ARG, LAST_AXIS_ARG, COMMON_ARGS, {0}};
static const ArgDef sparse_args[] = {FROM_LOGITS_ARG,
                                     {ARG(LossArgs, ignore_class), ARG_INT, DEFAULT("None"),
                                      RANGE(INT32_MIN, INT32_MAX), .doc = "label that does not count"},
                                     LAST_AXIS_ARG,
                                     COMMON_ARGS,
                                     {0}};
static const ArgDef binary_focal_args[] = {
    BALANCING_ARG, ALPHA_ARG, GAMMA_ARG, FROM_LOGITS_ARG, LABEL_SMOOTHING_ARG, LAST_AXIS_ARG, COMMON_ARGS, {0}};
static const ArgDef categorical_focal_args[] = {
    ALPHA_ARG, GAMMA_ARG, FROM_LOGITS_ARG, LABEL_SMOOTHING_ARG, LAST_AXIS_ARG, COMMON_ARGS, {0}};

const LossDef loss_MeanSquaredError = {
    LOSS_CLASS(MeanSquaredError, "mean (p - y)²", plain_args, "mean_squared_error", "mse", "MSE"),
    .value = "(p - y) * (p - y)",
    .gradient = "2.0 * (p - y)",
};
const LossDef loss_MeanAbsoluteError = {
    LOSS_CLASS(MeanAbsoluteError, "mean |p - y|", plain_args, "mean_absolute_error", "mae", "MAE"),
    .value = "v_abs(p - y)",
    .gradient = "v_sign(p - y)",
};
const LossDef loss_MeanAbsolutePercentageError = {
    LOSS_CLASS(MeanAbsolutePercentageError, "mean 100·|p - y| / max(|y|, 1e-7)", plain_args,
               "mean_absolute_percentage_error", "mape", "MAPE"),
    .locals = "const vec percent = 100.0 / v_max(v_splat(1e-7), v_abs(y));\n",
    .value = "v_abs(p - y) * percent",
    .gradient = "v_sign(p - y) * percent",
};
const LossDef loss_MeanSquaredLogarithmicError = {
    LOSS_CLASS(MeanSquaredLogarithmicError, "mean (log(p + 1) - log(y + 1))², of what is above 1e-7", plain_args,
               "mean_squared_logarithmic_error", "msle", "MSLE"),
    .locals = "const vec gap = v_log1p(v_max(v_splat(1e-7), p)) - v_log1p(v_max(v_splat(1e-7), y));\n",
    .value = "gap * gap",
    .gradient = "v_select(p >= 1e-7, 2.0 * gap / (p + 1.0), 0.0)",
};
const LossDef loss_Huber = {
    LOSS_CLASS(Huber, "mean (p - y)² / 2 up to delta, then delta·(|p - y| - delta / 2)", huber_args, "huber"),
    .locals = "const vec gap = p - y;\n",
    .value = "v_select(v_abs(gap) <= delta, 0.5 * gap * gap, delta * (v_abs(gap) - 0.5 * delta))",
    .gradient = "v_clip(gap, -delta, delta)",
};
const LossDef loss_LogCosh = {
    LOSS_CLASS(LogCosh, "mean log cosh(p - y)", plain_args, "log_cosh", "logcosh"),
    .value = "p - y + v_softplus(-2.0 * (p - y)) - 0.6931471805599453",
    .gradient = "v_tanh(p - y)",
};

/* TensorFlow hands the gradient of max(a, b) to a where they are equal. */
const LossDef loss_Hinge = {
    LOSS_CLASS(Hinge, "mean max(1 - y·p, 0) for y of -1 and 1", plain_args, "hinge"),
    .signs = true,
    .value = "v_max(v_splat(0.0), 1.0 - y * p)",
    .gradient = "v_select(1.0 - y * p >= 0.0, -y, 0.0)",
};
const LossDef loss_SquaredHinge = {
    LOSS_CLASS(SquaredHinge, "mean max(1 - y·p, 0)² for y of -1 and 1", plain_args, "squared_hinge"),
    .signs = true,
    .locals = "const vec gap = v_max(v_splat(0.0), 1.0 - y * p);\n",
    .value = "gap * gap",
    .gradient = "-2.0 * y * gap",
};
const LossDef loss_CategoricalHinge = {
    LOSS_CLASS(CategoricalHinge, "max(max (1 - y)·p - Σ y·p + 1, 0) over the classes", plain_args, "categorical_hinge"),
    .over_classes = true,
    .row = "loss_categorical_hinge",
    .row_slope = "loss_categorical_hinge_slope",
    .target = "DISTRIBUTION",
};

const LossDef loss_KLDivergence = {
    LOSS_CLASS(KLDivergence, "Σ y·log(y / p), both within 1e-7 and 1", plain_args, "kl_divergence", "kld", "KLD",
               "kullback_leibler_divergence"),
    .sums = true,
    .probabilities = true,
    .locals = "const vec truth = v_clip(y, 1e-7, 1.0);\n",
    .value = "truth * v_log(truth / v_clip(p, 1e-7, 1.0))",
    .gradient = "v_select((p >= 1e-7) & (p <= 1.0), -truth / p, 0.0)",
    .target = "DISTRIBUTION",
};
const LossDef loss_Poisson = {
    LOSS_CLASS(Poisson, "mean p - y·log(p + 1e-7)", plain_args, "poisson"),
    .value = "p - y * v_log(p + 1e-7)",
    .gradient = "1.0 - y / (p + 1e-7)",
};
const LossDef loss_CosineSimilarity = {
    LOSS_CLASS(CosineSimilarity, "-Σ y·p / (|y|·|p|)", cosine_args, "cosine_similarity"),
    .axes = AXIS_GIVEN,
    .row = "loss_cosine",
    .row_slope = "loss_cosine_slope",
};
const LossDef loss_Dice = {
    LOSS_CLASS(Dice, "1 - 2·Σ y·p / (Σ y + Σ p), of the whole batch", dice_args, "dice"),
    .axes = AXES_GIVEN,
    .row = "loss_dice",
    .row_slope = "loss_dice_slope",
};
/* Salehi et al. 2017; as in Keras, whose alpha and beta are those of the paper the other way round. */
const LossDef loss_Tversky = {
    LOSS_CLASS(Tversky, "1 - Σ y·p / (Σ y·p + alpha·Σ y·(1 - p) + beta·Σ (1 - y)·p), of the whole batch", tversky_args,
               "tversky"),
    .axes = AXES_GIVEN,
    .row = "loss_tversky",
    .row_slope = "loss_tversky_slope",
};

/* Probabilities are clipped to [1e-7, 1 - 1e-7]; outside the gradient is 0. */
#define INSIDE "(p >= 1e-7) & (p <= 1.0 - 1e-7)"
#define CLIPPED "v_clip(p, 1e-7, 1.0 - 1e-7)"
#define BINARY "-(y * v_log(" CLIPPED ") + (1.0 - y) * v_log(1.0 - " CLIPPED "))"
#define BINARY_SLOPE "v_select(" INSIDE ", (p - y) / (p * (1.0 - p)), 0.0)"

const LossDef loss_BinaryCrossentropy = {
    LOSS_CLASS(BinaryCrossentropy, "mean -(y·log p + (1 - y)·log(1 - p))", crossentropy_args, "binary_crossentropy",
               "bce", "BCE"),
    .value = BINARY,
    .gradient = BINARY_SLOPE,
    .logits_value = "v_softplus(p) - p * y",
    .logits_gradient = "v_sigmoid(p) - y",
    .shortcut = true,
    .target = "UNIT",
};
const LossDef loss_CategoricalCrossentropy = {
    LOSS_CLASS(CategoricalCrossentropy, "-Σ y·log p over the classes", crossentropy_args, "categorical_crossentropy",
               "cce", "CCE"),
    .over_classes = true,
    .row = "loss_categorical",
    .row_train = "loss_categorical_train",
    .element = "y * v_log(q)",
    .element_gradient = "y / q",
    .logits_row = "loss_categorical_logits",
    .logits_row_train = "loss_categorical_logits_train",
    .shortcut = true,
    .target = "DISTRIBUTION",
};
const LossDef loss_SparseCategoricalCrossentropy = {
    LOSS_CLASS(SparseCategoricalCrossentropy, "-log p of the labelled class", sparse_args,
               "sparse_categorical_crossentropy", "scce", "SCCE"),
    .over_classes = true,
    .sparse = true,
    .ignores = true,
    .row = "loss_sparse",
    .row_train = "loss_sparse_train",
    .logits_row = "loss_sparse_logits",
    .logits_row_train = "loss_sparse_logits_train",
    .shortcut = true,
};
/* Zhang and Sabuncu 2018 */
const LossDef loss_CategoricalGeneralizedCrossEntropy = {
    LOSS_CLASS(CategoricalGeneralizedCrossEntropy, "(1 - p^q) / q of the labelled class", generalized_args,
               "categorical_generalized_cross_entropy"),
    .over_classes = true,
    .sparse = true,
    .probabilities = true,
    .row = "loss_generalized",
    .row_slope = "loss_generalized_slope",
};

/* Lin et al. 2017: the crossentropy times what the true class lacks of probability 1, to the power gamma. `balance` is
 * alpha for class 1 and 1 - alpha for class 0, or 1. */
#define FOCAL_LOCALS \
    "const vec lack = y * (1.0 - q) + (1.0 - y) * q, weakened = balance * v_power(lack, gamma - 1.0);\n"

const LossDef loss_BinaryFocalCrossentropy = {
    LOSS_CLASS(BinaryFocalCrossentropy, "binary crossentropy·(1 - probability of the truth)^gamma", binary_focal_args,
               "binary_focal_crossentropy"),
    .locals = "const vec q = p, entropy = " BINARY ";\n" FOCAL_LOCALS,
    .value = "weakened * lack * entropy",
    .gradient = "weakened * (lack * " BINARY_SLOPE " + gamma * (1.0 - 2.0 * y) * entropy)",
    .logits_locals = "const vec q = v_sigmoid(p), entropy = v_softplus(p) - p * y;\n" FOCAL_LOCALS,
    .logits_value = "weakened * lack * entropy",
    .logits_gradient = "weakened * (lack * (q - y) + gamma * (1.0 - 2.0 * y) * q * (1.0 - q) * entropy)",
    .given_logits = true,
    .shortcut = true,
    .target = "UNIT",
};
const LossDef loss_CategoricalFocalCrossentropy = {
    LOSS_CLASS(CategoricalFocalCrossentropy, "-Σ alpha·(1 - p)^gamma·y·log p over the classes", categorical_focal_args,
               "categorical_focal_crossentropy"),
    .over_classes = true,
    .row = "loss_categorical",
    .row_train = "loss_categorical_train",
    .element = "alpha * v_power(1.0 - q, gamma) * y * v_log(q)",
    .element_gradient =
        "alpha * y * v_power(1.0 - q, gamma - 1.0) * ((1.0 - q) / q - gamma * v_log(q))",
    .softmax = true,
    .target = "DISTRIBUTION",
};
