/* SPDX-License-Identifier: MIT-0 */
//@ off_diagonal
    memcpy($y, $x, $rows * $rows * sizeof *$y);
    for (size_t row = 0; row < $rows; row++) {
        $y[row * $rows + row] = 0;
    }
