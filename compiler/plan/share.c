/* SPDX-License-Identifier: MIT-0 */
/* How operations are shared out. */
#include <stdlib.h>

#include "model/shape.h"
#include "plan/access.h"
#include "plan/map_attrs.h"
#include "plan/plan.h"
#include "plan/share.h"
#include "plan/tensor.h"

/* Whether a shape begins with the samples, and has them nowhere else. */
static bool begins_with_samples(Shape shape) {
    for (int i = 1; i < shape.rank; i++)
        if (shape.dim[i] < 0) return false;
    return shape.rank > 0 && shape.dim[0] < 0;
}

static bool has_samples(Shape shape) {
    for (int i = 0; i < shape.rank; i++)
        if (shape.dim[i] < 0) return true;
    return false;
}

/* A view of a part has the order of its own shape, another one that of what it views. */
bool tensor_is_of_samples(const Tensor *tensor) {
    for (; tensor; tensor = tensor->part || tensor->stepped ? NULL : tensor->base)
        if (!begins_with_samples(tensor->shape)) return false;
    return true;
}

int64_t tensor_sample_size(const Tensor *tensor) {
    const Tensor *const rows = tensor_rows((Tensor *)tensor);
    int64_t size = 1;
    for (int i = 0; i < rows->shape.rank; i++) size *= dim_size(rows->shape.dim[i], 1);
    return size;
}

bool op_is_of_samples(const Op *op) {
    bool made = false;
    if (!op->def->by_samples) return false;
    for (Access at = {.op = op}; access_next(&at);) {
        const Tensor *const tensor = at.tensor;
        bool rows = true;
        if (tensor->in_registers) continue;
        if (tensor->regenerated || (at.writes && op->def == &op_random)) random_blocks(tensor, &rows);
        if (!rows) return false;
        const bool of_samples = tensor->regenerated ? begins_with_samples(tensor->shape) : tensor_is_of_samples(tensor);
        if (!of_samples && (at.writes || has_samples(tensor->shape))) return false;
        made = made || (at.writes && of_samples);
    }
    return made;
}

int64_t dim_stride(const Tensor *tensor, int dim) {
    const Shape shape = tensor->shape;
    bool of_batch = false;
    int64_t stride = 1;
    for (int i = dim + 1; i < shape.rank; i++) {
        stride *= i == shape.rank - 1 ? tensor_row_width(tensor) : dim_size(shape.dim[i], 1);
        of_batch = of_batch || shape.dim[i] < 0;
    }
    return of_batch ? -stride : stride;
}

int64_t share_stride(const Op *op, const Tensor *tensor) {
    const Share *const share = &op->share;
    if (share->kind == SHARE_SAMPLES) return tensor_is_of_samples(tensor) ? tensor_sample_size(tensor) : 0;
    if (share->kind == SHARE_NONE) return 0;
    for (int i = 0; i < op->in_count; i++)
        if (tensors_begin_together(op->in[i], tensor)) return share->in_stride[i];
    const Shape space = op_space(op);
    if (share->kind == SHARE_RESULT) return share->stride;
    if (share->kind == SHARE_ROWS) return shape_equal(tensor->shape, space) ? tensor_row_width(tensor) : 0;
    if (share->kind == SHARE_ELEMENTS) return shape_size(tensor->shape, 1) == shape_size(space, 1) ? 1 : 0;
    return tensor->shape.rank == space.rank && tensor->shape.dim[0] == space.dim[0] ? dim_stride(tensor, 0) : 0;
}

void share_steps(const Op *op, Share *share) {
    const Shape space = op_space(op);
    for (Access at = {.op = op}; access_next(&at);) {
        if (at.tensor->in_registers) continue;
        const bool whole = at.tensor->shape.rank == space.rank && at.tensor->shape.dim[0] == space.dim[0];
        if (at.tensor->regenerated || (at.writes && !whole)) return;
    }
    if (space.rank > 1 && space.dim[0] != 1) *share = (Share){SHARE_STEPS, space.dim[0], "1", {0}, 0};
}

bool steps_are_of_size(const Op *op, int64_t size) {
    for (Access at = {.op = op}; access_next(&at);) {
        if (at.step < 0 || at.tensor->in_registers) continue;
        if (at.tensor->regenerated || at.tensor->columns || has_samples(at.tensor->shape)) return false;
        const int64_t own = shape_size(at.tensor->shape, 1);
        if (own != size && (own != 1 || at.writes)) return false;
    }
    return true;
}

void share_describe(const Op *op, Text *out) {
    if (op->share.kind == SHARE_SAMPLES) text_puts(out, " [by samples]");
    else if (op->share.kind != SHARE_NONE)
        text_printf(out, op->share.length > 0 ? " [by %lld%s]" : " [by batch * %lld%s]", llabs(op->share.length),
                    op->share.everywhere ? ", everywhere" : "");
}
