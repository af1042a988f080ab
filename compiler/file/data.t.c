/* SPDX-License-Identifier: MIT-0 */
/* What stands for the data in MODEL.c and MODEL.h. */
//@ header_classes

/** Labels in the order of the outputs: static const char *const labels[] = $upper_CLASS_NAMES; */
#define $upper_CLASS_NAMES {$class_names}
//@ header_adapt
/** Learns mean and deviation from x[n][$upper_IN], all training data, before the first step; train_init sets them
 *  to 0 and 1. */
$upper_API int $prefix_adapt($prefix_params *p, const $real *x, size_t n);
//@ api_adapt

/* Welford's way: one pass, and no loss of digits where the mean is large. A value that never changes becomes 0. */
$upper_API int $prefix_adapt($prefix_params *p, const $real *x, size_t n) {
    if (!p || !x || n == 0) {
        return NNC_E_ARG;
    }
    for (size_t i = 0; i < $statistics; i++) {
        double mean = 0, squares = 0, deviation;
        for (size_t row = 0; row < $rows; row++) {
            const double value = (double)x[row * $statistics + i]$x_scale;
            const double away = value - mean;
            mean += away / (double)(row + 1);
            squares += away * (value - mean);
        }
        deviation = square_root(squares / (double)($rows));
        p->$mean[i] = ($real)mean;
        p->$deviation[i] = ($real)(deviation >= 1.17549435e-38 ? deviation : 1);
    }
    return NNC_OK;
}
