/* SPDX-License-Identifier: MIT-0 */
/* NAME_selftest. */
//@ header_selftest

/** For power-on: predicts, from $prefix_weights, for an input that this file knows the outputs of. NNC_OK; or
 *  NNC_E_CORRUPT: they differ by more than $upper_SELFTEST_ERROR, so the weights, the code or the processor are damaged. */
$@head_selftest;
#define $upper_SELFTEST_ERROR $tolerance /* $meaning */
//@ selftest

/* An input of no meaning, and what predict makes of it. */
static const $input_type $prefix_selftest_x[$upper_IN] = {
    $inputs
};
static const $real $prefix_selftest_y[$upper_OUT] = {
    $outputs
};

$@head_selftest {
    const $bits_type not_finite = $not_finite; /* these bits are set where a number is NaN or infinite */
    $real y[$upper_OUT];
    int status;
    if (!w) {
        return NNC_E_ARG;
    }
    $fresh_states
    status = $prefix_predict_one(&$prefix_weights, w, $prefix_selftest_x, y);
    for (size_t i = 0; i < $upper_OUT && status == NNC_OK; i++) {
        const $real error = y[i] - $prefix_selftest_y[i];
        $bits_type bits;
        memcpy(&bits, &y[i], sizeof bits);
        if ((bits & not_finite) == not_finite || error > $upper_SELFTEST_ERROR || error < -$upper_SELFTEST_ERROR) {
            status = NNC_E_CORRUPT;
        }
    }
    return status;
}
//@ selftest_program

/* Prints what the selftest is to know. */
#include <stdio.h>

static const $input_type $prefix_selftest_x[$upper_IN] = {
    $inputs
};

int main(void) {
    static $prefix_work work;
    static $real y[$upper_OUT];
    const int status = $prefix_predict_one(&$prefix_weights, &work, $prefix_selftest_x, y);
    for (size_t i = 0; i < $upper_OUT; i++) {
        printf("%.17g\n", (double)y[i]);
    }
    return status != NNC_OK;
}
