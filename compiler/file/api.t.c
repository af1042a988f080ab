/* SPDX-License-Identifier: MIT-0 */
/* The heads of the functions of the interface: what declares them, in the header, and what defines them begin so.
 * First what all take that measure a batch, and what it is called where one calls the other. */
//@ measured
const $input_type *x,
    const $target_type *target, const $real *sample_weight, size_t n, $real sums[$upper_SUMS]
//@ measured_names
x, target, sample_weight, n, sums
//@ head_predict_steps
$upper_API int $prefix_predict_steps($const_params *p, $prefix_work *w, const $input_type *x, $real *y, size_t steps)
//@ head_reset_states
$upper_API int $prefix_reset_states($prefix_states *states)
//@ head_predict
$upper_API int $prefix_predict($const_params *p, $prefix_work *w, const $input_type *x, $real *y, size_t n)
//@ head_predict_one
$upper_API int $prefix_predict_one($const_params *p, $prefix_work *w, const $input_type x[$upper_IN],
    $real y[$upper_OUT])
//@ head_strerror
$upper_API const char *$prefix_strerror(int status)
//@ head_evaluate
$upper_API int $prefix_evaluate(const $prefix_params *p, $prefix_work *w, $@measured)
//@ head_train_init
$upper_API int $prefix_train_init($prefix_trainer *t, uint64_t seed)
//@ head_train_step
$upper_API int $prefix_train_step($prefix_trainer *t, $@measured)
//@ head_train_grad
$upper_API int $prefix_train_grad($prefix_trainer *t, $@measured)
//@ head_train_apply
$upper_API int $prefix_train_apply($prefix_trainer *t)
//@ head_train_finish
$upper_API int $prefix_train_finish($prefix_trainer *t)
//@ head_predict_mc
$upper_API int $prefix_predict_mc($const_params *p, $prefix_work *w, const $input_type *x, $real *mean,
    $real *std, size_t n, uint64_t first, uint64_t samples, uint64_t seed)
//@ head_train_step_shared
$upper_API int $prefix_train_step_shared($prefix_trainer *t, $@measured, const nnc_team *team)
//@ head_selftest
$upper_API int $prefix_selftest($prefix_work *w)
//@ head_train_from
$upper_API int $prefix_train_from($prefix_trainer *t, const $prefix_params *p, uint64_t seed)
//@ head_reset
$upper_API int $prefix_reset($prefix_state *s)
//@ head_step
$upper_API int $prefix_step($const_params *p, $prefix_state *s, const $input_type *x, $real *y)
//@ head_block
$upper_API int $prefix_block($const_params *p, $prefix_state *s, const $input_type *x, $real *y, size_t n)
//@ head_predict_whole
$upper_API int $prefix_predict_int8($const_params *p, $prefix_work *w, const $in_type *x, int8_t *y, size_t n)
