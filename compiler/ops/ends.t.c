/* SPDX-License-Identifier: MIT-0 */
//@ ends
    for (size_t sample = 0; sample < $samples; sample++) {
        size_t length = $steps;
        while (length > 0 && ($nothing)) {
            length--;
        }
        $y[sample] = ($real)length;
    }
