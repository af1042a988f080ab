/* SPDX-License-Identifier: MIT-0 */
/* test_product.c - the matrix products of nnc_product.h bit for bit against three plain loops, and transpose.
 *
 * Matrices lie in memory of exactly their size, so that AddressSanitizer sees a read beyond. Compile without
 * contraction to FMA: then sums do not depend on the width of vectors. */
#include "../../Inputs/check.h"

#include "nnc_column.h"
#include "nnc_product.h"
#include "nnc_transpose.h"

static uint32_t random_state = 1;

/* From -1 to 1, with all the bits of a real. */
static real random_real(void) {
    random_state = random_state * 1664525 + 1013904223;
    return (real)((double)(random_state >> 7) * 0x1p-24 - 1);
}

static real *random_reals(size_t n) {
    real *p = malloc(n * sizeof *p + (n == 0));
    for (size_t i = 0; i < n; i++) p[i] = random_real();
    return p;
}

/* A matrix product with the arguments of product(), and its operands. */
typedef struct Case {
    size_t rows, cols, depth, a_row, a_depth, b_depth, block_row;
    real *a, *b, *block, *expected;
    size_t block_size;
} Case;

/* `wider` columns of b and of a follow the ones that are computed. */
static Case make_case(size_t rows, size_t cols, size_t depth, size_t wider, int transposed, size_t block_row) {
    Case t = {rows,
              cols,
              depth,
              transposed ? 1 : depth + wider,
              transposed ? rows + wider : 1,
              cols + wider,
              block_row,
              NULL,
              NULL,
              NULL,
              NULL,
              0};
    t.a = random_reals(depth == 0 ? 0 : (rows - 1) * t.a_row + (depth - 1) * t.a_depth + 1);
    t.b = random_reals(depth == 0 ? 0 : (depth - 1) * t.b_depth + cols);
    t.block_size = (rows - 1) * t.block_row + (block_row == PANEL ? PANEL : cols);
    t.block = random_reals(t.block_size);
    t.expected = malloc(t.block_size * sizeof *t.expected);
    memcpy(t.expected, t.block, t.block_size * sizeof *t.expected);
    return t;
}

static void expect(Case *t) {
    for (size_t r = 0; r < t->rows; r++) {
        for (size_t c = 0; c < t->cols; c++) {
            real sum = 0;
            for (size_t k = 0; k < t->depth; k++) sum += t->a[r * t->a_row + k * t->a_depth] * t->b[k * t->b_depth + c];
            t->expected[r * t->block_row + c] = sum;
        }
    }
}

/* Compares (what lies between the rows of the block too) and frees. */
static void end_case(Case *t, const char *what) {
    int equal = memcmp(t->block, t->expected, t->block_size * sizeof *t->block) == 0;
    if (!equal) printf("%s %zu x %zu x %zu, rows of b %zu\n", what, t->rows, t->cols, t->depth, t->b_depth);
    CHECK(equal);
    free(t->a);
    free(t->b);
    free(t->block);
    free(t->expected);
}

static const size_t widths[] = {1, 2, 3, 5, 7, 8, 9, 10, 15, 16, 17, 24, 31, 32, 33, 40, 47, 48, 49, 56, 63, 64};
static const size_t depths[] = {0, 1, 2, 7, 17, BLOCK_DEPTH, BLOCK_DEPTH + 1, 2 * BLOCK_DEPTH + 9};

/* Rows of a block are PANEL apart; up to the next whole vector they are filled with zeros. */
static void test_products(void) {
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        for (size_t j = 0; j < sizeof depths / sizeof *depths; j++) {
            if (depths[j] >= BLOCK_DEPTH && i % 7 != 0) continue; /* enough of them */
            for (size_t rows = 1; rows <= BLOCK_ROWS; rows += rows < 9 || BLOCK_ROWS < 9 ? 1 : 13) {
                for (size_t wider = 0; wider <= 20; wider += wider < 2 ? 1 : 18) {
                    const size_t cols = widths[i], whole = (cols + LANES - 1) / LANES * LANES;
                    Case t = make_case(rows, cols, depths[j], wider, wider % 2 == 1, PANEL);
                    product(rows, cols, t.depth, t.a, t.a_row, t.a_depth, t.b, t.b_depth, t.block);
                    for (size_t r = 0; r < rows; r++)
                        memset(t.expected + r * PANEL + cols, 0, (whole - cols) * sizeof *t.expected);
                    expect(&t);
                    end_case(&t, "product");
                }
            }
        }
    }
}

