/* SPDX-License-Identifier: MIT-0 */
/* Fusion: elementwise operations become steps of the operation that makes their input, so that a value goes from the
 * product's registers through bias, activation and dropout to memory, or into the optimizer, without a detour. */
#include "model/shape.h"
#include "ops/weighted_sums.h"
#include "passes/passes.h"
#include "plan/access.h"
#include "plan/map_attrs.h"
#include "plan/matmul_attrs.h"
#include "plan/plan.h"
#include "plan/step.h"
#include "plan/tensor.h"
#include "plan/uses.h"

/* Whether an operation writes in place to a part of `tensor`; or, with `whole`, to this very tensor, element by
 * element. */
static bool changes(const Op *op, const Tensor *tensor, bool whole) {
    for (Access at = {.op = op}; access_next(&at);)
        if (at.reads && at.writes && (whole ? at.tensor == tensor : tensors_overlap(at.tensor, tensor))) return true;
    return false;
}

/* The last operation before `end` that makes or changes a part of `tensor`; -1: none. */
static int made_at(const Program *program, const Tensor *tensor, int end) {
    int made = -1;
    for (const Use *use = first_writer(program, tensor); use; use = next_use(use)) {
        const int at = use->op->at;
        if (at > made && at < end && (op_makes(use->op, tensor) || changes(use->op, tensor, false))) made = at;
    }
    return made;
}

/* Whether this very tensor is what `op` makes, element by element. */
static bool is_made_by(const Tensor *tensor, const Op *op) {
    for (Access at = {.op = op}; access_next(&at);)
        if (at.writes && !at.reads && at.tensor == tensor) return true;
    return false;
}

/* Inside a product's block a step sees rows and columns: an operand has to be full, or one value per column. */
static bool is_full_or_by_column(const Tensor *tensor, Shape space) {
    if (shape_equal(tensor->shape, space)) return true;
    return tensor->shape.rank == 1 && tensor->shape.dim[0] == space.dim[space.rank - 1];
}

/* Whether the loops of an operation reach random numbers as they are counted: by the last dimension longer than 1
 * (nnc.h). A product's columns are the last dimension whatever its length. */
static bool counts_columns(const Op *host) {
    const Shape space = op_space(host);
    if (host->def->blocks) return space.dim[space.rank - 1] != 1;
    return host->def == &op_map;
}

typedef struct TensorSet {
    const Tensor *at[MAX_STEP_TENSORS + 1]; /* one more than fit: then they do not */
    int count;
} TensorSet;

static void set_add(TensorSet *set, const Tensor *tensor) {
    for (int i = 0; i < set->count; i++)
        if (set->at[i] == tensor) return;
    if (set->count <= MAX_STEP_TENSORS) set->at[set->count++] = tensor;
}

static void set_add_steps(TensorSet *set, const Op *op) {
    for (Access at = {.op = op}; access_next(&at);)
        if (at.step >= 0) set_add(set, at.tensor);
}

/* Whether one C function can hold the steps of both. */
static bool steps_fit(const Op *host, const Op *op) {
    TensorSet set;
    set.count = 0; /* and the rest is not worth clearing */
    if (host->steps.count + op->steps.count > MAX_STEPS) return false;
    set_add_steps(&set, host);
    set_add_steps(&set, op);
    return set.count <= MAX_STEP_TENSORS;
}

/* Whether all that an operation reads of a tensor is the element that it is at, as the penalty of a weight does. */
static bool reads_own_element(const Op *op, const Tensor *tensor) {
    for (Access at = {.op = op}; access_next(&at);)
        if (at.reads && (at.step < 0 || at.tensor != tensor) && tensor_storage(at.tensor) == tensor_storage(tensor))
            return false;
    return true;
}

/* Whether an operation may run as early as one of another phase: not before the loss is known, nor into or out of an
 * update that waits for several batches; and with --gradients the caller comes between. */
static bool phases_fit(const Plan *plan, Phase phase, Phase host) {
    if (phase == host) return true;
    if (host == PHASE_FORWARD) return false;
    if (plan->options->gradients && host == PHASE_BACKWARD) return false;
    return plan->update.accumulated <= 1 || (phase != PHASE_UPDATE && host != PHASE_UPDATE);
}

/* Whether what the operation at `from` writes is read between `into`, its new place, and `from`. */
static bool still_wanted(const Program *program, const Tensor *tensor, int from, int into) {
    for (const Use *use = first_reader(program, tensor); use; use = next_use(use)) {
        const int at = use->op->at;
        if (at >= into && at < from && !(at == into && reads_own_element(use->op, tensor))) return true;
    }
    return false;
}

/* Whether what an operation makes is not made in blocks, behind which steps could run. */
static bool is_made_by_rows(const Plan *plan, const Op *op) {
    return !plan->target->blocks && makes_weighted_sums(op);
}

