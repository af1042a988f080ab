/* SPDX-License-Identifier: MIT-0 */
/* For targets that make products row by row (Target.blocks): a sum begins with what is added to it, a recurrent layer
 * takes its input step by step, and what only orders one sample anew moves nothing. */
#include "build/builder.h"
#include "build/loop.h"
#include "model/shape.h"
#include "ops/conv_max.h"
#include "ops/weighted_sums.h"
#include "passes/passes.h"
#include "passes/rewrite.h"
#include "plan/matmul_attrs.h"
#include "plan/op.h"
#include "plan/permute_attrs.h"
#include "plan/plan.h"
#include "plan/step.h"
#include "plan/tensor.h"
#include "plan/uses.h"
#include "plan/window.h"

/* Whether dimensions longer than 1 keep their order and direction, for a batch of this size. */
static bool moves_nothing(const Op *op, int64_t batch) {
    const PermuteAttrs *const attrs = permute_attrs(op);
    int before = -1;
    for (int i = 0; i < op->out->shape.rank; i++) {
        if (dim_size(op->out->shape.dim[i], batch) == 1) continue;
        if (attrs->axes[i] < before || attrs->flipped >> i & 1) return false;
        before = attrs->axes[i];
    }
    return true;
}

/* Makes views of permutations that move nothing.
 * Requires: nothing is fused. Guarantees: readers find the permuted value in the memory of what it was made of.
 * Costs: one look at each operation, and at the users of what is permuted so. */
void pass_view_permuted(Plan *plan, Program *program) {
    for (int i = 0; i < program->ops.count && !plan->target->blocks; i++) {
        Op *const op = program->ops.at[i];
        if (op->def == &op_permute && !op->loop && moves_nothing(op, plan->model->batch))
            rewrite_as_view(plan, program, op);
    }
    program_close(program);
}

/* What a map adds to the product `sum` alone, if a sum can begin with it: one value for each column, or for each
 * element. NULL: nothing. */
static Tensor *added_to(const Op *map, const Tensor **sum) {
    const Step *step = map_step(map, FORMULA_BIAS);
    const bool bias = step != NULL;
    if (!step) step = map_step(map, FORMULA_STATE);
    if (!step || step->operand_count != 2) return NULL;
    Tensor *const x = step->operands[0].tensor, *const other = step->operands[1].tensor;
    *sum = bias ? x : other;
    return bias ? other : x;
}

/* Whether a tensor is already for `op` what it is for `later`. */
static bool is_there(const Program *program, const Tensor *tensor, const Op *op, const Op *later) {
    for (const Use *use = first_writer(program, tensor); use; use = next_use(use))
        if (use->op->at >= op->at && use->op->at < later->at) return false;
    return true;
}

static bool may_begin_with(const Plan *plan, const Program *program, const Op *product, const Tensor *start,
                           const Op *map) {
    const Shape space = product->out->shape;
    if (product->in_count != 2 || product->loop != map->loop || product->phase != map->phase) return false;
    const bool by_column = start->shape.rank == 1 && start->shape.dim[0] == space.dim[space.rank - 1];
    if (!by_column && !(shape_equal(start->shape, space) && product->def == &op_matmul)) return false;
    const bool far = *plan->target->constants && tensor_storage(start)->kind == TENSOR_WEIGHT;
    if (far) return false; /* sums begin with what lies in their own memory */
    return start->type == product->out->type && is_there(program, start, product, map);
}

/* Lets sums begin with the bias, or with other sums, that would be added to them.
 * Requires: nothing is fused. Guarantees: such products have a third input. Costs: one look at each operation, and at
 * the makers of what is added. */
void pass_begin_sums(Plan *plan, Program *program) {
    if (program->training) return; /* where rounding goes on from step to step, it is that of other targets */
    for (int i = 0; i < program->ops.count && !plan->target->blocks; i++) {
        Op *const map = program->ops.at[i];
        const Tensor *sum = NULL;
        Tensor *const start = added_to(map, &sum);
        Op *const product = start && !sum->base && sum->kind == TENSOR_VALUE ? sum->producer : NULL;
        if (!product || product->out != sum || !makes_weighted_sums(product) || readers_of(program, sum) != 1 ||
            !may_begin_with(plan, program, product, start, map))
            continue;
        op_read(product, start);
        product->out = map->out;
        product->out->producer = product;
        program_drop(plan, program, map);
        op_index(plan, product);
        program->ops.at[i] = NULL;
    }
    program_close(program);
}

