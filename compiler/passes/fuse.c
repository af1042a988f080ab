/* SPDX-License-Identifier: MIT-0 */
/* Fusion: elementwise operations become steps of the operation that makes their input, so that a value goes from the
 * product's registers through bias, activation and dropout to memory, or into the optimizer, without a detour. */
#include "options.h"
#include "plan.h"

/* Whether an operation writes in place to a part of `tensor`; or, with `whole`, to this very tensor, element by element. */
static bool changes(const Op *op, const Tensor *tensor, bool whole) {
    for (int i = 0; i < op->steps.count; i++)
        for (int j = 0; j < op->steps.at[i].operand_count; j++) {
            const Operand *operand = &op->steps.at[i].operands[j];
            if (operand->written && (whole ? operand->tensor == tensor : tensors_overlap(operand->tensor, tensor))) return true;
        }
    return false;
}

/* Operations keep their places while others become steps of them and leave NULL behind, so that tensors can remember their
 * users. */
static void add_users(Arena *arena, const Op *op, int at) {
    Tensor *tensors[MAX_OP_TENSORS];
    for (int i = op_tensors(op, tensors) - 1; i >= 0; i--) list_push(arena, &tensor_storage(tensors[i])->users, at);
}

/* Weights are used in several programs. */
static void forget_users(const Op *op) {
    Tensor *tensors[MAX_OP_TENSORS];
    for (int i = op_tensors(op, tensors) - 1; i >= 0; i--) tensor_storage(tensors[i])->users.count = 0;
}

/* The last operation before `end` that makes or changes a part of `tensor`; -1: none. */
static int made_at(const Program *program, const Tensor *tensor, int end) {
    const Tensor *const storage = tensor_storage(tensor);
    int made = -1;
    for (int i = 0; i < storage->users.count; i++) {
        const int at = storage->users.at[i];
        const Op *const op = at > made && at < end ? program->ops.at[at] : NULL;
        if (op && (op_makes(op, tensor) || changes(op, tensor, false))) made = at;
    }
    return made;
}

/* Whether this very tensor is what `op` makes, element by element. */
static bool is_made_by(const Tensor *tensor, const Op *op) {
    if (op->out == tensor) return true;
    for (int i = 0; i < op->steps.count; i++)
        if (op->steps.at[i].result == tensor) return true;
    return false;
}

static Shape op_space(const Op *op) { return op->out ? op->out->shape : op->shape; }

/* Inside a product's block a step sees rows and columns: an operand has to be full, or one value per column. */
static bool fits_block(const Tensor *tensor, Shape space) {
    if (shape_equal(tensor->shape, space)) return true;
    return tensor->shape.rank == 1 && tensor->shape.dim[0] == space.dim[space.rank - 1];
}

/* Whether the loops of an operation reach random numbers as they are counted: by the last dimension longer than 1 (nnc.h).
 * A product's columns are the last dimension whatever its length. */
static bool counts_columns(const Op *host) {
    const Shape space = op_space(host);
    if (host->def->blocks) return space.dim[space.rank - 1] != 1;
    return host->def == &op_map;
}

typedef struct TensorSet {
    const Tensor *at[2 * MAX_STEPS * (MAX_OPERANDS + 1)];
    int count;
} TensorSet;

static void set_add(TensorSet *set, const Tensor *tensor) {
    for (int i = 0; i < set->count; i++)
        if (set->at[i] == tensor) return;
    if (tensor) set->at[set->count++] = tensor;
}

static void set_add_steps(TensorSet *set, const Op *op) {
    for (int i = 0; i < op->steps.count; i++) {
        set_add(set, op->steps.at[i].result);
        for (int j = 0; j < op->steps.at[i].operand_count; j++) set_add(set, op->steps.at[i].operands[j].tensor);
    }
}

/* Whether one C function can hold the steps of both. */
static bool steps_fit(const Op *host, const Op *op) {
    TensorSet set = {.count = 0};
    if (host->steps.count + op->steps.count > MAX_STEPS) return false;
    set_add_steps(&set, host);
    set_add_steps(&set, op);
    return set.count <= MAX_STEP_TENSORS;
}

