/* SPDX-License-Identifier: MIT-0 */
/* Convolution: a line of outputs is a product whose rows overlap in the image; its depth is in pieces, the window's lines. */
//@ conv
    static const product_walk window = {{$counts}, {$strides}};
    const size_t lines = $lines;
    for (size_t col = 0; col < $columns; col += PANEL) {
        const size_t cols = least($columns - col, PANEL);
        for (size_t line = 0; line < lines; line++) {
            const $real *from = $x + $line_at;
            for (size_t at = 0, high; at < $width; at += high) {
                high = tile_rows($width - at);
                $tile
            }
        }
    }
//@ conv_store
$real *to = $y + (line * $width + at) * $columns + col;
$products
//@ conv_steps
const size_t row = line * $width + at;
$real block[TILE_ROWS * PANEL];
$products
for (size_t r = 0; r < high; r++) {
    $draws
    for (size_t c = 0; c < cols; c += LANES) {
        $lanes
        const vec $value = $load;
        $steps
    }
}
//@ conv_product
product_walked(high, cols, &window, $depth, from + $at, $step, 1, $kernel + col, $columns, $to, $to_row, 0);
//@ conv_products
for (size_t c = 0, end; c < cols; c = end) { /* the groups that have columns here */
    const size_t group = (col + c) / $filters;
    end = least(cols, (group + 1) * $filters - col);
    product_walked(high, end - c, &window, $depth, from + $at + group * $depth, $step, 1, $kernel + col + c, $columns, $to + c,
                   $to_row, 0);
}
//@ conv_kernel
    static const product_walk lines = {{$counts}, {$strides}};
    const size_t samples = $samples;
    for (size_t sample = 0; sample < samples; sample++) {
        for (size_t tap = 0; tap < $taps; tap++) { /* which part of the window */
            const $real *from = $x + sample * $sample + $tap_at;
            const $real *back = $d + sample * $back;
            $real *to = $y + tap * $tap_size;
            for (size_t row = 0, high; row < $rows; row += high) {
                high = tile_rows($rows - row);
                $products
            }
        }
    }
//@ conv_kernel_product
for (size_t col = 0; col < $columns; col += PANEL) {
    const size_t cols = least($columns - col, PANEL);
    product_walked(high, cols, &lines, $width, from + row, 1, $step, back + col, $columns, to + row * $columns + col, $columns,
                   sample > 0);
}
//@ conv_kernel_products
for (size_t col = 0, end; col < $columns; col = end) {
    const size_t group = col / $filters;
    end = least(col + PANEL, (group + 1) * $filters);
    product_walked(high, end - col, &lines, $width, from + group * $rows + row, 1, $step, back + col, $columns,
                   to + row * $columns + col, $columns, sample > 0);
}
