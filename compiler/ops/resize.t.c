/* SPDX-License-Identifier: MIT-0 */
/* Linear interpolation along one dimension. The centre of new element i lies between those of elements low and high. */
//@ resize
    const size_t rows = $rows;
    $zeros
    for (size_t row = 0; row < rows; row++) {
        for (size_t i = 0; i < $size; i++) {
            const size_t at = i / $factor, centre = 2 * (i % $factor) + 1; /* in halves of a new element */
            const size_t low = centre < $factor && at > 0 ? at - 1 : at;
            const size_t high = centre < $factor ? at : least(at + 1, $old - 1);
            const $real share = ($real)(centre < $factor ? centre + $factor : centre - $factor) / (2 * $factor);
            for (size_t c = 0; c < $inner; c += LANES) {
                const size_t n = v_lanes($inner - c);
                $body
            }
        }
    }
//@ resize_element
const vec value = v_load($x + (row * $old + low) * $inner + c, n);
v_store($y + (row * $size + i) * $inner + c, value + share * (v_load($x + (row * $old + high) * $inner + c, n) - value), n);
//@ resize_back
const vec back = v_load($x + (row * $size + i) * $inner + c, n);
$real *first = $y + (row * $old + low) * $inner + c, *second = $y + (row * $old + high) * $inner + c;
v_store(first, v_load(first, n) + (1 - share) * back, n);
v_store(second, v_load(second, n) + share * back, n);
