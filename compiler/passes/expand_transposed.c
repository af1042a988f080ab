/* SPDX-License-Identifier: MIT-0 */
/* What convolutions the other way become. */
#include "ops/conv.h"
#include "ops/conv_transposed.h"
#include "passes/passes.h"
#include "passes/rewrite.h"

/* Expands each conv_input: phase by phase where its strides put zeros between elements, else as a convolution of the
 * spaced elements. Targets without blocks make what they can place after place, of the kernel as it lies.
 * Requires nothing. Guarantees: there is no other conv_input. Costs: one look at each operation. */
void pass_expand_transposed(Plan *plan, Program *program) {
    Rewrite rewrite = rewrite_begin(plan, program);
    const int count = program->ops.count;
    for (int i = 0; i < count; i++) {
        Op *const op = program->ops.at[i];
        if (op->def != &op_conv_input || (!plan->target->blocks && conv_input_by_places(op))) continue;
        Builder *const build = rewrite_for(&rewrite, op);
        Tensor *const by_phase = build_phases(build, op), *const made =
                                                              by_phase ? by_phase : build_spaced_conv(build, op);
        made->producer->name = op->name;
        rewrite_result(&rewrite, op, made);
        rewrite_place(&rewrite, op, i);
    }
    rewrite_end(&rewrite);
}
