/* SPDX-License-Identifier: MIT-0 */
/* --quantize: a prediction of whole numbers. */
#include "base/arena.h"
#include "passes/passes.h"
#include "passes/quantizer.h"
#include "plan/access.h"
#include "plan/plan.h"
#include "plan/ranges.h"
#include "plan/sizes.h"
#include "plan/tensor.h"
#include "plan/uses.h"

/* Makes operations of whole numbers of those that it can: values get a type, a scale and a zero, weights become int8.
 * What it cannot stays as it is, between operations that make reals of whole numbers and whole numbers of reals; a loop
 * stays as it is in whole.
 * Requires: nothing is fused, Plan.ranges, and the values of weights. Guarantees: docs/quantization.md. Costs: some
 * looks at each operation and its neighbours, and all elements of the weights. */
void pass_quantize(Plan *plan, Program *program) {
    if (!plan->ranges || (program != &plan->predict && program != &plan->whole) || !program->ops.count) return;
    Arena *const arena = plan->arena;
    Quantizer q = {.plan = plan,
                   .program = program,
                   .rewrite = rewrite_begin(plan, program),
                   .choices = NEW_ARRAY(arena, Choice, program->ops.count),
                   .known = NEW_ARRAY(arena, const double *, plan->tensor_count),
                   .whole = NEW_ARRAY(arena, Tensor *, plan->tensor_count),
                   .real = NEW_ARRAY(arena, Tensor *, plan->tensor_count),
                   .ends_whole = program == &plan->whole,
                   .operations = program->ops.count,
                   .tensors = plan->tensor_count};
    tensor_storage(program->output)->kind = TENSOR_VALUE;
    choose_all(&q);
    choose_scales(&q);
    build_whole_numbers(&q);
    rewrite_end(&q.rewrite);
}

static bool has_reals(const Program *program) {
    for (int i = 0; i < program->ops.count; i++)
        for (Access at = {.op = program->ops.at[i]}; access_next(&at);)
            if (element_is_real(tensor_storage(at.tensor)->type)) return true;
    return false;
}

static bool is_read(const Plan *plan, const Tensor *weight) {
    Program *programs[MAX_PROGRAMS];
    const int count = plan_programs(plan, programs);
    for (int i = 0; i < count; i++)
        if (first_reader(programs[i], weight)) return true;
    return false;
}

static bool comes_before(const Tensor *a, const Tensor *b) {
    const int64_t x = element_bytes(a->type), y = element_bytes(b->type);
    return x != y ? x > y : element_is_real(a->type) && !element_is_real(b->type);
}

void settle_quantized(Plan *plan) {
    int kept = 0;
    if (has_reals(&plan->whole)) plan->whole.ops.count = 0;
    for (int i = 0; i < plan->weights.count; i++) {
        Tensor *const weight = plan->weights.at[i];
        int at = kept;
        if (!is_read(plan, weight)) continue;
        for (; at > 0 && comes_before(weight, plan->weights.at[at - 1]); at--)
            plan->weights.at[at] = plan->weights.at[at - 1];
        plan->weights.at[at] = weight;
        kept++;
    }
    plan->weights.count = kept;
    plan->statistics = 0;
}
