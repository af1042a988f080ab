/* SPDX-License-Identifier: MIT-0 */
/* Where tensors lie: views of sequences and of columns, and who reads and writes what. */
#include "plan.h"

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

int op_tensors(const Op *op, Tensor *tensors[MAX_OP_TENSORS]) {
    int count = 0;
    for (int i = 0; i < op->in_count; i++) tensors[count++] = op->in[i];
    if (op->out) tensors[count++] = op->out;
    for (int i = 0; i < op->steps.count; i++) {
        const Step *step = &op->steps.at[i];
        if (step->result) tensors[count++] = step->result;
        for (int j = 0; j < step->operand_count; j++)
            if (step->operands[j].tensor) tensors[count++] = step->operands[j].tensor;
    }
    return count;
}

bool op_reads_input(const Op *op, const Tensor *tensor) {
    for (int i = 0; i < op->in_count; i++)
        if (tensor_storage(op->in[i]) == tensor_storage(tensor)) return true;
    return false;
}

bool op_reads_in_steps(const Op *op, int first, const Tensor *tensor) {
    const Tensor *storage = tensor_storage(tensor);
    for (int i = first; i < op->steps.count; i++)
        for (int j = 0; j < op->steps.at[i].operand_count; j++) {
            const Tensor *operand = op->steps.at[i].operands[j].tensor;
            if (operand && tensor_storage(operand) == storage) return true;
        }
    return false;
}

bool op_reads(const Op *op, const Tensor *tensor) { return op_reads_input(op, tensor) || op_reads_in_steps(op, 0, tensor); }

int readers_of(const Program *program, const Tensor *tensor) {
    int readers = 0;
    for (int i = 0; i < program->ops.count; i++) readers += op_reads(program->ops.at[i], tensor);
    return readers;
}

int loop_first(const Program *program, int at) {
    const TimeLoop *const loop = program->ops.at[at]->loop;
    while (loop && at > 0 && program->ops.at[at - 1]->loop == loop) at--;
    return at;
}

int loop_last(const Program *program, int at) {
    const TimeLoop *const loop = program->ops.at[at]->loop;
    while (loop && at + 1 < program->ops.count && program->ops.at[at + 1]->loop == loop) at++;
    return at;
}

void program_move(Program *program, int from, int to) {
    Op *const op = program->ops.at[from];
    for (int i = from; i > to; i--) program->ops.at[i] = program->ops.at[i - 1];
    program->ops.at[to] = op;
}

bool op_makes(const Op *op, const Tensor *tensor) {
    if (op->out && tensors_overlap(op->out, tensor)) return true;
    for (int i = 0; i < op->steps.count; i++)
        if (op->steps.at[i].result && tensors_overlap(op->steps.at[i].result, tensor)) return true;
    return false;
}

bool op_writes(const Op *op, const Tensor *tensor) {
    const Tensor *storage = tensor_storage(tensor);
    if (op->out && tensor_storage(op->out) == storage) return true;
    for (int i = 0; i < op->steps.count; i++) {
        const Step *step = &op->steps.at[i];
        if (step->result && tensor_storage(step->result) == storage) return true;
        for (int j = 0; j < step->operand_count; j++)
            if (step->operands[j].written && tensor_storage(step->operands[j].tensor) == storage) return true;
    }
    return false;
}
