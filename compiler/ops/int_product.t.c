/* SPDX-License-Identifier: MIT-0 */
/* Products of whole numbers. */
//@ int_matmul
    const size_t rows = $rows;
    for (size_t row = 0; row < rows; row++) {
        for (size_t c = 0; c < $units; c++) {
            const int32_t sum = int_dot($depth, $x, $kernel + c * $depth, $bias[c]);
            $y = ($type)int_rounded((int64_t)sum * $multiplier[c], $shift[c], $zero, $low, $high);
        }
    }
//@ int_conv
for (size_t f = 0; f < $filters; f++) {
    int32_t sum = $bias[f];
    $taps
    $y[f$place] = ($type)int_rounded((int64_t)sum * $multiplier[f], $shift[f], $zero, $low, $high);
}
//@ int_conv_tap
sum = int_dot($run, $x$at, $kernel, sum);
//@ int_depthwise
for (size_t c = 0; c < $channels; c++) {
    int32_t sum = $bias[c];
    $taps
    $y[c$place] = ($type)int_rounded((int64_t)sum * $multiplier[c], $shift[c], $zero, $low, $high);
}
//@ int_depthwise_tap
sum += (int32_t)$x[c$at] * $kernel[c + $tap];
