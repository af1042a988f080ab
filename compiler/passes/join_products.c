/* SPDX-License-Identifier: MIT-0 */
/* The product of a loop's inputs goes into its steps. */
#include "build/build.h"
#include "build/builder.h"
#include "build/loop.h"
#include "model/shape.h"
#include "passes/passes.h"
#include "plan/matmul_attrs.h"
#include "plan/op.h"
#include "plan/plan.h"
#include "plan/step.h"
#include "plan/uses.h"

/* A step of a loop that adds inputs, made before the loop, to its product: x + state. */
typedef struct Joint {
    Step *sum;
    Op *adding;         /* of which it is a step */
    Op *product;        /* makes the state */
    Tensor *inputs;     /* the sequence of all steps */
    const Step *biased; /* makes it from … ; NULL: there is no bias */
    const Op *made;     /* … the product x · kernel */
} Joint;

/* The sequence whose steps those of x are, from step *index on: x itself, or what it is the end of. NULL: neither. */
static Tensor *sequence_behind(Tensor *x, int64_t *index) {
    if (x->part && x->base->shape.rank == x->shape.rank) {
        *index += x->index;
        x = x->base;
    }
    for (const Tensor *view = x; view; view = view->base)
        if (view->part || view->stepped || view->columns) return NULL;
    return x;
}

static bool find_joint(const Plan *plan, const Program *program, Op *op, Joint *joint) {
    joint->adding = op;
    joint->sum = op->loop ? map_step(op, FORMULA_STATE) : NULL;
    if (!joint->sum) return false;
    const Tensor *const x = joint->sum->operands[0].tensor, *const state = joint->sum->operands[1].tensor;
    Op *const product = joint->product = state->producer;
    if (!product || product->out != state || product->loop != op->loop || !packing_may_gain(plan, product))
        return false;
    if (product->in_count != 2 || readers_of(program, state) != 1) return false;
    const Tensor *const step = x->columns ? x->base : x;
    if (!step->stepped || !step->base || step->base->base || step->base->carry) return false;
    joint->inputs = step->base;
    joint->biased = map_step(joint->inputs->producer, FORMULA_BIAS);
    const Op *const made = joint->made =
        joint->biased ? joint->biased->operands[0].tensor->producer : joint->inputs->producer;
    if (!made || !is_matmul_straight(made) || made->loop || made->in[0]->shape.rank != 3)
        return false;
    if (!sequence_behind(made->in[0], &(int64_t){0}) ||
        shape_size(made->in[1]->shape, 1) > plan->target->second_cache_share)
        return false;
    return !joint->biased || readers_of(program, made->out) == 1;
}

/* What is left of the sum, with the bias or without. */
static const Formula with_bias = {"sum", {"bias", "state"}, "state + bias", {NULL}, .kind = FORMULA_ADD};
static const Formula without_bias = {"sum", {"bias", "state"}, "state", {NULL}, .kind = FORMULA_COPY};

static bool same_loop(const Program *program, int a, int b) {
    return b < program->ops.count && program->ops.at[a]->loop == program->ops.at[b]->loop;
}

/* How many such steps, from operation `first` on, read the inputs; 0 when all their kernels together are too small. */
static int joints_of(const Plan *plan, const Program *program, int first, const Tensor *inputs) {
    int joints = 0;
    int64_t size = 0;
    for (int i = first; same_loop(program, first, i); i++) {
        Joint joint;
        if (!find_joint(plan, program, program->ops.at[i], &joint) || joint.inputs != inputs) continue;
        size += shape_size(joint.product->in[1]->shape, 1);
        joints++;
    }
    return size >= plan->target->first_cache ? joints : 0;
}

static Tensor *part_of(Builder *build, Tensor *whole, const Tensor *like, TensorForm form) {
    if (!like->columns) return whole;
    Tensor *const part = build_columns(build, whole, like->column, like->shape.dim[like->shape.rank - 1], NULL);
    return build_called(build, part, form, like);
}

/* The inputs of all steps need not be made before the loop: each step computes its part of x · kernel, to which the
 * bias is added then. */
static void join(Plan *plan, Program *program, const Joint *joint) {
    Builder build = {.plan = plan, .program = program, .layer = joint->product->layer, .phase = joint->product->phase};
    Step *const sum = joint->sum;
    Op *const product = joint->product;
    const Tensor *const x = sum->operands[0].tensor;
    int64_t index = (x->columns ? x->base : x)->index;
    Tensor *const sequence = sequence_behind(joint->made->in[0], &index), *const step = loop_slot(&build, sequence,
                                                                                                  index, "input_step");
    op_read(product, step);
    op_read(product, part_of(&build, joint->made->in[1], x, FORM_KERNEL));
    sum->formula = joint->biased ? &with_bias : &without_bias;
    sum->text = sum->formula->value;
    sum->kind = sum->formula->kind;
    sum->operands[0] = (Operand){.name = sum->formula->operands[0], .kind = OPERAND_TENSOR};
    if (joint->biased) sum->operands[0].tensor = part_of(&build, joint->biased->operands[1].tensor, x, FORM_BIAS);
    step_drop_unused(sum);
    op_index(plan, product);
    op_index(plan, joint->adding);
}

/* Moves products with the inputs of all steps into the loop that adds them to those with its state.
 * Requires: nothing is fused or packed. Guarantees: such products have four inputs; what nobody reads now is still
 * there. Costs: one look at each operation, and for each joint at the operations of its loop. */
void pass_join_products(Plan *plan, Program *program) {
    for (int i = 0; i < program->ops.count; i++) {
        Joint first, joint;
        if (!find_joint(plan, program, program->ops.at[i], &first)) continue;
        if (joints_of(plan, program, i, first.inputs) != readers_of(program, first.inputs)) continue;
        for (int j = i; same_loop(program, i, j); j++)
            if (find_joint(plan, program, program->ops.at[j], &joint) && joint.inputs == first.inputs)
                join(plan, program, &joint);
    }
}
