/* SPDX-License-Identifier: MIT-0 */
/* peak.c - the bound: how many GFLOP/s one core does with fused multiply-adds on its widest vectors, all in
 * registers. */
#define _POSIX_C_SOURCE 199309L
#include <stdio.h>
#include <time.h>

#ifdef __AVX512F__
enum { BYTES = 64 };
#elif defined(__AVX__)
enum { BYTES = 32 };
#else
enum { BYTES = 16 };
#endif
enum { CHAINS = 12, LANES = BYTES / 4, REPETITIONS = 5 };
typedef float vec __attribute__((vector_size(BYTES)));

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(void) {
    const long steps = 4000000;
    volatile float factor = 0.999f;
    double best = 0;
    for (int repetition = 0; repetition < REPETITIONS; repetition++) {
        vec sum[CHAINS] = {{0}}, a = {0};
        a += factor;
        for (int c = 0; c < CHAINS; c++) {
            sum[c] += factor * (float)c; /* chains that were equal would be computed once */
        }
        double start = seconds();
        for (long i = 0; i < steps; i++) {
            for (int c = 0; c < CHAINS; c++) {
                sum[c] = sum[c] * a + a;
            }
        }
        double rate = 2.0 * LANES * CHAINS * (double)steps / (seconds() - start) * 1e-9;
        best = rate > best ? rate : best;
        for (int c = 1; c < CHAINS; c++) {
            sum[0] += sum[c];
        }
        factor = sum[0][0] * 0 + 0.999f;
    }
    printf("%.1f\n", best);
    return 0;
}
