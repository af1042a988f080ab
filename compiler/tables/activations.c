/* SPDX-License-Identifier: MIT-0 */
/* Activations: a row each, the value as an expression of x, the gradient as one of d (what arrives) and x or y (the
 * value). Reading y where possible lets the plan forget x. Formulas and their corners are Keras 3's
 * (activations.py). */
#include "build/build.h"
#include "build/builder.h"
#include "language/class.h"
#include "model/activation.h"
#include "ops/softmax.h"
#include "plan/plan.h"

#define ROW(name_, formula_, value_, gradient_) FULL_ROW(name_, NULL, formula_, value_, gradient_, .rises = false)
#define ROW_RISING(name_, formula_, value_, gradient_) FULL_ROW(name_, NULL, formula_, value_, gradient_, .rises = true)
#define ROW_ALIAS(name_, alias_, formula_, value_, gradient_) \
    FULL_ROW(name_, alias_, formula_, value_, gradient_, .rises = false)
#define FULL_ROW(name_, alias_, formula_, value_, gradient_, ...)                                             \
    const ActivationDef activation_##name_ = {                                                                \
        .class = {.kind = CLASS_ACTIVATION, .name = #name_, .brief = (formula_), .aliases = ALIASES(alias_)}, \
        .value = (value_),                                                                                    \
        .gradient = (gradient_),                                                                              \
        __VA_ARGS__};

ROW(linear, "x", NULL, NULL)
FULL_ROW(relu, NULL, "max(x, 0)", RELU_VALUE, RELU_GRADIENT, .rises = true, .is_relu = true)
ROW_RISING(relu6, "min(max(x, 0), 6)", "v_clip(x, 0.0, 6.0)", "v_select((y > 0.0) & (y < 6.0), d, 0.0)")
ROW_RISING(leaky_relu, "x where x > 0, else 0.2·x", "v_select(x > 0.0, x, 0.2 * x)", "v_select(y > 0.0, d, 0.2 * d)")
ROW_RISING(elu, "x where x > 0, else eˣ - 1", "v_select(x > 0.0, x, v_expm1(x))", "v_select(y > 0.0, d, d * (y + 1.0))")
ROW_RISING(celu, "max(x, 0) + min(eˣ - 1, 0)", "v_select(x > 0.0, x, v_expm1(x))",
           "v_select(y > 0.0, d, d * (y + 1.0))")
ROW_RISING(selu, "1.0507·(x where x > 0, else 1.6733·(eˣ - 1))",
    "v_select(x > 0.0, 1.0507009873554805 * x, 1.7580993408473766 * v_expm1(x))",
    "v_select(y < 0.0, d * (y + 1.7580993408473766), 1.0507009873554805 * d)")
ROW(gelu, "x·Φ(x), with Φ(x) = (1 + erf(x/√2)) / 2", "0.5 * x * (1.0 + v_erf(0.7071067811865476 * x))",
    "d * (0.5 * (1.0 + v_erf(0.7071067811865476 * x)) + 0.3989422804014327 * x * v_exp(-0.5 * x * x))")
ROW_ALIAS(silu, "swish", "x·sigmoid(x)", "x * v_sigmoid(x)", "d * v_sigmoid(x) * (1.0 + x * v_sigmoid(-x))")
ROW(mish, "x·tanh(softplus(x))", "x * v_tanh(v_softplus(x))",
    "d * (v_tanh(v_softplus(x)) + x * v_sigmoid(x) * (1.0 - v_tanh(v_softplus(x)) * v_tanh(v_softplus(x))))")
FULL_ROW(sigmoid, NULL, "1 / (1 + e⁻ˣ)", "v_sigmoid(x)", "d * y * (1.0 - y)", .rises = true, .keeps_logits = true,
         .values = VALUES_PROBABLE)
FULL_ROW(hard_sigmoid, NULL, "relu6(x + 3) / 6", "v_clip(x + 3.0, 0.0, 6.0) * 0.16666666666666667",
    "v_select((x > -3.0) & (x < 3.0), 0.16666666666666667 * d, 0.0)",
    .rises = true, .values = VALUES_PROBABLE)
FULL_ROW(hard_sigmoid_keras2, NULL, "0 for x ≤ -2.5, 1 for x ≥ 2.5, else 0.2·x + 0.5: hard_sigmoid of Keras 2",
    "v_clip(0.2 * x + 0.5, 0.0, 1.0)", "v_select((x > -2.5) & (x < 2.5), 0.2 * d, 0.0)",
    .rises = true, .values = VALUES_PROBABLE, .class.own = true)
FULL_ROW(sparse_sigmoid, NULL, "0 for x ≤ -1, 1 for x ≥ 1, else (x + 1) / 2", "v_clip(0.5 * x + 0.5, 0.0, 1.0)",
    "v_select((x > -1.0) & (x < 1.0), 0.5 * d, 0.0)",
    .rises = true, .values = VALUES_PROBABLE)
