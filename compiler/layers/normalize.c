/* SPDX-License-Identifier: MIT-0 */
/* y = (x - mean) · factor · gamma + beta over groups of elements, and its gradient. With x̂ = (x - mean) · factor, g =
 * d · gamma, and n elements in a group,
 *
 *     d beta = Σ d    d gamma = Σ d · x̂    d x = factor · (g - (Σ g + x̂ · Σ g · x̂) / n)
 *
 * (Ioffe, Szegedy: Batch Normalization, 2015). Where the mean stays in y, x̂ is x · factor there, Σ g is 0, and the
 * last x̂ of d x is (x - mean) · factor still. Nothing is kept but x, mean and factor. With a mask, n counts what is
 * valid, and 1/n is 0 for the rest; that Keras then adds 1e-7 to n changes the gradient by as little, which is left
 * out. */
#include "build/gradient.h"
#include "build/gradient_add.h"
#include "layers/layer.h"
#include "layers/normalize.h"
#include "plan/step.h"

Norm norm_over(Tensor *x, Shape kept, double epsilon) {
    Norm norm = {.x = x, .kept = kept, .epsilon = epsilon, .elements = 1};
    for (int i = 0; i < x->shape.rank; i++) {
        const int own = i - (x->shape.rank - kept.rank);
        if (own >= 0 && kept.dim[own] != 1) continue;
        norm.elements *= (double)dim_size(x->shape.dim[i], 1);
        norm.batched = norm.batched || x->shape.dim[i] < 0;
    }
    return norm;
}

/* What is written "share" in the texts below: 1/n. */
static const char *share_text(const Norm *norm) {
    return norm->batched && !norm->share ? "share * per_sample" : "share";
}

/* One elementwise operation, in the names of the formula above. */
static Step step_for(Builder *build, const Norm *norm, const char *label, const char *text, Tensor *d, Tensor *sum,
                     Tensor *dot) {
    const Operand operands[] = {
        {.name = "x", .tensor = norm->x},         {.name = "mean", .tensor = norm->mean},
        {.name = "factor", .tensor = norm->factor}, {.name = "gamma", .tensor = norm->gamma},
        {.name = "beta", .tensor = norm->beta},   {.name = "d", .tensor = d},
        {.name = "sum", .tensor = sum},           {.name = "dot", .tensor = dot},
        {.name = "share", .tensor = norm->share}};
    Step step = {.label = label, .text = text};
    for (size_t i = 0; i < sizeof operands / sizeof *operands; i++)
        if (operands[i].tensor) step_add(build->plan->arena, &step, operands[i]);
    if (!norm->share) step_add(build->plan->arena, &step, NUMBER("share", norm->unit ? 1 : 1 / norm->elements));
    if (norm->batched && !norm->share)
        step_add(build->plan->arena, &step, (Operand){.name = "per_sample", .kind = OPERAND_SCALAR});
    step_drop_unused(&step);
    return step;
}

/* Moments */

static const Formula valid_part = {"valid_part", {"x", "valid"}, "v_select(valid > 0.0, x, 0.0)", {NULL}};
static const Formula squared = {"squared", {"x"}, "x * x", {NULL}, .kind = FORMULA_PRODUCT};
static const Formula deviation = {"squared", {"x", "mean"}, "(x - mean) * (x - mean)", {NULL}};
static const Formula valid_deviation = {
    "squared", {"x", "mean", "valid"}, "v_select(valid > 0.0, (x - mean) * (x - mean), 0.0)", {NULL}};
static const Formula valid_count = {"count", {"steps"}, "steps * elements + 1e-7", {NULL}};
static const Formula valid_share = {"share", {"valid", "count"}, "valid / count", {NULL}};
static const Formula valid_mean = {"mean", {"total", "count"}, "total / count", {NULL}};
static const Formula inverse_root = {"factor", {"variance"}, "1.0 / v_sqrt(variance + epsilon)", {NULL}};
static const Formula inverse_norm = {"factor", {"squares"}, "1.0 / v_max(v_sqrt(squares), v_splat(epsilon))", {NULL}};

/* total / n */
static Tensor *divided(Builder *build, const Norm *norm, Tensor *total, Tensor *count, const char *label) {
    if (count) return build_named(build, build_map(build, &valid_mean, (Tensor *[]){total, count}, NULL, 0), label);
    const Formula part = {label, {"total"}, norm->batched ? "total * share * per_sample" : "total * share", {NULL}};
    const Operand numbers[] = {NUMBER("share", 1 / norm->elements), {.name = "per_sample", .kind = OPERAND_SCALAR}};
    return build_map(build, &part, (Tensor *[]){total}, numbers, 2);
}

/* How many elements of each group count, and so what each counts in the means. */
static Tensor *count_valid(Builder *build, Norm *norm) {
    Shape one = norm->valid->shape;
    double elements = norm->elements; /* of a time step */
    for (int i = 0; i < one.rank; i++) {
        const int kept = i - (one.rank - norm->kept.rank);
        if (kept >= 0 && norm->kept.dim[kept] != 1) continue;
        elements /= (double)dim_size(one.dim[i], 1);
        one.dim[i] = 1;
    }
    Tensor *steps = build_sum(build, norm->valid, one, "steps");
    Tensor *count = build_map(build, &valid_count, (Tensor *[]){steps}, &NUMBER("elements", elements), 1);
    norm->share = build_map(build, &valid_share, (Tensor *[]){norm->valid, count}, NULL, 0);
    return count;
}

