/* SPDX-License-Identifier: MIT-0 */
/* Metrics. Those that are means of a loss are printed as the loss is. */
//@ metric_sparse_accuracy
    const size_t rows = $rows;
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        total += ($real)((int32_t)row_argmax($p + row * $columns, $columns) == $y[row])$times;
    }
    $sums[$at] += total;
    $count
//@ metric_categorical_accuracy
    const size_t rows = $rows;
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        const size_t label = row_argmax($y + row * $columns, $columns);
        total += ($real)(row_argmax($p + row * $columns, $columns) == label)$times;
    }
    $sums[$at] += total;
    $count
//@ metric_sparse_top_k
    const size_t rows = $rows;
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        $skip
        const int is_class = $y[row] >= 0 && $y[row] < $columns; /* what the loss ignores need not be */
        total += ($real)(is_class && row_above($p + row * $columns, $columns, (size_t)$y[row]) < $k)$times;
    }
    $sums[$at] += total;
    $count
//@ metric_top_k
    const size_t rows = $rows;
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        const size_t label = row_argmax($y + row * $columns, $columns);
        total += ($real)(row_above($p + row * $columns, $columns, label) < $k)$times;
    }
    $sums[$at] += total;
    $count
//@ metric_pearson
    /* Of each row: the covariance of p and y, by the root of their variances. */
    const size_t rows = $rows;
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        const $real *p = $p + row * $columns, *y = $y + row * $columns;
        const $real both = row_covariance(p, y, $columns);
        total += both / (root_of(row_covariance(p, p, $columns)) * root_of(row_covariance(y, y, $columns)))$times;
    }
    $sums[$at] += total;
    $count
//@ metric_concordance
    /* Of each row: twice the covariance of p and y, by their variances and how far their means lie apart. */
    const size_t rows = $rows;
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        const $real *p = $p + row * $columns, *y = $y + row * $columns;
        const $real apart = (row_sum(y, $columns) - row_sum(p, $columns)) / $columns;
        const $real spread = row_covariance(p, p, $columns) + row_covariance(y, y, $columns) + apart * apart;
        total += 2 * row_covariance(p, y, $columns) / (spread + $epsilon)$times;
    }
    $sums[$at] += total;
    $count
//@ metric_thresholds
    /* For each number of thresholds that a prediction is above: labels that are 0, labels that are not. */
    $table
    const size_t rows = $rows;
    for (size_t row = 0; row < rows; row++) {
        const $real *p = $p + row * $columns, *y = $y + row * $columns;
        for (size_t c = $first; c < $end; c++) {
            $below
            $sums[$at + ($label) * 2 + (y[c] > 0 || y[c] < 0 ? 1 : 0)] += $weight;
        }
    }
//@ metric_above_one
size_t below = p[c] > $threshold ? 1 : 0;
//@ metric_above_listed
size_t below = 0;
for (size_t t = 0; t < $listed; t++) {
    below += p[c] > thresholds[t] ? 1 : 0;
}
//@ metric_above_evenly
const $real place = p[c] > 0 ? (p[c] < 1 ? p[c] : 1) * $last : 0;
size_t below = (size_t)place;
if (($real)below < place$or_none) {
    below++;
}
//@ metric_among_top
if (row_rank(p, $columns, c) >= $k) {
    below = 0;
}
//@ metric_f_score
    /* Of each class: true positives, false positives, false negatives. */
    const size_t rows = $rows;
    for (size_t row = 0; row < rows; row++) {
        const $real *p = $p + row * $columns, *y = $y + row * $columns;
        const $real weight = $weight;
        $peak
        for (size_t c = 0; c < $columns; c++) {
            if ($chosen) {
                $sums[$at + c * 3] += weight * y[c];
                $sums[$at + c * 3 + 1] += weight * (1 - y[c]);
            } else {
                $sums[$at + c * 3 + 2] += weight * y[c];
            }
        }
    }
//@ metric_overlap
    /* Of each class that counts: what is labelled and predicted so, what is one or the other. */
    $table
    const size_t rows = $rows;
    for (size_t row = 0; row < rows; row++) {
        const size_t label = $label;
        const size_t guess = $guess;
        if (label >= $classes || guess >= $classes$or_ignored) {
            continue;
        }
        for (size_t i = 0; i < $counted; i++) {
            const int labelled = label == $class, guessed = guess == $class;
            $sums[$at + i * 2] += labelled && guessed ? $whole_weight : 0;
            $sums[$at + i * 2 + 1] += labelled || guessed ? $whole_weight : 0;
        }
    }
//@ metric_r_squared
    /* Of each output: weighted sums of y, of y squared, of (y - p) squared, of 1; and how many values there are. */
    const size_t rows = $rows;
    for (size_t row = 0; row < rows; row++) {
        const $real *p = $p + row * $columns, *y = $y + row * $columns;
        const $real weight = $weight;
        for (size_t c = 0; c < $columns; c++) {
            $sums[$at + c * 4] += weight * y[c];
            $sums[$at + c * 4 + 1] += weight * y[c] * y[c];
            $sums[$at + c * 4 + 2] += weight * (y[c] - p[c]) * (y[c] - p[c]);
            $sums[$at + c * 4 + 3] += weight;
        }
    }
    $sums[$at + $columns * 4] += ($real)(rows * $columns);
