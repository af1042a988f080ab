/* SPDX-License-Identifier: MIT-0 */
/* --portable: what keeps compilers from changing bits. */
//@ exact_begin

/* --portable: every operation is rounded to its own type, none is contracted, moved or left out, whatever the dialect
 * and the level of optimisation. What cannot be switched off here does not compile. */
#include <float.h>
#if defined __FAST_MATH__ || defined __ASSOCIATIVE_MATH__ || defined __RECIPROCAL_MATH__ || defined _M_FP_FAST || \
    defined __NO_SIGNED_ZEROS__ || (defined __FINITE_MATH_ONLY__ && __FINITE_MATH_ONLY__ > 0)
#error "nnc --portable promises the same bits everywhere: compile without -ffast-math, -Ofast and what they consist of."
#endif
#ifndef __s390__
#if !($narrow) || (defined __TINYC__ && defined __i386__)
#error "nnc --portable promises the same bits everywhere: no $real in wider registers; on x86 use -msse2 -mfpmath=sse."
#endif
#endif
$double_check
#if defined __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wignored-pragmas" /* some targets have no float_control */
#pragma float_control(precise, on, push)
#pragma clang diagnostic pop
#pragma clang fp contract(off)
#elif defined __GNUC__
#pragma GCC push_options
#pragma GCC optimize("fp-contract=off")
#ifdef __s390__ /* in ISO dialects it computes with floats as with doubles */
#pragma GCC optimize("excess-precision=fast")
#endif
#elif defined _MSC_VER
#pragma fp_contract(off)
#else
#pragma STDC FP_CONTRACT OFF
#endif
//@ exact_double
#if DBL_MANT_DIG != 53
#error "nnc --portable promises the same bits everywhere: double must have 64 bits (avr-gcc: -mdouble=64)."
#endif
typedef char $prefix_double_constants[sizeof 1.0 == sizeof(double) ? 1 : -1]; /* no -fsingle-precision-constant */
//@ exact_end

#if defined __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wignored-pragmas"
#pragma float_control(pop)
#pragma clang diagnostic pop
#elif defined __GNUC__
#pragma GCC pop_options
#endif
