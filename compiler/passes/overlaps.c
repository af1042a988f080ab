/* SPDX-License-Identifier: MIT-0 */
/* Elementwise work is done in place, and a convolution or pooling writes behind itself: its result may lie over what it
 * has read already. */
#include "passes/overlaps.h"
#include "passes/passes.h"
#include "plan/access.h"
#include "plan/lead.h"
#include "plan/tensor.h"
#include "plan/uses.h"

static bool is_value(const Tensor *tensor) {
    return tensor->kind == TENSOR_VALUE && !tensor->in_registers && !tensor->regenerated;
}

/* The largest of what an operation reads for the last time that `made` may lie over, with the shortest lead. */
static void find_under(const Plan *plan, const Op *op, Tensor *made) {
    Tensor *best = NULL;
    for (Access at = {.op = op}; access_next(&at);) {
        Tensor *const read = tensor_storage(at.tensor);
        if (!at.reads || !is_value(read) || read == made || read->last != op->at || read->under) continue;
        const int64_t lead = op_lead(plan, op, read, made);
        const int64_t most = tensor_size(plan, made) < tensor_size(plan, read) ? tensor_size(plan, made)
                                                                                : tensor_size(plan, read);
        if (lead < 0 || lead > most / 2) continue; /* beside it is as good */
        if (best && tensor_size(plan, best) >= tensor_size(plan, read)) continue;
        best = read;
        made->lead = lead;
    }
    made->over = best;
    made->at_over = op_keeps_place(op);
    if (best) best->under = made;
}

void find_overlaps(const Plan *plan, Program *program) {
    for (int i = 0; i < program->ops.count; i++)
        for (Access at = {.op = program->ops.at[i]}; access_next(&at);) {
            Tensor *const made = at.tensor;
            if (at.writes && !at.reads && !made->base && is_value(made) && made->first == i && !made->over)
                find_under(plan, program->ops.at[i], made);
        }
}

/* The value that the operation which makes the output alone reads, and could as well rework in the output's memory. */
static Tensor *reworked(const Plan *plan, const Program *program, const Op *op, const Tensor *output) {
    for (Access at = {.op = op}; access_next(&at);) {
        Tensor *const read = tensor_storage(at.tensor);
        const Use *const writer = first_writer(program, read);
        if (!at.reads || !is_value(read) || readers_of(program, read) != 1) continue;
        if (!writer || next_use(writer)) continue;
        if (writer->op->loop || read->views || read->carry) continue;
        const bool fits = tensor_size(plan, read) == tensor_size(plan, output);
        if (fits && op_lead(plan, op, read, output) == 0) return read;
    }
    return NULL;
}

/* Values that become the output in place are made in the caller's memory.
 * Requires: all is fused. Guarantees: such a value is a view of the output. Costs: the operands of these operations. */
void pass_fill_output(Plan *plan, Program *program) {
    Tensor *const output = program->output ? tensor_storage(program->output) : NULL;
    const Use *writer = output && !plan->target->blocks ? first_writer(program, output) : NULL;
    if (!writer || next_use(writer) || writer->op->loop || readers_of(program, output)) return;
    for (const Op *op = writer->op; op;) {
        Tensor *const read = reworked(plan, program, op, output);
        op = read ? first_writer(program, read)->op : NULL;
        if (read) tensor_show(plan, read, output);
    }
}
