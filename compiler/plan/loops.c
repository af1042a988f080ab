/* SPDX-License-Identifier: MIT-0 */
/* Merging dimensions to loops. */
#include "plan/loops.h"
#include "plan/sizes.h"
#include "plan/step.h"

/* Whether `tensor`, aligned at the last dimension, varies along dimension `dim` of a space of `rank` dimensions. */
static bool varies(const Tensor *tensor, Shape space, int dim) {
    const int own = dim - (space.rank - tensor->shape.rank);
    return own >= 0 && tensor->shape.dim[own] != 1;
}

static void add_tensor(Loops *loops, Tensor *tensor) {
    for (int i = 0; i < loops->tensor_count; i++)
        if (loops->tensors[i] == tensor) return;
    loops->tensors[loops->tensor_count++] = tensor;
}

static void add_tensors(Loops *loops, const Op *op) {
    if (op->def == &op_random) {
        add_tensor(loops, op->out);
        loops->drawn = true;
    }
    for (int i = 0; i < op->steps.count; i++) {
        const Step *const step = &op->steps.at[i];
        if (step->result && !step->result->in_registers) add_tensor(loops, step->result);
        for (int j = 0; j < step->operand_count; j++) {
            Tensor *const tensor = step->operands[j].tensor;
            if (!tensor) continue;
            if (tensor->regenerated) loops->drawn = true;
            else if (!is_step_result(op, tensor) && tensor != op->out) add_tensor(loops, tensor);
        }
    }
}

static LoopSpan span_of(const Loops *loops, Shape space, int dim, const Shape *kept) {
    const int own = kept ? dim - (space.rank - kept->rank) : 0;
    LoopSpan span = {.size = dim_size(space.dim[dim], 1),
                 .of_batch = space.dim[dim] < 0,
                 .summed = kept && (own < 0 || kept->dim[own] == 1),
                 .first = dim,
                 .last = dim};
    for (int i = 0; i < loops->tensor_count; i++)
        if (varies(loops->tensors[i], space, dim)) span.present |= UINT64_C(1) << i;
    return span;
}

Loops loops_over(const Plan *plan, const Op *op, Shape space, Tensor *summed, const Shape *kept) {
    Loops loops = {.count = 0};
    if (summed) add_tensor(&loops, summed);
    if (summed && kept) add_tensor(&loops, op->out);
    add_tensors(&loops, op);
    bool parted = false; /* there are columns of wider rows */
    for (int i = 0; i < loops.tensor_count; i++) parted = parted || loops.tensors[i]->columns;
    const bool one = makes_one_sample(plan);
    int last = space.rank - 1;
    while (last > 0 && space.dim[last] == 1) last--;
    for (int dim = 0; dim < space.rank; dim++) {
        if (space.dim[dim] == 1 || (one && space.dim[dim] == BATCH)) continue;
        LoopSpan span = span_of(&loops, space, dim, kept);
        if (one) span.of_batch = false;
        LoopSpan *const before = loops.count ? &loops.at[loops.count - 1] : NULL;
        const bool apart = (loops.drawn || parted) && dim == last; /* these count along the last dimension */
        if (before && before->present == span.present && before->summed == span.summed && !apart) {
            before->size *= span.size;
            before->last = dim;
            before->of_batch = before->of_batch || span.of_batch;
        } else {
            if (before) span.first = before->last + 1;
            loops.at[loops.count++] = span;
        }
    }
    /* Rows of one column of wider rows do not follow each other: vectors run along the column, which is one element. */
    const bool apart = parted && !loops.drawn && loops.count > 0 && loops.at[loops.count - 1].last != space.rank - 1;
    if (loops.count == 0 || apart)
        loops.at[loops.count++] =
            (LoopSpan){.size = 1, .first = space.rank - 1, .last = space.rank - 1, .present = ~UINT64_C(0)};
    loops.at[0].first = 0;
    /* Targets without blocks have one function for all maps of a kind. */
    loops.at[0].told = !plan->target->blocks && op->def->only_steps && loops.count == 1 && !loops.drawn &&
                       loops.at[0].size > 1;
    return loops;
}

bool loops_run_along(const Loops *loops, const Tensor *tensor) {
    int at = 0;
    while (at < loops->tensor_count && loops->tensors[at] != tensor) at++;
    return loops->at[loops->count - 1].present >> at & 1;
}
