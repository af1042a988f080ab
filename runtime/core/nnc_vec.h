/* SPDX-License-Identifier: MIT-0
 *
 * nnc_vec.h - vectors of reals as wide as the instruction set: types, loads and stores, masks, lane reductions.
 *
 * Generated C computes with `vec`, a vector of LANES reals, where gcc or clang offers vector extensions, and with plain
 * scalars (LANES 1) everywhere else or when NNC_SCALAR is defined; the text of a formula is the same. C99, C11, C++11,
 * freestanding. nnc_math.h (exp, tanh, ...), nnc_random.h and nnc_tile.h (matrix products) build on this file.
 *
 * A standalone model contains only the parts it uses: a part begins at a comment that names every identifier it defines
 * and lasts until the next such comment. `vec`, the first, is always there.
 */
#ifndef NNC_VEC_H_INCLUDED
#define NNC_VEC_H_INCLUDED

#include <stddef.h>
#include <stdint.h>
#ifdef __has_include
#if !__has_include(<string.h>)
#define NNC_NO_STRING_H
#endif
#endif
#ifndef NNC_NO_STRING_H
#include <string.h>
#else /* there is no C library; but these there are wherever compilers make C of structs and loops */
#ifdef __cplusplus
extern "C" {
#endif
void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
#ifdef __cplusplus
}
#endif
#endif /* <string.h> */

/* @part vec real REAL VECTOR_BYTES LANES INLINE FORCE_INLINE UNROLL vec_at vec_int vec_bits */

/* Everything is computed in `real`; REAL(0.5) is a literal of that type. */
#ifdef NNC_DOUBLE
typedef double real;
#define REAL(literal) literal
#else
typedef float real;
#define REAL(literal) literal##f
#endif

#ifdef NNC_SMALL_ALONE
#define VECTOR_BYTES 0 /* there are no vectors: a vec is a real */
#else
#ifdef NNC_COPY_BYTES /* one of several copies, for an instruction set of its own (nnc_copies.h) */
#define VECTOR_BYTES NNC_COPY_BYTES
#elif defined NNC_SCALAR || defined __TINYC__ || (!defined __clang__ && (!defined __GNUC__ || __GNUC__ < 9))
#define VECTOR_BYTES 0
#elif defined __AVX512F__
#define VECTOR_BYTES 64
#elif defined __AVX__
#define VECTOR_BYTES 32
#elif defined __SSE2__ || defined __ARM_NEON || defined __wasm_simd128__ || (defined __VSX__ && !defined __clang__)
#define VECTOR_BYTES 16
#else
#define VECTOR_BYTES 0
#endif
#endif

/* Accumulators stay in registers only where tiles are inlined with constant bounds and their loops unrolled. */
#if defined __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#elif defined __GNUC__ && __GNUC__ >= 8
#define UNROLL _Pragma("GCC unroll 32")
#else
#define UNROLL
#endif
#if defined __GNUC__ && defined __OPTIMIZE__ /* else there are no registers to spill: calls compile in less time */
#define FORCE_INLINE static inline __attribute__((always_inline))
#else
#define FORCE_INLINE static inline
#endif

#if VECTOR_BYTES == 0
#define LANES 1
#define INLINE static inline
typedef real vec;
typedef real vec_at;
#ifdef NNC_DOUBLE
typedef int64_t vec_int;
typedef uint64_t vec_bits;
#else
typedef int32_t vec_int;
typedef uint32_t vec_bits;
#endif

#else
#define INLINE FORCE_INLINE /* a call would spill every vector register */
/* vec for variables, vec_at to read and write memory at any address. A comparison of vecs gives a vec_int, in each lane
 * 0 or -1 (in scalar code 1), so masks combine with & and |; to negate one, compare the other way. */
typedef real vec __attribute__((vector_size(VECTOR_BYTES)));
#ifdef NNC_DOUBLE
#define LANES (VECTOR_BYTES / 8)
typedef real vec_at __attribute__((vector_size(VECTOR_BYTES), aligned(8), may_alias));
typedef int64_t vec_int __attribute__((vector_size(VECTOR_BYTES)));
typedef uint64_t vec_bits __attribute__((vector_size(VECTOR_BYTES)));
#else
#define LANES (VECTOR_BYTES / 4)
typedef real vec_at __attribute__((vector_size(VECTOR_BYTES), aligned(4), may_alias));
typedef int32_t vec_int __attribute__((vector_size(VECTOR_BYTES)));
typedef uint32_t vec_bits __attribute__((vector_size(VECTOR_BYTES)));
#endif
#endif

