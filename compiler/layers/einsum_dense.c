/* SPDX-License-Identifier: MIT-0 */
/* EinsumDense: the input and a kernel, multiplied and summed as an equation says, 'abc,cde->abde'. The input is brought
 * in the order (kept, summed), the kernel in (summed, new): one matrix product makes (kept, new), which is put in the
 * order of the output. */
#include <ctype.h>
#include <string.h>

#include "layers/layer.h"

typedef struct EinsumArgs {
    const char *equation, *bias_axes;
    Ints output_shape;
    Object *activation;
    WeightArgs kernel, bias;
} EinsumArgs;

static const ArgDef args[] = {
    {ARG(EinsumArgs, equation), ARG_STRING, .doc = "'abc,cd->abd': input, kernel and output by letters for dimensions"},
    {ARG(EinsumArgs, output_shape), ARG_INTS, RANGE(1, INT32_MAX), .none_entries = true,
     .doc = "without the batch and the dimensions of …; None: that of the input"},
    ACTIVATION_ARG(EinsumArgs),
    {ARG(EinsumArgs, bias_axes), ARG_STRING, DEFAULT("None"), .doc = "dimensions of the output that the bias has"},
    WEIGHT_ARGS(EinsumArgs, kernel, "'glorot_uniform'"),
    WEIGHT_ARGS(EinsumArgs, bias, "'zeros'"),
    LORA_ARGS,
    {FIXED("gptq_unpacked_column_size", "None", "weights are not quantized")},
    QUANTIZATION_ARG,
    {0}};

/* The equation with a digit for each dimension that stands for …, and sizes of all. */
typedef struct Einsum {
    char input[2 * MAX_RANK], kernel[2 * MAX_RANK], output[2 * MAX_RANK];
    int elided;
    bool behind; /* … comes last */
    int64_t size[128];
} Einsum;

/* Up to MAX_RANK different letters; where they end. NULL: they are none. */
static const char *letters(const char *text, char *to, bool *dots) {
    int count = 0;
    *dots = !strncmp(text, "...", 3);
    for (text += *dots ? 3 : 0; isalpha((unsigned char)*text); text++) {
        if (count == MAX_RANK || memchr(to, *text, (size_t)count)) return NULL;
        to[count++] = *text;
    }
    to[count] = '\0';
    return count ? text : NULL;
}

/* Puts digits for `count` dimensions before or behind the letters. */
static bool put_elided(char *spec, int count, bool behind) {
    const size_t length = strlen(spec);
    if (length + (size_t)count > MAX_RANK) return false;
    if (!behind) memmove(spec + count, spec, length + 1);
    for (int i = 0; i < count; i++) spec[behind ? length + (size_t)i : (size_t)i] = (char)('0' + i);
    if (behind) spec[length + (size_t)count] = '\0';
    return true;
}

/* NULL, or what is wrong with the equation for an input of this rank. */
static const char *parse(const char *equation, int rank, Einsum *e) {
    static const char form[] = "the equation is written 'ab,bc->ac', '...ab,bc->...ac' or 'ab...,bc->ac...'";
    bool before[3], after[3] = {false};
    char *const specs[] = {e->input, e->kernel, e->output};
    static const char *const ends[] = {",", "->", ""};
    const char *at = equation;
    for (int i = 0; i < 3; i++) {
        at = letters(at, specs[i], &before[i]);
        if (!at) return form;
        after[i] = !strncmp(at, "...", 3);
        at += after[i] ? 3 : 0;
        if (strncmp(at, ends[i], strlen(ends[i])) != 0) return form;
        at += strlen(ends[i]);
    }
    const bool any = before[0] || after[0];
    if (*at || before[1] || after[1] || before[0] != before[2] || after[0] != after[2] || (before[0] && after[0]))
        return form;
    e->elided = rank - (int)strlen(e->input);
    e->behind = after[0];
    if (e->elided < 0 || (e->elided > 0 && !any))
        return "the equation has another number of dimensions than the input";
    return put_elided(e->input, e->elided, e->behind) && put_elided(e->output, e->elided, e->behind)
               ? NULL
               : "the output has too many dimensions";
}

static const char *check_letters(const Einsum *e) {
    for (const char *c = e->input; *c; c++)
        if (!strchr(e->output, *c) && !strchr(e->kernel, *c))
            return "a dimension of the input alone would be summed up: give it to the kernel, too";
        else if (strchr(e->output, *c) && strchr(e->kernel, *c))
            return "a dimension that input, kernel and output share would take a kernel for each of its indices";
    for (const char *c = e->kernel; *c; c++)
        if (!strchr(e->input, *c) && !strchr(e->output, *c))
            return "a dimension of the kernel alone would be summed up";
    for (const char *c = e->output; *c; c++)
        if (!strchr(e->input, *c) && !strchr(e->kernel, *c))
            return "a dimension of the output is in neither input nor kernel";
    return e->input[0] != e->output[0] || strlen(e->output) < 2 ? "the batch comes first in input and output" : NULL;
}

/* Sizes by letter, those of the output as output_shape says. */
static const char *find_sizes(const Layer *layer, Einsum *e) {
    const Ints given = ((const EinsumArgs *)layer->args)->output_shape;
    int next = 0;
    for (int i = 0; e->input[i]; i++) e->size[(int)e->input[i]] = layer->input.dim[i];
    for (int i = 1; e->output[i]; i++) {
        const int letter = e->output[i];
        if (isdigit(letter)) continue;
        const int64_t size = next < given.count ? given.at[next] : 0;
        const int64_t of_input = strchr(e->input, letter) ? e->size[letter] : 0;
        next++;
        if (size == DIM_NONE ? !of_input : size == 0 || (of_input && size != of_input))
            return "output_shape does not fit the equation and the input";
        e->size[letter] = of_input ? of_input : size;
    }
    return next == given.count ? NULL : "output_shape has more dimensions than the equation";
}

