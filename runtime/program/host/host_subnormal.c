/* SPDX-License-Identifier: MIT-0 */
/* host_subnormal.c - numbers too small for a full mantissa become zero while a program works, as TensorFlow and XLA
 * have it.
 *
 * Adam's mean of a gradient that has become zero (an input that is always black, a unit that died) shrinks by a tenth a
 * step until it stays subnormal for ever, and processors take up to a hundred times as long for such numbers. No weight
 * is changed by it that is not itself below 1e-30. Processors not named here compute with subnormal numbers. */
#include "host/host.h"

/* Flush to zero (results), denormals are zero (operands): bits of SSE's MXCSR; ARM's FPCR has one bit for both. */
#if defined __SSE__
#include <xmmintrin.h>
enum { NNC_SUBNORMALS_ZERO = 0x8040 };

static uint64_t nnc_float_mode(void) { return _mm_getcsr(); }

static void nnc_set_float_mode(uint64_t mode) { _mm_setcsr((unsigned)mode); }

#elif defined __aarch64__
enum { NNC_SUBNORMALS_ZERO = 1 << 24 };

static uint64_t nnc_float_mode(void) {
    uint64_t mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    return mode;
}

static void nnc_set_float_mode(uint64_t mode) { __asm__ volatile("msr fpcr, %0" : : "r"(mode)); }

#else
enum { NNC_SUBNORMALS_ZERO = 0 };

static uint64_t nnc_float_mode(void) { return 0; }

static void nnc_set_float_mode(uint64_t mode) { (void)mode; }
#endif

uint64_t nnc_subnormals_zero(void) {
    const uint64_t before = nnc_float_mode();
    nnc_set_float_mode(before | NNC_SUBNORMALS_ZERO);
    return before;
}

void nnc_subnormals_restore(uint64_t mode) { nnc_set_float_mode(mode); }
