/* SPDX-License-Identifier: MIT-0 */
/* Where tensors lie: views of sequences and of columns, and who reads and writes what. */
#include "plan/plan.h"

Tensor *tensor_storage(const Tensor *tensor) {
    while (tensor->base) tensor = tensor->base;
    return (Tensor *)tensor;
}

Tensor *tensor_rows(Tensor *tensor) { return tensor->columns ? tensor->base : tensor; }

bool tensor_is_packed(const Tensor *tensor) { return tensor->producer && tensor->producer->def == &op_pack; }

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
        for (int i = 1; i < tensor->base->shape.rank; i++) {
            slice.stride *= dim_size(tensor->base->shape.dim[i], 1);
            if (tensor->base->shape.dim[i] < 0) slice.of_batch = true;
        }
    }
    if (tensor->rolled) slice.stride = 0;
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
    const int64_t a_end = a->column + a->shape.dim[a->shape.rank - 1], b_end = b->column + b->shape.dim[b->shape.rank - 1];
    return a->column < b_end && b->column < a_end;
}

int64_t tensor_size(const Plan *plan, const Tensor *tensor) {
    return shape_size(tensor->shape, plan->model->batch);
}

/* Inputs, the result; then step after step its operands and its result. */
bool access_next(Access *access) {
    const Op *const op = access->op;
    int at = access->position;
    visit(1);
    *access = (Access){.op = op, .step = access->position ? access->step : -1};
    if (access->step < 0) {
        access->position = at + 1;
        if (at < op->in_count) {
            access->tensor = op->in[at];
            access->reads = true;
            return true;
        }
        if (at == op->in_count && op->out) {
            access->tensor = op->out;
            access->writes = true;
            return true;
        }
        access->step = at = 0;
    }
    for (; access->step < op->steps.count; access->step++, at = 0) {
        const Step *const step = &op->steps.at[access->step];
        for (; at < step->operand_count && !step->operands[at].tensor; at++) continue;
        access->position = at + 1;
        if (at < step->operand_count) {
            access->operand = &step->operands[at];
            access->tensor = access->operand->tensor;
            access->reads = true;
            access->writes = access->operand->written;
            return true;
        }
        if (at == step->operand_count && step->result) {
            access->tensor = step->result;
            access->writes = true;
            return true;
        }
    }
    return false;
}

bool op_reads_input(const Op *op, const Tensor *tensor) {
    for (int i = 0; i < op->in_count; i++)
        if (tensor_storage(op->in[i]) == tensor_storage(tensor)) return true;
    return false;
}

bool op_reads_in_steps(const Op *op, int first, const Tensor *tensor) {
    const Tensor *const storage = tensor_storage(tensor);
    for (Access at = {.op = op}; access_next(&at);)
        if (at.step >= first && at.reads && tensor_storage(at.tensor) == storage) return true;
    return false;
}

bool op_reads(const Op *op, const Tensor *tensor) { return op_reads_input(op, tensor) || op_reads_in_steps(op, 0, tensor); }

bool op_makes(const Op *op, const Tensor *tensor) {
    for (Access at = {.op = op}; access_next(&at);)
        if (at.writes && !at.reads && tensors_overlap(at.tensor, tensor)) return true;
    return false;
}

bool op_writes(const Op *op, const Tensor *tensor) {
    const Tensor *const storage = tensor_storage(tensor);
    for (Access at = {.op = op}; access_next(&at);)
        if (at.writes && tensor_storage(at.tensor) == storage) return true;
    return false;
}
