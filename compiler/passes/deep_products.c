/* SPDX-License-Identifier: MIT-0 */
/* Gradients over many steps and samples, of a matrix that is small beside these. In blocks of outputs, each with all of
 * its terms, their products would read their inputs again and again; so they take the inputs once, a few rows at a
 * time, and add to all outputs. And where a step of a loop makes many rows, they are taken at once, while they are in
 * the second cache. */
#include "base/arena.h"
#include "build/builder.h"
#include "build/loop.h"
#include "model/shape.h"
#include "passes/passes.h"
#include "plan/matmul_attrs.h"
#include "plan/plan.h"
#include "plan/tensor.h"
#include "plan/uses.h"

/* Marks products that take a few rows of their inputs at a time, for all outputs.
 * Requires: nothing is fused; fusion puts nothing into the loops of these products.
 * Guarantees: their form is PRODUCT_DEEP. Costs: one look at each operation. */
void pass_mark_deep_products(Plan *plan, Program *program) {
    const Target *const target = plan->target;
    for (int i = 0; i < program->ops.count; i++) {
        Op *const op = program->ops.at[i];
        if (!is_matmul_transposed(op) || op->loop || op->out->shape.rank != 2) continue;
        const int64_t batch = plan->model->batch, rows = op->out->shape.dim[0], columns = op->out->shape.dim[1];
        const int64_t depth = shape_size(op->in[0]->shape, batch) / rows;
        const int64_t inputs = depth * (rows + columns), outputs = rows * columns;
        if (columns > target->deep_columns && inputs >= target->beyond_second_cache &&
            outputs <= target->third_cache_share && inputs >= target->deep_times * outputs)
            op->form = PRODUCT_DEEP;
    }
}

/* The last operation of the loop that makes the steps of a sequence; -1: there is none, or it is not made in a loop
 * alone. */
static int end_of_maker(const Program *program, const Tensor *sequence) {
    int end = -1;
    for (const Use *use = first_writer(program, sequence); use; use = next_use(use)) {
        if (!use->op->loop || (end >= 0 && use->op->loop->last != end)) return -1;
        end = use->op->loop->last;
    }
    return end;
}

/* Whether one operation may take a step of `x` in each step of the loop: x is a sequence, or most of one. */
static bool has_step(const Tensor *x, const TimeLoop *loop) {
    const int64_t steps = x->shape.dim[0];
    const bool most =
        x->base && x->part && !x->stepped && !x->columns && !x->base->base && x->base->shape.rank == x->shape.rank;
    return (most || (!x->base && x->kind == TENSOR_VALUE)) && x->shape.rank == 3 &&
           (steps == loop->steps || steps == loop->steps - 1);
}

static Tensor *step_of(Builder *build, Tensor *x, const TimeLoop *loop) {
    const bool later = x->shape.dim[0] < loop->steps; /* all but the first of the loop before: skip-first-products */
    return loop_slot(build, x->base ? x->base : x, x->index - (later && loop->reversed), "step");
}

/* Whether an operation can add up what each step makes: a deep product, or a sum of columns. */
static bool may_add(const Plan *plan, const Op *op) {
    if (op->def == &op_sum) return op->def->form(plan, op) == SUM_COLUMNS;
    return is_matmul_deep(op);
}

/* The end of the loop that the operation at `at` may go into, to add what each step makes; -1: none. */
static int loop_for(const Plan *plan, const Program *program, int at) {
    const Op *const op = program->ops.at[at];
    if (op->loop || !may_add(plan, op)) return -1;
    const Tensor *const d = op->in[op->in_count - 1];
    const int64_t batch = plan->model->batch;
    if (d->shape.rank != 3 || shape_size(d->shape, batch) < plan->target->beyond_second_cache) return -1;
    const int end = end_of_maker(program, tensor_storage(d));
    const TimeLoop *const loop = end >= 0 && end < at ? program->ops.at[end]->loop : NULL;
    if (!loop || loop->steps == 1 || dim_size(d->shape.dim[1], batch) < plan->target->deep_rows) return -1;
    if (program->ops.at[end]->phase != op->phase) return -1;
    for (int i = 0; i < op->in_count; i++) {
        if (!has_step(op->in[i], loop) || op->in[i]->shape.dim[0] != d->shape.dim[0]) return -1;
        const Use *use =
            op->in[i] != d ? first_writer(program, op->in[i]) : NULL; /* everything else is made before the loop */
        for (; use; use = next_use(use))
            if (use->op->at < at && (use->op->at > end || use->op->loop == loop)) return -1;
    }
    return end;
}

/* Moves deep products, and the sums beside them, into the loop that makes the steps of their input, where each step
 * adds its part. Requires: deep products are marked; nothing is fused. Guarantees: what is moved stands at the end of
 * the loop, in the order from before. Costs: one look at each operation and at the makers of what the candidates read.
 */
void pass_sum_in_loops(Plan *plan, Program *program) {
    Moves moves = {0};
    for (int i = 0; i < program->ops.count; i++) {
        const int end = loop_for(plan, program, i);
        if (end < 0) continue;
        Op *const op = program->ops.at[i];
        const TimeLoop *const loop = program->ops.at[end]->loop;
        Builder build = {.plan = plan, .program = program, .layer = op->layer, .phase = op->phase};
        op->skips_last = op->in[0]->shape.dim[0] < loop->steps;
        for (int j = 0; j < op->in_count; j++) op->in[j] = step_of(&build, op->in[j], loop);
        op->loop = loop;
        op->adds = true;
        op_index(plan, op);
        list_push(plan->arena, &moves, ((Move){op, end + 1}));
    }
    program_move(plan, program, &moves);
}
