/* SPDX-License-Identifier: MIT-0 */
/* For targets that make products row by row: layers that look at windows of images, one behind the other, go over them
 * line by line. Each keeps as many lines of what it makes as a window of the next one reads, in a ring; a dense layer
 * or a pooling of the whole image at the end adds up what each line gives. All sums are added up in the same order. */
#include "build/build.h"
#include "build/builder.h"
#include "build/loop.h"
#include "model/shape.h"
#include "ops/pool.h"
#include "passes/memory_taken.h"
#include "passes/overlaps.h"
#include "passes/passes.h"
#include "passes/rewrite.h"
#include "plan/access.h"
#include "plan/lead.h"
#include "plan/matmul_attrs.h"
#include "plan/plan.h"
#include "plan/step.h"
#include "plan/tensor.h"
#include "plan/uses.h"
#include "plan/window.h"

enum { GAIN = 8 }; /* memory that is worth it: one part in so many */

typedef enum StageKind {
    STAGE_WINDOWS, /* a line is made of some lines … */
    STAGE_PLACES,  /* … or of one, place by place */
    STAGE_SUMS,    /* every line adds to the sums of a dense layer … */
    STAGE_POOLS    /* … or to what is pooled of the whole image */
} StageKind;

/** An operation that goes over an image line by line. */
typedef struct Stage {
    StageKind kind;
    Op *op;
    Tensor *read, *made; /* the image, and the next one, or what is added up */
    LineWindow window;
    int64_t lines;       /* of what is made; where that is added up, of the image */
    Pace pace;
    Tensor *line;        /* of what is made, the one that is being made */
} Stage;

/** Stages that stand one behind the other. */
typedef struct Chain {
    LIST(Stage) at;
    int64_t before, behind; /* reals of memory that are taken there, as it is, and line by line */
    int paces;              /* stages that make their lines in other steps than those before them */
} Chain;

static bool is_image(const Tensor *tensor) {
    return tensor->shape.rank > 2 && tensor->shape.dim[0] == BATCH && tensor->shape.dim[LINE_DIM] > 0;
}

static int64_t lines_of(const Tensor *image) { return image->shape.dim[LINE_DIM]; }

static int64_t line_reals(const Plan *plan, const Tensor *image) {
    return tensor_size(plan, image) / (lines_of(image) ? lines_of(image) : 1);
}

static bool is_constant(const Tensor *tensor) { return tensor_storage(tensor)->kind == TENSOR_WEIGHT; }

/* Stages */

/* Whether a pooling's only window is the image. */
static bool pools_all(const Op *op) {
    const Window *const window = op_window(op);
    for (int i = 0; i < window->dims; i++)
        if (window->low[i] || window->size[i] != op->in[0]->shape.dim[LINE_DIM + i] ||
            op->out->shape.dim[LINE_DIM + i] != 1)
            return false;
    return true;
}

static bool find_windows(Op *op, Stage *stage) {
    if (!op->def->line_window || op->steps.count || !is_image(op->in[0]) || !is_image(op->out)) return false;
    *stage = (Stage){STAGE_WINDOWS, op, op->in[0], op->out, op->def->line_window(op), lines_of(op->out)};
    if (op->def == &op_pool && stage->window.stride && pools_all(op)) {
        stage->kind = STAGE_POOLS;
        stage->window = (LineWindow){1, 1, 0};
        stage->lines = lines_of(op->in[0]);
    }
    return stage->window.stride > 0;
}

/* A product of each place with a kernel, or of all an image with one. */
static bool find_product(Op *op, Stage *stage) {
    if (!is_matmul_straight(op) || op->steps.count || !is_constant(op->in[1]) || op->in[1]->columns) return false;
    if (op->in_count > 3) return false;
    if (op->in_count == 3 && (!is_constant(op->in[2]) || op->in[2]->shape.rank != 1)) return false;
    Tensor *const image = op->out->shape.rank == 2 ? tensor_storage(op->in[0]) : op->in[0];
    if (!is_image(image)) return false;
    *stage = (Stage){STAGE_PLACES, op, image, op->out, {1, 1, 0}, lines_of(image)};
    if (op->out->shape.rank > 2) return op->out->shape.rank == image->shape.rank && !op->out->columns;
    stage->kind = STAGE_SUMS;
    return image->kind == TENSOR_VALUE && op->in[1]->shape.rank == 2 && op->in[1]->shape.dim[0] > 0 &&
           op->in[1]->shape.dim[0] == shape_size(image->shape, 1);
}

