/* SPDX-License-Identifier: MIT-0 */
/* What processes that share a step of training, each with memory of its own, give each other. They share it as threads
 * do, so that the bits are those of one; what one has made a part of goes to all others before they need it. */
#include <stdlib.h>

#include "base/arena.h"
#include "base/options.h"
#include "model/shape.h"
#include "passes/passes.h"
#include "plan/access.h"
#include "plan/plan.h"
#include "plan/share.h"
#include "plan/tensor.h"
#include "plan/uses.h"

/* Something of which each process has the part that it has made. */
typedef struct Parted {
    const Op *op;
    const Tensor *tensor;
} Parted;

typedef LIST(Parted) PartedList;

typedef struct Ranks {
    Plan *plan;
    Program *program;
    PartedList *of; /* memory, by the number of what owns it */
} Ranks;

static bool lies_in_memory(const Tensor *tensor) { return !tensor->in_registers && !tensor->regenerated; }

static int batch_count(Shape shape) {
    int count = 0;
    for (int i = 0; i < shape.rank; i++) count += shape.dim[i] < 0;
    return count;
}

static bool reads_samples(const Op *op) {
    for (Access at = {.op = op}; access_next(&at);)
        if (at.reads && batch_count(at.tensor->shape)) return true;
    return false;
}

static int64_t times_batch(int64_t size, bool of_batch) { return of_batch ? -size : size; }

/* All steps of the loop, of a portion that is one row in each of them. */
static bool portion_of_all_steps(const TimeLoop *loop, Portion *portion) {
    const Slice slice = tensor_slice(portion->tensor);
    portion->loop = loop;
    if (!slice.stepped || !slice.stride || loop->steps == 1) return true; /* all make the same place */
    if (portion->rows != 1) return false;
    portion->rows = loop->steps;
    portion->row = times_batch(slice.stride, slice.of_batch);
    return true;
}

/* Where the shares of an operation lie in something that it makes. False: that cannot be said. */
static bool portion_of(const Op *op, const Tensor *tensor, const TimeLoop *loop, Portion *portion) {
    const bool by_samples = op->share.kind == SHARE_SAMPLES;
    const Tensor *const whole = tensor_rows((Tensor *)tensor);
    const int64_t each = by_samples ? tensor_sample_size(tensor) : share_stride(op, tensor),
                  length = by_samples ? -1 : op->share.length, size = shape_size(whole->shape, 1),
                  row = llabs(each) * llabs(length);
    const int batches = (each < 0) + (length < 0), of_size = batch_count(whole->shape);
    *portion = (Portion){.op = op,
                         .tensor = whole,
                         .length = length,
                         .grain = by_samples ? "1" : op->share.grain,
                         .each = each,
                         .rows = 1,
                         .row = times_batch(size, of_size > 0)};
    if (!row || size % row || batches > 1 || of_size > 1 || batches > of_size) return false;
    if (!by_samples && (tensor->columns || op->def == &op_pack)) return false;
    portion->rows = times_batch(size / row, of_size > batches);
    portion->row = times_batch(row, batches > 0);
    return !loop || portion_of_all_steps(loop, portion);
}

/* What follows from weights alone costs each process no more than to be told. */
static void make_everywhere(Op *op) {
    Portion portion;
    if (op->share.kind == SHARE_NONE || op->share.kind == SHARE_SAMPLES) return;
    op->share.everywhere = !reads_samples(op);
    for (Access at = {.op = op}; access_next(&at);)
        if (at.writes && lies_in_memory(at.tensor) && !portion_of(op, at.tensor, op->loop, &portion))
            op->share.everywhere = true;
}

static bool makes_parts(const Op *op) { return op->share.kind != SHARE_NONE && !op->share.everywhere; }

static bool same_portion(const Portion *a, const Portion *b) {
    return tensors_begin_together(a->tensor, b->tensor) && a->loop == b->loop && a->length == b->length &&
           a->grain == b->grain && a->each == b->each && a->rows == b->rows && a->row == b->row;
}

static void add_portion(const Ranks *ranks, Portions *portions, const Portion *portion) {
    for (int i = 0; i < portions->count; i++)
        if (same_portion(&portions->at[i], portion)) return;
    list_push(ranks->plan->arena, portions, *portion);
}

