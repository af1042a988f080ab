/* SPDX-License-Identifier: MIT-0 */
/* Numbers that stand for categories: CategoryEncoding, Discretization, IntegerLookup. Each value of the last dimension
 * is compared with all that a category may be; what matches becomes its number, or 1 in its place. */
#include "layers/categories.h"
#include "layers/layer.h"
#include "ops/constant.h"
#include "model/model.h"
#include "plan/step.h"

static const char *const modes[] = {CATEGORY_MODES(CHOICE_WORD) NULL};

typedef struct CategoryArgs {
    int64_t num_tokens, num_bins, max_tokens;
    Reals bin_boundaries;
    Ints vocabulary;
    CategoryMode output_mode;
} CategoryArgs;

#define OUTPUT_MODE(default_) \
    {ARG(CategoryArgs, output_mode), ARG_CHOICE, DEFAULT(default_), .choices = modes, .doc = OUTPUT_MODE_DOC}
enum { MOST_EXACT = 1 << 24 }; /* whole numbers up to here are floats */

static const ArgDef encoding_args[] = {
    {ARG(CategoryArgs, num_tokens), ARG_INT, RANGE(1, MOST_EXACT), .doc = "categories: 0 … num_tokens - 1"},
    OUTPUT_MODE("'multi_hot'"),
    NOT_SPARSE,
    {0}};
static const ArgDef discretization_args[] = {
    {ARG(CategoryArgs, bin_boundaries), ARG_REALS, DEFAULT("None"), .filled = true,
     .doc = "ascending: category i is from boundary i - 1 up to i"},
    {ARG(CategoryArgs, num_bins), ARG_INT, DEFAULT("None"), RANGE(2, MOST_EXACT),
     .doc = "so many bins that hold about as many values of the training data each, as the first layer"},
    {FIXED("epsilon", "0.01", "boundaries are found among 100 quantiles")},
    OUTPUT_MODE("'int'"),
    NOT_SPARSE,
    {0}};
static const ArgDef lookup_args[] = {
    {ARG(CategoryArgs, vocabulary), ARG_INTS, DEFAULT("None"), RANGE(-MOST_EXACT, MOST_EXACT), .filled = true,
     .doc = "the numbers that are known, as 1, 2, …; any other is 0. Learned when not given, as the first layer"},
    {ARG(CategoryArgs, max_tokens), ARG_INT, DEFAULT("None"), RANGE(2, MOST_EXACT),
     .doc = "how many numbers are told apart, with that of all others: the most frequent of the training data"},
    OUTPUT_MODE("'int'"),
    {FIXED("num_oov_indices", "1", "what is not in the vocabulary is one category")},
    {FIXED("mask_token", "None", "no number is left out")},
    {UNUSED("oov_token", "-1")},
    {UNUSED("vocabulary_dtype", "'int64'")},
    {UNUSED("vocabulary_size", "None")},
    {UNUSED("oov_method", "'floormod'")},
    {UNUSED("salt", "None")},
    {FIXED("idf_weights", "None", "there is no 'tf_idf'")},
    {FIXED("invert", "False", "nnc looks up numbers, not what they stand for")},
    {FIXED("pad_to_max_tokens", "False", "there are as many places as the vocabulary needs")},
    NOT_SPARSE,
    {0}};

void categories_shape(Layer *layer, CategoryMode mode, int64_t count, Diags *diags) {
    const int last = layer->input.rank - 1;
    Shape output = layer->input;
    if (mode == MODE_ONE_HOT && output.dim[last] > 1) output.dim[output.rank++] = count;
    else if (mode != MODE_INT) output.dim[last] = count;
    if (layer->input.rank == MAX_RANK)
        diag(diags, D_layer_input, layer->span, layer->def->class.name, shape_text(layer->arena, layer->input),
             "it compares along one dimension more");
    else layer->output = output;
}

/* Numbers first, first + 1, … */
static double *counted(Builder *build, int64_t first, int64_t count) {
    double *const numbers = NEW_ARRAY(build->plan->arena, double, count);
    for (int64_t i = 0; i < count; i++) numbers[i] = (double)(first + i);
    return numbers;
}

static const Formula is_between = {
    "match", {"x", "low", "high"}, "v_select((x >= low) & (x < high), 1.0, 0.0)", {NULL}};
static const Formula times_number = {"number", {"x", "number"}, "x * number", {NULL}};
static const Formula any_match = {"hot", {"x"}, "v_select(x > 0.0, 1.0, 0.0)", {NULL}};