/* @part v_lanes */

/** How many lanes of the next vector hold something when `left` values remain. */
INLINE size_t v_lanes(size_t left) { return left < LANES ? left : LANES; }

/* @part MULTIPLY_ADD */

/* x * w + sum, in one instruction where there is one. (--portable: the same bits whether there is one or not.) */
#if LANES > 1 || defined NNC_PORTABLE || defined NNC_DOUBLE || !(defined __FP_FAST_FMAF || defined __ARM_FEATURE_FMA)
#define MULTIPLY_ADD(x, w, sum) ((x) * (w) + (sum))
#else
#define MULTIPLY_ADD(x, w, sum) __builtin_fmaf(x, w, sum)
#endif

/* @part v_zero */

INLINE vec v_zero(void) {
#if LANES == 1
    return 0;
#else
    vec zero = {0};
    return zero;
#endif
}

/* @part v_splat */

/** All lanes x; x may be a vec already. (Subtracting 0 changes no value, not even -0, and costs nothing.) */
#define v_splat(x) ((x) - v_zero())

/* @part v_load_all */

FORCE_INLINE vec v_load_all(const real *p) { return *(const vec_at *)(const void *)p; }

/* @part V_HOLD */

/* Keeps a vector in its register: gcc would read it from memory again for every use, which takes longer than the
 * multiplications. */
#if defined __GNUC__ && !defined __clang__ && VECTOR_BYTES > 0 && (defined __SSE2__ || defined __aarch64__)
#if defined __aarch64__
#define V_HOLD(x) __asm__("" : "+w"(x))
#elif VECTOR_BYTES == 64
#define V_HOLD(x) __asm__("" : "+v"(x))
#else
#define V_HOLD(x) __asm__("" : "+x"(x))
#endif
#else
#define V_HOLD(x) (void)(x)
#endif

/* @part HIDE_POINTER */

/* Where a pointer is so marked, gcc does not keep elements for the next step that lie next to each other: they would
 * have to be spread over the lanes in registers, by a unit that multiplies. */
#if defined __GNUC__ && !defined __clang__
#define HIDE_POINTER(p) __asm__("" : "+r"(p))
#else
#define HIDE_POINTER(p) (void)(p)
#endif

/* @part COPY_LANES */

/* Copies n < LANES reals, by halves of a vector: a call of memcpy would take longer. */
#define COPY_LANES(to, from, n) \
    UNROLL for (size_t half = LANES / 2, at = 0; half > 0; half /= 2) { \
        if ((n) & half) { \
            memcpy((to) + at, (from) + at, half * sizeof *(to)); \
            at += half; \
        } \
    }

/* @part v_copy */

/** Copies n < LANES reals. */
static inline void v_copy(real *to, const real *from, size_t n) { COPY_LANES(to, from, n) }

/* @part v_load_few LOADS_MASKED vec_mask load_lanes */

/* The first n < LANES reals at p, then zeros; in one instruction where there is one, since the way through memory makes
 * what follows wait. */
#if VECTOR_BYTES >= 32 && defined __has_builtin
#if VECTOR_BYTES == 64 && __has_builtin(__builtin_ia32_loadups512_mask)
#define LOADS_MASKED
INLINE vec v_load_few(const real *p, size_t n) {
    const vec zeros = {0};
#ifdef NNC_DOUBLE
    return __builtin_ia32_loadupd512_mask(p, zeros, (uint8_t)((1u << n) - 1));
#else
    return __builtin_ia32_loadups512_mask(p, zeros, (uint16_t)((1u << n) - 1));
#endif
}
#elif VECTOR_BYTES == 32 && __has_builtin(__builtin_ia32_maskloadps256)
#define LOADS_MASKED
#ifdef NNC_DOUBLE
typedef long long vec_mask __attribute__((vector_size(32)));
#else
typedef int vec_mask __attribute__((vector_size(32)));
#endif
INLINE vec v_load_few(const real *p, size_t n) {
#ifdef NNC_DOUBLE
    const vec_mask index = {0, 1, 2, 3};
    return __builtin_ia32_maskloadpd256((const vec *)(const void *)p, index < (long long)n);
#else
    const vec_mask index = {0, 1, 2, 3, 4, 5, 6, 7};
    return __builtin_ia32_maskloadps256((const vec *)(const void *)p, index < (int)n);
#endif
}
#endif
#endif
#ifndef LOADS_MASKED
static inline void load_lanes(real *to, const real *from, size_t n) { COPY_LANES(to, from, n) }
INLINE vec v_load_few(const real *p, size_t n) {
    real part[LANES] = {0};
    load_lanes(part, p, n);
    return v_load_all(part);
}
#endif

