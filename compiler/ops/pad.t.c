/* SPDX-License-Identifier: MIT-0 */
//@ pad
    $zeros
    $copy
//@ pad_zeros
memset($y, 0, $size * sizeof($real));
//@ pad_whole_zeros
memset($y, $zero, $size * sizeof($type));
//@ pad_line
if ($line < $lines) {
    $body
}
