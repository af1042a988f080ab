/* SPDX-License-Identifier: MIT-0 */
//@ transpose
    transpose($rows, $columns, $from, $row, $to);
