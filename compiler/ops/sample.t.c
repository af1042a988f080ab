/* SPDX-License-Identifier: MIT-0 */
/* Pixel (i, j) of an image lies at (row, column) of the old one: between its pixels, or beyond its edge. */
//@ sample
    const size_t samples = $samples;
    $zeros
    for (size_t sample = 0; sample < samples; sample++) {
        const size_t from = sample * $rows * $columns * $channels;
        for (size_t i = 0; i < $new_rows; i++) {
            for (size_t j = 0; j < $new_columns; j++) {
                const size_t to = ((sample * $new_rows + i) * $new_columns + j) * $channels;
                $place
                const image_taps taps =
                    image_at_$between(image_$beyond(row, $rows), image_$beyond(column, $columns), $rows, $columns);
                for (size_t c = 0; c < $channels; c += LANES) {
                    const size_t n = v_lanes($channels - c);
                    $pixel
                }
            }
        }
    }
//@ sample_shifted
const $real row = ($real)i + $a, column = ($real)j + $b;
//@ sample_scaled
const $real row = $a * (($real)i - $middle_row) + $middle_row;
const $real column = $b * (($real)j - $middle_column) + $middle_column;
//@ sample_turned
const $real down = ($real)i - $middle_row, right = ($real)j - $middle_column;
const $real row = $a * right + $b * down + $middle_row;
const $real column = $b * right - $a * down + $middle_column;
//@ sample_pixel
vec sum = $outside;
for (size_t k = 0; k < taps.count; k++) {
    sum += taps.weight[k] * v_load($x + from + taps.from[k] * $channels + c, n);
}
v_store($y + to + c, sum, n);
//@ sample_back
const vec back = v_load($x + to + c, n);
for (size_t k = 0; k < taps.count; k++) {
    $real *pixel = $y + from + taps.from[k] * $channels + c;
    v_store(pixel, v_load(pixel, n) + taps.weight[k] * back, n);
}