/* Whether the operation at `from` may run as steps of the one at `into`, where it runs earlier. */
static bool can_fuse(const Plan *plan, const Program *program, int from, int into) {
    const Op *op = program->ops.at[from], *host = program->ops.at[into];
    if (!host->def->takes_steps || is_matmul_deep(host) || is_made_by_rows(plan, host)) return false;
    if (!plan->target->blocks && op->def == &op_update && host->def != &op_matmul) return false; /* one serves all */
    if (!shape_equal(op_space(op), op_space(host)) || op->loop != host->loop) return false;
    if (!phases_fit(plan, op->phase, host->phase)) return false;
    if (!steps_fit(host, op)) return false;
    for (Access at = {.op = op}; access_next(&at);) {
        const Tensor *const operand = at.tensor;
        if (!at.operand) continue;
        if (host->def->blocks && !operand->regenerated && !is_full_or_by_column(operand, op_space(host))) return false;
        if (operand->regenerated && !counts_columns(host)) return false;
        if (is_made_by(operand, op)) continue;
        const int made = made_at(program, operand, from);
        if (made > into || (made == into && !is_made_by(operand, host) && !changes(host, operand, true))) return false;
        if (at.writes && still_wanted(program, operand, from, into)) return false;
    }
    return true;
}

static bool read_elsewhere(const Program *program, const Tensor *tensor, const Op *host) {
    for (const Use *use = first_reader(program, tensor); use; use = next_use(use))
        if (use->op != host) return true;
    return program->output && tensor_storage(program->output) == tensor;
}

/* Whether two operations read or make parts of the same memory. */
static bool share_memory(const Op *a, const Op *b) {
    for (Access at = {.op = a}; access_next(&at);)
        if (at.operand && (op_reads(b, at.tensor) || op_makes(b, at.tensor))) return true;
    return false;
}

/* The operation that the one at `from` can become steps of: that which makes its inputs, or, in a loop over time, where
 * every operation costs a pass, another map over the same memory. -1: none. */
static int find_host(const Plan *plan, const Program *program, int from) {
    const Op *op = program->ops.at[from];
    int made = -1; /* the latest of the operations that make its inputs */
    for (Access read = {.op = op}; access_next(&read);) {
        const int at = read.operand && !is_made_by(read.tensor, op) ? made_at(program, read.tensor, from) : -1;
        if (at > made) made = at;
    }
    if (made >= 0 && can_fuse(plan, program, from, made)) return made;
    for (int i = made < loop_first(program, from) ? loop_first(program, from) : made + 1; i < from; i++)
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
    for (Access at = {.op = op}; access_next(&at);) {
        if (!at.reads && read_elsewhere(program, at.tensor, sum)) return false;
        if (!at.reads) continue;
        if (at.tensor->regenerated || at.writes) return false;
        for (const Use *use = first_writer(program, at.tensor); use; use = next_use(use))
            if (use->op->at > from && use->op->at < into) return false;
    }
    return true;
}

/* The steps of one operation become those of another, which leaves nothing of it. */
static void move_steps(Plan *plan, Program *program, Op *op, Op *host) {
    for (int i = 0; i < op->steps.count; i++) {
        Step step = op->steps.at[i];
        if (step.result) step.result->producer = host;
        if (!step.layer) step.layer = op->layer;
        op_add_step(plan->arena, host, step);
    }
    program_drop(plan, program, op);
    op_index(plan, host);
}

/* What a map makes for a sum only is never stored: each element is made when it is added. */
static void fuse_terms(Plan *plan, Program *program) {
    for (int i = program->ops.count - 1; i >= 0; i--) {
        Op *sum = program->ops.at[i];
        const int from = sum && sum->def == &op_sum ? made_at(program, sum->in[0], i) : -1;
        if (from < 0 || !can_be_terms(program, from, i)) continue;
        Op *op = program->ops.at[from];
        sum_set_terms(sum, op->steps.count);
        move_steps(plan, program, op, sum);
    }
}

/* Which values live and die inside one operation. */
static void find_registers(const Program *program) {
    for (int i = 0; i < program->ops.count; i++) {
        const Op *const op = program->ops.at[i];
        if (op->out && op->def->takes_steps && op->out->kind == TENSOR_VALUE && !op->out->base)
            op->out->in_registers = op->steps.count > op_terms(op) && !read_elsewhere(program, op->out, op);
        for (int j = 0; j < op->steps.count; j++) {
            Tensor *const result = op->steps.at[j].result;
            if (result && result->kind == TENSOR_VALUE && !result->base)
                result->in_registers = !read_elsewhere(program, result, op);
        }
    }
}

/* Moves maps and updates into the operation that makes their input, as steps.
 * Requires: random masks are decided. Guarantees: Tensor.in_registers is set for what no other operation reads.
 * Costs: for each map and update, the makers of what it reads and, in a loop, the maps there; for each that is moved,
 * the steps of its new place, which are MAX_STEPS at most. */
void pass_fuse_steps(Plan *plan, Program *program) {
    fuse_terms(plan, program);
    for (int i = 0; i < program->ops.count; i++) {
        Op *op = program->ops.at[i];
        if (!op || (op->def != &op_map && op->def != &op_update)) continue;
        const int into = find_host(plan, program, i);
        if (into >= 0) move_steps(plan, program, op, program->ops.at[into]);
    }
    program_close(program);
    find_registers(program);
}