/* Whether all lines of an image are worked on with the same numbers. */
static bool is_of_any_line(const Tensor *tensor, const Tensor *image) {
    const int dim = tensor->shape.rank - image->shape.rank + LINE_DIM;
    return tensor->shape.rank < image->shape.rank && (dim < 0 || tensor->shape.dim[dim] == 1);
}

/* Elementwise work on one image, with numbers for each channel or for all. */
static bool find_map(Op *op, Stage *stage) {
    if (op->def != &op_map || !is_image(op->out)) return false;
    *stage = (Stage){STAGE_PLACES, op, NULL, NULL, {1, 1, 0}, lines_of(op->out)};
    for (Access at = {.op = op}; access_next(&at);) {
        Tensor *const tensor = at.tensor;
        const bool whole = shape_equal(tensor->shape, op->out->shape);
        if (tensor->regenerated || tensor->columns || (at.writes && at.reads)) return false;
        if (tensor->in_registers) {
            if (!whole) return false;
            continue;
        }
        Tensor **const place = at.writes ? &stage->made : &stage->read;
        if (whole && *place && *place != tensor) return false;
        if (whole) *place = tensor;
        else if (at.writes || !is_of_any_line(tensor, op->out)) return false;
    }
    return stage->read && stage->made;
}

static bool find_stage(Op *op, Stage *stage) {
    if (op->loop || op->adds || op->phase != PHASE_FORWARD || !op->out) return false;
    return find_windows(op, stage) || find_product(op, stage) || find_map(op, stage);
}

/* Whether the next stage alone reads what one makes. */
static bool leads_to(const Program *program, const Stage *stage, const Stage *next) {
    const Tensor *const storage = tensor_storage(stage->made);
    if (stage->kind == STAGE_SUMS || stage->kind == STAGE_POOLS || next->read != stage->made) return false;
    if (storage->kind == TENSOR_OUTPUT) return next->kind == STAGE_PLACES && tensor_storage(next->made) == storage;
    const Use *const writer = first_writer(program, storage);
    return storage == stage->made && storage->kind == TENSOR_VALUE && !storage->carry &&
           readers_of(program, storage) == 1 && !next_use(writer);
}

/* Elementwise work that is done in the memory of what it reads. */
static bool is_in_place(const Plan *plan, const Stage *stage) {
    if (tensor_storage(stage->read) == tensor_storage(stage->made)) return true;
    return stage->op->def == &op_map && stage->read->kind == TENSOR_VALUE && !stage->read->base &&
           op_lead(plan, stage->op, stage->read, stage->made) == 0;
}

/* Memory */

/* What is kept of the image that a stage behind the first one reads. */
static int64_t ring_reals(const Plan *plan, const Stage *stage) {
    const int64_t reach = stage->window.reach < lines_of(stage->read) ? stage->window.reach : lines_of(stage->read);
    return is_in_place(plan, stage) ? 0 : reach * line_reals(plan, stage->read);
}

static int64_t value_reals(const Plan *plan, const Tensor *tensor) {
    const Tensor *const storage = tensor_storage(tensor);
    return needs_memory(storage) ? tensor_reals(plan, storage) : 0;
}

static int64_t greater(int64_t a, int64_t b) { return a > b ? a : b; }

/* Cuts a chain behind the stage where that needs least memory, from its first place to its last as it is now. Returns
 * whether it is worth its code. */
static bool cut_chain(const Plan *plan, const MemoryTaken *memory, Chain *chain) {
    const int first = chain->at.at[0].op->at;
    int64_t *const behind = NEW_ARRAY(plan->arena, int64_t, chain->at.count + 1); /* most from a stage on */
    int64_t rings = 0, others = 0;
    int kept = 0, paces = 0;
    for (int i = chain->at.count - 1; i >= 0; i--) behind[i] = greater(behind[i + 1], memory_at(memory, first + i));
    chain->before = chain->behind = behind[0];
    for (int i = 0; i < chain->at.count; i++) {
        const Stage *const stage = &chain->at.at[i];
        if (i) rings += ring_reals(plan, stage);
        if (i && (stage->window.stride > 1 || stage->window.reach - stage->window.low > 1)) paces++;
        int64_t beside = memory->live[first + i] - value_reals(plan, stage->made);
        if (i && tensor_storage(stage->read) != tensor_storage(stage->made)) beside -= value_reals(plan, stage->read);
        others = greater(others, beside);
        const int64_t now = greater(rings + others + value_reals(plan, stage->made), behind[i + 1]);
        if (i == 0 || now >= chain->behind) continue;
        chain->behind = now;
        chain->paces = paces;
        kept = i + 1;
    }
    chain->at.count = kept;
    return kept && chain->behind <= chain->before - chain->before / GAIN &&
           chain->before - chain->behind >= (chain->paces + 1) * plan->target->line_code;
}