static Shape shape_by(const Einsum *e, const char *spec) {
    Shape shape = {.rank = (int)strlen(spec)};
    for (int i = 0; spec[i]; i++) shape.dim[i] = e->size[(int)spec[i]];
    return shape;
}

/* The bias has the dimensions of the output from the first of its own on, those that are not its own with size 1. */
static bool bias_shape(const Einsum *e, const char *axes, Shape *shape) {
    *shape = (Shape){0};
    for (const char *c = axes; *c; c++)
        if (!isalpha((unsigned char)*c) || !strchr(e->output, *c) || *c == e->output[0]) return false;
    for (const char *c = e->output; *c; c++)
        if (shape->rank || strchr(axes, *c)) shape->dim[shape->rank++] = strchr(axes, *c) ? e->size[(int)*c] : 1;
    return shape->rank > 0;
}

/* Of one size as fans are counted: summed dimensions by new ones. */
static Shape fans(const Einsum *e) {
    Shape shape = {.rank = 2, .dim = {1, 1}};
    for (const char *c = e->kernel; *c; c++) shape.dim[strchr(e->output, *c) != NULL] *= e->size[(int)*c];
    return shape;
}

static void shape(Layer *layer, Diags *diags) {
    const EinsumArgs *a = layer->args;
    Einsum e = {.elided = 0};
    Shape bias;
    const char *arg = "equation", *wrong = parse(a->equation, layer->input.rank, &e);
    if (!wrong) wrong = check_letters(&e);
    if (!wrong && (wrong = find_sizes(layer, &e))) arg = "output_shape";
    if (!wrong && a->bias_axes && !bias_shape(&e, a->bias_axes, &bias)) {
        arg = "bias_axes";
        wrong = "the bias has dimensions of the output, and not the batch";
    }
    if (wrong) {
        diag(diags, D_layer_argument, object_arg_span(layer->object, arg), wrong);
        return;
    }
    layer_weight(layer, "kernel", shape_by(&e, e.kernel), a->kernel)->fans = fans(&e);
    if (a->bias_axes) layer_weight(layer, "bias", bias, a->bias);
    layer->output = shape_by(&e, e.output);
}

/* The letters of `from` that are in `of` and, where `but` is given, not in that. */
static void pick(const char *from, const char *of, const char *but, char *to) {
    for (; *from; from++)
        if (strchr(of, *from) && !(but && strchr(but, *from))) *to++ = *from;
    *to = '\0';
}

/* x, whose dimensions are called `from`, with those of `first` and then of `second`. */
static Tensor *ordered(Builder *build, Tensor *x, const char *from, const char *first, const char *second,
                       const char *label) {
    int axes[MAX_RANK] = {0}, count = 0;
    for (const char *c = first; *c; c++) axes[count++] = (int)(strchr(from, *c) - from);
    for (const char *c = second; *c; c++) axes[count++] = (int)(strchr(from, *c) - from);
    return build_permute(build, x, axes, 0, arena_printf(build->plan->arena, "forward_%s", label), label);
}

static int64_t size_of(const Einsum *e, const char *spec) { return shape_size(shape_by(e, spec), 1); }

static Tensor *forward(const Layer *layer, Builder *build, Tensor *x) {
    const EinsumArgs *a = layer->args;
    Einsum e = {.elided = 0};
    char kept[2 * MAX_RANK], summed[2 * MAX_RANK], made[2 * MAX_RANK], product[4 * MAX_RANK];
    parse(a->equation, x->shape.rank, &e);
    find_sizes(layer, &e);
    pick(e.output, e.input, NULL, kept);
    pick(e.kernel, e.input, e.output, summed);
    pick(e.output, e.kernel, NULL, made);
    const int64_t depth = size_of(&e, summed), width = size_of(&e, made);
    Shape rows = shape_by(&e, kept), columns;
    rows.dim[rows.rank++] = depth;
    columns = rows;
    columns.dim[columns.rank - 1] = width;
    x = build_view(build, ordered(build, x, e.input, kept, summed, "in_order"), rows, "rows");
    Tensor *kernel = build_weight(build, layer->weights.at[0]);
    kernel = ordered(build, kernel, e.kernel, summed, made, "kernel_in_order");
    kernel = build_view(build, kernel, shape_of(2, (int64_t[]){depth, width}), "kernel_matrix");
    Tensor *y = build_matmul(build, x, kernel, false, columns, "forward", "sum");
    memcpy(product, kept, sizeof kept);
    y = build_view(build, y, shape_by(&e, strcat(product, made)), "parts");
    y = ordered(build, y, product, e.output, "", "output_in_order");
    if (a->bias_axes)
        y = build_map(build, &add_bias, (Tensor *[]){y, build_weight(build, layer->weights.at[1])}, NULL, 0);
    return build_activation(build, a->activation, y);
}

const LayerDef layer_EinsumDense = {
    LAYER_CLASS("EinsumDense", "activation(einsum(equation, x, kernel) + bias)", args, EinsumArgs),
    .shape = shape,
    .forward = forward,
};
