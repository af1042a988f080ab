/* SPDX-License-Identifier: MIT-0 */
/* For calibration: the ranges of all values. */
#include "base/options.h"
#include "ops/observe.h"
#include "passes/passes.h"
#include "passes/rewrite.h"
#include "plan/plan.h"
#include "plan/tensor.h"
#include "plan/uses.h"

static void observe(Rewrite *rewrite, const Op *op, Tensor *value, Tensor *ranges, int to) {
    Plan *const plan = rewrite->build.plan;
    Builder *const build = rewrite_for(rewrite, op);
    Tensor *const range = build_index(build, ranges, plan->observed.count, "range");
    list_push(plan->arena, &plan->observed, value->name);
    build_observe(build, value, range);
    rewrite_place(rewrite, op, to);
}

/* With --observe, records the range of the input and of what each operation of the prediction makes, in the state
 * `ranges`: zeros at first, so that 0 is in each. Requires: nothing is fused, so that each value is one of the layers'.
 * Guarantees: Plan.observed. Costs: one look at each operation. */
void pass_observe_ranges(Plan *plan, Program *program) {
    if (!plan->options->observe || program != &plan->predict || !program->ops.count) return;
    Rewrite rewrite = rewrite_begin(plan, program);
    const int count = program->ops.count;
    const Shape shape = shape_of(2, (int64_t[]){count + 1, 2});
    Tensor *const ranges = build_lasting(&rewrite.build, TENSOR_STATE, "ranges", "ranges", shape, &plan->states);
    observe(&rewrite, program->ops.at[0], program->input, ranges, 0);
    for (int i = 0; i < count; i++) {
        Op *const op = program->ops.at[i];
        if (op->out && tensor_storage(op->out)->kind != TENSOR_STATE) observe(&rewrite, op, op->out, ranges, i + 1);
    }
    rewrite_end(&rewrite);
}
