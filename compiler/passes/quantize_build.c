/* SPDX-License-Identifier: MIT-0 */
/* Operations of whole numbers in the place of those of reals: their numbers, and what stands between the two. */
#include <math.h>
#include <string.h> /* memcmp */

#include "base/arena.h"
#include "build/build.h"
#include "ops/depthwise.h"
#include "ops/int_map.h"
#include "ops/int_product.h"
#include "ops/int_window.h"
#include "passes/quantizer.h"
#include "plan/op.h"
#include "plan/plan.h"
#include "plan/tensor.h"
#include "plan/uses.h"
#include "plan/window.h"

enum { MOST_SHIFT = 61, TABLE_INTERVALS = 256 };

static double clamped(double number, double low, double high) {
    return number < low ? low : number > high ? high : number == number ? number : 0;
}

/* Weights */

static void put_number(void *values, ElementType type, int64_t at, double number) {
    if (type == ELEMENT_INT8) ((int8_t *)values)[at] = (int8_t)number;
    else if (type == ELEMENT_UINT16) ((uint16_t *)values)[at] = (uint16_t)number;
    else if (type == ELEMENT_INT16) ((int16_t *)values)[at] = (int16_t)number;
    else ((int32_t *)values)[at] = (int32_t)number;
}

static bool is_same(const Tensor *weight, ElementType type, Shape shape, const void *values) {
    return weight->type == type && shape_equal(weight->shape, shape) &&
           !memcmp(weight->values, values, (size_t)(shape_size(shape, 1) * element_bytes(type)));
}

/* A weight of whole numbers, `name` of its layer, and `path` among all; equal ones are one. */
static Tensor *build_numbers(Quantizer *q, const Layer *layer, const char *name, const char *path, ElementType type,
                             Shape shape, const double *numbers) {
    Plan *const plan = q->plan;
    const int64_t size = shape_size(shape, 1);
    void *const values = arena_alloc(plan->arena, (size_t)((size + 1) * element_bytes(type)));
    for (int64_t i = 0; i < size; i++) put_number(values, type, i, numbers[i]);
    for (int i = 0; i < plan->weights.count; i++) {
        Tensor *const other = plan->weights.at[i];
        if (!element_is_real(other->type) && is_same(other, type, shape, values)) return other;
    }
    Weight *const weight = NEW(plan->arena, Weight);
    *weight = (Weight){.name = name, .path = path, .shape = shape};
    Tensor *const made = build_tensor(&q->rewrite.build, TENSOR_WEIGHT, path, shape);
    made->weight = weight;
    made->layer = layer;
    made->type = type;
    made->values = values;
    list_push(plan->arena, &plan->weights, made);
    return made;
}

/* What goes with a kernel: dense/kernel_bias. */
static Tensor *build_beside(Quantizer *q, const Op *op, const Tensor *kernel, const char *what, ElementType type,
                            Shape shape, const double *numbers) {
    Arena *const arena = q->plan->arena;
    return build_numbers(q, op->layer, arena_printf(arena, "%s_%s", kernel->weight->name, what),
                         arena_printf(arena, "%s_%s", kernel->name, what), type, shape, numbers);
}

/* What goes with a layer: dense/sigmoid_table. */
static Tensor *build_of_layer(Quantizer *q, const Op *op, const char *name, ElementType type, int64_t count,
                              const double *numbers) {
    return build_numbers(q, op->layer, name, arena_printf(q->plan->arena, "%s/%s", op->layer->name, name), type,
                         shape_of(1, &count), numbers);
}

/* What stands between reals and whole numbers */

static void add_end(Quantizer *q, Op *op, const OpDef *def, Tensor *from, Tensor *to, double factor, double offset,
                    int place) {
    Builder *const build = rewrite_for(&q->rewrite, op);
    Op *const end = build_op(build, def, def == &op_quantize ? "quantize" : "dequantize");
    op_read(end, from);
    end->out = to;
    to->producer = end;
    *end_attrs(end) = (EndAttrs){factor, offset};
    rewrite_place(&q->rewrite, op, place);
}

