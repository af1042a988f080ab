/* SPDX-License-Identifier: MIT-0 */
/* What layers, losses and optimizers build plans with. */
#ifndef NNC_BUILD_BUILD_H
#define NNC_BUILD_BUILD_H

#include <stdbool.h>
#include <stdint.h>

#include "build/builder.h"
#include "language/class.h"
#include "model/layer.h"
#include "model/shape.h"
#include "plan/plan.h"
#include "plan/random_attrs.h"

/* Appending operations. Names of results are made from the layer's: build_map(…, relu) in layer dense makes dense.relu;
 * the layer's last result is renamed to the layer. */

/** y[rows, out] = x[rows, in] · w[in, out] over the last axis of x; with transpose_x y[in, out] = xᵀ · w over all
 *  others. `role` names the operation (forward), `label` its result (sum). */
Tensor *build_matmul(Builder *build, Tensor *x, Tensor *w, bool transpose_x, Shape shape, const char *role,
                     const char *label);
Tensor *build_map(Builder *build, const Formula *formula, Tensor *const *operands, const Operand *numbers,
                  int number_count);
/** The sum of squares over the dimensions where `shape` has 1 or nothing. */
Tensor *build_sum_squares(Builder *build, Tensor *x, Shape shape, const char *label);
/** The sum of x over the dimensions where `shape` (right-aligned) has 1 or nothing. */
Tensor *build_sum(Builder *build, Tensor *x, Shape shape, const char *label);
/** x in another shape, without an operation. */
Tensor *build_view(Builder *build, Tensor *x, Shape shape, const char *label);
/** y's dimension i is x's dimension axes[i], backwards where bit i of `flipped` is set. Undoing a permutation takes no
 *  operation. */
Tensor *build_permute(Builder *build, Tensor *x, const int *axes, unsigned flipped, const char *role,
                      const char *label);
Tensor *build_simple(Builder *build, const OpDef *def, Tensor *x, const char *label); /* same shape as x */
Tensor *build_random(Builder *build, Shape shape, RandomAttrs attrs);
Tensor *build_weight(Builder *build, const Weight *weight);
/** A state that lasts from batch to batch, or of a stream from step to step, zero at first; of one layer and word there
 *  is one in all programs. */
Tensor *build_lasting_state(Builder *build, const Layer *layer, Shape shape, const char *word);
Tensor *build_activation(Builder *build, const Object *activation, Tensor *x);

/** Written once for all layers that have them, since passes look for their kinds. */
#define RELU_VALUE "v_max(v_splat(0.0), x)"
#define RELU_GRADIENT "v_select(y > 0.0, d, 0.0)"
extern const Formula times_mask, drop_all; /* dropout, and dropout of everything */

/* Views: no operation. */

/** Columns column … column + columns - 1 of x's rows. */
Tensor *build_columns(Builder *build, Tensor *x, int64_t column, int64_t columns, const char *label);
/** Index `index` of x's first dimension. */
Tensor *build_index(Builder *build, Tensor *x, int64_t index, const char *label);
/** Tensors side by side along their last dimension. */
Tensor *build_concat(Builder *build, Tensor *const *parts, int count, const char *label);
/** The operations of a wrapper's inner layer. */
Tensor *build_inner(Builder *build, const Layer *inner, Tensor *x);
Tensor *build_copy(Builder *build, Tensor *x);
/** x itself, or a copy of it when it is columns of wider rows. */
Tensor *build_whole(Builder *build, Tensor *x);
/** Names a value that was just made, and the step that makes it. */
Tensor *build_named(Builder *build, Tensor *value, const char *label);
/** A mask (batch, time) as the loop over time reads it: (time, batch, 1); backwards when `flipped`. */
Tensor *build_time_mask(Builder *build, Tensor *mask, unsigned flipped);
/** Copies `value` to its place in a larger tensor: a view that nothing else writes to. */
void build_store(Builder *build, Tensor *value, Tensor *view);

/** The gradient with respect to operand `operand` of an elementwise step, in the full `shape`; without a name. */
Tensor *build_gradient_map(Builder *build, const Step *forward, int operand, Tensor *d, Shape shape);

#endif
