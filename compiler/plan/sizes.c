/* SPDX-License-Identifier: MIT-0 */
/* Memory of a plan. */
#include "base/arena.h"
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
    if (plan->whole.ops.count) programs[count++] = &all->whole;
    if (plan->can_train) programs[count++] = &all->evaluate;
    if (plan->can_train) programs[count++] = &all->train;
    if (plan->step_model) programs[count++] = &all->step;
    if (plan->mc_rows) programs[count++] = &all->monte_carlo;
    return count;
}

bool makes_one_sample(const Plan *plan) { return !plan->target->blocks && plan->model->batch == 1; }

static int64_t at_least_one(int64_t count) { return count > 0 ? count : 1; }

/* Reals up to the next part that begins at a multiple of 8 bytes everywhere; on i386 compilers would leave out none. */
static int64_t reals_to_fill(const Plan *plan, const TrainerParts *parts) {
    const int64_t real = element_bytes(plan->real);
    int64_t reals = 0;
    for (int i = 0; i < parts->count; i++) reals += parts->at[i].count;
    return reals * real % 8 / real;
}

/* Whatever a step needs of the one before must say that it lasts. */
TrainerParts trainer_parts(Arena *arena, const Plan *plan, const Sizes *sizes) {
    const int64_t params = at_least_one(sizes->params), trainable = at_least_one(sizes->trainable);
    TrainerParts parts = {0};
#define PART(...) list_push(arena, &parts, ((TrainerPart){__VA_ARGS__}))
    /* First: in a trainer that begins a cache line no vector of the arena crosses one. */
    PART(TRAINER_REALS, "arena", NULL, sizes->train_arena, false);
    PART(TRAINER_WEIGHTS, "params", "predict with &t->params at any time", params, true);
    if (plan->options->gradients)
        PART(TRAINER_TRAINABLE, "gradients", "of the last batch, for train_apply", trainable, false);
    for (int i = 0; i < plan->update.slots.count; i++)
        PART(TRAINER_TRAINABLE, plan->update.slots.at[i].name, NULL, trainable, true);
    if (sizes->masks) PART(TRAINER_REALS, "masks", "random factors, from the caller", sizes->masks, false);
    if (sizes->states) PART(TRAINER_STATES, "states", NULL, sizes->states, true);
    PART(TRAINER_REAL, "learning_rate", NULL, 1, true);
    if (plan->update.product) PART(TRAINER_REAL, "momenta", "of all momenta up to the next update", 1, true);
    const int64_t unused = reals_to_fill(plan, &parts);
    if (unused) PART(TRAINER_REALS, "unused", "the next is aligned to 8 bytes everywhere", unused, false);
    PART(TRAINER_COUNTER, "seed", "of the random numbers", 1, true);
    PART(TRAINER_COUNTER, "batches", "seen", 1, true);
    PART(TRAINER_COUNTER, "iterations", "updates done", 1, true);
#undef PART
    return parts;
}

/* No compiler adds any between parts or behind them. */
static int64_t trainer_bytes(Arena *arena, const Plan *plan, const Sizes *sizes) {
    const TrainerParts parts = trainer_parts(arena, plan, sizes);
    int64_t bytes = 0;
    for (int i = 0; i < parts.count; i++)
        bytes += parts.at[i].count * (parts.at[i].kind == TRAINER_COUNTER ? 8 : element_bytes(plan->real));
    return bytes;
}

/* Bytes that make a multiple of what the widest member of a struct has. */
static int64_t padding(int64_t bytes, int64_t widest) { return (widest - bytes % widest) % widest; }

/* What stands behind the reals of the work, the widest first. */
static void add_narrow(const Plan *plan, Sizes *sizes) {
    int64_t widest = sizes->work_bytes ? element_bytes(plan->real) : 1;
    for (int type = 0; type < ELEMENT_TYPES; type++) {
        const int64_t a = plan->predict.narrow_sizes[type], b = plan->whole.narrow_sizes[type],
                      bytes = element_bytes((ElementType)type);
        sizes->narrow[type] = a > b ? a : b;
        sizes->work_bytes += sizes->narrow[type] * bytes;
        if (sizes->narrow[type] && bytes > widest) widest = bytes;
    }
    sizes->work_padding = padding(sizes->work_bytes, widest);
    sizes->work_bytes += sizes->work_padding;
}

static void add_params(const Plan *plan, Sizes *sizes) {
    int64_t widest = 1;
    for (int i = 0; i < plan->weights.count; i++) {
        const int64_t bytes = element_bytes(plan->weights.at[i]->type);
        sizes->params_bytes += shape_size(plan->weights.at[i]->shape, 1) * bytes;
        if (bytes > widest) widest = bytes;
    }
    if (!plan->weights.count) sizes->params_bytes = element_bytes(plan->real);
    sizes->params_padding = padding(sizes->params_bytes, widest);
    sizes->params_bytes += sizes->params_padding;
}

/* The emitted C asserts the sizes of its structs (file/file.t.c). An empty array has one element. What compilers might
 * leave free is filled, since they differ: on i386 64-bit numbers are aligned to 4 bytes. */
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
    add_params(plan, &sizes);
    const bool narrow = plan->ranges && !plan->predict.arena_size; /* there are no reals in the work */
    if (narrow) sizes.work = 0;
    sizes.work_bytes = (sizes.work + sizes.states) * real;
    if (plan->model->max_steps) { /* nothing is left free behind whole numbers */
        const int64_t values = shape_size(plan->model->input, 1), each = plan->model->integer_input ? 4 : real;
        sizes.sample = values + (each < real ? values % 2 : 0);
        sizes.work_bytes += sizes.sample * each;
    }
    if (plan->ranges) add_narrow(plan, &sizes);
    sizes.state_bytes = sizes.stream_arena * real;
    for (int i = 0; i < plan->stream_states.count; i++)
        sizes.state_bytes += tensor_bytes(plan, plan->stream_states.at[i]);
    sizes.state_padding = (real - sizes.state_bytes % real) % real / 4;
    sizes.state_bytes += sizes.state_padding * 4;
    sizes.trainer_bytes = trainer_bytes(plan->arena, plan, &sizes);

    sizes.stack = program_stack(plan, &plan->predict);
    if (plan->can_train) sizes.train_stack = program_stack(plan, &plan->train);
    sizes.inference_ram = sizes.work_bytes;
    if (plan->step_model && sizes.state_bytes > sizes.work_bytes) sizes.inference_ram = sizes.state_bytes;
    if (!options_weights(plan->options)) sizes.inference_ram += sizes.params_bytes;
    sizes.inference_ram += sizes.stack;
    if (plan->can_train) sizes.training_ram = sizes.trainer_bytes + sizes.work_bytes + sizes.train_stack;
    return sizes;
}
