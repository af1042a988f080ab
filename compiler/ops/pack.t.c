/* SPDX-License-Identifier: MIT-0 */
//@ pack
    pack($depth, $columns, $from, $row, $to);
