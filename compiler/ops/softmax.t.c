/* SPDX-License-Identifier: MIT-0 */
/* softmax of rows and its relatives. */
//@ softmax
    const size_t rows = $rows;
    for (size_t row = 0; row < rows; row++) {
        const $real *from = $x + row * $columns;
        $real *to = $y + row * $columns;
        const $real peak = row_peak(from, $columns);
        vec total = v_zero();
        for (size_t c = 0; c < $columns; c += LANES) {
            const size_t n = v_lanes($columns - c);
            const vec power = v_exp(v_load(from + c, n) - peak);
            v_store(to + c, power, n);
            total += v_head(power, n);
        }
        const $real scale = 1 / v_sum(total);
        for (size_t c = 0; c < $columns; c += LANES) {
            const size_t n = v_lanes($columns - c);
            v_store(to + c, v_load(to + c, n) * scale, n);
        }
    }
//@ softmax_row
    softmax_row($columns, $x, $y);
//@ softmax_rows
    const size_t rows = $rows;
    for (size_t row = 0; row < rows; row++) {
        softmax_row($columns, $x + row * $columns, $y + row * $columns);
    }
//@ softmax_gradient
    const size_t rows = $rows;
    for (size_t row = 0; row < rows; row++) {
        vec dot = v_zero();
        for (size_t c = 0; c < $columns; c += LANES) {
            const size_t n = v_lanes($columns - c);
            dot += v_load($d + row * $columns + c, n) * v_load($x + row * $columns + c, n);
        }
        const $real mean = v_sum(dot);
        for (size_t c = 0; c < $columns; c += LANES) {
            const size_t n = v_lanes($columns - c);
            const vec p = v_load($x + row * $columns + c, n);
            v_store($y + row * $columns + c, p * (v_load($d + row * $columns + c, n) - mean), n);
        }
    }
//@ log_softmax
    const size_t rows = $rows;
    for (size_t row = 0; row < rows; row++) {
        const $real shift = row_log_sum_exp($x + row * $columns, $columns);
        for (size_t c = 0; c < $columns; c += LANES) {
            const size_t n = v_lanes($columns - c);
            v_store($y + row * $columns + c, v_load($x + row * $columns + c, n) - shift, n);
        }
    }
//@ log_softmax_gradient
    const size_t rows = $rows;
    for (size_t row = 0; row < rows; row++) {
        vec sum = v_zero();
        for (size_t c = 0; c < $columns; c += LANES) {
            sum += v_load($d + row * $columns + c, v_lanes($columns - c));
        }
        const $real total = v_sum(sum);
        for (size_t c = 0; c < $columns; c += LANES) {
            const size_t n = v_lanes($columns - c);
            const vec p = v_exp(v_load($x + row * $columns + c, n));
            v_store($y + row * $columns + c, v_load($d + row * $columns + c, n) - p * total, n);
        }
    }
//@ sparsemax
    /* Martins and Astudillo 2016: y = max(x - threshold, 0) with sum 1. The threshold is found by dropping, until none is
     * left, the values that the threshold of those before would make 0. */
    const size_t rows = $rows;
    for (size_t row = 0; row < rows; row++) {
        const $real *from = $x + row * $columns;
        $real threshold = 0;
        for (size_t kept = $columns, before = 0; kept != before;) {
            $real total = 0;
            size_t count = 0;
            for (size_t c = 0; c < $columns; c++) {
                if (before == 0 || from[c] > threshold) {
                    total += from[c];
                    count++;
                }
            }
            threshold = (total - 1) / ($real)count;
            before = kept;
            kept = 0;
            for (size_t c = 0; c < $columns; c++) {
                kept += from[c] > threshold;
            }
        }
        for (size_t c = 0; c < $columns; c += LANES) {
            const size_t n = v_lanes($columns - c);
            v_store($y + row * $columns + c, v_max(v_zero(), v_load(from + c, n) - threshold), n);
        }
    }
//@ sparsemax_gradient
    const size_t rows = $rows;
    for (size_t row = 0; row < rows; row++) {
        $real total = 0, count = 0;
        for (size_t c = 0; c < $columns; c++) {
            if ($x[row * $columns + c] > 0) {
                total += $d[row * $columns + c];
                count += 1;
            }
        }
        for (size_t c = 0; c < $columns; c++) {
            $y[row * $columns + c] = $x[row * $columns + c] > 0 ? $d[row * $columns + c] - total / count : 0;
        }
    }
