/* SPDX-License-Identifier: MIT-0 */
/* Behind max pooling nearly all gradients are 0: a convolution's gradients go from one that is not to the next, and
 * leave out all other products. */
#include "passes/sparse_gradients.h"
#include "ops/conv.h"
#include "ops/pad.h"
#include "ops/pool.h"
#include "passes/passes.h"

#include "plan/matmul_attrs.h"
#include "plan/op.h"
#include "plan/spacing.h"
#include "plan/step.h"
#include "plan/uses.h"

enum { MANY_ZEROS = 4 }; /* to each gradient that may be none: it pays to look for those */

static Op *build_sparse(Builder *build, const OpDef *def, const char *role, const ConvMaxAttrs *attrs, Tensor *from,
                        Tensor *d, Tensor *winner) {
    Op *const op = build_op(build, def, role);
    *conv_max_attrs(op) = *attrs;
    op_read(op, from);
    op_read(op, d);
    if (winner) op_read(op, winner);
    return op;
}

/* The kernel as (weights of a filter, filters). */
static Tensor *kernel_matrix(Builder *build, Tensor *kernel) {
    const int last = kernel->shape.rank - 1;
    int64_t weights = 1;
    for (int i = 0; i < last; i++) weights *= kernel->shape.dim[i];
    return build_view(build, kernel, shape_of(2, (int64_t[]){weights, kernel->shape.dim[last]}), "kernel_matrix");
}

/* The gradient of x; what belongs to zeros around it is cut off behind the other operations, at `end`. */
static void replace_input(Rewrite *rewrite, const ConvMaxAttrs *attrs, const ConvBack *back, const Tensor *x,
                          Tensor *kernel, Tensor *winner, int end) {
    Op *const op = back->input;
    Builder *const build = rewrite_for(rewrite, op);
    const Shape image = op->out->shape;
    Tensor *transposed = op->def == &op_matmul ? op->in[1] : NULL; /* it is there */
    if (!transposed)
        transposed = build_permute(build, kernel_matrix(build, kernel), (int[]){1, 0}, 0, "backward_transpose", NULL);
    build_called(build, transposed, FORM_TRANSPOSED, kernel);
    Op *const sparse = build_sparse(build, &op_conv_sparse_input, "backward_input", attrs, transposed, back->d, winner);
    Tensor *made = build_called(build, build_result(build, sparse, NULL, x->shape), FORM_GRADIENT, x);
    rewrite_place(rewrite, op, op->at);
    if (!shape_equal(image, x->shape)) {
        Spacing spacing = spacing_none();
        for (int i = 0; i < attrs->window.dims; i++)
            spacing.low[image.rank - 1 - attrs->window.dims + i] = -op_window(op)->low[i];
        made = build_pad(build, made, spacing, image, "backward_pad", NULL);
        build_called(build, made, FORM_GRADIENT, x);
    }
    rewrite_result(rewrite, op, made);
    rewrite_place(rewrite, op, end);
}

static void replace_kernel(Rewrite *rewrite, const ConvMaxAttrs *attrs, const ConvBack *back, Tensor *x, Tensor *kernel,
                           Tensor *winner) {
    Op *const op = back->kernel;
    Builder *const build = rewrite_for(rewrite, op);
    Arena *const arena = build->plan->arena;
    const Shape matrix = kernel_matrix(build, kernel)->shape;
    Op *const sparse =
        build_sparse(build, &op_conv_sparse_kernel, arena_printf(arena, "backward_%s", own_name(build, kernel)), attrs,
                     x, back->d, winner);
    Tensor *const by_filter = build_result(build, sparse, NULL, shape_of(2, (int64_t[]){matrix.dim[1], matrix.dim[0]}));
    build_called(build, by_filter, FORM_BY_FILTER, op->out);
    Tensor *const made = build_permute(build, by_filter, (int[]){1, 0}, 0, "backward_turn", NULL);
    build_called(build, made, FORM_MATRIX, op->out);
    Tensor *const whole = build_view(build, made, kernel->shape, NULL);
    rewrite_result(rewrite, op, build_called(build, whole, FORM_GRADIENT, kernel));
    rewrite_place(rewrite, op, op->at);
}

