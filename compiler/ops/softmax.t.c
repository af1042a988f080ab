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
