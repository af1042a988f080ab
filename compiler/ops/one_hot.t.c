/* SPDX-License-Identifier: MIT-0 */
//@ one_hot
    const size_t rows = $rows;
    memset($y, 0, rows * $width * sizeof *$y);
    for (size_t row = 0; row < rows; row++) {
        const $real *from = $x + row * $columns;
        $real *to = $y + row * $width;
        $each
    }
