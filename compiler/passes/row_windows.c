/* SPDX-License-Identifier: MIT-0 */
/* For targets that make products row by row (Target.blocks): a convolution reads an image without the zeros around it,
 * and leaves out what its windows have there. */
#include "model/shape.h"
#include "ops/conv_max.h"
#include "ops/depthwise.h"
#include "ops/pad.h"
#include "passes/passes.h"
#include "passes/rewrite.h"
#include "plan/op.h"
#include "plan/plan.h"
#include "plan/spacing.h"
#include "plan/tensor.h"
#include "plan/uses.h"
#include "plan/window.h"

/* Whether some of each window lies in the image, in one piece for each of its rows. */
static bool reads_image(const Window *window, const Window *pooling, const Op *pad, Shape out) {
    const Spacing *const spacing = pad_spacing(pad);
    const Shape image = pad->in[0]->shape;
    if (window->groups != 1) return false;
    for (int i = 0; i < window->dims; i++) {
        const int at = image.rank - 1 - window->dims + i;
        const int64_t places = pooling ? (out.dim[at] - 1) * pooling->stride[i] + pooling->size[i] : out.dim[at];
        const int64_t low = spacing->low[at], last = (places - 1) * window->stride[i] - low;
        if (window->dilation[i] != 1 || low >= window->size[i] || last >= image.dim[at]) return false;
    }
    return true;
}

/* Lets convolutions read what a padded image was made of.
 * Requires: nothing is fused but pooling. Guarantees: Window.low, and no padded copy for one convolution alone. Costs:
 * one look at each operation, and at the users of what is padded. */
void pass_read_unpadded(Plan *plan, Program *program) {
    for (int i = 0; i < program->ops.count && !plan->target->blocks; i++) {
        Op *const op = program->ops.at[i];
        const bool pools = op && op->def == &op_conv_max;
        if (!op || (!pools && op->def != &op_conv && op->def != &op_depthwise)) continue;
        Tensor *const padded = op->in[0];
        Op *const pad = padded->base || !padded->producer || padded->producer->def != &op_pad ? NULL : padded->producer;
        Window *const window = pools ? &conv_max_attrs(op)->window : op_window(op);
        const Window *const pooling = pools ? &conv_max_attrs(op)->pooling : NULL;
        if (!pad || pad->out != padded || pad->loop != op->loop || readers_of(program, padded) != 1 ||
            !pad_surrounds(pad, window->dims) || !reads_image(window, pooling, pad, op->out->shape))
            continue;
        for (int j = 0; j < window->dims; j++)
            window->low[j] = pad_spacing(pad)->low[padded->shape.rank - 1 - window->dims + j];
        op->in[0] = pad->in[0];
        op_index(plan, op);
        program_drop(plan, program, pad);
    }
    program_close(program);
}
