/* SPDX-License-Identifier: MIT-0 */
/* Products of whole numbers. */
//@ int_matmul
    const size_t rows = $rows;
    for (size_t row = 0; row < rows; row++) {
        for (size_t c = 0; c < $units; c += INT_UNITS) {
            const size_t high = least($units - c, INT_UNITS);
            int32_t sums[INT_UNITS];
            for (size_t u = 0; u < high; u++) {
                sums[u] = $bias[c + u];
            }
            int_dots(high, $depth, $x, $kernel + c * $depth, $depth, sums);
            for (size_t u = 0; u < high; u++) {
                $y = ($type)int_rounded((int64_t)sums[u] * $multiplier[c + u], $shift[c + u], $zero, $low, $high);
            }
        }
    }
//@ int_conv
for (size_t f = 0; f < $filters; f += INT_UNITS) {
    const size_t high = least($filters - f, INT_UNITS);
    int32_t sums[INT_UNITS];
    for (size_t u = 0; u < high; u++) {
        sums[u] = $bias[f + u];
    }
    $taps
    for (size_t u = 0; u < high; u++) {
        $y[f + u$place] = ($type)int_rounded((int64_t)sums[u] * $multiplier[f + u], $shift[f + u], $zero, $low, $high);
    }
}
//@ int_conv_tap
int_dots(high, $run, $x$at, $kernel, $size, sums);
//@ int_depthwise
for (size_t c = 0; c < $channels; c++) {
    int32_t sum = $bias[c];
    $taps
    $y[c$place] = ($type)int_rounded((int64_t)sum * $multiplier[c], $shift[c], $zero, $low, $high);
}
//@ int_depthwise_tap
sum += (int32_t)$x[c$at] * $kernel[c + $tap];
