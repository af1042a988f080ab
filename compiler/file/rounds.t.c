/* SPDX-License-Identifier: MIT-0 */
/* A step of training that is shared out: each round a function, of which everybody makes a part. */
//@ rounds_job

/* A step of training, as those see it who make parts of it. */
typedef struct $prefix_train_job {
    $prefix_trainer *t;
    const $input_type *x;
    const $target_type *target;
    const $real *sample_weight;
    $real *sums;
    size_t batch, parts, step;
    $job_ranks
} $prefix_train_job;
//@ rounds_header

$team
/** The same by a team: its parts may be made at once, and the bits do not depend on how many there are. */
$@head_train_step_shared;
//@ round

static void $name(const void *argument, size_t part) {
    const $prefix_train_job *const job = (const $prefix_train_job *)argument;
    $declarations
    $values
    $before
    $calls
}
//@ round_t
$prefix_trainer *const t = job->t;
//@ round_x
const $input_type *const x = job->x;
//@ round_target
const $target_type *const target = job->target;
//@ round_sample_weight
const $real *const sample_weight = job->sample_weight;
//@ round_sums
$real *const sums = job->sums;
//@ round_batch
const size_t batch = job->batch;
//@ round_step
const size_t step = job->step;
//@ round_p
$prefix_params *const p = &t->params;
//@ round_arena
$real *const arena = t->arena;
//@ rounds_train

static int $prefix_train_batch($prefix_trainer *t, const $input_type *x, const $target_type *target,
    const $real *sample_weight, size_t batch, $real *sums, const nnc_team *team) {
    $prefix_train_job job = {t, x, target, sample_weight, sums, batch, team->parts, 0};
    sums[0] = 0;
    $calls
    return NNC_OK;
}
//@ rounds_step

$@head_train_step_shared {
    $step_body
}

$@head_train_step {
    const nnc_team alone = {1, nnc_run_alone, NULL};
    return $prefix_train_step_shared(t, $@measured_names, &alone);
}
//@ rounds_main

static int main_step_shared(void *trainer, const void *x, const void *y, const void *sample_weight, size_t n, void *sums,
                            const nnc_team *team) {
    return $prefix_train_step_shared(($prefix_trainer *)trainer, (const $input_type *)x, (const $target_type *)y,
                                     (const $real *)sample_weight, n, ($real *)sums, team);
}