/* @part v_load */

/** The n <= LANES reals at p, then zeros; reads nothing beyond p[n - 1]. */
INLINE vec v_load(const real *p, size_t n) { return n >= LANES ? v_load_all(p) : v_load_few(p, n); }

/* @part v_store_all */

FORCE_INLINE void v_store_all(real *p, vec v) { *(vec_at *)(void *)p = v; }

/* @part v_store_few STORES_MASKED store_lanes */

/* Writes the first n < LANES lanes of v, in one instruction where there is one. (AVX2 has such stores too, but some
 * processors take twenty cycles for one.) */
#if VECTOR_BYTES == 64 && defined __has_builtin
#if __has_builtin(__builtin_ia32_storeups512_mask)
#define STORES_MASKED
INLINE void v_store_few(real *p, vec v, size_t n) {
#ifdef NNC_DOUBLE
    __builtin_ia32_storeupd512_mask(p, v, (uint8_t)((1u << n) - 1));
#else
    __builtin_ia32_storeups512_mask(p, v, (uint16_t)((1u << n) - 1));
#endif
}
#endif
#endif
#ifndef STORES_MASKED
static inline void store_lanes(real *to, const real *from, size_t n) { COPY_LANES(to, from, n) }
INLINE void v_store_few(real *p, vec v, size_t n) {
    real part[LANES];
    v_store_all(part, v);
    store_lanes(p, part, n);
}
#endif

/* @part v_store */

/** Writes the first n <= LANES lanes of v to p. */
INLINE void v_store(real *p, vec v, size_t n) {
    if (n >= LANES) {
        v_store_all(p, v);
    } else {
        v_store_few(p, v, n);
    }
}

/* @part v_bits */

/** The bit patterns of v. */
INLINE vec_bits v_bits(vec v) {
#if LANES == 1
    vec_bits bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
#else
    return (vec_bits)v;
#endif
}

/* @part v_from_bits */

INLINE vec v_from_bits(vec_bits bits) {
#if LANES == 1
    vec v;
    memcpy(&v, &bits, sizeof v);
    return v;
#else
    return (vec)bits;
#endif
}

/* @part v_toward */

/** x, moved by this part of the way to `target`: a moving average. */
INLINE vec v_toward(vec x, vec target, real part) { return MULTIPLY_ADD(target - x, part, x); }

/* @part v_select */

/** Lane by lane: mask ? a : b, as in v_select((x > 0) & (x < 1), x, REAL(0.5)). a and b: vec or scalar. A macro, since
 * gcc finds the one instruction that this is only where it sees the comparison too; `mask` is evaluated twice. */
#if LANES == 1
#define v_select(mask, a, b) ((mask) ? v_splat(a) : v_splat(b))
#else
#define v_select(mask, a, b) ((vec)(((vec_int)(mask) & (vec_int)v_splat(a)) | (~(vec_int)(mask) & (vec_int)v_splat(b))))
#endif

/* @part v_max */

/** The greater of a and b; b where either is NaN, so v_max(limit, x) lets NaN through. */
INLINE vec v_max(vec a, vec b) { return v_select(a > b, a, b); }

/* @part v_min */

/** The lesser of a and b; b where either is NaN, so v_min(limit, x) lets NaN through. */
INLINE vec v_min(vec a, vec b) { return v_select(a < b, a, b); }

/* @part v_clip */

/** x held within low ... high; NaN stays NaN. */
INLINE vec v_clip(vec x, real low, real high) { return v_min(v_splat(high), v_max(v_splat(low), x)); }

/* @part SIGN_BIT */

