/* SPDX-License-Identifier: MIT-0 */
/* Max pooling of what a convolution makes, perhaps with a bias and an activation that rises: the convolution keeps the
 * greatest of each pooling window itself, and what rises follows it, for it changes no order. Gradients go to the
 * winners alone. */
#include "ops/conv.h"
#include "ops/conv_transposed.h"
#include "ops/pool.h"
#include "passes/passes.h"
#include "passes/sparse_gradients.h"
#include "plan/access.h"
#include "plan/map_attrs.h"
#include "plan/matmul_attrs.h"
#include "plan/op.h"
#include "plan/step.h"
#include "plan/tensor.h"
#include "plan/uses.h"

enum { FEW_POSITIONS = 8 /* of an image */, LONGEST_CHAIN = 8, MOST_GRADIENTS = 2 * LONGEST_CHAIN };

/** A convolution, what rises with its result, and the pooling of the last of these; and the way back, if there is
 *  one. */
typedef struct Chain {
    Op *conv, *pool;
    bool points;                   /* the convolution is a product */
    Tensor *values[LONGEST_CHAIN]; /* from the pooled one back to the convolution's */
    int count;
    Op *pool_back;
    Tensor *gradients[MOST_GRADIENTS]; /* of the values: what pool_back makes, and what maps make of it … */
    int gradient_count;
    Ops users; /* … and those who read them, but for … */
    ConvBack back;
} Chain;

/* Whether windows neither overlap nor reach beyond an image of this shape. */
static bool apart_within(const Window *pooling, Shape image, Shape places) {
    const int first = image.rank - 1 - pooling->dims;
    for (int i = 0; i < pooling->dims; i++) {
        const int64_t end = (places.dim[first + i] - 1) * pooling->stride[i] + pooling->size[i];
        if (pooling->stride[i] < pooling->size[i] || pooling->low[i] || end > image.dim[first + i]) return false;
    }
    return conv_max_takes(pooling);
}

/* What a step of this map rises with: it is elementwise, and its other operands are one for each channel; NULL: none */
static Tensor *rising_from(const Op *op) {
    const Step *step = op->def == &op_map && !op->loop && op->steps.count == 1 ? &op->steps.at[0] : NULL;
    if (!step || !step->formula || !step->formula->rises) return NULL;
    for (int i = 1; i < step->operand_count; i++)
        if (step->operands[i].tensor && step->operands[i].tensor->shape.rank != 1) return NULL;
    Tensor *const from = step->operands[0].tensor;
    const bool first = step->operands[0].name == step->formula->operands[0]; /* the text does not leave it out */
    return from && first && shape_equal(from->shape, op->out->shape) ? from : NULL;
}

/* Whether a product is that of a convolution of single positions, over `dims` dimensions: so many of them that packing
 * its matrix pays for one sample, too. */
static bool is_of_points(const Op *op, int dims) {
    if (!is_matmul_straight(op) || op->in_count != 2 || op->in[0]->columns || op->in[1]->columns) return false;
    const Shape in = op->in[0]->shape, out = op->out->shape;
    bool same = in.rank == out.rank && in.rank > dims + 1;
    int64_t positions = 1;
    for (int i = 0; same && i < in.rank - 1; i++) {
        same = in.dim[i] == out.dim[i];
        if (i >= in.rank - 1 - dims) positions *= in.dim[i];
    }
    return same && positions >= FEW_POSITIONS;
}

/* The matrix of a product as the kernel of a convolution. */
static Tensor *kernel_of_points(Builder *build, Tensor *matrix, int dims) {
    Shape kernel = {.rank = dims + 2};
    for (int i = 0; i < dims; i++) kernel.dim[i] = 1;
    kernel.dim[dims] = matrix->shape.dim[0];
    kernel.dim[dims + 1] = matrix->shape.dim[1];
    return build_view(build, matrix, kernel, "kernel_of_points");
}

/* What a view shows as a whole and in its own shape, as behind TimeDistributed; else the view. */
static Tensor *shown_by(Tensor *view) {
    Tensor *x = view;
    while (x->base && !x->part && !x->stepped && !x->columns) x = x->base;
    return shape_equal(x->shape, view->shape) ? x : view;
}