/* Everybody gets what is parted of some memory; `loop`: in a step of it. */
static void complete(Ranks *ranks, const Tensor *storage, const TimeLoop *loop, Portions *portions) {
    PartedList *const parted = &ranks->of[storage->number];
    for (int i = 0; i < parted->count; i++) {
        const Op *const op = parted->at[i].op;
        Portion portion;
        portion_of(op, parted->at[i].tensor, op->loop == loop ? NULL : op->loop, &portion);
        add_portion(ranks, portions, &portion);
    }
    parted->count = 0;
}

/* Whether an operation can do with what its own process has made. */
static bool has_enough(const Op *op, const Parted *parted) {
    return parted->op == op || (op->share.kind == SHARE_SAMPLES && parted->op->share.kind == SHARE_SAMPLES);
}

/* What a round needs of what is parted. */
static void complete_for(Ranks *ranks, const Round *round, const TimeLoop *loop, Portions *portions) {
    for (int i = round->first; i < round->end; i++)
        for (Access at = {.op = ranks->program->ops.at[i]}; access_next(&at);) {
            const Tensor *const storage = tensor_storage(at.tensor);
            const PartedList *const parted = &ranks->of[storage->number];
            bool enough = true;
            for (int j = 0; j < parted->count; j++) enough = enough && has_enough(at.op, &parted->at[j]);
            if (!enough) complete(ranks, storage, loop, portions);
        }
}

static void part(Ranks *ranks, const Round *round) {
    for (int i = round->first; i < round->end; i++)
        for (Access at = {.op = ranks->program->ops.at[i]}; access_next(&at);) {
            if (!at.writes || !lies_in_memory(at.tensor) || !makes_parts(at.op)) continue;
            PartedList *const parted = &ranks->of[tensor_storage(at.tensor)->number];
            bool known = false;
            for (int j = 0; j < parted->count; j++)
                known = known || (parted->at[j].op == at.op && parted->at[j].tensor == at.tensor);
            if (!known) list_push(ranks->plan->arena, parted, ((Parted){at.op, at.tensor}));
        }
}

/* In a loop over time, what the next step needs goes to everybody at the end of each. */
static int share_loop(Ranks *ranks, int first) {
    Round *const rounds = ranks->program->rounds.at;
    const TimeLoop *const loop = rounds[first].loop;
    int end = first;
    while (end < ranks->program->rounds.count && rounds[end].loop == loop) end++;
    for (int i = first; i < end; i++) complete_for(ranks, &rounds[i], NULL, &rounds[first].before);
    for (int i = first; i < end; i++) {
        if (i > first) complete_for(ranks, &rounds[i], loop, &rounds[i].before);
        part(ranks, &rounds[i]);
    }
    for (int i = first; i < end; i++) complete_for(ranks, &rounds[i], loop, &rounds[end - 1].after);
    return end;
}

/* What outlasts the step. What one operation alone reads and writes, as the optimizer its averages, is wanted whole in
 * checkpoints and at the end. */
static void share_lasting(Ranks *ranks) {
    for (int i = 0; i < ranks->program->ops.count; i++)
        for (Access at = {.op = ranks->program->ops.at[i]}; access_next(&at);) {
            const Tensor *const storage = tensor_storage(at.tensor);
            if (storage->kind == TENSOR_VALUE || storage->kind == TENSOR_OUTPUT) continue;
            const bool own = storage->kind == TENSOR_SLOT && users_of(ranks->plan, ranks->program, storage).count == 1;
            complete(ranks, storage, NULL, own ? &ranks->program->gathered : &ranks->program->at_end);
        }
}

/* Says what processes give each other in a step of training that is shared out.
 * Requires: Op.share, Program.rounds. Guarantees: Share.everywhere, and in Round.before, Round.after, Program.at_end
 * and Program.gathered all that somebody reads and another process has made. Costs: four looks at all that operations
 * touch. */
void pass_share_ranks(Plan *plan, Program *program) {
    if (!plan->options->ranks || !program->rounds.count) return;
    Ranks ranks = {plan, program, NEW_ARRAY(plan->arena, PartedList, plan->tensor_count)};
    for (int i = 0; i < program->ops.count; i++) make_everywhere(program->ops.at[i]);
    for (int i = 0; i < program->rounds.count;) {
        Round *const round = &program->rounds.at[i];
        if (round->loop) {
            i = share_loop(&ranks, i);
            continue;
        }
        complete_for(&ranks, round, NULL, &round->before);
        part(&ranks, round);
        i++;
    }
    share_lasting(&ranks);
}
