/* SPDX-License-Identifier: MIT-0 */
/* Convolution: a line of outputs is a product whose rows overlap in the image; its depth is in pieces, the window's lines. */
//@ conv
    static const product_walk window = {{$counts}, {$strides}};
    const size_t lines = $lines;
    for (size_t col = 0; col < $columns; col += PANEL) {
        const size_t cols = least($columns - col, PANEL);
        for (size_t line = 0; line < lines; line++) {
            const $real *from = $x + $line_at;
            for (size_t at = 0; at < $width; at += PACKED_ROWS) {
                const size_t row = line * $width + at, high = least($width - at, PACKED_ROWS);
                $real block[PACKED_ROWS * PANEL];
                product_packed(high, cols, &window, $depth, from + $at, $step, $kernel + $panel, block, 0);
                for (size_t r = 0; r < high; r++) {
                    $draws
                    for (size_t c = 0; c < cols; c += LANES) {
                        $lanes
                        const vec $value = v_load_all(block + r * PANEL + c);
                        $steps
                    }
                }
            }
        }
    }
//@ conv_groups
    static const product_walk window = {{$counts}, {$strides}};
    const size_t lines = $lines;
    for (size_t col = 0; col < $columns; col += PANEL) {
        const size_t cols = least($columns - col, PANEL);
        for (size_t line = 0; line < lines; line++) {
            const $real *from = $x + $line_at;
            for (size_t at = 0, high; at < $width; at += high) {
                const size_t row = line * $width + at;
                $real block[TILE_ROWS * PANEL];
                high = tile_rows($width - at);
                for (size_t c = 0, end; c < cols; c = end) { /* the groups that have columns here */
                    const size_t group = (col + c) / $filters;
                    end = least(cols, (group + 1) * $filters - col);
                    product_walked(high, end - c, &window, $depth, from + $at + group * $depth, $step, 1, $kernel + col + c,
                                   $columns, block + c, PANEL, 0);
                }
                for (size_t r = 0; r < high; r++) {
                    $draws
                    for (size_t c = 0; c < cols; c += LANES) {
                        $lanes
                        const vec $value = $load;
                        $steps
                    }
                }
            }
        }
    }
//@ conv_column
    static const product_walk window = {{$counts}, {$strides}};
    const size_t lines = $lines;
    for (size_t line = 0; line < lines; line++) { /* one filter: a line is worked on as a row */
        const $real *from = $x + $line_at;
        for (size_t at = 0; at < $width; at += PANEL) {
            const size_t col = line * $width + at, cols = least($width - at, PANEL);
            $real block[PANEL];
            product_column(cols, &window, $depth, from + $at, $step, $kernel, block);
            for (size_t c = 0; c < cols; c += LANES) {
                const size_t n = v_lanes(cols - c);
                const vec $value = v_load(block + c, n);
                $steps
            }
        }
    }
//@ conv_kernel
    static const product_walk lines = {{$counts}, {$strides}};
    const size_t samples = $samples;
    for (size_t sample = 0; sample < samples; sample++) {
        for (size_t tap = 0; tap < $taps; tap++) { /* which part of the window */
            const $real *from = $x + sample * $sample + $tap_at;
            const $real *back = $d + sample * $back;
            $real *to = $y + tap * $tap_size;
            $products
        }
    }
//@ conv_kernel_product
product_lines($share_rows, $share_columns, &lines, $width, from, $step, back, $columns, to, $columns, sample > 0);
//@ conv_kernel_line
product_line($share_rows, &lines, $width, from, $step, back, to, sample > 0);
//@ conv_kernel_products
for (size_t group = 0; group < $groups; group++) {
    const size_t col = group * $filters;
    product_lines($rows, $filters, &lines, $width, from + group * $rows, $step, back + col, $columns, to + col, $columns,
                  sample > 0);
}
