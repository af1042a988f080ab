/* SPDX-License-Identifier: MIT-0 */
/* --stream. */
//@ header_stream

#define $upper_STEP_IN $step_in /* values of x per time step: $step_in_shape */
#define $upper_STEP_OUT $step_out /* values of y per time step */
#define $upper_STATE_BYTES $state_bytes

/* Where a stream is: what layers keep from time step to time step. */
typedef struct $prefix_state {
    $stream_fields
} $prefix_state;

/** Before the first time step. */
$@head_reset;
/** The next time step x[$upper_STEP_IN] of a stream; y[$upper_STEP_OUT] is what predict gives for it, or, where
 *  the model gives one output for a whole sequence, for the sequence that ends here. */
$@head_step;
/** The next n time steps x[n][$upper_STEP_IN], with an output y[n][$upper_STEP_OUT] for each. */
$@head_block;
//@ file_stream_size
typedef char $prefix_state_size[sizeof($prefix_state) == $upper_STATE_BYTES ? 1 : -1];
//@ program_step

static void $prefix_step_once($const_params *p, $prefix_state *s, const $input_type *x, $real *y) {
    const size_t batch = 1;
    $step_arena
    $values
    $unused
    $calls
}
//@ api_stream

$@head_reset {
    if (!s) {
        return NNC_E_ARG;
    }
    memset(s, 0, sizeof *s);
    return NNC_OK;
}

$@head_step {
    if (!p || !s || !x || !y) {
        return NNC_E_ARG;
    }
    $check_step
    $run_step;
    return NNC_OK;
}

$@head_block {
    if (!p || !s || !x || !y) {
        return NNC_E_ARG;
    }
    $check_steps
    for (size_t i = 0; i < n; i++) {
        $prefix_step(p, s, x + i * $upper_STEP_IN, y + i * $upper_STEP_OUT);
    }
    return NNC_OK;
}
