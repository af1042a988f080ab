/* SPDX-License-Identifier: MIT-0 */
/* The matrix product, in blocks of TILE_ROWS rows by PANEL columns (nnc_product.h). */
//@ matmul
    const size_t rows = $rows;
    for (size_t col = 0; col < $columns; col += PANEL) {
        const size_t cols = least($columns - col, PANEL);
        for (size_t row = 0; row < rows; row += TILE_ROWS) {
            const size_t high = least(rows - row, TILE_ROWS);
            product(high, cols, $depth, $a + $a_at, $a_row, $a_depth, $b + col, $b_row, $out + row * $out_row + col, $out_row);
        }
    }
//@ matmul_steps
    const size_t rows = $rows;
    for (size_t col = 0; col < $columns; col += PANEL) {
        const size_t cols = least($columns - col, PANEL);
        for (size_t row = 0; row < rows; row += TILE_ROWS) {
            const size_t high = least(rows - row, TILE_ROWS);
            $real block[TILE_ROWS * PANEL];
            product(high, cols, $depth, $a + $a_at, $a_row, $a_depth, $b + col, $b_row, block, PANEL);
            for (size_t r = 0; r < high; r++) {
                $draws
                for (size_t c = 0; c < cols; c += LANES) {
                    const size_t n = v_lanes(cols - c);
                    const vec $out = v_load(block + r * PANEL + c, n);
                    $steps
                }
            }
        }
    }