void norm_moments(Builder *build, Norm *norm) {
    Tensor *x = norm->x, *valid = norm->valid, *count = valid ? count_valid(build, norm) : NULL;
    Tensor *values = valid ? build_map(build, &valid_part, (Tensor *[]){x, valid}, NULL, 0) : x;
    norm->mean = divided(build, norm, build_sum(build, values, norm->kept, "total"), count, "mean");
    Tensor *squares =
        build_map(build, valid ? &valid_deviation : &deviation, (Tensor *[]){x, norm->mean, valid}, NULL, 0);
    norm->variance = divided(build, norm, build_sum(build, squares, norm->kept, "squares"), count, "variance");
    norm->factor = build_map(build, &inverse_root, (Tensor *[]){norm->variance}, &NUMBER("epsilon", norm->epsilon), 1);
}

void norm_squares(Builder *build, Norm *norm) {
    Tensor *squares =
        build_sum(build, build_map(build, &squared, (Tensor *[]){norm->x}, NULL, 0), norm->kept, "squares");
    if (!norm->unit) squares = norm->variance = divided(build, norm, squares, NULL, "mean_square");
    norm->factor = build_map(build, norm->unit ? &inverse_norm : &inverse_root, (Tensor *[]){squares},
                             &NUMBER("epsilon", norm->epsilon), 1);
}

static bool subtracts(const Norm *norm) { return norm->mean && !norm->keeps_mean; }

/* The gradient */

/* Without a label it is the gradient of x. */
static Tensor *computed(Builder *build, const Norm *norm, const char *label, const char *text, Tensor *d, Tensor *sum,
                        Tensor *dot) {
    const char *const action = label ? label : arena_printf(build->plan->arena, "d_%s", own_name(build, norm->x));
    return build_step_map(build, step_for(build, norm, label, text, d, sum, dot), norm->x->shape,
                          arena_printf(build->plan->arena, "backward_%s", action));
}

static void backward(Builder *build, const Step *step, Tensor *d) {
    const Norm *norm = step->context;
    Arena *arena = build->plan->arena;
    const char *const unit = subtracts(norm) ? "(x - mean) * factor" : "x * factor";
    const char *const slope = norm->mean ? "(x - mean) * factor" : "x * factor"; /* as factor changes with x */
    /* gamma is one value in a group */
    const bool of_group = norm->gamma && shape_equal(norm->gamma->shape, norm->kept);
    const char *const g = norm->gamma && !of_group ? "d * gamma" : "d";
    const bool onward = gradient_needed(norm->x);
    Tensor *sum = NULL, *dot = NULL; /* over each group */
    const bool beta_is_sum = norm->beta && shape_equal(norm->beta->shape, norm->kept) && (!norm->gamma || of_group);
    if (subtracts(norm) && (onward || beta_is_sum)) {
        Tensor *terms = g[1] ? computed(build, norm, "scaled", g, d, NULL, NULL) : d;
        sum = build_sum(build, terms, norm->kept, "d_sum");
    }
    if (onward || of_group) {
        const char *text = arena_printf(arena, "%s * (%s)", g, unit);
        dot = build_sum(build, computed(build, norm, "projected", text, d, NULL, NULL), norm->kept, "d_dot");
    }
    if (norm->beta) gradient_add(build, norm->beta, beta_is_sum && sum ? sum : d);
    if (of_group) gradient_add(build, norm->gamma, dot);
    else if (norm->gamma && gradient_needed(norm->gamma))
        gradient_add(build, norm->gamma,
                     computed(build, norm, "d_gamma", arena_printf(arena, "d * (%s)", unit), d, NULL, NULL));
    if (!onward) return;
    const char *text = arena_printf(arena, "factor%s * (%s - %s * (%s%s * dot))", of_group ? " * gamma" : "", g,
                                    share_text(norm), subtracts(norm) ? "sum + " : "", slope);
    gradient_add(build, norm->x, computed(build, norm, NULL, text, d, sum, dot));
}

Tensor *norm_apply(Builder *build, const Norm *norm) {
    Norm *kept = NEW(build->plan->arena, Norm);
    *kept = *norm;
    const char *text = arena_printf(build->plan->arena, "%s * factor%s%s", subtracts(norm) ? "(x - mean)" : "x",
                                    norm->gamma ? " * gamma" : "", norm->beta ? " + beta" : "");
    Step step = step_for(build, norm, "normalized", text, NULL, NULL, NULL);
    step.backward = backward;
    step.context = kept;
    return build_step_map(build, step, norm->x->shape, "forward_normalized");
}

Shape norm_weight_shape(const bool *axes, Shape shape) {
    int first = 0;
    while (!axes[first]) first++;
    Shape wide = {.rank = shape.rank - first};
    for (int i = first; i < shape.rank; i++) wide.dim[i - first] = axes[i] ? shape.dim[i] : 1;
    return wide;
}

Tensor *norm_weight(Builder *build, const Weight *weight, const bool *axes, Shape shape) {
    Tensor *tensor = build_weight(build, weight);
    const Shape wide = norm_weight_shape(axes, shape);
    return shape_equal(wide, weight->shape) ? tensor : build_view(build, tensor, wide, weight->name);
}

const char *norm_stream(const Layer *layer, int64_t axis, bool timed) {
    return timed && (axis == 1 || axis + layer->input.rank == 1) ? "its axis is the time" : NULL;
}
