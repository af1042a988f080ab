/* SPDX-License-Identifier: MIT-0 */
/* Elementwise work on whole numbers. */
//@ int_rows
    const size_t rows = $rows;
    for (size_t row = 0; row < rows; row++) {
        for (size_t c = 0; c < $columns; c++) {
            $body
        }
    }
//@ int_elements
    const size_t size = $size;
    for (size_t c = 0; c < size; c++) {
        $body
    }
//@ int_table
$y = $table[$x + 128];
//@ int_table_wide
$y = (int16_t)int_between($table, $x);
//@ int_table_narrow
$y = (int8_t)int_rounded(int_between($table, $x), 6, $zero, -128, 127);
//@ int_terms
$y = ($type)int_rounded($total, $shift, $zero, $low, $high);
//@ int_fill
$y = $zero;
//@ quantize
const $real number = $number; /* halves up; what is not a number becomes the least */
$y = (int8_t)((int32_t)((!(number > -128) ? -128 : number < 127 ? number : 127) + $half) - 128);
//@ dequantize
$y = ($real)$distance * $factor;
