/* SPDX-License-Identifier: MIT-0 */
/* Products row by row. */
//@ weighted_sums
weighted_sums($count, $depth, $x, $kernel, $start, $y);
//@ weighted_columns
weighted_columns($count, $depth, $x, $kernel, $row, $start, $y);
//@ weighted_sums_zero
memset($y, 0, $count * sizeof($real));
//@ first_only
if (!$add) {
    $body
}
//@ conv_greatest
$real sums[$size];
$sums
keep_greatest($count, sums, $first, $y);
//@ conv_columns
for (size_t col = 0; col < $columns; col += $count) {
    $body
}
//@ window_bounds
const size_t $first = first_inside($at, $low), $end = end_inside($at, $low, $size, $image);
//@ window_rows
for (size_t $row = $first; $row < $end; $row++) {
    $body
}
//@ window_turns
for (size_t u = $first, w; u < $end; u += w) {
    w = least($end - u, $lines - ($line) % $lines);
    $body
}
//@ rows_gradient
memset($y, 0, $size * sizeof *$y);
$places
//@ sparse_row
const $real element = $d;
if (element != 0) {
    $pieces
}
//@ add_scaled
add_scaled($depth, element, $from, $to);
//@ add_dot_rows
add_dot_rows($count, $depth, $x, $rows, $y);
//@ add_apart
add_apart($depth, element, $from, $to, $apart);
