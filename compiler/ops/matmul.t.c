/* SPDX-License-Identifier: MIT-0 */
/* The matrix product, in blocks of BLOCK_ROWS rows by PANEL columns (nnc_product.h). */
//@ matmul
    const size_t rows = $rows;
    for (size_t row = 0; row < rows; row += BLOCK_ROWS) {
        const size_t high = least(rows - row, BLOCK_ROWS);
        for (size_t col = 0; col < $columns; col += PANEL) {
            const size_t cols = least($columns - col, PANEL);
            $real block[BLOCK_ROWS * PANEL];
            product(high, cols, $depth, $a + $a_at, $a_row, $a_depth, $b + col, $b_row, block);
            for (size_t r = 0; r < high; r++) {
                $draws
                for (size_t c = 0; c < cols; c += LANES) {
                    $lanes
                    const vec $out = v_load_all(block + r * PANEL + c);
                    $steps
                }
            }
        }
    }
//@ matmul_few
    const size_t rows = $rows;
    for (size_t col = 0; col < $columns; col += PANEL) {
        const size_t cols = least($columns - col, PANEL);
        for (size_t row = 0; row < rows; row++) {
            $draws
            for (size_t c = 0; c < cols; c += LANES) {
                $lanes
                vec $out = v_zero();
                $terms
                $steps
            }
        }
    }
//@ matmul_row
    for (size_t col = 0; col < $columns; col += ROW_PANEL) {
        const size_t cols = least($columns - col, ROW_PANEL);
        $real block[ROW_PANEL];
        product_row(cols, $depth, $a, 1, $b + col, $b_row, block);
        for (size_t c = 0; c < cols; c += LANES) {
            $lanes
            const vec $out = $sums;
            $steps
        }
    }
//@ matmul_packed
    static const product_walk once = {{1, 1, 1}, {0, 0, 0}};
    const size_t rows = $rows;
    for (size_t col = 0; col < $columns; col += PANEL) {
        const size_t cols = least($columns - col, PANEL);
        for (size_t row = 0; row < rows; row += PACKED_ROWS) {
            const size_t high = least(rows - row, PACKED_ROWS);
            $real block[PACKED_ROWS * PANEL];
            $second
            product_packed(high, cols, &once, $depth, $a + row * $a_row, $a_row, $packed + col * $packed_depth, block, $add);
            for (size_t r = 0; r < high; r++) {
                $draws
                for (size_t c = 0; c < cols; c += LANES) {
                    $lanes
                    const vec $out = v_load_all(block + r * PANEL + c);
                    $steps
                }
            }
        }
    }
//@ matmul_second
product_packed(high, cols, &once, $depth, $a + row * $a_row, $a_row, $packed + col * $depth, block, 0);
//@ matmul_deep
    static const product_walk once = {{1, 1, 1}, {0, 0, 0}};
    product_lines($rows, $columns, &once, $depth, $a, $a_row, $b, $b_row, $y, $columns, $add);
//@ matmul_column
    static const product_walk once = {{1, 1, 1}, {0, 0, 0}};
    const size_t rows = $rows;
    for (size_t col = 0; col < rows; col += PANEL) { /* one column: it is worked on as a row */
        const size_t cols = least(rows - col, PANEL);
        $real block[PANEL];
        product_column(cols, &once, $depth, $a + col * $a_row, $a_row, $b, block);
        for (size_t c = 0; c < cols; c += LANES) {
            const size_t n = v_lanes(cols - c);
            const vec $out = v_load(block + c, n);
            $steps
        }
    }
//@ matmul_column_transposed
    const size_t rows = $rows;
    for (size_t col = 0; col < rows; col += PANEL) { /* one column: it is worked on as a row */
        const size_t cols = least(rows - col, PANEL);
        $real block[PANEL];
        product(1, cols, $depth, $b, 0, $b_row, $a + col, $a_depth, block);
        for (size_t c = 0; c < cols; c += LANES) {
            const size_t n = v_lanes(cols - c);
            const vec $out = v_load_all(block + c);
            $steps
        }
    }