static void test_rows(void) {
    for (size_t cols = 1; cols < 600; cols += cols < 70 ? 1 : 37) {
        for (size_t wider = 0; wider <= 4; wider += 2) {
            for (size_t depth = 0; depth < 20; depth += 3) {
                Case t = make_case(1, cols, depth, wider, wider == 2, cols);
                product_row(cols, depth, t.a, t.a_depth, t.b, t.b_depth, t.block);
                expect(&t);
                end_case(&t, "product_row");
            }
        }
    }
}

/* The same bits as 16 sums in scalars, of one piece and of 2 x 3 pieces that overlap. */
static void test_column(void) {
    for (size_t depth = 0; depth < 100; depth += depth < 20 ? 1 : 13) {
        for (size_t pieces = 1; pieces <= 6; pieces += 5) {
            enum { ROWS = 5 };
            const product_walk walk = {{pieces / 3 + pieces % 3, pieces > 1 ? 3 : 1, 1}, {7, 2, 0}};
            const size_t a_row = depth + 3;
            real *a = random_reals(ROWS * a_row + 11), *b = random_reals(pieces * depth), y[ROWS];
            product_column(ROWS, &walk, depth, a, a_row, b, y);
            for (size_t r = 0; r < ROWS; r++) {
                real sum[16] = {0};
                for (size_t k = 0; k < pieces * depth; k++) {
                    const size_t piece = k / depth, at = piece / 3 * 7 + piece % 3 * 2 + k % depth;
                    sum[k % 16] += a[r * a_row + at] * b[k];
                }
                for (size_t half = 8; half >= 1; half /= 2) {
                    for (size_t i = 0; i < half; i++) sum[i] += sum[i + half];
                }
                CHECK(memcmp(&sum[0], &y[r], sizeof y[r]) == 0);
            }
            free(a);
            free(b);
        }
    }
}

/* The same bits as one sum after the other; what follows the columns, to the end of a vector, is zero. */
static void test_column_sums(void) {
    for (size_t cols = 1; cols <= PANEL; cols++) {
        for (size_t rows = 0; rows < 8; rows += 7) {
            const size_t x_row = cols + 2;
            real *x = random_reals(rows * x_row), sums[PANEL];
            for (size_t c = 0; c < PANEL; c++) sums[c] = 9;
            column_sums(rows, cols, x, x_row, sums);
            for (size_t c = 0; c < PANEL; c++) {
                real sum = c < cols || c < (cols + LANES - 1) / LANES * LANES ? 0 : 9;
                for (size_t r = 0; r < rows && c < cols; r++) sum += x[r * x_row + c];
                CHECK(memcmp(&sum, &sums[c], sizeof sum) == 0);
            }
            free(x);
        }
    }
}

static void test_transpose(void) {
    static const size_t sizes[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 100};
    enum { SIZES = sizeof sizes / sizeof *sizes };
    for (size_t i = 0; i < SIZES * SIZES; i++) {
        size_t rows = sizes[i / SIZES], cols = sizes[i % SIZES];
        real *from = random_reals(rows * cols), *to = random_reals(rows * cols);
        transpose(rows, cols, from, cols, to);
        int wrong = 0;
        for (size_t r = 0; r < rows; r++) {
            for (size_t c = 0; c < cols; c++) wrong += memcmp(&to[c * rows + r], &from[r * cols + c], sizeof *to) != 0;
        }
        CHECK(wrong == 0);
        free(from);
        free(to);
    }
}

int main(void) {
    test_products();
    test_rows();
    test_column();
    test_column_sums();
    test_transpose();
    printf("%d lanes, tiles of %d x %d vectors\n", (int)LANES, TILE_ROWS, TILE_COLS);
    return check_end();
}