ROW_RISING(log_sigmoid, "-softplus(-x)", "-v_softplus(-x)", "d * v_sigmoid(-x)")
ROW_ALIAS(hard_silu, "hard_swish", "x·hard_sigmoid(x)", "x * v_clip(x + 3.0, 0.0, 6.0) * 0.16666666666666667",
    "v_select(x > -3.0, v_select(x < 3.0, d * (0.3333333333333333 * x + 0.5), d), 0.0)")
ROW_RISING(tanh, "tanh(x)", "v_tanh(x)", "d * (1.0 - y * y)")
ROW_RISING(hard_tanh, "-1 for x < -1, 1 for x > 1, else x", "v_clip(x, -1.0, 1.0)",
    "v_select((x >= -1.0) & (x <= 1.0), d, 0.0)")
ROW(tanh_shrink, "x - tanh(x)", "x - v_tanh(x)", "d * v_tanh(x) * v_tanh(x)")
ROW(soft_shrink, "x - 0.5 for x > 0.5, x + 0.5 for x < -0.5, else 0",
    "v_max(x - 0.5, v_splat(0.0)) + v_min(x + 0.5, v_splat(0.0))", "v_select(v_abs(y) > 0.0, d, 0.0)")
ROW(hard_shrink, "x where |x| > 0.5, else 0", "v_select(v_abs(x) > 0.5, x, 0.0)",
    "v_select(v_abs(y) > 0.0, d, 0.0)")
FULL_ROW(softplus, NULL, "log(1 + eˣ)", "v_softplus(x)", "d * v_sigmoid(x)",
    .rises = true, .values = VALUES_PROBABLE)
FULL_ROW(squareplus, NULL, "(x + √(x² + 4)) / 2", "0.5 * (x + v_sqrt(x * x + 4.0))",
         "d * (0.5 + 0.5 * x / v_sqrt(x * x + 4.0))", .rises = true, .values = VALUES_PROBABLE)
ROW(sparse_plus, "0 for x ≤ -1, x for x ≥ 1, else (x + 1)² / 4",
    "v_select(x > -1.0, v_select(x < 1.0, 0.25 * (x + 1.0) * (x + 1.0), x), 0.0)",
    "v_select(x > -1.0, v_select(x < 1.0, 0.5 * d * (x + 1.0), d), 0.0)")
ROW_RISING(softsign, "x / (1 + |x|)", "x / (1.0 + v_abs(x))", "d / ((1.0 + v_abs(x)) * (1.0 + v_abs(x)))")
FULL_ROW(exponential, NULL, "eˣ", "v_exp(x)", "d * y",
    .rises = true, .values = VALUES_PROBABLE)

static Tensor *softmax_build(Builder *build, Tensor *x) {
    Tensor *y = build_simple(build, &op_softmax, x, "softmax");
    y->logits = x;
    y->rows_of_logits = true;
    return y;
}

static Tensor *log_softmax_build(Builder *build, Tensor *x) {
    return build_simple(build, &op_log_softmax, x, "log_softmax");
}

static Tensor *sparsemax_build(Builder *build, Tensor *x) {
    return build_simple(build, &op_sparsemax, x, "sparsemax");
}

const ActivationDef activation_softmax = {
    .class = {.kind = CLASS_ACTIVATION, .name = "softmax", .brief = "eˣ / Σ eˣ over the last axis"},
    .build = softmax_build,
    .values = VALUES_CHOICE,
};
const ActivationDef activation_log_softmax = {
    .class = {.kind = CLASS_ACTIVATION, .name = "log_softmax", .brief = "x - log Σ eˣ over the last axis"},
    .build = log_softmax_build,
};

const ActivationDef activation_sparsemax = {
    .class = {.kind = CLASS_ACTIVATION, .name = "sparsemax",
              .brief = "the point of the simplex nearest to x, over the last axis: max(x - τ, 0) with sum 1"},
    .build = sparsemax_build,
    .values = VALUES_CHOICE,
};

static const Formula gated = {
    "gated", {"x", "gate"}, "x * v_sigmoid(gate)",
    {"d * v_sigmoid(gate)", "d * x * v_sigmoid(gate) * v_sigmoid(-gate)"}};

static Tensor *glu_build(Builder *build, Tensor *x) {
    const int64_t half = x->shape.dim[x->shape.rank - 1] / 2;
    Tensor *both = build_copy(build, x); /* whose gradient is that of its halves alone */
    Tensor *const halves[] = {build_columns(build, both, 0, half, "values"),
                              build_columns(build, both, half, half, "gates")};
    return build_map(build, &gated, halves, NULL, 0);
}

const ActivationDef activation_glu = {
    .class = {.kind = CLASS_ACTIVATION,
              .name = "glu",
              .brief = "a·sigmoid(b), of the two halves a and b of the last axis"},
    .build = glu_build,
    .halves = true,
};
