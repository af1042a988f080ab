/* SPDX-License-Identifier: MIT-0 */
/* Losses and metrics. A row is what has one loss: a sample, or a time step of one. */
//@ loss_weights_mean
    const size_t rows = $rows;
    $real counted = ($real)rows;
    for (size_t row = 0; row < rows; row++) {
        $real weight = $sample_weight ? $sample_weight[$sample] : 1;
        $ignore
        $weights[row] = weight;
    }
    const $real scale = counted > 0 ? 1 / counted : 0;
    for (size_t row = 0; row < rows; row++) {
        $weights[row] *= scale;
    }
//@ loss_weights_sum
    const size_t rows = $rows;
    $real counted = ($real)rows;
    for (size_t row = 0; row < rows; row++) {
        $real weight = $sample_weight ? $sample_weight[$sample] : 1;
        $ignore
        $weights[row] = weight;
    }
    (void)counted;
//@ loss_weights_weighted
    const size_t rows = $rows;
    $real counted = 0, weighed = 0;
    for (size_t row = 0; row < rows; row++) {
        $real weight = $sample_weight ? $sample_weight[$sample] : 1;
        $ignore
        $weights[row] = weight;
        weighed += weight;
    }
    (void)counted;
    const $real scale = weighed > 0 ? 1 / weighed : 0;
    for (size_t row = 0; row < rows; row++) {
        $weights[row] *= scale;
    }
//@ loss_single
    const size_t rows = $rows;
    vec total = v_zero();
    for (size_t c = 0; c < rows; c += LANES) {
        const size_t n = v_lanes(rows - c);
        const vec p = v_load($p + c, n);
        const vec y = v_load($y + c, n)$smooth;
        const vec weight = v_load($weights + c, n);
        total += v_head(weight * ($value), n);
        $store
    }
    $sums[0] += v_sum(total);
//@ loss_elementwise
    const size_t rows = $rows;
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        const $real scale = $weights[row] * $one_column; /* the mean over the row */
        vec sum = v_zero();
        for (size_t c = 0; c < $columns; c += LANES) {
            const size_t n = v_lanes($columns - c);
            const vec p = v_load($p + row * $columns + c, n);
            const vec y = v_load($y + row * $columns + c, n)$smooth;
            sum += v_head($value, n);
            $store
        }
        total += scale * v_sum(sum);
    }
    $sums[0] += total;
//@ loss_sparse_logits
    const size_t rows = $rows;
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        const $real *z = $p + row * $columns;
        if ($weights[row] == 0) {
            continue;
        }
        total += $weights[row] * (row_log_sum_exp(z, $columns) - z[$y[row]]);
    }
    $sums[0] += total;
//@ loss_sparse_logits_train
    const size_t rows = $rows;
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        const $real *z = $p + row * $columns;
        $real *slope = $d + row * $columns;
        const $real weight = $weights[row];
        if (weight == 0) {
            memset(slope, 0, $columns * sizeof *slope);
            continue;
        }
        /* loss = log sum e^z - z[label], its gradient softmax z - [label] */
        total += weight * (row_softmax(z, $columns, weight, slope) - z[$y[row]]);
        slope[$y[row]] -= weight;
    }
    $sums[0] += total;
//@ loss_sparse
    /* Keras clips the probabilities, takes logarithms, and applies softmax to those again. */
    const size_t rows = $rows;
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        $real z[$columns];
        if ($weights[row] == 0) {
            continue;
        }
        row_clipped_log($p + row * $columns, $columns, z);
        total += $weights[row] * (row_log_sum_exp(z, $columns) - z[$y[row]]);
    }
    $sums[0] += total;
//@ loss_sparse_train
    /* Keras clips the probabilities, takes logarithms, and applies softmax to those again. */
    const size_t rows = $rows;
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        const $real *p = $p + row * $columns;
        $real *slope = $d + row * $columns;
        const $real weight = $weights[row];
        $real z[$columns];
        if (weight == 0) {
            memset(slope, 0, $columns * sizeof *slope);
            continue;
        }
        row_clipped_log(p, $columns, z);
        total += weight * (row_softmax(z, $columns, weight, slope) - z[$y[row]]);
        slope[$y[row]] -= weight;
        for (size_t c = 0; c < $columns; c++) { /* through the logarithm and the clipping */
            slope[c] = p[c] >= $epsilon && p[c] <= $top ? slope[c] / p[c] : 0;
        }
    }
    $sums[0] += total;
//@ loss_categorical_logits
    const size_t rows = $rows;
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        const $real shift = row_log_sum_exp($p + row * $columns, $columns);
        vec sum = v_zero();
        for (size_t c = 0; c < $columns; c += LANES) {
            const size_t n = v_lanes($columns - c);
            const vec y = v_load($y + row * $columns + c, n)$smooth;
            sum += v_head(y * (shift - v_load($p + row * $columns + c, n)), n);
        }
        total += $weights[row] * v_sum(sum);
    }
    $sums[0] += total;
