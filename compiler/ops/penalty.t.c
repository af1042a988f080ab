/* SPDX-License-Identifier: MIT-0 */
/* Penalties of regularizers. */
//@ penalty
    const size_t size = $size;
    vec total = v_zero();
    for (size_t c = 0; c < size; c += LANES) {
        const size_t n = v_lanes(size - c);
        const vec value = v_load($x + c, n);
        total += v_head($terms, n);
    }
    $sums[0] += $total;
