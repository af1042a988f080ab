/* SPDX-License-Identifier: MIT-0 */
/* Where tensors lie: views of sequences and of columns. */
#include "model/shape.h"
#include "plan/plan.h"
#include "plan/tensor.h"

Tensor *tensor_rows(Tensor *tensor) { return tensor->columns ? tensor->base : tensor; }

int64_t tensor_row_width(const Tensor *tensor) {
    const Shape shape = tensor->columns ? tensor->base->shape : tensor->shape;
    return shape.rank ? dim_size(shape.dim[shape.rank - 1], 1) : 1;
}

/* A chain of views has at most one that is not at the beginning of what it views. */
Slice tensor_slice(const Tensor *tensor) {
    Slice slice = {0};
    for (; tensor->base; tensor = tensor->base) {
        if (!tensor->index && !tensor->stepped) continue;
        slice = (Slice){.index = tensor->index, .stride = 1, .stepped = tensor->stepped};
        if (tensor->columns) {
            slice.stride = tensor->shape.dim[tensor->shape.rank - 1];
            continue;
        }
        for (int i = 1; i < tensor->base->shape.rank; i++) {
            slice.stride *= dim_size(tensor->base->shape.dim[i], 1);
            if (tensor->base->shape.dim[i] < 0) slice.of_batch = true;
        }
    }
    if (tensor->rolled) slice.stride = 0;
    slice.lines = tensor->lines;
    return slice;
}

bool tensors_begin_together(const Tensor *a, const Tensor *b) {
    if (tensor_storage(a) != tensor_storage(b)) return false;
    const Slice x = tensor_slice(a), y = tensor_slice(b);
    return x.index == y.index && x.stepped == y.stepped && x.stride == y.stride;
}

bool tensors_overlap(const Tensor *a, const Tensor *b) {
    if (tensor_storage(a) != tensor_storage(b)) return false;
    const Slice x = tensor_slice(a), y = tensor_slice(b);
    if (x.stepped && y.stepped && x.index != y.index) return false;
    if (!a->columns || !b->columns) return true;
    const int64_t a_columns = a->shape.dim[a->shape.rank - 1], b_columns = b->shape.dim[b->shape.rank - 1],
                  a_first = a->column + a->index * a_columns, b_first = b->column + b->index * b_columns;
    return a_first < b_first + b_columns && b_first < a_first + a_columns;
}

int64_t tensor_size(const Plan *plan, const Tensor *tensor) {
    return shape_size(tensor->shape, plan->model->batch);
}

int64_t tensor_bytes(const Plan *plan, const Tensor *tensor) {
    return tensor_size(plan, tensor) * element_bytes(tensor->type);
}

int64_t tensor_reals(const Plan *plan, const Tensor *tensor) {
    const int64_t real = element_bytes(plan->real);
    const int64_t reals = (tensor_bytes(plan, tensor) + real - 1) / real;
    return tensor->lines ? reals / tensor->shape.dim[LINE_DIM] * tensor->lines : reals;
}

int64_t random_row_blocks(int64_t columns) { return (columns + RANDOM_BLOCK - 1) / RANDOM_BLOCK; }

int64_t random_blocks(const Tensor *tensor, bool *rows) {
    const Shape shape = tensor->shape;
    int last = shape.rank - 1;
    while (last > 0 && shape.dim[last] == 1) last--;
    int64_t blocks = random_row_blocks(dim_size(shape.dim[last], 1));
    for (int i = 0; i < last; i++) blocks *= dim_size(shape.dim[i], 1);
    *rows = last > 0 && shape.dim[0] < 0;
    return blocks;
}