/* The one loop that reads a sequence, in steps that are all the same view, and that view; NULL: there is none. */
static const TimeLoop *loop_of_inputs(const Program *program, const Tensor *inputs, Tensor **step) {
    const TimeLoop *loop = NULL;
    *step = inputs->views;
    if (!*step || (*step)->next_view || !(*step)->stepped || (*step)->index) return NULL;
    for (const Use *use = first_reader(program, inputs); use; use = next_use(use)) {
        if (!use->op->loop || (loop && use->op->loop != loop)) return NULL;
        loop = use->op->loop;
    }
    return loop && loop->steps > 1 && !loop->reversed ? loop : NULL;
}

/* The steps of what a product reads begin at *index of the result; NULL: it is no sequence of so many. */
static Tensor *sequence_of_steps(Tensor *x, int64_t steps, int64_t *index) {
    *index = 0;
    if (x->columns || x->stepped || x->shape.rank != 3 || x->shape.dim[0] != steps) return NULL;
    if (x->part && x->base->shape.rank == x->shape.rank) {
        *index = x->index;
        x = x->base;
    }
    for (const Tensor *view = x; view; view = view->base)
        if (view->part || view->stepped || view->columns) return NULL;
    return x;
}

/* The map that adds a bias to what a product makes, and is the only one to read that; NULL: there is none. */
static Op *bias_behind(const Program *program, const Op *product) {
    const Tensor *sum = NULL;
    const Use *const reader = readers_of(program, product->out) == 1 ? first_reader(program, product->out) : NULL;
    Op *const map = reader ? reader->op : NULL;
    const bool adds = map && map->def == &op_map && !map->loop && map_step(map, FORMULA_BIAS) && added_to(map, &sum);
    return adds && sum == product->out && added_to(map, &sum)->shape.rank == 1 ? map : NULL;
}

/* Lets an operation make what `step` views, in the loop, in place of a sequence. */
static void make_in_step(Builder *build, const TimeLoop *loop, Op *op, const char *label, Shape shape, Moves *moves) {
    Tensor *const made = build_value(build, label, shape);
    if (op->steps.count) op->steps.at[0].result = made;
    op->out = made;
    made->producer = op;
    op->loop = loop;
    op_index(build->plan, op);
    list_push(build->plan->arena, moves, ((Move){op, loop->first}));
}

/* Moves products with the inputs of all steps, and a bias behind them, into the loop that reads them: then there is
 * room for one step of them.
 * Requires: sums begin with what can be added to them, nothing is fused. Guarantees: such products are of a step.
 * Costs: one look at each operation, and at the readers of what products make. */
void pass_step_inputs(Plan *plan, Program *program) {
    Moves moves = {0};
    for (int i = 0; i < program->ops.count && !plan->target->blocks; i++) {
        Op *const op = program->ops.at[i];
        if (!is_matmul_straight(op) || op->loop || op->out->base) continue;
        Op *const bias = bias_behind(program, op);
        Tensor *step, *const inputs = bias ? bias->out : op->out, *const sums = op->out;
        if (inputs->base || inputs->carry || inputs->kind != TENSOR_VALUE) continue;
        const TimeLoop *const loop = loop_of_inputs(program, inputs, &step);
        int64_t index;
        Tensor *const sequence = loop ? sequence_of_steps(op->in[0], loop->steps, &index) : NULL;
        if (!sequence || (op->in_count > 2 && op->in[2]->shape.rank != 1)) continue;
        Builder build = {.plan = plan, .program = program, .layer = op->layer, .phase = op->phase};
        op->in[0] = loop_slot(&build, sequence, index, "input_step");
        make_in_step(&build, loop, op, "step_inputs", step->shape, &moves);
        if (bias) op_replace(plan, bias, sums, op->out);
        if (bias) make_in_step(&build, loop, bias, "step_biased", step->shape, &moves);
        tensor_show(plan, step, bias ? bias->out : op->out);
        step->part = step->stepped = false;
    }
    program_move(plan, program, &moves);
}

/* Whether an operation makes sums of some columns of a kernel at a time: of a group, or as many as there is room
 * for. */
static bool sums_columns(const Op *op) {
    if (!makes_weighted_sums(op)) return false;
    const int64_t columns = op->out->shape.dim[op->out->shape.rank - 1];
    if (is_matmul_straight(op)) return tensor_row_width(op->in[1]) != columns;
    if (op->def == &op_conv_max) return conv_max_attrs(op)->window.groups > 1 || columns > MOST_SUMS;
    return op_window(op)->groups > 1;
}

/* Finds out whether a product takes some columns of its kernel at a time: then the one function that makes all products
 * is told how far a kernel's rows are apart.
 * Requires: products read what they will read. Guarantees: Plan.sums_columns. Costs: one look at each operation. */
void pass_find_columns(Plan *plan, Program *program) {
    for (int i = 0; i < program->ops.count && !plan->target->blocks; i++)
        if (sums_columns(program->ops.at[i])) plan->sums_columns = true;
}