/* Steps */

/* Which lines are wanted, from the last stage on, and in which step each is made: as soon as all that it is made of is
 * there. Returns the number of steps. */
static int64_t find_paces(Chain *chain) {
    Stage *const stages = chain->at.at;
    int64_t earliest = 0, steps = 0;
    for (int i = chain->at.count - 1; i >= 0; i--) {
        const Stage *const next = &stages[i + 1];
        stages[i].pace.count = stages[i].lines;
        if (i == chain->at.count - 1) continue;
        const int64_t wanted = (next->pace.count - 1) * next->window.stride - next->window.low + next->window.reach;
        if (wanted < stages[i].lines) stages[i].pace.count = wanted;
    }
    stages[0].pace.every = 1;
    for (int i = 1; i < chain->at.count; i++) {
        const LineWindow window = stages[i].window;
        const Pace before = stages[i - 1].pace;
        stages[i].pace.first = before.first + (window.reach - 1 - window.low) * before.every;
        stages[i].pace.every = before.every * window.stride;
        if (stages[i].pace.first < earliest) earliest = stages[i].pace.first;
    }
    for (int i = 0; i < chain->at.count; i++) {
        Pace *const pace = &stages[i].pace;
        pace->first -= earliest;
        steps = greater(steps, pace->first + (pace->count - 1) * pace->every + 1);
    }
    return steps;
}

/* Rewriting */

/* The line of an image that is made in a step, called as the image is. */
static Tensor *line_of(Builder *build, Tensor *image, Shape shape) {
    Shape lines = {.rank = image->shape.rank - 1};
    for (int i = 0; i < lines.rank; i++) lines.dim[i] = image->shape.dim[i + 1];
    Tensor *const view = build_view(build, image, lines, "lines"), *const line = loop_slot(build, view, 0, "line");
    line->shape = shape;
    line->word = image->word;
    line->of = image->of;
    line->form = image->form;
    line->layer = image->layer;
    return line;
}

static Shape line_shape(const Tensor *image) {
    Shape shape = image->shape;
    shape.dim[LINE_DIM] = 1;
    return shape;
}

/* What a stage reads: the rows of an image that its windows see, where it finds them itself, or one. */
static void read_lines(Builder *build, const Chain *chain, int at) {
    const Stage *const stage = &chain->at.at[at], *const before = at ? stage - 1 : NULL;
    Op *const op = stage->op;
    const bool one = stage->window.reach == 1 && stage->window.low == 0 && stage->lines <= lines_of(stage->read);
    if (stage->kind == STAGE_WINDOWS && !(before && one)) return;
    if (stage->kind == STAGE_SUMS) {
        const int64_t lines = stage->lines, rows = op->in[1]->shape.dim[0] / lines, columns = op->in[1]->shape.dim[1];
        Tensor *const parts = build_view(build, op->in[1], (Shape){.rank = 3, .dim = {lines, rows, columns}}, "parts");
        op->in[1] = loop_slot(build, parts, 0, tensor_storage(op->in[1])->weight->name);
        op->in[0] = line_of(build, stage->read, (Shape){.rank = 2, .dim = {BATCH, rows}});
        return;
    }
    Tensor *const line = before ? before->line : line_of(build, stage->read, line_shape(stage->read));
    op_substitute(op, stage->read, line);
}

static const Formula mean = {"mean", {"sum"}, "sum / count", {NULL}, .kind = FORMULA_OTHER};

