/* SPDX-License-Identifier: MIT-0 */
/* What of a step of training is shared out, and where those who make it wait for each other. */
#include "base/arena.h"
#include "model/model.h"
#include "model/shape.h"
#include "passes/passes.h"
#include "plan/access.h"
#include "plan/plan.h"
#include "plan/share.h"
#include "plan/tensor.h"
#include "plan/uses.h"

/* Operations that stay together: one, or a loop. */
typedef struct Node {
    int first, end;
    int level;  /* nodes of a level wait for nothing but samples of their own */
    bool apart; /* a loop whose steps have rounds of their own */
} Node;

typedef LIST(Node) Nodes;

/* Who touches memory: one of all, each its samples, or each something else. */
typedef enum Toucher { ONE, SAMPLES, EACH, TOUCHERS } Toucher;

/* The last levels in which the memory of a tensor was read or written. */
typedef struct Touched {
    int read[TOUCHERS], written[TOUCHERS]; /* 0: never; else the level, from 1 */
} Touched;

typedef struct Levels {
    Touched *of; /* tensors, by number */
    int least;   /* of the phase */
    int highest; /* so far */
    int alone;   /* of the last operation that is not shared out: they keep their order */
} Levels;

static int64_t columns_of(Shape shape) { return shape.rank ? dim_size(shape.dim[shape.rank - 1], 1) : 1; }

/* Multiplications of a product; what others take does not decide whether threads pay. */
static int64_t multiplications(const Plan *plan, const Op *op) {
    if (!op->def->blocks || !op->out) return 0;
    const int64_t batch = plan->model->batch, steps = op->loop ? op->loop->steps : 1;
    const Shape b = op->in[1]->shape;
    const int64_t depth = op->in[1]->packed ? b.dim[1] : shape_size(b, batch) / columns_of(b);
    return shape_size(op->out->shape, batch) * depth * steps;
}

static int64_t work_of(const Plan *plan, const Program *program) {
    int64_t work = 0;
    for (int i = 0; i < program->ops.count; i++) work += multiplications(plan, program->ops.at[i]);
    return work;
}

static void share_out(Op *op) {
    op->share = (Share){0};
    if (op_is_of_samples(op)) op->share.kind = SHARE_SAMPLES;
    else if (op->def->share) op->def->share(op, &op->share);
}

/* The least level at which something may touch what was touched at `before`. Those who make the same samples, or the
 * one who makes all, need not wait for themselves. */
static int behind(const int *before, Toucher toucher) {
    int level = 0;
    for (Toucher i = ONE; i < TOUCHERS; i++) {
        const bool same = i == toucher && i != EACH;
        const int least = before[i] ? before[i] + !same : 0;
        if (least > level) level = least;
    }
    return level;
}

static Toucher toucher_of(const Op *op) {
    return op->share.kind == SHARE_NONE ? ONE : op->share.kind == SHARE_SAMPLES ? SAMPLES : EACH;
}

static int level_of(const Levels *levels, const Op *op) {
    int level = op->share.kind == SHARE_NONE && levels->alone > levels->least ? levels->alone : levels->least;
    for (Access at = {.op = op}; access_next(&at);) {
        const Touched *const touched = &levels->of[tensor_storage(at.tensor)->number];
        const int after_writing = behind(touched->written, toucher_of(op)),
                  after_reading = at.writes ? behind(touched->read, toucher_of(op)) : 0;
        if (after_writing > level) level = after_writing;
        if (after_reading > level) level = after_reading;
    }
    return level;
}

static void touch(Levels *levels, const Op *op, int level) {
    if (op->share.kind == SHARE_NONE) levels->alone = level;
    for (Access at = {.op = op}; access_next(&at);) {
        Touched *const touched = &levels->of[tensor_storage(at.tensor)->number];
        if (at.reads) touched->read[toucher_of(op)] = level;
        if (at.writes) touched->written[toucher_of(op)] = level;
    }
}

/* The operation at `i`, or the loop that begins there. */
static Node node_at(const Program *program, int i) {
    Node node = {.first = i, .end = loop_last(program, i) + 1};
    for (int j = i; j < node.end; j++)
        if (program->ops.at[j]->loop && program->ops.at[j]->share.kind != SHARE_SAMPLES) node.apart = true;
    return node;
}

static void place_node(Levels *levels, const Program *program, Node *node) {
    node->level = node->apart ? levels->highest + 1 : levels->least;
    for (int j = node->first; j < node->end && !node->apart; j++) {
        const int level = level_of(levels, program->ops.at[j]);
        if (level > node->level) node->level = level;
    }
    for (int j = node->first; j < node->end; j++) touch(levels, program->ops.at[j], node->level);
    if (node->level > levels->highest) levels->highest = node->level;
    if (node->apart) levels->least = levels->highest + 1;
}

