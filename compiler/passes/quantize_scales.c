/* SPDX-License-Identifier: MIT-0 */
/* The type, the scale and the zero of each value, from the ranges that calibration has seen: docs/quantization.md. */
#include <math.h>

#include "passes/quantizer.h"
#include "plan/plan.h"
#include "plan/ranges.h"
#include "plan/tensor.h"
#include "plan/uses.h"

static const double most_wide = 8;               /* where functions that have an end have reached it … */
static const double reached = 1.0 / (1 << 11);   /* … but for so much */
enum { TABLE_INTERVALS = 256 };

bool is_whole_tensor(const Tensor *tensor) { return tensor_storage(tensor)->scale > 0; }

static Scale affine(ValueRange range) {
    const double low = fmin(range.low, 0), high = fmax(range.high, 0), scale = (high - low) / 255;
    if (!(scale > 0)) return (Scale){1, 0, ELEMENT_INT8};
    return (Scale){scale, (int32_t)fmax(-128, fmin(127, rint(-128 - low / scale))), ELEMENT_INT8};
}

static Scale wide(double most) { return (Scale){most > 0 ? most / 32767 : 1, 0, ELEMENT_INT16}; }

Scale scale_of(const Quantizer *q, const Tensor *tensor) {
    const Tensor *const storage = tensor_storage(tensor);
    if (storage->scale > 0) return (Scale){storage->scale, storage->zero, storage->type};
    const ValueRange *range = range_named(q->plan->ranges, tensor->name);
    if (!range) range = range_named(q->plan->ranges, storage->name);
    return affine(range ? *range : (ValueRange){-1, 1});
}

static bool is_map(ChoiceKind kind) { return kind == CHOICE_TABLE || kind == CHOICE_TERMS || kind == CHOICE_FILL; }

/* What is worked on within a loop, element by element and by nothing else, has 16 bits. */
static bool is_wide(const Quantizer *q, const Tensor *storage) {
    bool in_loop = false;
    if (storage == tensor_storage(q->program->output)) return false;
    for (const Use *use = first_writer(q->program, storage); use; use = next_use(use)) {
        const ChoiceKind kind = q->choices[use->op->at].kind;
        in_loop = in_loop || use->op->loop;
        if (kind >= CHOICE_MOVE) return false;
    }
    for (const Use *use = first_reader(q->program, storage); use; use = next_use(use)) {
        in_loop = in_loop || use->op->loop;
        if (!is_map(q->choices[use->op->at].kind)) return false;
    }
    return in_loop;
}

/* The range of all that is written to a place. */
static ValueRange range_of(const Quantizer *q, const Tensor *storage) {
    ValueRange all = {0, 0};
    for (const Use *use = first_writer(q->program, storage); use; use = next_use(use)) {
        const ValueRange *const range = range_named(q->plan->ranges, use->op->out->name);
        if (range) all = (ValueRange){fmin(all.low, range->low), fmax(all.high, range->high)};
    }
    return all;
}

static double function_at(Quantizer *q, const Op *op, double x) {
    return choice_value(q, &op->steps.at[0], &q->choices[op->at], &x, 0, 1);
}

/* Where only functions read a value that have ends, what lies far beyond is as good as where they are reached. */
static double most_wanted(Quantizer *q, const Tensor *storage, double most) {
    if (most <= most_wide) return most;
    for (const Use *use = first_reader(q->program, storage); use; use = next_use(use)) {
        if (q->choices[use->op->at].kind != CHOICE_TABLE) return most;
        for (int sign = -1; sign <= 1; sign += 2)
            if (!(fabs(function_at(q, use->op, sign * most) - function_at(q, use->op, sign * most_wide)) < reached))
                return most;
    }
    return most_wide;
}

/* The most that a function makes of all that it may read. */
static double most_made(Quantizer *q, const Op *op) {
    const Scale x = scale_of(q, q->choices[op->at].operand[0]);
    const double size = x.type == ELEMENT_INT16 ? 256 : 1;
    double most = 0;
    for (int i = 0; i <= TABLE_INTERVALS; i++)
        most = fmax(most, fabs(function_at(q, op, (i - 128 - (double)x.zero) * size * x.scale)));
    return most;
}

static Scale choose_scale(Quantizer *q, const Op *op, const Choice *choice, const Tensor *storage) {
    const ValueRange range = range_of(q, storage);
    if (choice->kind == CHOICE_SOFTMAX) return (Scale){1.0 / 256, -128, ELEMENT_INT8};
    if (choice->kind == CHOICE_MOVE || choice->kind == CHOICE_POOL) return scale_of(q, choice->operand[0]);
    if (choice->kind == CHOICE_GATHER) {
        const double *const table = known_values(q, op->in[1]);
        double most = 0;
        for (int64_t i = 0; i < shape_size(op->in[1]->shape, 1); i++) most = fmax(most, fabs(table[i]));
        return (Scale){most > 0 ? most / 127 : 1, 0, ELEMENT_INT8};
    }
    if (!is_wide(q, storage)) return affine(range);
    const Use *const writer = first_writer(q->program, storage);
    if (choice->kind == CHOICE_TABLE && !next_use(writer)) return wide(most_made(q, op));
    return wide(most_wanted(q, storage, fmax(fabs(range.low), fabs(range.high))));
}

void choose_scales(Quantizer *q) {
    for (int i = 0; i < q->program->ops.count; i++) {
        const Choice *const choice = &q->choices[i];
        if (choice->kind <= CHOICE_FUSED) continue;
        Tensor *const storage = tensor_storage(choice->made);
        if (storage->scale > 0) continue;
        const Scale scale = choose_scale(q, q->program->ops.at[i], choice, storage);
        storage->scale = scale.scale;
        storage->zero = (int16_t)scale.zero;
        storage->type = scale.type;
    }
    for (int i = 0; i < q->program->tensors.count; i++) {
        Tensor *const tensor = q->program->tensors.at[i];
        const Tensor *const storage = tensor_storage(tensor);
        tensor->type = storage->type;
        tensor->scale = storage->scale;
        tensor->zero = storage->zero;
    }
}
