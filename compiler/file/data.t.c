/* SPDX-License-Identifier: MIT-0 */
/* What stands for the data in MODEL.c and MODEL.h. */
//@ header_classes

/** Labels in the order of the outputs: static const char *const labels[] = $upper_CLASS_NAMES; */
#define $upper_CLASS_NAMES {$class_names}
//@ header_categories
/** Categories of column $column of a row of x, in the order of their numbers. */
#define $upper_COLUMN_$column_NAMES {$names}
//@ header_adapt
/** Learns $learned from $given[n][$size], all training data, before the first step; train_init sets them
 *  to 0 and 1. */
$upper_API int $prefix_$adapt($prefix_params *p, const $real *$given, size_t n);
//@ header_adapt_fill
/** Learns what stands for missing values from x[n][$upper_IN], all training data, before the first step. */
$upper_API int $prefix_adapt($prefix_params *p, const $real *x, size_t n);
//@ adapt_mean_of

/* The mean of what is there of a column. */
static double $prefix_mean_of(const $real *x, size_t rows) {
    double mean = 0;
    size_t found = 0;
    for (size_t row = 0; row < rows; row++) {
        const double value = (double)x[row * $columns];
        if (value >= 0 || value < 0) {
            mean += (value - mean) / (double)++found;
        }
    }
    return mean;
}
//@ adapt_median_of

/* The value of a column that `rank` others stand before, in the order of their size. What lies between two bounds is
 * divided at its mean until only equal values are left. */
static double $prefix_value_of_rank(const $real *x, size_t rows, size_t rank) {
    double low = 0, high = 0;
    for (int has_low = 0, has_high = 0;;) {
        double least = 0, greatest = 0, mean = 0;
        size_t found = 0, below = 0;
        for (size_t row = 0; row < rows; row++) {
            const double value = (double)x[row * $columns];
            const int within = (value >= 0 || value < 0) && (!has_low || value > low) && (!has_high || value <= high);
            if (within) {
                least = found && least < value ? least : value;
                greatest = found && greatest > value ? greatest : value;
                mean += (value - mean) / (double)++found;
            }
            below += has_low && value <= low;
        }
        if (least >= greatest) {
            return least;
        }
        mean = mean < greatest ? mean : least;
        for (size_t row = 0; row < rows; row++) {
            const double value = (double)x[row * $columns];
            below += (!has_low || value > low) && value <= mean;
        }
        if (rank < below) {
            high = mean;
            has_high = 1;
        } else {
            low = mean;
            has_low = 1;
        }
    }
}

static double $prefix_median_of(const $real *x, size_t rows) {
    size_t found = 0;
    for (size_t row = 0; row < rows; row++) {
        found += x[row * $columns] >= 0 || x[row * $columns] < 0;
    }
    if (found == 0 || found % 2 == 1) {
        return found ? $prefix_value_of_rank(x, rows, found / 2) : 0;
    }
    return ($prefix_value_of_rank(x, rows, found / 2 - 1) + $prefix_value_of_rank(x, rows, found / 2)) / 2;
}
//@ adapt_mode_of

/* The most frequent category of a column. */
static double $prefix_mode_of(const $real *x, size_t rows) {
    double best = 0;
    size_t most = 0;
    for (double number = 0;; number++) {
        size_t found = 0, beyond = 0;
        for (size_t row = 0; row < rows; row++) {
            const double value = (double)x[row * $columns];
            found += value >= number && value <= number;
            beyond += value > number;
        }
        best = found > most ? number : best;
        most = found > most ? found : most;
        if (!beyond) {
            return best;
        }
    }
}
//@ adapt_check
    if (!p || !$given || n == 0) {
        return NNC_E_ARG;
    }
//@ adapt_mean
    for (size_t i = 0; i < $statistics; i++) {
        double mean = 0, squares = 0, deviation;
        for (size_t row = 0; row < $rows; row++) {
            const double value = $value;
            const double away = value - mean;
            mean += away / (double)(row + 1);
            squares += away * (value - mean);
        }
        deviation = square_root(squares / (double)($rows));
        p->$mean[i] = ($real)mean;
        p->$deviation[i] = ($real)(deviation >= 1.17549435e-38 ? deviation : 1);
    }
//@ api_adapt

$how
$upper_API int $prefix_$adapt($prefix_params *p, const $real *$given, size_t n) {
$body
    return NNC_OK;
}