/* What a real value is of the caller's x, a straight line of it; else itself. */
static const Tensor *line_of_input(Quantizer *q, const Tensor *tensor, double *factor, double *summand) {
    const Op *const op = tensor->producer;
    *factor = 1, *summand = 0;
    if (tensor->base || !op || op->def != &op_map || op->steps.count != 1 || op->loop) return tensor;
    const Step *const step = &op->steps.at[0];
    Choice x = {.operands = 1};
    for (int i = 0; i < step->operand_count; i++) {
        if (step->operands[i].kind == OPERAND_NUMBER) continue;
        if (step->operands[i].tensor != q->program->input) return tensor;
        x.place[0] = i;
    }
    const double at[] = {0, 1, 2, -5};
    double value[4];
    for (int i = 0; i < 4; i++) value[i] = choice_value(q, step, &x, &at[i], 0, 1);
    *summand = value[0];
    *factor = value[1] - value[0];
    for (int i = 2; i < 4; i++)
        if (!(fabs(value[i] - *summand - *factor * at[i]) <= 1e-9 * (fabs(*summand) + fabs(*factor)))) *factor = 0;
    if (*factor > 0) return q->program->input;
    *factor = 1, *summand = 0;
    return tensor;
}

static void set_scale(Tensor *tensor, Scale scale, double factor) {
    tensor->type = scale.type;
    tensor->scale = scale.scale / factor;
    tensor->zero = (int16_t)scale.zero;
}

/* Whether a tensor is all of another one, perhaps in another shape. */
static bool is_all_of(const Tensor *tensor, const Tensor *whole) {
    for (; tensor != whole; tensor = tensor->base)
        if (!tensor->base || tensor->part || tensor->columns || tensor->stepped) return false;
    return true;
}

/* A tensor as whole numbers. Where the caller hands these over, it is his x. */
static Tensor *whole_of(Quantizer *q, Op *op, Tensor *tensor) {
    if (is_whole_tensor(tensor)) return tensor;
    if (q->whole[tensor->number]) return q->whole[tensor->number];
    const Scale scale = scale_of(q, tensor);
    double factor, summand;
    Tensor *const from = (Tensor *)line_of_input(q, tensor, &factor, &summand);
    if (q->ends_whole && is_all_of(from, q->program->input) && !is_whole_tensor(from)) {
        set_scale(q->program->input, scale, factor);
        set_scale(from, scale, factor);
        return q->whole[tensor->number] = from;
    }
    Tensor *const made = build_value(rewrite_for(&q->rewrite, op), "quantized", tensor->shape);
    set_scale(made, scale, 1);
    add_end(q, op, &op_quantize, from, made, factor / scale.scale, summand / scale.scale + scale.zero, op->at);
    return q->whole[tensor->number] = made;
}

static Tensor *real_of(Quantizer *q, Op *op, Tensor *tensor) {
    if (!is_whole_tensor(tensor)) return tensor;
    if (q->real[tensor->number]) return q->real[tensor->number];
    const Scale scale = scale_of(q, tensor);
    Tensor *const made = build_value(rewrite_for(&q->rewrite, op), "real", tensor->shape);
    add_end(q, op, &op_dequantize, tensor, made, scale.scale, 0, op->at);
    return q->real[tensor->number] = made;
}

/* Operations */

static void become(Quantizer *q, Op *op, const OpDef *def, Tensor *made) {
    op_become(q->plan->arena, op, def);
    op->in_count = 0;
    op->steps.count = 0;
    op->out = made;
    made->producer = op;
}

/* multiplier / 2^shift, as near to `factor` as 31 bits are. */
static void split_factor(double factor, double *multiplier, double *shift) {
    int exponent;
    const double fraction = frexp(factor, &exponent); /* 0.5 to 1 */
    *shift = clamped(31 - exponent, 1, MOST_SHIFT);
    *multiplier = rint(ldexp(fraction, exponent + (int)*shift));
    if (*multiplier >= 2147483648.0 && *shift > 1) {
        *shift -= 1;
        *multiplier = rint(ldexp(fraction, exponent + (int)*shift));
    }
    *multiplier = clamped(*multiplier, 0, 2147483647.0);
}