/* Whether the operations on the way forward that read a value are this one alone. */
static bool is_read_by(const Program *program, const Tensor *value, const Op *reader) {
    for (const Use *use = first_reader(program, value); use; use = next_use(use))
        if (use->op != reader && use->op->phase == PHASE_FORWARD) return false;
    return true;
}

static bool find_forward(const Program *program, Op *pool, Chain *chain) {
    const Window *const pooling = op_window(pool);
    const Op *reader = chain->pool = pool;
    if (pooling->pool != POOL_MAX) return false;
    for (Tensor *y = shown_by(pool->in[0]); y; y = rising_from(y->producer)) {
        if (y->base || !y->producer || y->producer->out != y || chain->count == LONGEST_CHAIN) return false;
        if (!is_read_by(program, y, reader)) return false;
        chain->values[chain->count++] = y;
        reader = y->producer;
    }
    Op *const conv = chain->conv = chain->values[chain->count - 1]->producer;
    chain->points = is_of_points(conv, pooling->dims);
    if (conv->loop || !apart_within(pooling, chain->values[0]->shape, pool->out->shape)) return false;
    return chain->points ||
           (conv->def == &op_conv && op_window(conv)->groups == 1 && op_window(conv)->dims == pooling->dims);
}

/* Whether a tensor is one of the values, or of their gradients, as a whole. */
static bool is_value(const Chain *chain, const Tensor *tensor) {
    for (int i = 0; i < chain->count; i++)
        if (chain->values[i] == tensor) return true;
    return false;
}

static bool is_gradient(const Chain *chain, const Tensor *tensor) {
    for (int i = 0; i < chain->gradient_count; i++)
        if (tensor_storage(tensor) == chain->gradients[i]) return shape_equal(tensor->shape, chain->values[0]->shape);
    return false;
}

/* Whether an operation makes one gradient of another, or sums it up for each channel: it does so in the shape of what
 * is pooled, too. */
static bool follows(const Chain *chain, const Op *op) {
    const Shape space = chain->values[0]->shape;
    if (op->def == &op_sum)
        return is_gradient(chain, op->in[0]) && op->out->shape.rank == 1 &&
               op->out->shape.dim[0] == space.dim[space.rank - 1];
    if (op->def != &op_map || op->out->base || !shape_equal(op->out->shape, space)) return false;
    if (op->steps.count != 1 || !op->steps.at[0].of_gradient || chain->gradient_count == MOST_GRADIENTS) return false;
    for (Access at = {.op = op}; access_next(&at);)
        if (at.operand && at.tensor->shape.rank != 1 && !is_gradient(chain, at.tensor) && !is_value(chain, at.tensor))
            return false;
    return true;
}

/* Takes an operation for a gradient of the convolution, if it is one and there is no other of its kind. */
static bool is_back(Chain *chain, Op *op) {
    const Op *const conv = chain->conv;
    const bool input = chain->points ? is_matmul_straight(op) && is_gradient(chain, op->in[0])
                                     : op->def == &op_conv_input && op->in[1] == conv->in[1];
    const bool kernel = chain->points ? is_matmul_transposed(op) && op->in[0] == conv->in[0]
                                      : op->def == &op_conv_kernel && op->in[0] == conv->in[0];
    Op **const place = input ? &chain->back.input : kernel ? &chain->back.kernel : NULL;
    if (!place || *place || !is_gradient(chain, op->in[kernel])) return false;
    *place = op;
    return true;
}

static bool is_user(const Chain *chain, const Op *op) {
    for (int i = 0; i < chain->users.count; i++)
        if (chain->users.at[i] == op) return true;
    return op == chain->pool || op == chain->pool_back || op == chain->back.input || op == chain->back.kernel;
}

