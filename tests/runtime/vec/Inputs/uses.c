/* SPDX-License-Identifier: MIT-0 */
/* uses.c - every public function of the vector layer, to compile as C and C++ with all warnings. */
#include "nnc_column.h"
#include "nnc_image.h"
#include "nnc_math.h"
#include "nnc_packed.h"
#include "nnc_product.h"
#include "nnc_random.h"
#include "nnc_sqrt.h"
#include "nnc_tile.h"
#include "nnc_transpose.h"
#include "nnc_vec.h"
#include "nnc_winner.h"

#ifdef __cplusplus
extern "C"
#endif
    void
    uses(size_t n, const real *x, real *y, const nnc_random *random, uint32_t bits[64]);

void uses(size_t n, const real *x, real *y, const nnc_random *random, uint32_t bits[64]) {
    vec v = v_load(x, v_lanes(n));
    v = v_exp(v) + v_expm1(v) + v_log(v) + v_log1p(v) + v_tanh(v) + v_sigmoid(v) + v_softplus(v) + v_erf(v) + v_sin(v) +
        v_cos(v) + v_floor(v) + v_normal_pdf(v) + v_sqrt(v) + v_abs(v) * v_sign(v) + v_with_sign(v, -v);
    v = v_select((v > 0) & (v < 1), v * REAL(0.5), 1) + v_select(v == 0, v_splat(2), v_clip(v, -1, 1));
    v = v_max(v, v_head(v, n)) - v_min(v, v_tail_fill(v, n, REAL(-0.5)));
    v_random_block(random, 1, bits);
    v += v_uniform(bits, n) + v_normal(bits, bits + 16, n);
    v *= v_keep(bits, REAL(0.5), 2);
    v_store(y, v * v_sum(v) - v_max_of(v), n);
    const image_taps near = image_at_nearest(image_constant(x[0], n), image_nearest(x[1], n), n, n),
                     between = image_at_bilinear(image_reflect(x[0], n), image_wrap(x[1], n), n, n);
    y[0] = near.outside + between.weight[0];
    column_sums(n, n, x, n, y);
    product(BLOCK_ROWS, PANEL, n, x, n, 1, x, n, y);
    product_row(n, n, x, 1, x, n, y);
    transpose(n, n, x, n, y);
    const product_walk walk = {{1, 1, 1}, {0, 0, 0}};
    product_column(n, &walk, n, x, n, x, y);
    pack(n, n, x, n, y);
    product_packed(PACKED_ROWS, PANEL, &walk, n, x, n, x, y, 0);
    product_lines(n, n, &walk, n, x, n, x, n, y, n, 0);
    product_line(n, &walk, n, x, n, x, y, 0);
    size_t at[WINNERS] = {0}; /* gcc does not always see that winners_of fills it */
    keep_peaks(n, n, 2, 2, x, 0, y, y);
    unpool(n, n, n, 2, 2, 2, x, x, y);
    const size_t count = winners_of(n, n, x, x, at, at, at, y);
    nonzeros_of(n, n, x, at, at, y);
    winners_kernel(count, at, x, x, &walk, n, y);
    winners_input(count, at, x, x, &walk, n, y);
}
