/* SPDX-License-Identifier: MIT-0 */
/* Losses. A row is what has one loss: a sample, or a time step of one. */
//@ loss_weights
    const size_t rows = $rows;
    $count
    for (size_t row = 0; row < rows; row++) {
        $real weight = $sample_weight;
        $leave_out
        $weights[row] = weight;
        $weigh
    }
    $scale
//@ loss_weights_scale
const $real scale = $total > 0 ? 1 / $total : 0;
for (size_t row = 0; row < rows; row++) {
    $weights[row] *= scale;
}
//@ loss_batch_weight
    $real weight = 1;
    if ($sample_weight) {
        weight = 0;
        for (size_t row = 0; row < batch; row++) {
            weight += $sample_weight[row];
        }
        $divide
    }
    $weights[0] = weight;
//@ loss_batch_weight_one
    $weights[0] = 1;
//@ loss_single
    const size_t rows = $rows;
    $prepare
    vec total = v_zero();
    for (size_t c = 0; c < rows; c += LANES) {
        const size_t n = v_lanes(rows - c);
        const vec p = v_load($p + c, n);
        const vec y = v_load($y + c, n)$smooth;
        $locals
        total += v_head($value, n);
        $store
    }
    $sums[$at] += v_sum(total);
    $count
//@ loss_elementwise
    const size_t rows = $rows;
    $prepare
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        const $real scale = $scale
        vec sum = v_zero();
        for (size_t c = 0; c < $columns; c += LANES) {
            const size_t n = v_lanes($columns - c);
            const vec p = v_load($p + row * $columns + c, n);
            const vec y = v_load($y + row * $columns + c, n)$smooth;
            $locals
            sum += v_head($value, n);
            $store
        }
        total += scale * v_sum(sum);
    }
    $sums[$at] += total;
    $count
//@ loss_sparse_logits
    const size_t rows = $rows;
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        const $real *z = $p + row * $columns;
        $skip
        total += (row_log_sum_exp(z, $columns) - z[$y[row]])$times;
    }
    $sums[$at] += total;
    $count
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
    $sums[$at] += total;
    $count
//@ loss_sparse
    /* Keras clips the probabilities, takes logarithms, and applies softmax to those again. */
    const size_t rows = $rows;
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        $real z[$columns];
        $skip
        row_clipped_log($p + row * $columns, $columns, z);
        total += (row_log_sum_exp(z, $columns) - z[$y[row]])$times;
    }
    $sums[$at] += total;
    $count
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
    $sums[$at] += total;
    $count
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
        total += v_sum(sum)$times;
    }
    $sums[$at] += total;
    $count
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
    $sums[$at] += total;
    $count
//@ loss_categorical
    /* Keras divides by the sum, then clips. */
    const size_t rows = $rows;
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        const $real scale = 1 / row_sum($p + row * $columns, $columns);
        vec sum = v_zero();
        for (size_t c = 0; c < $columns; c += LANES) {
            const size_t n = v_lanes($columns - c);
            const vec q = v_clip(scale * v_load($p + row * $columns + c, n), $epsilon, $top);
            const vec y = v_load($y + row * $columns + c, n)$smooth;
            sum -= v_head($element, n);
        }
        total += v_sum(sum)$times;
    }
    $sums[$at] += total;
    $count
//@ loss_categorical_train
    /* Keras divides by the sum, then clips. With q = p / sum p: the slope by q, and then the quotient's own. */
    const size_t rows = $rows;
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        const $real scale = 1 / row_sum($p + row * $columns, $columns);
        vec sum = v_zero(), dot = v_zero();
        for (size_t c = 0; c < $columns; c += LANES) {
            const size_t n = v_lanes($columns - c);
            const vec part = scale * v_load($p + row * $columns + c, n);
            const vec q = v_clip(part, $epsilon, $top);
            const vec y = v_load($y + row * $columns + c, n)$smooth;
            const vec slope = v_select((part >= $epsilon) & (part <= $top), -($slope_of_element), 0);
            sum -= v_head($element, n);
            dot += v_head(slope * part, n);
            v_store($d + row * $columns + c, slope, n);
        }
        const $real weight = $weights[row], mean = v_sum(dot);
        total += weight * v_sum(sum);
        for (size_t c = 0; c < $columns; c += LANES) {
            const size_t n = v_lanes($columns - c);
            v_store($d + row * $columns + c, weight * scale * (v_load($d + row * $columns + c, n) - mean), n);
        }
    }
    $sums[$at] += total;
    $count
