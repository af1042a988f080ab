/* SPDX-License-Identifier: MIT-0 */
/* What becomes of numbers that stand for categories. */
#ifndef NNC_LAYERS_CATEGORIES_H
#define NNC_LAYERS_CATEGORIES_H

#include <stdint.h>

#include "base/diag.h"
#include "build/builder.h"
#include "language/class.h"
#include "model/layer.h"

#define CATEGORY_MODES(row) \
    row(MODE_INT, "int") row(MODE_ONE_HOT, "one_hot") row(MODE_MULTI_HOT, "multi_hot") row(MODE_COUNT, "count")
typedef enum CategoryMode { MODE_NONE, CATEGORY_MODES(CHOICE_VALUE) } CategoryMode;

#define OUTPUT_MODE_DOC \
    "the number; a 1 in its place for each value, or for all together; how many values are of a category"
#define NOT_SPARSE {FIXED("sparse", "False", "tensors are dense")}

/** The layer's output for categories 0 … count - 1. */
void categories_shape(Layer *layer, CategoryMode mode, int64_t count, Diags *diags);
/** x as `mode` says, of numbers 0 … count - 1; any other number is no category. */
Tensor *build_categories_of(const Layer *layer, CategoryMode mode, Builder *build, Tensor *x, int64_t count);

#endif