/* What the sum of an image's places is divided by, once all are added up. */
static void divide_sum(Builder *build, const Stage *stage, Moves *moves) {
    Op *const pool = stage->op;
    Window *const window = op_window(pool);
    int64_t places = 1;
    for (int i = 0; i < window->dims; i++) places *= window->size[i];
    Op *const op = build_op(build, &op_map, "forward_mean");
    Tensor *const sum = build_view(build, stage->made, stage->made->shape, "sum");
    Step step = {.text = mean.value, .formula = &mean, .kind = mean.kind, .result = stage->made};
    step_add(build->plan->arena, &step, TENSOR_AS(ROLE_FIRST, "sum", sum));
    step_add(build->plan->arena, &step, NUMBER("count", (double)places));
    op->out = stage->made;
    op_add_step(build->plan->arena, op, step);
    stage->made->producer = op;
    sum->producer = pool;
    pool->out = sum;
    window->pool = POOL_SUM;
    list_push(build->plan->arena, moves, ((Move){op, pool->at + 1}));
}

/* What a stage makes: a line of an image, of which as many are kept as `next` reads, or all; or more of a sum. */
static void make_lines(Builder *build, Stage *stage, const Stage *next, Moves *moves) {
    Op *const op = stage->op;
    if (stage->kind == STAGE_POOLS && op_window(op)->pool == POOL_AVERAGE) divide_sum(build, stage, moves);
    if (stage->kind == STAGE_POOLS) op_window(op)->size[0] = op_window(op)->stride[0] = 1;
    if (stage->kind == STAGE_SUMS || stage->kind == STAGE_POOLS) {
        op->adds = true;
        return;
    }
    stage->line = line_of(build, stage->made, line_shape(stage->made));
    for (int i = 0; i < op->steps.count; i++)
        if (op->steps.at[i].result->in_registers) op->steps.at[i].result->shape.dim[LINE_DIM] = 1;
    op_substitute(op, stage->made, stage->line);
    stage->line->producer = op;
    stage->made->producer = NULL;
    if (next && !stage->made->base && next->window.reach < stage->pace.count) stage->made->lines = next->window.reach;
}

static void split(Plan *plan, Program *program, Chain *chain) {
    Moves moves = {0};
    TimeLoop *const loop = NEW(plan->arena, TimeLoop);
    *loop = (TimeLoop){.name = "lines", .steps = find_paces(chain)};
    for (int i = 1; i < chain->at.count; i++) {
        const Stage *const stage = &chain->at.at[i];
        if (!is_in_place(plan, stage) || tensor_storage(stage->read) == tensor_storage(stage->made)) continue;
        tensor_show(plan, stage->read, stage->made);
    }
    for (int i = 0; i < chain->at.count; i++) {
        Stage *const stage = &chain->at.at[i];
        Builder build = {.plan = plan, .program = program, .layer = stage->op->layer, .phase = stage->op->phase};
        read_lines(&build, chain, i);
        make_lines(&build, stage, i + 1 < chain->at.count ? stage + 1 : NULL, &moves);
        stage->op->loop = loop;
        stage->op->pace = stage->pace;
        op_index(plan, stage->op);
    }
    for (int i = 0; i < moves.count; i++) op_index(plan, moves.at[i].op);
    program_move(plan, program, &moves);
    program_close(program);
}

/* The stages from a place on. */
static Chain chain_from(const Plan *plan, const Program *program, int first) {
    Chain chain = {0};
    for (int i = first; i < program->ops.count; i++) {
        Stage stage;
        if (!find_stage(program->ops.at[i], &stage)) break;
        if (i > first && !leads_to(program, &chain.at.at[i - first - 1], &stage)) break;
        list_push(plan->arena, &chain.at, stage);
    }
    return chain;
}

/* Goes over images line by line where that takes less memory, and where what is not gone over so does not take as much.
 * Requires: all is fused, and what becomes the output is made there. Guarantees: nothing changes that others read.
 * Costs: what memory_taken() does, and the operands of all operations. */
void pass_split_lines(Plan *plan, Program *program) {
    if (!plan->target->line_code || program->training || plan->model->batch != 1) return;
    Arena *const scratch = arena_new();
    const MemoryTaken memory = memory_taken(plan, program, scratch);
    LIST(Chain) chains = {0};
    int64_t least = 0; /* what is taken in any case */
    for (int i = 0; i < program->ops.count;) {
        Chain chain = chain_from(plan, program, i);
        if (chain.at.count > 1 && cut_chain(plan, &memory, &chain)) {
            list_push(plan->arena, &chains, chain);
            least = greater(least, chain.behind);
            i += chain.at.count;
        } else {
            least = greater(least, memory_at(&memory, i++));
        }
    }
    arena_free(scratch);
    for (int i = 0; i < chains.count; i++)
        if (least <= chains.at[i].before - chains.at[i].before / GAIN) split(plan, program, &chains.at[i]);
}