//@ loss_categorical_logits_train
    const size_t rows = $rows;
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        $real *slope = $d + row * $columns;
        const $real shift = row_softmax($p + row * $columns, $columns, 1, slope);
        vec sum = v_zero(), labels = v_zero();
        for (size_t c = 0; c < $columns; c += LANES) {
            const size_t n = v_lanes($columns - c);
            const vec y = v_load($y + row * $columns + c, n)$smooth;
            sum += v_head(y * (shift - v_load($p + row * $columns + c, n)), n);
            labels += v_head(y, n);
        }
        total += $weights[row] * v_sum(sum);
        const $real mass = v_sum(labels); /* 1 when the labels are a distribution */
        for (size_t c = 0; c < $columns; c += LANES) {
            const size_t n = v_lanes($columns - c);
            const vec y = v_load($y + row * $columns + c, n)$smooth;
            v_store(slope + c, $weights[row] * (mass * v_load(slope + c, n) - y), n);
        }
    }
    $sums[0] += total;
//@ loss_categorical
    /* Keras divides by the sum, then clips. */
    const size_t rows = $rows;
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        const $real scale = 1 / row_sum($p + row * $columns, $columns);
        vec sum = v_zero();
        for (size_t c = 0; c < $columns; c += LANES) {
            const size_t n = v_lanes($columns - c);
            const vec y = v_load($y + row * $columns + c, n)$smooth;
            sum -= v_head(y * v_log(v_clip(scale * v_load($p + row * $columns + c, n), $epsilon, $top)), n);
        }
        total += $weights[row] * v_sum(sum);
    }
    $sums[0] += total;
//@ loss_categorical_train
    /* Keras divides by the sum, then clips. With q = p / sum p: d loss / d q = -y / q, and the quotient's own. */
    const size_t rows = $rows;
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        const $real scale = 1 / row_sum($p + row * $columns, $columns);
        vec sum = v_zero(), dot = v_zero();
        for (size_t c = 0; c < $columns; c += LANES) {
            const size_t n = v_lanes($columns - c);
            const vec q = scale * v_load($p + row * $columns + c, n);
            const vec y = v_load($y + row * $columns + c, n)$smooth;
            const vec slope = v_select((q >= $epsilon) & (q <= $top), -y / q, 0);
            sum -= v_head(y * v_log(v_clip(q, $epsilon, $top)), n);
            dot += v_head(slope * q, n);
            v_store($d + row * $columns + c, slope, n);
        }
        const $real weight = $weights[row], mean = v_sum(dot);
        total += weight * v_sum(sum);
        for (size_t c = 0; c < $columns; c += LANES) {
            const size_t n = v_lanes($columns - c);
            v_store($d + row * $columns + c, weight * scale * (v_load($d + row * $columns + c, n) - mean), n);
        }
    }
    $sums[0] += total;
//@ metric_elementwise
    const size_t rows = $rows, size = $size;
    vec total = v_zero();
    for (size_t c = 0; c < size; c += LANES) {
        const size_t n = v_lanes(size - c);
        const vec p = v_load($p + c, n);
        const vec y = v_load($y + c, n);
        total += v_head($value, n);
    }
    $sums[$at] += v_sum(total)$mean;
    $sums[$count_at] += ($real)rows;
//@ metric_elementwise_masked
    const size_t rows = $rows;
    for (size_t row = 0; row < rows; row++) {
        $skip
        vec total = v_zero();
        for (size_t c = 0; c < $columns; c += LANES) {
            const size_t n = v_lanes($columns - c);
            const vec p = v_load($p + row * $columns + c, n);
            const vec y = v_load($y + row * $columns + c, n);
            total += v_head($value, n);
        }
        $sums[$at] += v_sum(total)$mean;
    }
    $sums[$count_at] += ($real)rows;
//@ metric_skip
if (!($mask[$step] > 0)) {
    $sums[$count_at] -= 1; /* the row does not count */
    continue;
}
//@ metric_sparse_accuracy
    const size_t rows = $rows;
    for (size_t row = 0; row < rows; row++) {
        $skip
        $sums[$at] += row_argmax($p + row * $columns, $columns) == (size_t)$y[row];
    }
    $sums[$count_at] += ($real)rows;
//@ metric_categorical_accuracy
    const size_t rows = $rows;
    for (size_t row = 0; row < rows; row++) {
        $skip
        $sums[$at] += row_argmax($p + row * $columns, $columns) == row_argmax($y + row * $columns, $columns);
    }
    $sums[$count_at] += ($real)rows;
