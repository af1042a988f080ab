/* SPDX-License-Identifier: MIT-0 */
/* Target.constants: products take kernels from there and from nowhere else, and whoever reads weights must read them
 * one by one. */
#include "base/diag.h"
#include "driver/reach.h"
#include "model/layer.h"
#include "plan/access.h"
#include "plan/plan.h"
#include "plan/sizes.h"
#include "plan/tensor.h"

static bool is_weight(const Tensor *tensor) { return tensor_storage(tensor)->kind == TENSOR_WEIGHT; }

static bool is_out_of_reach(const Op *op) {
    if (op->def->by_rows && !is_weight(op->in[1])) return true;
    for (Access at = {.op = op}; !op->def->reads_constants && access_next(&at);)
        if (is_weight(at.tensor)) return true;
    return false;
}

void check_reach(const Plan *plan, Diags *diags) {
    Program *programs[MAX_PROGRAMS];
    const int count = *plan->target->constants ? plan_programs(plan, programs) : 0;
    for (int i = 0; i < count; i++)
        for (int j = 0; j < programs[i]->ops.count; j++) {
            const Op *const op = programs[i]->ops.at[j];
            if (!op->layer || !is_out_of_reach(op)) continue;
            diag(diags, D_far_weights, op->layer->span, op->layer->name, plan->target->name);
            return;
        }
}
