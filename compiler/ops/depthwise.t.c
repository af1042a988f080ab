/* SPDX-License-Identifier: MIT-0 */
/* Convolution of each channel by itself; lanes run over the channels. */
//@ depthwise
$edges
vec sum = v_zero();
$taps
v_store($y$place + c, sum, n);
//@ depthwise_tap
sum += v_load($x$at + c, n) * v_load($kernel + $tap + c, n);
//@ depthwise_input
const vec back = v_load($d$place + c, n);
$taps
//@ depthwise_input_tap
$real *to = $y$at + c;
v_store(to, v_load(to, n) + back * v_load($kernel + $tap + c, n), n);
//@ depthwise_kernel
vec sums[$count];
UNROLL for (int tap = 0; tap < $count; tap++) { sums[tap] = v_zero(); }
$places
$stores
//@ depthwise_kernel_place
const vec back = $back;
$taps
//@ depthwise_kernel_tap
sums[$tap] += $element * back;
