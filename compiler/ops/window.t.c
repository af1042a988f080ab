/* SPDX-License-Identifier: MIT-0 */
//@ window_edges
const size_t first_$tap = $place * $stride < $low ? $low - $place * $stride : 0;
const size_t end_$tap = least($size, $image - $place * $stride);
//@ window_end
const size_t first_$tap = 0, end_$tap = least($size, $image - $place * $stride);
//@ window_tap
for (size_t $tap = first_$tap; $tap < end_$tap; $tap++) {
    $body
}
//@ window_lines
const $real *rows[$size]; /* of the window, among the lines that are kept */
for (size_t u = 0; u < $size; u++) {
    rows[u] = $image + ($at) % $lines * $line;
}
