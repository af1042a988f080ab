/* SPDX-License-Identifier: MIT-0 */
/* Pooling and softmax of whole numbers. */
//@ int_max
$edges
for (size_t c = 0; c < $channels; c++) {
    int8_t peak = -128;
    $taps
    $y[c$place] = peak;
}
//@ int_max_tap
peak = $x[c$at] > peak ? $x[c$at] : peak;
//@ int_mean
$edges
for (size_t c = 0; c < $channels; c++) {
    uint32_t total = 0; /* from -128 on: what is not negative is rounded by a division */
    $taps
    $y[c$place] = (int8_t)((int32_t)((total + $count / 2) / $count) - 128);
}
//@ int_mean_tap
total += (uint32_t)($x[c$at] + 128);
//@ int_softmax
    const size_t rows = $rows;
    for (size_t row = 0; row < rows; row++) {
        int_softmax_row($columns, $x + row * $columns, $table, $y + row * $columns);
    }