#ifdef NNC_DOUBLE
#define SIGN_BIT UINT64_C(0x8000000000000000)
#else
#define SIGN_BIT UINT32_C(0x80000000)
#endif

/* @part v_abs */

INLINE vec v_abs(vec x) { return v_from_bits(v_bits(x) & ~SIGN_BIT); }

/* @part v_with_sign */

/** The magnitude of x with the sign of `sign`. */
INLINE vec v_with_sign(vec x, vec sign) { return v_from_bits((v_bits(x) & ~SIGN_BIT) | (v_bits(sign) & SIGN_BIT)); }

/* @part v_sign */

/** -1, 0 or 1; 0 for NaN. */
INLINE vec v_sign(vec x) { return v_select(x > 0, 1, v_select(x < 0, -1, 0)); }

/* @part v_index */

/** Lane numbers: 0, 1, 2, ... */
INLINE vec_int v_index(void) {
#if LANES == 1
    return 0;
#else
#if LANES == 2
    const vec_int index = {0, 1};
#elif LANES == 4
    const vec_int index = {0, 1, 2, 3};
#elif LANES == 8
    const vec_int index = {0, 1, 2, 3, 4, 5, 6, 7};
#else
    const vec_int index = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
#endif
    return index;
#endif
}

/* @part v_tail_fill */

/** v with lanes n and up replaced by `fill`. */
INLINE vec v_tail_fill(vec v, size_t n, real fill) { return v_select(v_index() < (int)n, v, fill); }

/* @part v_head */

/** v with lanes n and up set to 0. */
INLINE vec v_head(vec v, size_t n) { return v_tail_fill(v, n, 0); }

/* @part SHUFFLES */

/* Whether the compiler moves lanes within registers: gcc since 12. */
#if LANES > 1 && defined __has_builtin
#if __has_builtin(__builtin_shufflevector)
#define SHUFFLES
#endif
#endif

/* @part V_SWAP SWAPPED v_swapped */

#if LANES == 2
#define SWAPPED(half) 0 ^ (half), 1 ^ (half)
#elif LANES == 4
#define SWAPPED(half) 0 ^ (half), 1 ^ (half), 2 ^ (half), 3 ^ (half)
#elif LANES == 8
#define SWAPPED(half) 0 ^ (half), 1 ^ (half), 2 ^ (half), 3 ^ (half), 4 ^ (half), 5 ^ (half), 6 ^ (half), 7 ^ (half)
#elif LANES == 16
#define SWAPPED(half) \
    0 ^ (half), 1 ^ (half), 2 ^ (half), 3 ^ (half), 4 ^ (half), 5 ^ (half), 6 ^ (half), 7 ^ (half), \
    8 ^ (half), 9 ^ (half), 10 ^ (half), 11 ^ (half), 12 ^ (half), 13 ^ (half), 14 ^ (half), 15 ^ (half)
#endif

/* Lanes i and i ^ half have changed places; half: a power of two below LANES, a constant. */
#ifdef SHUFFLES
#define V_SWAP(v, half) __builtin_shufflevector(v, v, SWAPPED(half))
#elif LANES > 1
#define V_SWAP v_swapped
INLINE vec v_swapped(vec v, int half) {
    vec swapped = v;
    for (int i = 0; i < LANES; i++) {
        swapped[i] = v[i ^ half];
    }
    return swapped;
}
#endif

/* @part v_sum */

/** The sum over the lanes, added as a balanced tree. */
INLINE real v_sum(vec v) {
#if LANES == 1
    return v;
#else
#if LANES > 8
    v += V_SWAP(v, 8);
#endif
#if LANES > 4
    v += V_SWAP(v, 4);
#endif
#if LANES > 2
    v += V_SWAP(v, 2);
#endif
    v += V_SWAP(v, 1);
    return v[0];
#endif
}

/* @part v_max_of */

/** The greatest lane; of lanes that hold NaN nothing is promised. */
INLINE real v_max_of(vec v) {
#if LANES == 1
    return v;
#else
#if LANES > 8
    v = v_max(v, V_SWAP(v, 8));
#endif
#if LANES > 4
    v = v_max(v, V_SWAP(v, 4));
#endif
#if LANES > 2
    v = v_max(v, V_SWAP(v, 2));
#endif
    v = v_max(v, V_SWAP(v, 1));
    return v[0];
#endif
}

/* @end */

#endif