/* Who reads the gradients, and the values on the way back: nobody else may. */
static bool find_backward(const Plan *plan, const Program *program, Chain *chain) {
    for (const Use *use = first_reader(program, chain->values[0]); use; use = next_use(use))
        if (use->op->def == &op_pool_gradient && use->op->in[1] == chain->pool->in[0]) chain->pool_back = use->op;
    if (chain->pool_back) chain->gradients[chain->gradient_count++] = chain->pool_back->out;
    for (int i = 0; i < chain->gradient_count; i++)
        for (const Use *use = first_reader(program, chain->gradients[i]); use; use = next_use(use)) {
            if (is_user(chain, use->op) || is_back(chain, use->op)) continue;
            if (!follows(chain, use->op)) return false;
            list_push(plan->arena, &chain->users, use->op);
            if (use->op->def == &op_map) chain->gradients[chain->gradient_count++] = use->op->out;
        }
    for (int i = 0; i < chain->count; i++)
        for (const Use *use = first_reader(program, chain->values[i]); use; use = next_use(use))
            if (use->op->phase != PHASE_FORWARD && !is_user(chain, use->op)) return false;
    return true;
}

/* Lets the convolution make, and what follows it read, the values that are left. */
static void fuse_forward(Rewrite *rewrite, Chain *chain) {
    Plan *const plan = rewrite->build.plan;
    Op *const conv = chain->conv, *const last = chain->values[0]->producer;
    Tensor *const pooled = chain->pool->out;
    Builder *const build = rewrite_for(rewrite, conv);
    const ConvMaxAttrs attrs = {chain->points ? window_of(op_window(chain->pool)->dims) : *op_window(conv),
                                *op_window(chain->pool)};
    if (chain->points) conv->in[1] = kernel_of_points(build, conv->in[1], attrs.window.dims);
    op_become(plan->arena, conv, &op_conv_max);
    *conv_max_attrs(conv) = attrs;
    for (int i = 0; i < chain->count; i++) chain->values[i]->shape = pooled->shape;
    for (int i = 0; i < chain->gradient_count; i++) chain->gradients[i]->shape = pooled->shape;
    for (int i = 0; i < chain->users.count; i++) op_replace(plan, chain->users.at[i], chain->values[0], pooled);
    op_replace(plan, last, chain->values[0], pooled);
    pooled->producer = last;
    const Layer *const layer = chain->pool->layer; /* whose name goes to a view, where there is one */
    if (layer) tensor_is_output(build, pooled, layer);
    rewrite_drop(rewrite, chain->pool);
}

/* What arrives at the pooling goes on instead of what pool_back makes of it. */
static void skip_pool_back(Rewrite *rewrite, Chain *chain) {
    Plan *const plan = rewrite->build.plan;
    const Tensor *const made = chain->pool_back->out;
    Tensor *const d = chain->pool_back->in[0];
    Op *const backs[] = {chain->back.input, chain->back.kernel};
    for (int i = 0; i < chain->users.count; i++)
        for (Access at = {.op = chain->users.at[i]}; access_next(&at);)
            if (at.reads && tensor_storage(at.tensor) == made) op_replace(plan, chain->users.at[i], at.tensor, d);
    for (int i = 0; i < 2; i++)
        if (backs[i]) chain->back.d = backs[i]->in[i];
    if (chain->back.d && tensor_storage(chain->back.d) == made) chain->back.d = d;
    rewrite_drop(rewrite, chain->pool_back);
}

/* The numbers of the winners, which the convolution knows. */
static Tensor *add_winners(Rewrite *rewrite, Chain *chain) {
    conv_max_attrs(chain->conv)->keeps_winners = true;
    Step winner = {.label = "winner", .text = conv_max_winner, .kind = FORMULA_WINNER};
    winner.result = build_value(rewrite_for(rewrite, chain->conv), winner.label, chain->pool->out->shape);
    winner.result->producer = chain->conv;
    op_add_step(rewrite->build.plan->arena, chain->conv, winner);
    op_index(rewrite->build.plan, chain->conv);
    return winner.result;
}