/* Whether all that an operation reads of a tensor is the element that it is at, as the penalty of a weight does. */
static bool reads_own_element(const Op *op, const Tensor *tensor) {
    if (op_reads_input(op, tensor)) return false;
    for (int i = 0; i < op->steps.count; i++)
        for (int j = 0; j < op->steps.at[i].operand_count; j++) {
            const Tensor *operand = op->steps.at[i].operands[j].tensor;
            if (operand && operand != tensor && tensor_storage(operand) == tensor_storage(tensor)) return false;
        }
    return true;
}

/* Whether an operation may run as early as one of another phase: not before the loss is known, nor into or out of an update
 * that waits for several batches; and with --gradients the caller comes between. */
static bool phases_fit(const Plan *plan, Phase phase, Phase host) {
    if (phase == host) return true;
    if (host == PHASE_FORWARD) return false;
    if (plan->options->gradients && host == PHASE_BACKWARD) return false;
    return plan->update.accumulated <= 1 || (phase != PHASE_UPDATE && host != PHASE_UPDATE);
}

/* Whether what the operation at `from` writes is read between `into`, its new place, and `from`. */
static bool still_wanted(const Program *program, const Tensor *tensor, int from, int into) {
    const Tensor *const storage = tensor_storage(tensor);
    for (int i = 0; i < storage->users.count; i++) {
        const int at = storage->users.at[i];
        const Op *const op = at >= into && at < from ? program->ops.at[at] : NULL;
        if (op && op_reads(op, tensor) && !(at == into && reads_own_element(op, tensor))) return true;
    }
    return false;
}

/* Whether the operation at `from` may run as steps of the one at `into`, where it runs earlier. */
static bool can_fuse(const Plan *plan, const Program *program, int from, int into) {
    const Op *op = program->ops.at[from], *host = program->ops.at[into];
    if (!host->def->takes_steps || host->deep || !shape_equal(op_space(op), op_space(host)) || op->loop != host->loop) return false;
    if (!phases_fit(plan, op->phase, host->phase)) return false;
    if (!steps_fit(host, op)) return false;
    for (int i = 0; i < op->steps.count; i++)
        for (int j = 0; j < op->steps.at[i].operand_count; j++) {
            const Operand *operand = &op->steps.at[i].operands[j];
            if (!operand->tensor) continue;
            if (host->def->blocks && !operand->tensor->regenerated &&
                !fits_block(operand->tensor, op_space(host)))
                return false;
            if (operand->tensor->regenerated && !counts_columns(host)) return false;
            if (is_made_by(operand->tensor, op)) continue;
            const int made = made_at(program, operand->tensor, from);
            if (made > into ||
                (made == into && !is_made_by(operand->tensor, host) && !changes(host, operand->tensor, true)))
                return false;
            if (operand->written && still_wanted(program, operand->tensor, from, into)) return false;
        }
    return true;
}

static bool read_elsewhere(const Program *program, const Tensor *tensor, const Op *host) {
    const Tensor *const storage = tensor_storage(tensor);
    for (int i = 0; i < storage->users.count; i++) {
        const Op *const op = program->ops.at[storage->users.at[i]];
        if (op && op != host && op_reads(op, tensor)) return true;
    }
    return program->output && tensor_storage(program->output) == tensor;
}

/* Whether two operations read or make parts of the same memory. */
static bool share_memory(const Op *a, const Op *b) {
    for (int i = 0; i < a->steps.count; i++)
        for (int j = 0; j < a->steps.at[i].operand_count; j++) {
            const Tensor *operand = a->steps.at[i].operands[j].tensor;
            if (operand && (op_reads(b, operand) || op_makes(b, operand))) return true;
        }
    return false;
}

/* The operation that the one at `from` can become steps of: that which makes its inputs, or, in a loop over time, where
 * every operation costs a pass, another map over the same memory. -1: none. */