/* (…, values, categories): 1 where a value is at least `low` and less than `high` of a category. */
static Tensor *matches(Builder *build, Tensor *x, const double *low, const double *high, int64_t count) {
    Shape column = x->shape;
    const Shape row = shape_of(1, &count);
    column.dim[column.rank++] = 1;
    Step step = {.label = is_between.name, .text = is_between.value, .formula = &is_between};
    step_add(build->plan->arena, &step, TENSOR("x", build_view(build, x, column, "values")));
    step_add(build->plan->arena, &step, TENSOR("low", build_constant(build, low, row, "low")));
    step_add(build->plan->arena, &step, TENSOR("high", build_constant(build, high, row, "high")));
    column.dim[column.rank - 1] = count;
    return build_step_map(build, step, column, "forward_match");
}

/* The number of the category that matches, from `first`; 0 where none does. */
static Tensor *number_of(Builder *build, Tensor *match, int64_t first, Shape shape) {
    Shape one = match->shape;
    int64_t *const count = &one.dim[one.rank - 1];
    Tensor *const numbers = build_constant(build, counted(build, first, *count), shape_of(1, count), "numbers");
    Tensor *const each = build_map(build, &times_number, (Tensor *[]){match, numbers}, NULL, 0);
    *count = 1;
    return build_view(build, build_sum(build, each, one, "total"), shape, "number");
}

static Tensor *encoded(const Layer *layer, CategoryMode mode, Builder *build, Tensor *match) {
    Shape together = match->shape;
    if (mode == MODE_INT) return number_of(build, match, 0, layer->output);
    if (mode == MODE_ONE_HOT) return build_view(build, match, layer->output, "view");
    together.dim[together.rank - 2] = 1;
    Tensor *y = build_sum(build, match, together, "count");
    if (mode == MODE_MULTI_HOT) y = build_map(build, &any_match, (Tensor *[]){y}, NULL, 0);
    return build_view(build, y, layer->output, "view");
}

Tensor *build_categories_of(const Layer *layer, CategoryMode mode, Builder *build, Tensor *x, int64_t count) {
    return encoded(layer, mode, build, matches(build, x, counted(build, 0, count), counted(build, 1, count), count));
}

static void encoding_shape(Layer *layer, Diags *diags) {
    const CategoryArgs *a = layer->args;
    if (a->output_mode == MODE_INT)
        diag(diags, D_layer_argument, object_arg_span(layer->object, "output_mode"),
             "CategoryEncoding makes 'one_hot', 'multi_hot' or 'count'");
    categories_shape(layer, a->output_mode, a->num_tokens, diags);
}

static Tensor *encoding_forward(const Layer *layer, Builder *build, Tensor *x) {
    const CategoryArgs *a = layer->args;
    return build_categories_of(layer, a->output_mode, build, x, a->num_tokens);
}

/* What is learned of the data is learned of x itself. */
static bool may_learn(const Layer *layer, const char *what, Diags *diags) {
    const bool first = !layer->previous && !layer->wrapper;
    if (!first) diag(diags, D_layer_argument, layer->span, what);
    return first;
}

static const Formula is_from = {"match", {"x", "bound"}, "v_select(x >= bound, 1.0, 0.0)", {NULL}};
static const Formula is_same = {"match", {"x", "known"}, "v_select((x >= known) & (x <= known), 1.0, 0.0)", {NULL}};

/* (…, values, learned): how a value stands to each of what was learned. */
static Tensor *compared(Builder *build, Tensor *x, const Formula *formula) {
    Tensor *const learned = build_weight(build, build->plan->model->x.learned);
    Shape column = x->shape;
    Step step = {.label = formula->name, .text = formula->value, .formula = formula};
    column.dim[column.rank++] = 1;
    step_add(build->plan->arena, &step, TENSOR("x", build_view(build, x, column, "values")));
    step_add(build->plan->arena, &step, TENSOR(formula->operands[1], learned));
    column.dim[column.rank - 1] = learned->shape.dim[0];
    return build_step_map(build, step, column, "forward_match");
}

static bool discretization_adapts(const Layer *layer, Shape *statistics) {
    const CategoryArgs *a = layer->args;
    *statistics = shape_of(1, (int64_t[]){a->num_bins - 1});
    return a->bin_boundaries.count < 0 && a->num_bins != INT_NONE;
}