/* The gradients as they lie in the image, as far as windows reach; for those of a convolution. */
static void unpool(Rewrite *rewrite, Chain *chain, Tensor *winner) {
    const ConvMaxAttrs attrs = *conv_max_attrs(chain->conv);
    const Op *const first = chain->back.input ? chain->back.input : chain->back.kernel;
    Builder *const build = rewrite_for(rewrite, first);
    Op *const op = build_op(build, &op_unpool, "backward_unpool");
    *conv_max_attrs(op) = attrs;
    op_read(op, chain->back.d);
    op_read(op, winner);
    Shape shape = chain->back.d->shape;
    const int dim = shape.rank - 1 - attrs.pooling.dims;
    for (int i = 0; i < attrs.pooling.dims; i++)
        shape.dim[dim + i] = (shape.dim[dim + i] - 1) * attrs.pooling.stride[i] + attrs.pooling.size[i];
    Tensor *const unpooled = build_called(build, build_result(build, op, NULL, shape), FORM_UNPOOLED, chain->back.d);
    rewrite_place(rewrite, first, first->at);
    Op *const backs[] = {chain->back.input, chain->back.kernel};
    for (int i = 0; i < 2; i++) {
        Op *const back = backs[i];
        if (!back) continue;
        rewrite_for(rewrite, back);
        Tensor *const x = chain->conv->in[0], *const kernel = chain->conv->in[1];
        Tensor *made =
            i ? build_conv_kernel_gradient(build, &attrs.window, x, kernel, unpooled)
              : build_conv_transposed(build, unpooled, kernel, attrs.window,
                                      back->def == &op_conv_input ? op_window(back)->low : (int64_t[MAX_SPATIAL]){0},
                                      back->out->shape, "backward_input", NULL);
        build_called(build, made, FORM_GRADIENT, x);
        if (!shape_equal(made->shape, back->out->shape))
            made = build_view(build, made, back->out->shape, "kernel_matrix");
        rewrite_result(rewrite, back, made);
        rewrite_place(rewrite, back, back->at);
    }
}

static void unpool_lines(Rewrite *rewrite, Chain *chain, Tensor *winner) {
    Op *const back = chain->back.kernel;
    Tensor *const kernel = chain->conv->in[1];
    Builder *const build = rewrite_for(rewrite, back);
    Op *const op =
        build_op(build, &op_conv_max_lines, arena_printf(build->plan->arena, "backward_%s", own_name(build, kernel)));
    *conv_max_attrs(op) = *conv_max_attrs(chain->conv);
    op_read(op, chain->conv->in[0]);
    op_read(op, chain->back.d);
    op_read(op, winner);
    Tensor *made = build_called(build, build_result(build, op, NULL, kernel->shape), FORM_GRADIENT, kernel);
    if (!shape_equal(made->shape, back->out->shape)) made = build_view(build, made, back->out->shape, "kernel_matrix");
    rewrite_result(rewrite, back, made);
    rewrite_place(rewrite, back, back->at);
}

static void fuse_backward(Rewrite *rewrite, Chain *chain) {
    if (!chain->pool_back) return;
    skip_pool_back(rewrite, chain);
    if (!chain->back.input && !chain->back.kernel) return;
    Tensor *const winner = add_winners(rewrite, chain), *const x = chain->conv->in[0];
    const ConvMaxAttrs *const attrs = conv_max_attrs(chain->conv);
    if (window_is_wide(&attrs->window, x->shape))
        replace_by_sparse(rewrite, attrs, &chain->back, x, chain->conv->in[1], winner);
    else if (chain->back.input ||
             !conv_max_lines_take(&attrs->pooling, chain->pool->out->shape.dim[chain->pool->out->shape.rank - 1]))
        unpool(rewrite, chain, winner);
    else unpool_lines(rewrite, chain, winner);
}

/* Makes one operation of a convolution and the max pooling behind it, whose windows neither overlap nor reach beyond
 * the image, and of their gradients. Requires: gradients are as the operations' definitions build them; nothing is
 * fused. Guarantees: what is pooled, and its gradient, have the shape of what is left. Costs: one look at each
 * operation, and for each pooling at the readers of some values. */
void pass_fuse_pooling(Plan *plan, Program *program) {
    if (program->training && !plan->target->blocks) return; /* rows keep no winners */
    Rewrite rewrite = rewrite_begin(plan, program);
    const int count = program->ops.count;
    for (int i = 0; i < count; i++) {
        Chain chain = {.count = 0};
        Op *const op = program->ops.at[i];
        if (op->def != &op_pool || !find_forward(program, op, &chain) || !find_backward(plan, program, &chain))
            continue;
        fuse_forward(&rewrite, &chain);
        fuse_backward(&rewrite, &chain);
    }
    rewrite_end(&rewrite);
}