//@ loss_categorical_hinge
    const size_t rows = $rows;
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        const $real *p = $p + row * $columns, *y = $y + row * $columns;
        $real right = 0, wrong = (1 - y[0]) * p[0];
        for (size_t c = 0; c < $columns; c++) {
            const $real other = (1 - y[c]) * p[c];
            right += y[c] * p[c];
            wrong = other > wrong ? other : wrong;
        }
        const $real miss = wrong - right + 1;
        total += (miss > 0 ? miss : 0)$times;
        $slope
    }
    $sums[$at] += total;
    $count
//@ loss_categorical_hinge_slope
size_t ties = 0; /* the greatest values share the slope */
for (size_t c = 0; c < $columns; c++) {
    if ((1 - y[c]) * p[c] >= wrong) {
        ties++;
    }
}
const $real weight = miss >= 0 ? $weights[row] : 0;
for (size_t c = 0; c < $columns; c++) {
    const $real share = (1 - y[c]) * p[c] >= wrong ? (1 - y[c]) / ($real)ties : 0;
    $d[row * $columns + c] = weight * (share - y[c]);
}
//@ loss_cosine
    const size_t rows = $rows;
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        vec dot = v_zero(), p_squares = v_zero(), y_squares = v_zero();
        for (size_t c = 0; c < $columns; c += LANES) {
            const size_t n = v_lanes($columns - c);
            const vec p = v_load($p + row * $columns + c, n), y = v_load($y + row * $columns + c, n);
            dot += p * y;
            p_squares += p * p;
            y_squares += y * y;
        }
        const $real p_scale = inverse_length(v_sum(p_squares)), y_scale = inverse_length(v_sum(y_squares));
        const $real cosine = v_sum(dot) * p_scale * y_scale;
        total $sign= cosine$times;
        $slope
    }
    $sums[$at] += total;
    $count
//@ loss_cosine_slope
const $real weight = $weights[row] * p_scale, along = p_scale < inverse_length(0) ? cosine * p_scale : 0;
for (size_t c = 0; c < $columns; c += LANES) {
    const size_t n = v_lanes($columns - c);
    const vec p = v_load($p + row * $columns + c, n), y = v_load($y + row * $columns + c, n);
    v_store($d + row * $columns + c, weight * (along * p - y_scale * y), n);
}
//@ loss_dice
    const size_t rows = $rows;
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        const $real *p = $p + row * $columns, *y = $y + row * $columns;
        vec both = v_zero(), all = v_zero();
        for (size_t c = 0; c < $columns; c += LANES) {
            const size_t n = v_lanes($columns - c);
            const vec predicted = v_load(p + c, n), truth = v_load(y + c, n);
            both += predicted * truth;
            all += predicted + truth;
        }
        const $real share = 2 / (v_sum(all) + $epsilon), dice = v_sum(both) * share;
        total += (1 - dice)$times;
        $slope
    }
    $sums[$at] += total;
    $count
//@ loss_tversky
    const size_t rows = $rows;
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        const $real *p = $p + row * $columns, *y = $y + row * $columns;
        vec both = v_zero(), missed = v_zero(), wrong = v_zero();
        for (size_t c = 0; c < $columns; c += LANES) {
            const size_t n = v_lanes($columns - c);
            const vec predicted = v_load(p + c, n), truth = v_load(y + c, n);
            both += predicted * truth;
            missed += (1 - predicted) * truth;
            wrong += predicted * (1 - truth);
        }
        const $real share = 1 / (v_sum(both) + $alpha * v_sum(missed) + $beta * v_sum(wrong) + $epsilon);
        const $real tversky = v_sum(both) * share;
        total += (1 - tversky)$times;
        $slope
    }
    $sums[$at] += total;
    $count
//@ loss_tversky_slope
const $real weight = $weights[row] * share;
for (size_t c = 0; c < $columns; c += LANES) {
    const size_t n = v_lanes($columns - c);
    const vec truth = v_load(y + c, n), grows = truth * (1 - $alpha) + (1 - truth) * $beta; /* the denominator */
    v_store($d + row * $columns + c, weight * (tversky * grows - truth), n);
}
//@ loss_generalized
    const size_t rows = $rows;
    $real total = 0;
    for (size_t row = 0; row < rows; row++) {
        const $real p = $p[row * $columns + (size_t)$y[row]];
        total += (1 - power_of_real(p, $q)) / $q$times;
        $slope
    }
    $sums[$at] += total;
    $count
//@ loss_generalized_slope
memset($d + row * $columns, 0, $columns * sizeof *$d);
$d[row * $columns + (size_t)$y[row]] = -$weights[row] * power_of_real(p, $q - 1);
//@ loss_dice_slope
const $real weight = $weights[row] * share;
for (size_t c = 0; c < $columns; c += LANES) {
    const size_t n = v_lanes($columns - c);
    v_store($d + row * $columns + c, weight * ($half * dice - v_load(y + c, n)), n);
}