/* Which round each step of a loop makes an operation in: they keep their order. */
static void rounds_of_loop(Plan *plan, Program *program, const Node *node, Levels *levels) {
    Round round = {.first = node->first, .end = node->first, .loop = program->ops.at[node->first]->loop};
    levels->least = ++levels->highest;
    for (int i = node->first; i < node->end; i++) {
        const Op *const op = program->ops.at[i];
        if (level_of(levels, op) > levels->highest) {
            list_push(plan->arena, &program->rounds, round);
            round.first = i;
            levels->least = ++levels->highest;
        }
        touch(levels, op, levels->highest);
        round.end = i + 1;
    }
    list_push(plan->arena, &program->rounds, round);
}

/* Puts the operations in the order of their levels, and says where rounds begin. */
static void order_nodes(Plan *plan, Program *program, const Nodes *nodes, Levels *levels) {
    const int count = levels->highest + 1;
    LIST(Node) *const of_level = arena_alloc(plan->arena, sizeof *of_level * (size_t)(count + 1));
    Moves moves = {0};
    for (int i = 0; i < nodes->count; i++) list_push(plan->arena, &of_level[nodes->at[i].level], nodes->at[i]);
    for (int level = 1; level < count; level++)
        for (int i = 0; i < of_level[level].count; i++)
            for (int j = of_level[level].at[i].first; j < of_level[level].at[i].end; j++)
                list_push(plan->arena, &moves, ((Move){program->ops.at[j], program->ops.count}));
    program_move(plan, program, &moves);
    int first = 0;
    for (int level = 1; level < count; level++) {
        Round round = {.first = first, .end = first};
        for (int i = 0; i < of_level[level].count; i++) {
            Node node = of_level[level].at[i];
            round.end = first + node.end - node.first;
            if (node.apart) rounds_of_loop(plan, program, &(Node){first, round.end, 0, true}, levels);
            else if (i == of_level[level].count - 1)
                list_push(plan->arena, &program->rounds, round);
            first = round.end;
        }
    }
}

static void mark_alone(Program *program) {
    for (int i = 0; i < program->rounds.count; i++) {
        Round *const round = &program->rounds.at[i];
        round->alone = true;
        for (int j = round->first; j < round->end; j++)
            if (program->ops.at[j]->share.kind != SHARE_NONE) round->alone = false;
    }
}

/* How many threads pay for themselves: each has work in a round that is worth meeting behind it, and a sample at least.
 * A loop whose steps have rounds of their own has two in each. */
static int64_t paying_threads(const Plan *plan, const Program *program, const Nodes *nodes, const Levels *levels) {
    int64_t rounds = levels->highest;
    for (int i = 0; i < nodes->count; i++)
        if (nodes->at[i].apart) rounds += 2 * program->ops.at[nodes->at[i].first]->loop->steps;
    const int64_t threads = work_of(plan, program) / (rounds * plan->target->round_work);
    const int64_t samples = plan->model->batch, most = threads < samples ? threads : samples;
    return most > 1 ? most : 1;
}

/* Shares out what a step of training does, where it is wanted and pays: forwards and backwards a block of samples goes
 * through all layers; gradients of weights are shared out by the weights, so that no sum over samples is divided.
 * Operations of a phase move forward to the round in which nothing that they wait for is still at work.
 * Requires: all is fused. Guarantees: Op.share, Program.rounds, Plan.step_threads; whatever writes to memory and
 * whatever else touches it stand in different rounds, unless each makes its own samples. Costs: two looks at all that
 * operations touch. */
void pass_share_work(Plan *plan, Program *program) {
    const Options *const options = plan->options;
    if (program->training) plan->step_threads = 1;
    if (!program->training || program->ops.count == 0 || options->gradients || options->external_masks) return;
    if (plan->model->batch < 2 || !plan->target->blocks) return;
    const bool wanted = options->threads || options->ranks;
    if (!wanted && (!options->main || work_of(plan, program) < 2 * plan->target->round_work)) return;
    Levels levels = {.of = NEW_ARRAY(plan->arena, Touched, plan->tensor_count), .least = 1};
    Nodes nodes = {0};
    for (int i = 0; i < program->ops.count; i++) share_out(program->ops.at[i]);
    for (int i = 0; i < program->ops.count; i = nodes.at[nodes.count - 1].end) {
        if (i > 0 && program->ops.at[i]->phase != program->ops.at[i - 1]->phase) levels.least = levels.highest + 1;
        Node node = node_at(program, i);
        place_node(&levels, program, &node);
        list_push(plan->arena, &nodes, node);
    }
    plan->step_threads = paying_threads(plan, program, &nodes, &levels);
    if (!wanted && plan->step_threads < 2) {
        for (int i = 0; i < program->ops.count; i++) program->ops.at[i]->share = (Share){0};
        return;
    }
    order_nodes(plan, program, &nodes, &levels);
    mark_alone(program);
}
