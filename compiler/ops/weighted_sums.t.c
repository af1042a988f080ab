/* SPDX-License-Identifier: MIT-0 */
/* Products row by row. */
//@ weighted_sums
weighted_sums($count, $depth, $x, $kernel, $row, $start, $y);
//@ weighted_sums_zero
memset($y, 0, $count * sizeof($real));
//@ conv_greatest
$real sums[$size];
$sums
keep_greatest($count, sums, $first, $y);
//@ conv_columns
for (size_t col = 0; col < $columns; col += $count) {
    $body
}