/* The numbers of a product, by channel. */
typedef struct Numbers {
    double *kernel, *bias, *multiplier, *shift;
} Numbers;

static Numbers product_numbers(Quantizer *q, const Choice *choice, const double *kernel, int64_t depth,
                               int64_t channels, Scale x, Scale y) {
    Arena *const arena = q->plan->arena;
    const Numbers made = {NEW_ARRAY(arena, double, depth * channels + 1), NEW_ARRAY(arena, double, channels + 1),
                          NEW_ARRAY(arena, double, channels + 1), NEW_ARRAY(arena, double, channels + 1)};
    for (int64_t c = 0; c < channels; c++) {
        double most = 0, sum = 0;
        for (int64_t k = 0; k < depth; k++)
            most = fmax(most, fabs(kernel[k * channels + c] * choice->factor[c]));
        double scale = fmax(most / 127, fabs(choice->summand[c]) / (x.scale * (1 << 30))); /* of the kernel */
        if (!(scale > 0)) scale = 1;
        for (int64_t k = 0; k < depth; k++) {
            const double number = rint(kernel[k * channels + c] * choice->factor[c] / scale);
            made.kernel[k * channels + c] = clamped(number, -127, 127);
            sum += made.kernel[k * channels + c];
        }
        made.bias[c] = rint(choice->summand[c] / (x.scale * scale)) - x.zero * sum;
        split_factor(x.scale * scale / y.scale, &made.multiplier[c], &made.shift[c]);
    }
    return made;
}

static const double *channels_first(Quantizer *q, const double *kernel, int64_t depth, int64_t channels) {
    double *const turned = NEW_ARRAY(q->plan->arena, double, depth * channels + 1);
    for (int64_t i = 0; i < depth * channels; i++) turned[i % channels * depth + i / channels] = kernel[i];
    return turned;
}

static Shape kernel_shape(const Op *op, int64_t channels) {
    const Shape shape = op->in[1]->shape;
    if (op->def == &op_depthwise) return shape_of(shape.rank - 1, shape.dim);
    Shape turned = {.rank = shape.rank, .dim = {channels}};
    for (int i = 1; i < shape.rank; i++) turned.dim[i] = shape.dim[i - 1];
    return turned;
}

static int32_t bound(double bound, Scale y, double low, double high) {
    return (int32_t)clamped(isinf(bound) ? bound : rint(bound / y.scale) + y.zero, low, high);
}

static void build_product(Quantizer *q, Op *op, const Choice *choice) {
    Tensor *const x = whole_of(q, op, op->in[0]), *const weight = tensor_storage(op->in[1]);
    const Scale from = scale_of(q, op->in[0]), to = scale_of(q, choice->made);
    const double *const kernel = known_values(q, op->in[1]);
    const int64_t channels = op->out->shape.dim[op->out->shape.rank - 1],
                  depth = shape_size(op->in[1]->shape, 1) / channels;
    const Numbers numbers = product_numbers(q, choice, kernel, depth, channels, from, to);
    const bool each = op->def == &op_depthwise, image = each || op->def == &op_conv;
    const Shape shape = kernel_shape(op, channels), row = shape_of(1, &channels);
    const Window window = image ? *op_window(op) : (Window){0};
    const double most = to.type == ELEMENT_INT16 ? 32767 : 127;
    for (int i = 0; i < choice->fused.count; i++) rewrite_drop(&q->rewrite, choice->fused.at[i]);
    become(q, op, each ? &op_int_depthwise : image ? &op_int_conv : &op_int_matmul, choice->made);
    op_read(op, x);
    Tensor *const made = build_numbers(q, op->layer, weight->weight ? weight->weight->name : "kernel", weight->name,
                                       ELEMENT_INT8, shape,
                                       each ? numbers.kernel : channels_first(q, numbers.kernel, depth, channels));
    op_read(op, made);
    op_read(op, build_beside(q, op, made, "bias", ELEMENT_INT32, row, numbers.bias));
    op_read(op, build_beside(q, op, made, "multiplier", ELEMENT_INT32, row, numbers.multiplier));
    op_read(op, build_beside(q, op, made, "shift", ELEMENT_INT8, row, numbers.shift));
    *int_product_attrs(op) = (IntProductAttrs){.window = window,
                                               .zero = to.zero,
                                               .low = bound(choice->low, to, -most - 1, most),
                                               .high = bound(choice->high, to, -most - 1, most)};
}

