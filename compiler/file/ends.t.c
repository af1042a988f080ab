/* SPDX-License-Identifier: MIT-0 */
/* Samples of any length. */
//@ header_ends

#define $upper_MAX_STEPS $max_steps /* time steps of the longest sample, */
#define $upper_LEAST_STEPS $least_steps /* and of the shortest */
#define $upper_STEP_IN $step_values /* values of x per time step: $step_in_shape */

/** The same for one sample of `steps` time steps, $upper_LEAST_STEPS to $upper_MAX_STEPS: x[steps][$upper_STEP_IN].
 *  In x of all other functions every sample has room for $upper_MAX_STEPS, and behind its end stands $nothing_text. */
$@head_predict_steps;
//@ api_ends_begin

$@head_predict_steps {
    if (!p || !w || !x || !y || steps < $upper_LEAST_STEPS || steps > $upper_MAX_STEPS) {
        return NNC_E_ARG;
    }
    memcpy(w->sample, x, steps * $upper_STEP_IN * sizeof *x);
    for (size_t i = steps * $upper_STEP_IN; i < $upper_IN; i++) {
//@ ends_of_indices
        w->sample[i] = -1;
//@ ends_of_reals
        const $bits_type nothing = $nothing_bits; /* NaN */
        memcpy(&w->sample[i], &nothing, sizeof nothing);
//@ api_ends_end
    }
    return $prefix_predict(p, w, w->sample, y, 1);
}
