/* SPDX-License-Identifier: MIT-0 */
//@ history
    size_t at = (size_t)*$oldest;
    for (size_t k = 0; k < $taps; k++) {
        memcpy($y + k * $channels, $ring + at * $channels, $channels * sizeof *$y);
        at += $dilation;
        if (at >= $length) {
            at -= $length;
        }
    }
    memcpy($y + $taps * $channels, $x, $channels * sizeof *$y); /* at is the oldest again */
    memcpy($ring + at * $channels, $x, $channels * sizeof *$y);
    *$oldest = at + 1 < $length ? (int32_t)(at + 1) : 0;
