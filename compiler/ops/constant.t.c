/* SPDX-License-Identifier: MIT-0 */
//@ constant
    $values
    memcpy($y, values, sizeof values);
