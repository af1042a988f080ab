/* SPDX-License-Identifier: MIT-0 */
/* Products on the way back, for cores without vectors. */
//@ dot_rows
dot_rows($count, $depth, $x, $rows, $row, $y);
//@ outer_product
size_t at = 0;
for (size_t row = 0; row < $rows; row++) {
    const $real element = $x[row];
    for (size_t c = 0; c < $columns; c++, at++) {
        const $real $out = element * $d[c];
        $steps
    }
}
//@ outer_sums
size_t at = 0;
for (size_t row = 0; row < $rows; row++) {
    for (size_t c = 0; c < $columns; c++, at++) {
        const $real $out = outer_sum($depth, $x + row, $x_row, $d + c, $d_row);
        $steps
    }
}