static void build_table(Quantizer *q, Op *op, const Choice *choice) {
    Tensor *const x = whole_of(q, op, choice->operand[0]);
    const Scale from = scale_of(q, choice->operand[0]), to = scale_of(q, choice->made);
    const bool reads_wide = from.type == ELEMENT_INT16, narrows = reads_wide && to.type == ELEMENT_INT8;
    const double interval = reads_wide ? 256 : 1, unit = narrows ? TABLE_STEPS : 1;
    const ElementType type = reads_wide ? ELEMENT_INT16 : to.type;
    const double most = type == ELEMENT_INT16 ? 32767 : 127;
    double numbers[TABLE_INTERVALS + 1];
    const int64_t count = TABLE_INTERVALS + reads_wide;
    for (int64_t i = 0; i < count; i++) {
        const double at = ((double)(i - 128) * interval - from.zero) * from.scale;
        const double value = choice_value(q, &op->steps.at[0], choice, &at, 0, 1) / to.scale;
        numbers[i] = clamped(rint(value * unit) + (narrows ? 0 : to.zero), -most - 1, most);
    }
    const char *const name = arena_printf(q->plan->arena, "%s_table", op->steps.at[0].formula->name);
    Tensor *const table = build_of_layer(q, op, name, type, count, numbers);
    become(q, op, &op_int_table, choice->made);
    op_read(op, x);
    op_read(op, table);
}

/* The largest shift with which no factor has more than 31 bits, nor their sum with all that they may multiply more than
 * 62. */
static int terms_shift(const double *factors, const double *most, int sets) {
    int shift = MOST_SHIFT;
    for (; shift > 1; shift--) {
        double sum = 0, largest = 0;
        for (int set = 0; set < sets; set++) {
            sum += fabs(ldexp(factors[set], shift)) * most[set];
            if (set) largest = fmax(largest, fabs(ldexp(factors[set], shift)));
        }
        if (largest < 2147483647.0 && sum < ldexp(1, 62)) break;
    }
    return shift;
}

static void build_terms(Quantizer *q, Op *op, const Choice *choice) {
    const Scale to = scale_of(q, choice->made);
    const int sets = 1 << choice->operands;
    double factors[1 << MAX_OPERANDS], most[1 << MAX_OPERANDS];
    const bool wide = to.type == ELEMENT_INT16;
    IntTermsAttrs attrs = {.zero = to.zero, .low = wide ? -32768 : -128, .high = wide ? 32767 : 127};
    Tensor *operands[MAX_OPERANDS];
    for (int i = 0; i < choice->operands; i++) {
        operands[i] = whole_of(q, op, choice->operand[i]);
        attrs.zeros[i] = scale_of(q, choice->operand[i]).zero;
    }
    for (int set = 0; set < sets; set++) {
        factors[set] = choice->coefficients[set] / to.scale;
        most[set] = 1;
        for (int i = 0; i < choice->operands; i++) {
            const Scale scale = scale_of(q, choice->operand[i]);
            if (set >> i & 1) factors[set] *= scale.scale;
            if (set >> i & 1) most[set] *= scale.type == ELEMENT_INT16 ? 32768 : 255;
        }
    }
    attrs.shift = terms_shift(factors, most, sets);
    for (int set = 0; set < sets; set++) {
        IntTerm term = {-1, -1, (int64_t)clamped(rint(ldexp(factors[set], attrs.shift)), -0x1p62, 0x1p62)};
        for (int i = choice->operands - 1; i >= 0; i--)
            if (set >> i & 1) term.second = term.first, term.first = i;
        if (term.multiplier) attrs.terms[attrs.count++] = term;
    }
    become(q, op, &op_int_terms, choice->made);
    for (int i = 0; i < choice->operands; i++) op_read(op, operands[i]);
    *int_terms_attrs(op) = attrs;
}

