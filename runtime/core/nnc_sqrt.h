/* SPDX-License-Identifier: MIT-0
 *
 * nnc_sqrt.h - square roots, without a library.
 */
#ifndef NNC_SQRT_H_INCLUDED
#define NNC_SQRT_H_INCLUDED

#include "nnc_vec.h"

/* @part v_sqrt SQRT SQRT_INSTRUCTION ROOT ROOT_TEXT ROOT_REGISTER ROOT_BUILT_IN lane_sqrt */

/* The processor's square root, where it has one: compilers make a call of it, for the sake of errno, which takes longer
 * and wants a library. */
#if LANES > 1 && !defined __clang__ && (defined __SSE2__ || defined __aarch64__)
#ifdef NNC_DOUBLE
#define SQRT "sqrtpd"
#else
#define SQRT "sqrtps"
#endif
#if defined __aarch64__ && defined NNC_DOUBLE
#define SQRT_INSTRUCTION(to, x) __asm__("fsqrt %0.2d, %1.2d" : "=w"(to) : "w"(x))
#elif defined __aarch64__
#define SQRT_INSTRUCTION(to, x) __asm__("fsqrt %0.4s, %1.4s" : "=w"(to) : "w"(x))
#elif VECTOR_BYTES == 64
#define SQRT_INSTRUCTION(to, x) __asm__("v" SQRT " {%1, %0|%0, %1}" : "=v"(to) : "v"(x))
#elif VECTOR_BYTES == 32
#define SQRT_INSTRUCTION(to, x) __asm__("v" SQRT " {%1, %0|%0, %1}" : "=x"(to) : "x"(x))
#else
#define SQRT_INSTRUCTION(to, x) __asm__(SQRT " {%1, %0|%0, %1}" : "=x"(to) : "x"(x))
#endif
#endif

#if LANES == 1 || !(defined __clang__ || defined SQRT_INSTRUCTION)
#ifdef NNC_DOUBLE
#define ROOT(narrow, wide) wide
#else
#define ROOT(narrow, wide) narrow
#endif
#if defined __clang__ &&                                                                                            \
    (defined __SSE2__ || defined __aarch64__ || defined __wasm__ || defined __s390x__ || defined __powerpc64__ ||   \
     (defined __ARM_FP && (__ARM_FP & ROOT(4, 8))) || (defined __riscv_flen && __riscv_flen >= ROOT(32, 64)))
#define ROOT_BUILT_IN
#elif !defined __GNUC__ || defined __clang__
#elif defined __AVX__
#define ROOT_TEXT ROOT("vsqrtss {%1, %1, %0|%0, %1, %1}", "vsqrtsd {%1, %1, %0|%0, %1, %1}")
#define ROOT_REGISTER "x"
#elif defined __SSE2__
#define ROOT_TEXT ROOT("sqrtss {%1, %0|%0, %1}", "sqrtsd {%1, %0|%0, %1}")
#define ROOT_REGISTER "x"
#elif defined __aarch64__
#define ROOT_TEXT ROOT("fsqrt %s0, %s1", "fsqrt %d0, %d1")
#define ROOT_REGISTER "w"
#elif defined __ARM_FP && (__ARM_FP & ROOT(4, 8))
#define ROOT_TEXT ROOT("vsqrt.f32 %0, %1", "vsqrt.f64 %P0, %P1")
#define ROOT_REGISTER ROOT("t", "w")
#elif defined __riscv_flen && __riscv_flen >= ROOT(32, 64)
#define ROOT_TEXT ROOT("fsqrt.s %0, %1", "fsqrt.d %0, %1")
#define ROOT_REGISTER "f"
#elif defined _ARCH_PPCSQ
#define ROOT_TEXT ROOT("fsqrts %0, %1", "fsqrt %0, %1")
#define ROOT_REGISTER "f"
#elif defined __s390x__
#define ROOT_TEXT ROOT("sqebr %0, %1", "sqdbr %0, %1")
#define ROOT_REGISTER "f"
#endif

/* Of one number. */
INLINE real lane_sqrt(real x) {
#if defined ROOT_BUILT_IN
    return __builtin_elementwise_sqrt(x);
#elif defined ROOT_TEXT
    real root;
    __asm__(ROOT_TEXT : "=" ROOT_REGISTER(root) : ROOT_REGISTER(x));
    return root;
#else /* bit by bit, in whole numbers */
    enum { FRACTION = ROOT(23, 52), BIAS = ROOT(127, 1023) };
    const ROOT(uint32_t, uint64_t) one = 1;
    ROOT(uint32_t, uint64_t) bits, left, sum = 0, root = 0;
    int exponent;
    memcpy(&bits, &x, sizeof bits);
    if (bits << 1 == 0 || bits >> FRACTION == 2 * BIAS + 1) { /* 0, infinity, NaN */
        return x;
    }
    if (bits >> FRACTION > 2 * BIAS + 1) { /* below 0: NaN */
        bits = (one << FRACTION) * (2 * BIAS + 1) + (one << (FRACTION - 1));
        memcpy(&x, &bits, sizeof x);
        return x;
    }
    exponent = (int)(bits >> FRACTION) - BIAS;
    left = bits & ((one << FRACTION) - 1);
    if (exponent > -BIAS) {
        left |= one << FRACTION;
    } else { /* a subnormal number */
        for (exponent++; !(left >> FRACTION); exponent--) {
            left <<= 1;
        }
    }
    left <<= 1 + (exponent & 1); /* so that the exponent is even */
    for (ROOT(uint32_t, uint64_t) bit = one << (FRACTION + 1); bit > 0; bit >>= 1) {
        if (sum + bit <= left) {
            left -= sum + bit;
            sum += 2 * bit;
            root += bit;
        }
        left <<= 1;
    }
    root += left > 0 ? root & 1 : 0; /* to the nearest; never in the middle */
    bits = (root >> 1) + ((ROOT(uint32_t, uint64_t))((exponent - (exponent & 1)) / 2 + BIAS - 1) << FRACTION);
    memcpy(&x, &bits, sizeof x);
    return x;
#endif
}
#endif

/** Correctly rounded square root. */
INLINE vec v_sqrt(vec x) {
#if LANES == 1
    return lane_sqrt(x);
#elif defined __clang__
    return __builtin_elementwise_sqrt(x);
#elif defined SQRT_INSTRUCTION
    vec root;
    SQRT_INSTRUCTION(root, x);
    return root;
#else
    vec root = x;
    for (int i = 0; i < LANES; i++) {
        root[i] = lane_sqrt(x[i]);
    }
    return root;
#endif
}

/* @end */

#endif
