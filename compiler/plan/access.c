/* SPDX-License-Identifier: MIT-0 */
/* What an operation reads and makes: every look is counted. */
#include "plan/access.h"
#include "plan/plan.h"
#include "plan/tensor.h"

int64_t plan_visits;

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

bool op_reads(const Op *op, const Tensor *tensor) {
    return op_reads_input(op, tensor) || op_reads_in_steps(op, 0, tensor);
}

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