static void build_softmax(Quantizer *q, Op *op, const Choice *choice) {
    Tensor *const x = whole_of(q, op, op->in[0]);
    const int64_t count = TABLE_INTERVALS;
    double numbers[TABLE_INTERVALS];
    for (int64_t i = 0; i < count; i++) numbers[i] = rint(65535 * exp(-(double)i * scale_of(q, op->in[0]).scale));
    Tensor *const table = build_of_layer(q, op, "exponential_table", ELEMENT_UINT16, count, numbers);
    become(q, op, &op_int_softmax, choice->made);
    op_read(op, x);
    op_read(op, table);
}

static void build_one(Quantizer *q, Op *op) {
    const Choice *const choice = &q->choices[op->at];
    switch (choice->kind) {
    case CHOICE_PRODUCT: build_product(q, op, choice); break;
    case CHOICE_TABLE: build_table(q, op, choice); break;
    case CHOICE_TERMS: build_terms(q, op, choice); break;
    case CHOICE_SOFTMAX: build_softmax(q, op, choice); break;
    case CHOICE_FILL: become(q, op, &op_int_fill, choice->made); break;
    case CHOICE_MOVE: op->in[0] = whole_of(q, op, op->in[0]); break;
    case CHOICE_POOL: {
        Tensor *const x = whole_of(q, op, op->in[0]);
        const Window window = *op_window(op);
        become(q, op, &op_int_pool, choice->made);
        op_read(op, x);
        *op_window(op) = window;
        break;
    }
    case CHOICE_GATHER: {
        const Scale to = scale_of(q, op->out);
        const Shape shape = op->in[1]->shape;
        const double *const table = known_values(q, op->in[1]);
        double *const numbers = NEW_ARRAY(q->plan->arena, double, shape_size(shape, 1) + 1);
        for (int64_t i = 0; i < shape_size(shape, 1); i++) numbers[i] = clamped(rint(table[i] / to.scale), -127, 127);
        op->in[1] = build_numbers(q, op->layer, "embeddings", op->in[1]->name, ELEMENT_INT8, shape, numbers);
        break;
    }
    default: return;
    }
    op_index(q->plan, op);
}

/* An operation of reals finds reals. */
static void bring_reals(Quantizer *q, Op *op) {
    for (int i = 0; i < op->in_count; i++) op->in[i] = real_of(q, op, op->in[i]);
    for (int i = 0; i < op->steps.count; i++)
        for (int j = 0; j < op->steps.at[i].operand_count; j++) {
            Operand *const operand = &op->steps.at[i].operands[j];
            if (operand->tensor) operand->tensor = real_of(q, op, operand->tensor);
        }
    op_index(q->plan, op);
}

/* The caller's y: whole numbers, or made of them. */
static void build_output(Quantizer *q) {
    Tensor *const y = q->program->output, *const storage = tensor_storage(y);
    if (!is_whole_tensor(y) || q->ends_whole) {
        storage->kind = TENSOR_OUTPUT;
        return;
    }
    Op *const last = q->program->ops.at[q->operations - 1];
    Tensor *const real = build_value(rewrite_for(&q->rewrite, last), "y", y->shape);
    real->kind = TENSOR_OUTPUT;
    const Scale scale = scale_of(q, y);
    add_end(q, last, &op_dequantize, y, real, scale.scale, 0, q->operations);
    q->program->output = real;
}

void build_whole_numbers(Quantizer *q) {
    for (int i = 0; i < q->operations; i++) {
        Op *const op = q->program->ops.at[i];
        if (q->choices[i].kind == CHOICE_REAL) bring_reals(q, op);
        else build_one(q, op);
    }
    build_output(q);
}