static void discretization_shape(Layer *layer, Diags *diags) {
    const CategoryArgs *a = layer->args;
    const Reals bounds = a->bin_boundaries;
    if ((bounds.count < 0) == (a->num_bins == INT_NONE)) {
        diag(diags, D_layer_argument, layer->span,
             "Discretization takes the boundaries of its bins, or num_bins, how many are learned of the data");
        return;
    }
    if (bounds.count < 0) {
        if (may_learn(layer, "Discretization(num_bins=…) learns them of the data, as the first layer; with "
                             "bin_boundaries it may stand anywhere", diags))
            categories_shape(layer, a->output_mode, a->num_bins, diags);
        return;
    }
    for (int i = 1; i < bounds.count; i++)
        if (!(bounds.at[i - 1] < bounds.at[i])) {
            diag(diags, D_layer_argument, object_arg_span(layer->object, "bin_boundaries"),
                 "'bin_boundaries' must ascend");
            return;
        }
    categories_shape(layer, a->output_mode, bounds.count + 1, diags);
}

static Tensor *discretization_forward(const Layer *layer, Builder *build, Tensor *x) {
    static const double beyond = 3.4028234e38;
    const CategoryArgs *a = layer->args;
    const Reals bounds = a->bin_boundaries;
    if (bounds.count < 0) {
        Tensor *const from = compared(build, x, &is_from);
        Shape one = from->shape;
        one.dim[one.rank - 1] = 1;
        Tensor *const number = build_view(build, build_sum(build, from, one, "total"), x->shape, "number");
        return a->output_mode == MODE_INT ? number
                                          : build_categories_of(layer, a->output_mode, build, number, a->num_bins);
    }
    double *const low = counted(build, 0, bounds.count + 1), *const high = counted(build, 0, bounds.count + 1);
    low[0] = -beyond;
    high[bounds.count] = beyond;
    for (int i = 0; i < bounds.count; i++) low[i + 1] = high[i] = bounds.at[i];
    return encoded(layer, a->output_mode, build, matches(build, x, low, high, bounds.count + 1));
}

static bool lookup_adapts(const Layer *layer, Shape *statistics) {
    const CategoryArgs *a = layer->args;
    *statistics = shape_of(1, (int64_t[]){a->max_tokens - 1});
    return a->vocabulary.count < 0 && a->max_tokens != INT_NONE;
}

static int64_t lookup_places(const CategoryArgs *a) {
    return a->vocabulary.count < 0 ? a->max_tokens : a->vocabulary.count + 1;
}

static void lookup_shape(Layer *layer, Diags *diags) {
    const CategoryArgs *a = layer->args;
    if (a->vocabulary.count < 0 && a->max_tokens == INT_NONE)
        diag(diags, D_layer_argument, layer->span,
             "IntegerLookup takes the numbers that are known, or max_tokens, how many are learned of the data");
    else if (a->vocabulary.count >= 0 ||
             may_learn(layer, "IntegerLookup(max_tokens=…) learns numbers of the data, as the first layer; with "
                              "vocabulary it may stand anywhere", diags))
        categories_shape(layer, a->output_mode, lookup_places(a), diags);
}

static Tensor *matches_known(Builder *build, Tensor *x, Ints known) {
    double *const low = counted(build, 0, known.count), *const high = counted(build, 0, known.count);
    for (int i = 0; i < known.count; i++) {
        low[i] = (double)known.at[i];
        high[i] = (double)known.at[i] + 1;
    }
    return matches(build, x, low, high, known.count);
}

static Tensor *lookup_forward(const Layer *layer, Builder *build, Tensor *x) {
    const CategoryArgs *a = layer->args;
    Tensor *const match = a->vocabulary.count < 0 ? compared(build, x, &is_same)
                                                  : matches_known(build, x, a->vocabulary);
    Tensor *const number = number_of(build, match, 1, x->shape);
    return a->output_mode == MODE_INT
               ? number
               : build_categories_of(layer, a->output_mode, build, number, lookup_places(a));
}

#define CATEGORIES(name_, kind_, brief_, ...)                        \
    const LayerDef layer_##name_ = {                            \
        LAYER_CLASS(#name_, brief_, kind_##_args, CategoryArgs), \
        .values = VALUES_ANY,                                   \
        .shape = kind_##_shape,                                 \
        .forward = kind_##_forward,                             \
        __VA_ARGS__                                             \
    };
CATEGORIES(CategoryEncoding, encoding, "numbers of categories as a 1 in their places, or how many there are of each", )
CATEGORIES(Discretization, discretization, "the number of the bin that a value is in, or a 1 in its place",
           .adapts = discretization_adapts, .learns = "bounds")
CATEGORIES(IntegerLookup, lookup, "the place of a number in a vocabulary, or a 1 there",
           .adapts = lookup_adapts, .learns = "vocabulary")
