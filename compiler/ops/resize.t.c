/* SPDX-License-Identifier: MIT-0 */
/* Weighted sums of neighbours along one dimension: new element i is made of $count from element first[i] on. */
//@ resize
    $tables
    const size_t rows = $rows;
    $zeros
    for (size_t row = 0; row < rows; row++) {
        for (size_t i = 0; i < $size; i++) {
            for (size_t c = 0; c < $inner; c += LANES) {
                const size_t n = v_lanes($inner - c);
                $body
            }
        }
    }
//@ resize_element
const $real *from = $x + (row * $old + first[i]) * $inner + c;
vec sum = v_zero();
for (size_t k = 0; k < $count; k++) {
    sum += weights[i * $count + k] * v_load(from + k * $inner, n);
}
v_store($y + (row * $size + i) * $inner + c, sum, n);
//@ resize_back
const vec back = v_load($x + (row * $size + i) * $inner + c, n);
$real *to = $y + (row * $old + first[i]) * $inner + c;
for (size_t k = 0; k < $count; k++) {
    v_store(to + k * $inner, v_load(to + k * $inner, n) + weights[i * $count + k] * back, n);
}
