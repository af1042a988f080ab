/* SPDX-License-Identifier: MIT-0 */
/* The program: what the hosted runtime calls, and the description of the model. */
//@ main

/* ------------------------------------------------------------------------------------------------------- the program */

static int main_predict(const void *params, void *work, const void *x, void *y, size_t n) {
    return $prefix_predict((const $prefix_params *)params, ($prefix_work *)work, (const $input_type *)x, ($real *)y, n);
}
//@ main_train

static int main_evaluate(const void *params, void *work, const void *x, const void *y, const void *sample_weight, size_t n,
                         void *sums) {
    return $prefix_evaluate((const $prefix_params *)params, ($prefix_work *)work, (const $input_type *)x,
                            (const $target_type *)y, (const $real *)sample_weight, n, ($real *)sums);
}

static int main_init(void *trainer, uint64_t seed) {
    return $prefix_train_init(($prefix_trainer *)trainer, seed);
}

static int main_step(void *trainer, const void *x, const void *y, const void *sample_weight, size_t n, void *sums) {
    return $prefix_train_step(($prefix_trainer *)trainer, (const $input_type *)x, (const $target_type *)y,
                              (const $real *)sample_weight, n, ($real *)sums);
}
//@ main_grad

static int main_grad(void *trainer, const void *x, const void *y, const void *sample_weight, size_t n, void *sums) {
    return $prefix_train_grad(($prefix_trainer *)trainer, (const $input_type *)x, (const $target_type *)y,
                              (const $real *)sample_weight, n, ($real *)sums);
}

static int main_apply(void *trainer) {
    return $prefix_train_apply(($prefix_trainer *)trainer);
}
//@ main_finish

static int main_finish(void *trainer) {
    return $prefix_train_finish(($prefix_trainer *)trainer);
}
//@ main_long_strings

#ifdef __GNUC__ /* the model's table is longer than C99 asks compilers to take; all do */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"
#endif
//@ main_long_strings_end

#ifdef __GNUC__
#pragma GCC diagnostic pop
#endif
//@ main_model

$tables

static const nnc_model main_model = {
    $model
};

int main(int argc, char **argv) {
$run_main
}
