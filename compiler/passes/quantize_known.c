/* SPDX-License-Identifier: MIT-0 */
/* What follows from weights alone is known when the C is made. */
#include "base/arena.h"
#include "passes/quantizer.h"
#include "plan/evaluate.h"
#include "plan/permute_attrs.h"
#include "plan/plan.h"
#include "plan/tensor.h"
#include "plan/uses.h"

enum { MOST_OPERANDS = 8 };

static int64_t size_of(Shape shape) { return shape_size(shape, 1); }

/* The place in `shape` (right-aligned, 1 is broadcast) of element `at` of `space`. */
static int64_t place_in(Shape shape, Shape space, int64_t at) {
    int64_t place = 0, stride = 1;
    for (int i = 1; i <= space.rank; i++) {
        const int64_t size = space.dim[space.rank - i], index = at % size;
        at /= size;
        if (i > shape.rank) continue;
        if (shape.dim[shape.rank - i] != 1) place += index * stride;
        stride *= shape.dim[shape.rank - i];
    }
    return place;
}

static const double *weight_values(Quantizer *q, const Tensor *weight) {
    const int64_t size = size_of(weight->shape);
    if (!weight->values) return NULL;
    double *const values = NEW_ARRAY(q->plan->arena, double, size + 1);
    for (int64_t i = 0; i < size; i++)
        values[i] = weight->type == ELEMENT_DOUBLE ? ((const double *)weight->values)[i]
                                                   : (double)((const float *)weight->values)[i];
    return values;
}

static const double *view_values(Quantizer *q, const Tensor *view) {
    const double *const base = known_values(q, view->base);
    const int64_t size = size_of(view->shape);
    if (!base || view->stepped) return NULL;
    if (!view->columns) return base + (view->part ? view->index * size : 0);
    double *const values = NEW_ARRAY(q->plan->arena, double, size + 1);
    const int64_t columns = view->shape.dim[view->shape.rank - 1],
                  width = view->base->shape.dim[view->base->shape.rank - 1];
    for (int64_t i = 0; i < size; i++)
        values[i] = base[i / columns * width + view->column + view->index * columns + i % columns];
    return values;
}

static const double *map_values(Quantizer *q, const Op *op) {
    const Step *const step = &op->steps.at[0];
    const double *operands[MOST_OPERANDS] = {0};
    const int64_t size = size_of(op->out->shape);
    bool any = false;
    if (op->steps.count != 1 || step->operand_count > MOST_OPERANDS) return NULL;
    for (int i = 0; i < step->operand_count; i++) {
        if (step->operands[i].kind == OPERAND_NUMBER) continue;
        if (step->operands[i].kind != OPERAND_TENSOR) return NULL;
        operands[i] = known_values(q, step->operands[i].tensor);
        if (!operands[i]) return NULL;
        any = true;
    }
    if (!any) return NULL;
    double *const values = NEW_ARRAY(q->plan->arena, double, size + 1);
    for (int64_t i = 0; i < size; i++) {
        double numbers[MOST_OPERANDS] = {0};
        for (int j = 0; j < step->operand_count; j++)
            if (operands[j]) numbers[j] = operands[j][place_in(step->operands[j].tensor->shape, op->out->shape, i)];
        values[i] = step_value(step, numbers);
    }
    return values;
}

static const double *permuted_values(Quantizer *q, const Op *op) {
    const PermuteAttrs *const attrs = permute_attrs(op);
    const double *const from = known_values(q, op->in[0]);
    const Shape in = op->in[0]->shape, out = op->out->shape;
    const int64_t size = size_of(out);
    if (!from) return NULL;
    double *const values = NEW_ARRAY(q->plan->arena, double, size + 1);
    for (int64_t i = 0; i < size; i++) {
        int64_t rest = i, place = 0;
        for (int j = out.rank - 1; j >= 0; j--) {
            int64_t index = rest % out.dim[j], stride = 1;
            rest /= out.dim[j];
            if (attrs->flipped >> j & 1) index = out.dim[j] - 1 - index;
            for (int k = attrs->axes[j] + 1; k < in.rank; k++) stride *= in.dim[k];
            place += index * stride;
        }
        values[i] = from[place];
    }
    return values;
}

/* Whether nothing but its producer writes to it, once. */
static bool is_made_once(const Program *program, const Tensor *tensor) {
    const Use *const writer = first_writer(program, tensor);
    return writer && !next_use(writer) && writer->op == tensor->producer && !writer->op->loop;
}

static const double *find_values(Quantizer *q, const Tensor *tensor) {
    const Op *const op = tensor->producer;
    if (tensor->base) return view_values(q, tensor);
    if (tensor->kind == TENSOR_WEIGHT) return weight_values(q, tensor);
    if (tensor->kind != TENSOR_VALUE || !op || !is_made_once(q->program, tensor)) return NULL;
    return op->def == &op_map ? map_values(q, op) : op->def == &op_permute ? permuted_values(q, op) : NULL;
}

const double *known_values(Quantizer *q, const Tensor *tensor) {
    if (tensor->number >= q->tensors) return NULL;
    if (!q->known[tensor->number]) q->known[tensor->number] = find_values(q, tensor);
    return q->known[tensor->number];
}
