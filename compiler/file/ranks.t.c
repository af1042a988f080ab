/* SPDX-License-Identifier: MIT-0 */
/* A step of training that processes share, each with memory of its own. */
//@ ranks_header

$ranks
/** The same by several processes, each of which calls it with the same batch and makes its parts: with the bits of
 *  one. NNC_E_RANKS: others are gone, and the trainer is neither as before nor as after. */
$upper_API int $prefix_train_step_ranks($prefix_trainer *t, const $input_type *x, const $target_type *target,
    const $real *sample_weight, size_t n, $real sums[$upper_SUMS], const nnc_ranks *ranks);
/** Between steps each process keeps its part of what the optimizer alone looks at: after this call by all of them
 *  everyone has all of it, to be saved. */
$upper_API int $prefix_train_gather($prefix_trainer *t, const nnc_ranks *ranks);
//@ ranks_give

static int $name(const $prefix_train_job *job) {
    $declarations
    const nnc_given portions[] = {
        $portions
    };
    const nnc_ranks *const ranks = job->ranks;
    return ranks->give ? ranks->give(ranks->context, portions, $count, job->parts) : 0;
}
//@ ranks_train

static int $prefix_train_batch($prefix_trainer *t, const $input_type *x, const $target_type *target,
    const $real *sample_weight, size_t batch, $real *sums, const nnc_ranks *ranks) {
    const nnc_team *const team = &ranks->team;
    $prefix_train_job job = {t, x, target, sample_weight, sums, batch, team->parts, 0, ranks->first, ranks->own, ranks};
    sums[0] = 0;
    $calls
    return NNC_OK;
}
//@ ranks_gather

static int $prefix_gather_batch($prefix_trainer *t, const nnc_ranks *ranks) {
    const $prefix_train_job job = {t, NULL, NULL, NULL, NULL, 0, ranks->team.parts, 0, ranks->first, ranks->own, ranks};
    $call
    return NNC_OK;
}
//@ ranks_gather_nothing

static int $prefix_gather_batch($prefix_trainer *t, const nnc_ranks *ranks) {
    (void)t;
    (void)ranks;
    return NNC_OK;
}
//@ ranks_step

$upper_API int $prefix_train_step_ranks($prefix_trainer *t, const $input_type *x, const $target_type *target,
    const $real *sample_weight, size_t n, $real sums[$upper_SUMS], const nnc_ranks *ranks) {
    $step_body
}

$upper_API int $prefix_train_gather($prefix_trainer *t, const nnc_ranks *ranks) {
    if (!t || !ranks || ranks->own == 0 || ranks->first + ranks->own > ranks->team.parts) {
        return NNC_E_ARG;
    }
    return $run_gather;
}

$upper_API int $prefix_train_step_shared($prefix_trainer *t, const $input_type *x, const $target_type *target,
    const $real *sample_weight, size_t n, $real sums[$upper_SUMS], const nnc_team *team) {
    if (!team) {
        return NNC_E_ARG;
    }
    const nnc_ranks alone = {*team, 0, team->parts, NULL, NULL};
    return $prefix_train_step_ranks(t, x, target, sample_weight, n, sums, &alone);
}

$upper_API int $prefix_train_step($prefix_trainer *t, const $input_type *x,
    const $target_type *target, const $real *sample_weight, size_t n, $real sums[$upper_SUMS]) {
    const nnc_team alone = {1, nnc_run_alone, NULL};
    return $prefix_train_step_shared(t, x, target, sample_weight, n, sums, &alone);
}
//@ ranks_main

static int main_step_ranks(void *trainer, const void *x, const void *y, const void *sample_weight, size_t n, void *sums,
                           const nnc_ranks *ranks) {
    return $prefix_train_step_ranks(($prefix_trainer *)trainer, (const $input_type *)x, (const $target_type *)y,
                                    (const $real *)sample_weight, n, ($real *)sums, ranks);
}

static int main_gather(void *trainer, const nnc_ranks *ranks) {
    return $prefix_train_gather(($prefix_trainer *)trainer, ranks);
}
