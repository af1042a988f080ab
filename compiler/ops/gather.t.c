/* SPDX-License-Identifier: MIT-0 */
//@ gather
    const size_t rows = $rows;
    for (size_t row = 0; row < rows; row++) {
        memcpy($y + row * $columns, $from + $index * $columns, $columns * sizeof *$y);
    }
//@ gather_elements
    const size_t rows = $rows;
    for (size_t row = 0; row < rows; row++) {
        for (size_t c = 0; c < $columns; c++) {
            $y[row * $columns + c] = $from[$index * $columns + c];
        }
    }
//@ scatter
    const size_t rows = $rows;
    memset($y, 0, $size * sizeof *$y);
    for (size_t row = 0; row < rows; row++) {
        $real *to = $y + $index * $columns;
        for (size_t c = 0; c < $columns; c += LANES) {
            const size_t n = v_lanes($columns - c);
            v_store(to + c, v_load(to + c, n) + v_load($from + row * $columns + c, n), n);
        }
    }
//@ nonzero
    const size_t rows = $rows;
    for (size_t row = 0; row < rows; row++) {
        $y[row] = $x[row] < $zero || $x[row] > $zero;
    }
