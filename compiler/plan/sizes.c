/* SPDX-License-Identifier: MIT-0 */
/* Memory of a plan. */
#include "base/options.h"
#include "model/shape.h"
#include "plan/plan.h"
#include "plan/sizes.h"
#include "plan/stack.h"
#include "plan/tensor.h"

int plan_programs(const Plan *plan, Program *programs[MAX_PROGRAMS]) {
    Plan *const all = (Plan *)plan;
    int count = 0;
    programs[count++] = &all->predict;
    if (plan->can_train) programs[count++] = &all->evaluate;
    if (plan->can_train) programs[count++] = &all->train;
    if (plan->step_model) programs[count++] = &all->step;
    if (plan->mc_rows) programs[count++] = &all->monte_carlo;
    return count;
}

static int64_t at_least_one(int64_t count) { return count > 0 ? count : 1; }

/* Mirrors the structs of file/file.t.c, whose sizes the emitted C asserts. An empty array has one element. What
 * compilers might leave free is filled, since they differ: on i386 64-bit numbers are aligned to 4 bytes. */
Sizes plan_sizes(const Plan *plan) {
    Sizes sizes = {0};
    for (int i = 0; i < plan->weights.count; i++) {
        const int64_t size = shape_size(plan->weights.at[i]->shape, 1);
        sizes.params += size;
        if (plan->weights.at[i]->weight->trainable) sizes.trainable += size;
    }
    sizes.slots = plan->update.slots.count * at_least_one(sizes.trainable);
    if (plan->options->gradients) sizes.gradients = at_least_one(sizes.trainable);
    for (int i = 0; i < plan->masks.count; i++) sizes.masks += tensor_size(plan, plan->masks.at[i]);
    sizes.work = at_least_one(plan->predict.arena_size > plan->evaluate.arena_size ? plan->predict.arena_size
                                                                                   : plan->evaluate.arena_size);
    if (plan->mc_rows) { /* and one prediction */
        const int64_t rows = plan->monte_carlo.arena_size + shape_size(plan->model->output, plan->mc_rows);
        if (rows > sizes.work) sizes.work = rows;
    }
    for (int i = 0; i < plan->states.count; i++) sizes.states += tensor_size(plan, plan->states.at[i]);
    sizes.train_arena = at_least_one(plan->train.arena_size);
    sizes.stream_arena = at_least_one(plan->step.arena_size);

    const int64_t real = element_bytes(plan->real);
    sizes.params_bytes = at_least_one(sizes.params) * real;
    sizes.work_bytes = (sizes.work + sizes.states) * real;
    sizes.state_bytes = sizes.stream_arena * real;
    for (int i = 0; i < plan->stream_states.count; i++)
        sizes.state_bytes += tensor_bytes(plan, plan->stream_states.at[i]);
    sizes.state_padding = (real - sizes.state_bytes % real) % real / 4;
    sizes.state_bytes += sizes.state_padding * 4;
    const int64_t reals = at_least_one(sizes.params) + sizes.slots + sizes.gradients + sizes.masks + sizes.states +
                          sizes.train_arena + 1 + (plan->update.product != NULL);
    sizes.trainer_padding = reals * real % 8 / real;
    sizes.trainer_bytes = (reals + sizes.trainer_padding) * real + 3 * 8; /* three 64-bit counters */

    sizes.stack = program_stack(plan, &plan->predict);
    if (plan->can_train) sizes.train_stack = program_stack(plan, &plan->train);
    sizes.inference_ram = sizes.work_bytes;
    if (plan->step_model && sizes.state_bytes > sizes.work_bytes) sizes.inference_ram = sizes.state_bytes;
    if (!options_weights(plan->options)) sizes.inference_ram += sizes.params_bytes;
    sizes.inference_ram += sizes.stack;
    if (plan->can_train) sizes.training_ram = sizes.trainer_bytes + sizes.work_bytes + sizes.train_stack;
    return sizes;
}
