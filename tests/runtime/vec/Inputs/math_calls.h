/* SPDX-License-Identifier: MIT-0 */
/* math_calls.h - the functions of nnc_math.h as ordinary functions of one number, in a file of their own: they are
 * compiled with the flags under test, and what measures them without. */
#ifndef MATH_CALLS_H
#define MATH_CALLS_H

#include "nnc_math.h"

#define MATH_CALLS(CALL) \
    CALL(exp)            \
    CALL(exp_decay)      \
    CALL(expm1)          \
    CALL(log)            \
    CALL(log1p)          \
    CALL(tanh)           \
    CALL(sigmoid)        \
    CALL(softplus)       \
    CALL(erf)            \
    CALL(sin)            \
    CALL(cos)            \
    CALL(normal_pdf)

#define DECLARE(name) real call_##name(real x);
MATH_CALLS(DECLARE)

#endif
