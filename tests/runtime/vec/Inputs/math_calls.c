/* SPDX-License-Identifier: MIT-0 */
/* math_calls.c - what math_calls.h declares. */
#include "math_calls.h"

#define DEFINE(name)                              \
    real call_##name(real x) {                    \
        real lanes[LANES];                        \
        v_store_all(lanes, v_##name(v_splat(x))); \
        return lanes[LANES - 1];                  \
    }
MATH_CALLS(DEFINE)
