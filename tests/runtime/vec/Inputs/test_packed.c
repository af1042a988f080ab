/* SPDX-License-Identifier: MIT-0 */
/* test_packed.c - the products of nnc_packed.h bit for bit against plain loops, without contraction to FMA. Matrices
 * lie in memory of exactly their size, so that AddressSanitizer sees a read or a write beyond. */
#include "../../Inputs/check.h"

#include "nnc_packed.h"

static uint32_t random_state = 1;

static real *random_reals(size_t n) {
    real *p = malloc(n * sizeof *p);
    for (size_t i = 0; i < n; i++) {
        random_state = random_state * 1664525 + 1013904223;
        p[i] = (real)((double)(random_state >> 7) * 0x1p-24 - 1);
    }
    return p;
}

/* Two lines of two pieces each, `depth` deep, of an image whose windows overlap; and one piece, a plain product. Every
 * other panel is added to what the block had. */
static void test_packed(size_t rows, size_t cols, size_t depth, int windows) {
    const product_walk walk = {{1, windows ? 2 : 1, windows ? 2 : 1}, {0, 5, 2}};
    const size_t pieces = walk.count[1] * walk.count[2], a_row = windows ? 1 : depth;
    const size_t panels = (cols + PANEL - 1) / PANEL;
    real *a = random_reals((rows - 1) * a_row + depth + (windows ? 7 : 0)), *b = random_reals(pieces * depth * cols);
    real *packed = random_reals(pieces * depth * panels * PANEL), *block = random_reals(rows * PANEL);
    real *before = random_reals(rows * PANEL);
    pack(pieces * depth, cols, b, cols, packed);
    int wrong = 0;
    for (size_t col = 0; col < cols; col += PANEL) {
        const size_t wide = cols - col < PANEL ? cols - col : PANEL;
        const int add = col / PANEL % 2 == 1;
        memcpy(before, block, rows * PANEL * sizeof *block);
        product_packed(rows, wide, &walk, depth, a, a_row, packed + col * pieces * depth, block, add);
        for (size_t r = 0; r < rows; r++) {
            for (size_t c = 0; c < wide; c++) {
                real sum = add ? before[r * PANEL + c] : 0;
                for (size_t k = 0; k < pieces * depth; k++) {
                    const size_t piece = k / depth, at = piece / walk.count[2] * 5 + piece % walk.count[2] * 2;
                    sum += a[r * a_row + at + k % depth] * b[k * cols + col + c];
                }
                wrong += memcmp(&sum, &block[r * PANEL + c], sizeof sum) != 0;
            }
        }
    }
    if (wrong) printf("packed %zu x %zu x %zu\n", rows, cols, depth);
    CHECK(wrong == 0);
    free(a);
    free(b);
    free(packed);
    free(block);
    free(before);
}

/* `lines` lines in groups of two, each `width` long; what lies between the rows of c stays as it was. */
static void test_lines(size_t rows, size_t cols, size_t lines, size_t width, int add) {
    const size_t step = 2, long_line = (width - 1) * step + rows, c_row = cols + 3;
    const product_walk walk = {{lines / 2, 2, 1}, {2 * long_line + 1, long_line, 0}};
    real *a = random_reals(lines * long_line + lines / 2), *b = random_reals(lines * width * cols);
    real *c = random_reals(rows * c_row), *expected = malloc(rows * c_row * sizeof *c);
    memcpy(expected, c, rows * c_row * sizeof *c);
    for (size_t r = 0; r < rows; r++) {
        for (size_t j = 0; j < cols; j++) {
            real sum = add ? c[r * c_row + j] : 0;
            for (size_t k = 0; k < lines * width; k++) {
                const size_t line = k / width;
                sum += a[line / 2 * walk.stride[0] + line % 2 * long_line + k % width * step + r] * b[k * cols + j];
            }
            expected[r * c_row + j] = sum;
        }
    }
    product_lines(rows, cols, &walk, width, a, step, b, cols, c, c_row, add);
    const int equal = memcmp(c, expected, rows * c_row * sizeof *c) == 0;
    if (!equal) printf("lines %zu x %zu, %zu of %zu\n", rows, cols, lines, width);
    CHECK(equal);
    free(a);
    free(b);
    free(c);
    free(expected);
}

/* The same bits as 4 sums in scalars; lines as above. */
static void test_line(size_t cols, size_t lines, size_t width, int add) {
    const size_t step = 2, long_line = (width - 1) * step + cols;
    const product_walk walk = {{lines / 2, 2, 1}, {2 * long_line + 1, long_line, 0}};
    real *x = random_reals(lines * long_line + lines / 2), *d = random_reals(lines * width);
    real *y = random_reals(cols), *expected = random_reals(cols);
    for (size_t j = 0; j < cols; j++) {
        real sum[4] = {0};
        for (size_t k = 0; k < lines * width; k++) {
            const size_t line = k / width, at = k % width;
            sum[at % 4] += d[k] * x[line / 2 * walk.stride[0] + line % 2 * long_line + at * step + j];
        }
        expected[j] = (sum[0] + sum[2]) + (sum[1] + sum[3]);
        if (add) expected[j] = y[j] + expected[j];
    }
    product_line(cols, &walk, width, x, step, d, y, add);
    const int equal = memcmp(y, expected, cols * sizeof *y) == 0;
    if (!equal) printf("line %zu, %zu of %zu\n", cols, lines, width);
    CHECK(equal);
    free(x);
    free(d);
    free(y);
    free(expected);
}

int main(void) {
    static const size_t widths[] = {1, 2, 7, 8, 9, 16, 17, 31, 33, 48, 63, 64, 65, 130};
    test_packed(7, 70, 2 * PACKED_DEPTH + 5, 0); /* a depth in parts */
    test_packed(7, 70, PACKED_DEPTH / 3, 1);
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        for (size_t rows = 1; rows <= PACKED_ROWS; rows += rows < 13 ? 1 : 7) {
            for (size_t depth = 0; depth < 9; depth += 3) {
                test_packed(rows, widths[i], depth, 0);
                test_packed(rows, widths[i], depth, 1);
            }
            test_lines(rows, widths[i], 4, 3, rows % 2 == 0);
        }
        for (size_t width = 1; width < 10; width++) {
            test_line(widths[i], 4, width, width % 2 == 0);
        }
        test_lines(7, widths[i], 2, 2 * LINES_DEPTH + 5, 0); /* lines in pieces, */
        test_lines(7, widths[i], 10, LINES_DEPTH / 3, 1);    /* and some of them together */
    }
    printf("%d lanes, tiles of %d x %d vectors\n", (int)LANES, (int)TILE_ROWS, (int)TILE_COLS);
    return check_end();
}
