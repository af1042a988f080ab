/* SPDX-License-Identifier: MIT-0 */
/* test_winner.c - the functions of nnc_winner.h bit for bit against plain loops, without contraction to FMA. Arrays lie
 * in memory of exactly their size, so that AddressSanitizer sees a read or a write beyond. */
#include "../../Inputs/check.h"

#include "nnc_winner.h"

static uint32_t random_state = 1;

static uint32_t draw(uint32_t below) {
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % below;
}

/* Few different values, so that some are equal. */
static real *random_reals(size_t n) {
    real *p = malloc(n * sizeof *p);
    for (size_t i = 0; i < n; i++) {
        p[i] = (real)draw(16) / 4 - 2;
    }
    return p;
}

static real *random_winners(size_t n, size_t taps) {
    real *p = malloc(n * sizeof *p);
    for (size_t i = 0; i < n; i++) {
        p[i] = (real)draw((uint32_t)taps);
    }
    return p;
}

static void test_peaks(size_t places, size_t cols, size_t lines, size_t size, size_t across) {
    const size_t rows = places * across, wide = (cols + LANES - 1) / LANES * LANES;
    real *blocks = random_reals(lines * rows * PANEL), *peaks = random_reals(places * PANEL);
    real *winners = random_reals(places * PANEL), *alone = random_reals(places * PANEL);
    int wrong = 0;
    for (size_t line = 0; line < lines; line++) {
        keep_peaks(places, cols, size, across, blocks + line * rows * PANEL, line * size, peaks, winners);
        keep_peaks(places, cols, size, across, blocks + line * rows * PANEL, line * size, alone, NULL);
    }
    for (size_t p = 0; p < places; p++) {
        for (size_t c = 0; c < wide; c++) {
            real best = blocks[p * across * PANEL + c];
            size_t number = 0;
            for (size_t tap = 1; tap < lines * size; tap++) {
                const real next = blocks[(tap / size * rows + p * across + tap % size) * PANEL + c];
                if (next > best) {
                    best = next;
                    number = tap;
                }
            }
            const size_t at = p * PANEL + c;
            wrong += peaks[at] < best || peaks[at] > best || alone[at] < best || alone[at] > best ||
                     (size_t)winners[at] != number;
        }
    }
    CHECK(wrong == 0);
    free(blocks);
    free(peaks);
    free(winners);
    free(alone);
}

/* Of `all` filters the first ones. */
static void test_unpool(size_t places, size_t filters, size_t all, size_t lines, size_t size, size_t across) {
    const size_t wide = (places - 1) * across + size;
    real *d = random_reals(places * all), *winner = random_winners(places * all, lines * size);
    real *to = random_reals(lines * wide * filters), *expected = calloc(lines * wide * filters, sizeof *expected);
    for (size_t p = 0; p < places; p++) {
        for (size_t f = 0; f < filters; f++) {
            const size_t tap = (size_t)winner[p * all + f];
            expected[(tap / size * wide + p * across + tap % size) * filters + f] = d[p * all + f];
        }
    }
    unpool(places, filters, all, lines, size, across, d, winner, to);
    CHECK(memcmp(to, expected, lines * wide * filters * sizeof *to) == 0);
    free(d);
    free(winner);
    free(to);
    free(expected);
}

/* Windows of 2 x 2 pieces in an image; both ways. */
static void test_winners(size_t places, size_t filters, size_t depth) {
    const product_walk walk = {{2, 1, 2}, {depth + 9, 0, 3}};
    const size_t taps[] = {0, 2, 5}, weights = 4 * depth;
    const size_t reach = depth + 9 + 3 + depth, image = (places - 1) * 4 + 5 + reach;
    real *x = random_reals(image), *d = random_reals(places * filters), *winner = random_winners(places * filters, 3);
    real *kernel = random_reals(filters * weights);
    real *dx = calloc(image, sizeof *dx), *dx_expected = calloc(image, sizeof *dx);
    real *dw = random_reals(filters * weights), *dw_expected = malloc(filters * weights * sizeof *dw);
    size_t corners[WINNERS], at[WINNERS];
    real back[WINNERS];
    memcpy(dw_expected, dw, filters * weights * sizeof *dw);
    for (size_t p = 0; p < places; p++) {
        corners[p] = 4 * p;
    }
    for (size_t f = 0; f < filters; f++) {
        for (size_t k = 0; k < weights; k++) {
            for (size_t p = 0; p < places; p++) {
                const real value = d[p * filters + f];
                const size_t piece = k / depth;
                const size_t from = corners[p] + taps[(size_t)winner[p * filters + f]] + piece / 2 * (depth + 9) +
                                    piece % 2 * 3 + k % depth;
                dw_expected[f * weights + k] += value * x[from];
                dx_expected[from] += value * kernel[f * weights + k];
            }
        }
        const size_t count = winners_of(places, filters, d + f, winner + f, corners, taps, at, back);
        winners_kernel(count, at, back, x, &walk, depth, dw + f * weights);
        winners_input(count, at, back, kernel + f * weights, &walk, depth, dx);
    }
    /* All are sums of few multiples of 1/16: exact in any order. */
    CHECK(memcmp(dw, dw_expected, filters * weights * sizeof *dw) == 0);
    CHECK(memcmp(dx, dx_expected, image * sizeof *dx) == 0);
    free(x);
    free(d);
    free(winner);
    free(kernel);
    free(dx);
    free(dx_expected);
    free(dw);
    free(dw_expected);
}

int main(void) {
    for (size_t depth = 1; depth < 20 * LANES; depth += depth < 40 ? 1 : 7) {
        test_winners(1 + depth % 9, 3, depth);
    }
    test_winners(WINNERS, 65, 17);
    for (size_t size = 1; size < 5; size++) {
        for (size_t lines = 1; lines < 4; lines++) {
            test_peaks(5, 64, lines, size, size);
            test_peaks(3, 17, lines, size, size + 2);
            test_unpool(1, 3, 3, lines, size, size);
            test_unpool(4, 33, 40, lines, size, size + lines - 1);
        }
    }
    printf("%d lanes\n", (int)LANES);
    return check_end();
}
