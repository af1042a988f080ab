/* SPDX-License-Identifier: MIT-0 */
/* NAME_predict_int8. */
//@ header_partly
/* These layers compute with reals: $layers. */

//@ header_whole_input
/* What x[i] of NAME_predict is of q[i] of NAME_predict_int8: $upper_IN_SCALE * (q[i] - $upper_IN_ZERO). */
#define $upper_IN_SCALE $in_scale
#define $upper_IN_ZERO $in_zero
//@ header_whole
/* A value of y likewise. */
#define $upper_OUT_SCALE $out_scale
#define $upper_OUT_ZERO $out_zero

/** The same with whole numbers alone, and the same bits on all machines. */
$@head_predict_whole;
//@ program_whole

static void $prefix_predict_int8_batch($const_params *p, $prefix_work *w, const $in_type *x, int8_t *y, size_t batch) {
    $values
    $unused
    $before
    $calls
}
//@ api_whole

$@head_predict_whole {
    if (!p || !w || !x || !y) {
        return NNC_E_ARG;
    }
    $check
    while (n > 0) {
        const size_t batch = n < $upper_BATCH ? n : $upper_BATCH;
        $run_whole;
        x += batch * $upper_IN;
        y += batch * $upper_OUT;
        n -= batch;
    }
    return NNC_OK;
}
