/* SPDX-License-Identifier: MIT-0 */
/* Subnormal numbers are zero between nnc_subnormals_zero() and nnc_subnormals_restore(), and as before after that. */
#include "check.h"
#include "host/host.h"

#include <float.h>

/* Below the smallest number with a full mantissa. */
static float half_of_least(void) {
    volatile float least = FLT_MIN;
    return least / 2;
}

int main(void) {
    CHECK(half_of_least() > 0);
    const uint64_t before = nnc_subnormals_zero();
#if defined __SSE__ || defined __aarch64__
    CHECK(!(half_of_least() > 0));
#endif
    nnc_subnormals_restore(before);
    CHECK(half_of_least() > 0);
    return check_end();
}