void replace_by_sparse(Rewrite *rewrite, const ConvMaxAttrs *attrs, const ConvBack *back, Tensor *x, Tensor *kernel,
                       Tensor *winner) {
    const Op *const last =
        back->kernel && (!back->input || back->kernel->at > back->input->at) ? back->kernel : back->input;
    if (back->input) replace_input(rewrite, attrs, back, x, kernel, winner, last->at + 1);
    if (back->kernel) replace_kernel(rewrite, attrs, back, x, kernel, winner);
}

/* Whether a gradient is 0 nearly everywhere: it comes from max pooling, through elementwise gradients, all of which are
 * 0 where d is. */
static bool is_sparse(const Tensor *d) {
    const Op *op = d->producer;
    while (op && op->def == &op_map && op->steps.count == 1 && op->steps.at[0].of_gradient) {
        const Tensor *const from = step_tensor(&op->steps.at[0], ROLE_GRADIENT);
        op = from ? from->producer : NULL;
    }
    if (!op || op->def != &op_pool_gradient) return false;
    const Window *const window = op_window(op);
    if (window->pool == POOL_AVERAGE || window->pool == POOL_SUM) return false;
    int64_t apart = 1;
    for (int i = 0; i < window->dims; i++) apart *= window->stride[i];
    return apart >= MANY_ZEROS;
}

/* The gradients of a convolution among what reads d. */
static ConvBack gradients_of(const Program *program, const Op *conv, Tensor *d) {
    ConvBack back = {.d = d};
    for (const Use *use = first_reader(program, d); use; use = next_use(use)) {
        if (use->op->def == &op_conv_input && use->op->in[0] == d && use->op->in[1] == conv->in[1])
            back.input = use->op;
        if (use->op->def == &op_conv_kernel && use->op->in[0] == conv->in[0] && use->op->in[1] == d)
            back.kernel = use->op;
    }
    return back;
}

/* The gradient of what a convolution makes, as its gradients read it; NULL: there are none. */
static Tensor *gradient_behind(const Program *program, const Op *conv) {
    const Tensor *const read = conv->in[0];
    for (const Use *use = first_reader(program, read); use; use = next_use(use))
        if (use->op->def == &op_conv_kernel && use->op->in[0] == read && use->op->phase == PHASE_BACKWARD)
            return use->op->in[1];
    for (const Use *use = first_reader(program, conv->in[1]); use; use = next_use(use))
        if (use->op->def == &op_conv_input && use->op->in[1] == conv->in[1] && use->op->phase == PHASE_BACKWARD)
            return use->op->in[0];
    return NULL;
}

/* Lets the gradients of convolutions go over what is not 0 alone, where max pooling stands behind them. Requires:
 * convolutions' gradients are conv_input and conv_kernel; nothing is fused. Guarantees: their results are the same
 * tensors. Costs: one look at each operation, and at the readers of what convolutions read. */
void pass_skip_zero_gradients(Plan *plan, Program *program) {
    Rewrite rewrite = rewrite_begin(plan, program);
    const int count = program->ops.count;
    for (int i = 0; i < count; i++) {
        const Op *const conv = program->ops.at[i];
        if (conv->def != &op_conv || conv->phase != PHASE_FORWARD) continue;
        const Window window = *op_window(conv);
        Tensor *const d = gradient_behind(program, conv);
        if (!d || window.groups > 1 || !is_sparse(d) || !window_is_wide(&window, conv->in[0]->shape)) continue;
        const ConvBack back = gradients_of(program, conv, d);
        replace_by_sparse(&rewrite, &(ConvMaxAttrs){window, window_of(window.dims)}, &back, conv->in[0], conv->in[1],
                          NULL);
    }
    rewrite_end(&rewrite);
}
