/* SPDX-License-Identifier: MIT-0 */
/* Loops of elementwise operations and sums. */
//@ body
    $body
//@ map_loop
for (size_t $var = 0; $var < $size; $var++) {
    $body
}
//@ map_unrolled
UNROLL for (size_t $var = 0; $var < $size; $var++) {
    $body
}
//@ map_lanes
for (size_t $var = 0; $var < $size; $var += LANES) {
    const size_t n = v_lanes($size - $var);
    $body
}
//@ map_vectors
for (size_t $var = 0; $var < $size; $var += LANES) {
    $body
}
//@ map_blocks
for (size_t block = 0; block < $size; block += NNC_RANDOM_BLOCK) {
    const size_t end = least($size, block + NNC_RANDOM_BLOCK);
    $draws
    for (size_t c = block; c < end; c += LANES) {
        $lanes
        $steps
    }
}
//@ map_words
for (size_t block = 0; block < $size; block += NNC_RANDOM_BLOCK) {
    const size_t end = least($size, block + NNC_RANDOM_BLOCK);
    for (uint32_t lane = 0; lane < least(end - block, NNC_RANDOM_LANES); lane++) {
        $draws
        for (size_t c = block + lane; c < end; c += NNC_RANDOM_LANES) {
            $lanes
            $steps
        }
    }
}
//@ sum_add
$terms
$sum += $value;
//@ sum_columns
for (size_t col = 0; col < $size; col += PANEL) {
    const size_t cols = least($size - col, PANEL);
    $real block[PANEL];
    column_sums($rows, cols, $x + col, $x_row, block);
    for (size_t c = 0; c < cols; c += LANES) {
        $lanes
        const vec $sum = $total;
        $steps
    }
}
//@ sum_rows_result
vec $sum = v_zero();
$loops
$steps
//@ sum_lanes
for (size_t c = 0; c < $size; c += LANES) {
    $lanes
    $body
}
//@ sum_lanes_result
vec $sum = v_zero();
$loops
const vec $value = v_splat(v_sum($sum));
$steps
