/* SPDX-License-Identifier: MIT-0 */
/* Pooling: one value of each window and channel, and the way back. */
//@ pool_max
$edges
vec peak = $start;
$taps
v_store($y$place + c, peak, n);
//@ pool_max_tap
peak = v_max(peak, v_load($x$at + c, n));
//@ pool_sum
$edges
vec total = $start;
$taps
v_store($y$place + c, total$scale, n);
//@ pool_sum_tap
total += v_load($x$at + c, n);
//@ pool_max_back
$edges
const vec peak = v_load($pooled$place + c, n);
vec rest = v_load($d$place + c, n); /* for the first that equals the peak */
$taps
//@ pool_max_back_tap
$real *to = $y$at + c;
const vec value = v_load($x$at + c, n);
v_store(to, v_load(to, n) + v_select(value == peak, rest, $zero), n);
rest = v_select(value == peak, $zero, rest);
//@ pool_split_back
$edges
const vec peak = v_load($pooled$place + c, n);
vec equal = v_zero();
$counts
const vec share = v_load($d$place + c, n) / equal;
$taps
//@ pool_split_count
equal += v_select(v_load($x$at + c, n) == peak, $one, $zero);
//@ pool_split_back_tap
$real *to = $y$at + c;
v_store(to, v_load(to, n) + v_select(v_load($x$at + c, n) == peak, share, $zero), n);
//@ pool_sum_back
$edges
const vec share = v_load($d$place + c, n)$scale;
$taps
//@ pool_sum_back_tap
$real *to = $y$at + c;
v_store(to, v_load(to, n) + share, n);
//@ pool_back
    memset($y, 0, $size * sizeof *$y);
    $loops
