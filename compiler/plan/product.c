/* SPDX-License-Identifier: MIT-0 */
/* What the form of a product follows from. */
#include "model/shape.h"
#include "plan/access.h"
#include "plan/plan.h"
#include "plan/product.h"
#include "plan/tensor.h"

bool product_is_column(const Op *op, bool straight) {
    const Shape space = op->out->shape;
    const Tensor *const matrix = op->in[1];
    if (space.dim[space.rank - 1] != 1) return false;
    if (straight && (tensor_row_width(matrix) != 1 || matrix->packed)) return false;
    for (Access at = {.op = op}; access_next(&at);)
        if ((at.writes || at.step >= 0) && shape_equal(at.tensor->shape, space) && tensor_row_width(at.tensor) != 1)
            return false;
    return true;
}