static int find_host(const Plan *plan, const Program *program, int from) {
    const Op *op = program->ops.at[from];
    int made = -1; /* the latest of the operations that make its inputs */
    for (int i = 0; i < op->steps.count; i++)
        for (int j = 0; j < op->steps.at[i].operand_count; j++) {
            const Tensor *operand = op->steps.at[i].operands[j].tensor;
            const int at = operand && !is_made_by(operand, op) ? made_at(program, operand, from) : -1;
            if (at > made) made = at;
        }
    if (made >= 0 && can_fuse(plan, program, from, made)) return made;
    for (int i = made + 1; i < from && op->loop; i++)
        if (program->ops.at[i] && program->ops.at[i]->def == &op_map && share_memory(op, program->ops.at[i]) &&
            can_fuse(plan, program, from, i))
            return i;
    return -1;
}

/* Whether the map at `from` may run later, for each element that the sum at `into` adds. */
static bool can_be_terms(const Program *program, int from, int into) {
    const Op *op = program->ops.at[from], *sum = program->ops.at[into];
    if (op->def != &op_map || op->out != sum->in[0] || op->loop || sum->loop || op->phase != sum->phase) return false;
    if (!steps_fit(sum, op)) return false;
    for (int i = 0; i < op->steps.count; i++) {
        if (read_elsewhere(program, op->steps.at[i].result, sum)) return false;
        for (int j = 0; j < op->steps.at[i].operand_count; j++) {
            const Operand *operand = &op->steps.at[i].operands[j];
            if (!operand->tensor) continue;
            if (operand->tensor->regenerated || operand->written) return false;
            for (int k = from + 1; k < into; k++)
                if (program->ops.at[k] && op_writes(program->ops.at[k], operand->tensor)) return false;
        }
    }
    return true;
}

/* The operation at `from` has become steps of the one at `into`. */
static void move_users(Plan *plan, Program *program, int from, int into) {
    add_users(plan->arena, program->ops.at[from], into);
    program->ops.at[from] = NULL;
}

/* What a map makes for a sum only is never stored: each element is made when it is added. */
static void fuse_terms(Plan *plan, Program *program) {
    for (int i = program->ops.count - 1; i >= 0; i--) {
        Op *sum = program->ops.at[i];
        const int from = sum && sum->def == &op_sum ? made_at(program, sum->in[0], i) : -1;
        if (from < 0 || !can_be_terms(program, from, i)) continue;
        Op *op = program->ops.at[from];
        sum->terms = op->steps.count;
        for (int j = 0; j < op->steps.count; j++) {
            op->steps.at[j].result->producer = sum;
            list_push(plan->arena, &sum->steps, op->steps.at[j]);
        }
        move_users(plan, program, from, i);
    }
}

/* Requires: masks decided. Establishes: in_registers of every value that no other operation reads. */
void pass_fuse(Plan *plan, Program *program) {
    for (int i = 0; i < program->ops.count; i++) forget_users(program->ops.at[i]);
    for (int i = 0; i < program->ops.count; i++) add_users(plan->arena, program->ops.at[i], i);
    fuse_terms(plan, program);
    for (int i = 0; i < program->ops.count; i++) {
        Op *op = program->ops.at[i];
        if (!op || (op->def != &op_map && op->def != &op_update)) continue;
        const int into = find_host(plan, program, i);
        if (into < 0) continue;
        Op *host = program->ops.at[into];
        for (int j = 0; j < op->steps.count; j++) {
            if (op->steps.at[j].result) op->steps.at[j].result->producer = host;
            list_push(plan->arena, &host->steps, op->steps.at[j]);
        }
        move_users(plan, program, i, into);
    }
    for (int i = 0; i < program->ops.count; i++) {
        Op *op = program->ops.at[i];
        if (!op) continue;
        if (op->out && op->def->takes_steps && op->out->kind == TENSOR_VALUE && !op->out->base)
            op->out->in_registers = op->steps.count > op->terms && !read_elsewhere(program, op->out, op);
        for (int j = 0; j < op->steps.count; j++) {
            Tensor *result = op->steps.at[j].result;
            if (result && result->kind == TENSOR_VALUE && !result->base)
                result->in_registers = !read_elsewhere(program, result, op);
        }
    }
    int kept = 0;
    for (int i = 0; i < program->ops.count; i++)
        if (program->ops.at[i]) program->ops.at[kept++] = program->ops.at[i];
    program->ops.count = kept;
}
