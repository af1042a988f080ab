/* SPDX-License-Identifier: MIT-0 */
//@ observe
    $real low = $range[0], high = $range[1], trace = 0; /* of what is NaN or infinite: NaN */
    const size_t rows = $rows;
    for (size_t row = 0; row < rows; row++) {
        for (size_t c = 0; c < $columns; c++) {
            const $real element = ($real)$element;
            low = element < low ? element : low;
            high = element > high ? element : high;
            trace += element - element;
        }
    }
    $range[0] = low + trace;
    $range[1] = high + trace;
