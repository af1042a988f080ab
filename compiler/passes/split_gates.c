/* SPDX-License-Identifier: MIT-0 */
/* For targets that make products row by row: gates of a recurrent layer are made one after the other, each when it is
 * wanted, so that not all of them need memory at once. A product whose columns are read apart is a product for each;
 * and of elementwise work, as much follows a product as takes less memory than what it is made of. */
#include "build/build.h"
#include "build/builder.h"
#include "model/shape.h"
#include "passes/memory_taken.h"
#include "passes/overlaps.h"
#include "passes/passes.h"
#include "passes/rewrite.h"
#include "plan/access.h"
#include "plan/matmul_attrs.h"
#include "plan/op.h"
#include "plan/plan.h"
#include "plan/step.h"
#include "plan/tensor.h"
#include "plan/uses.h"

enum { NEAR = 8 }; /* what takes one part in so many less than the most is as good as that */

static int64_t columns_of(const Tensor *tensor) { return tensor->shape.dim[tensor->shape.rank - 1]; }

static bool is_sums(const Tensor *value) {
    const Op *const op = value->producer;
    return value->kind == TENSOR_VALUE && !value->base && !value->carry && op && op->out == value &&
           is_matmul_straight(op) && op->in_count <= 3 && !op->steps.count;
}

/* Products */

/* The columns of a product's result that others read, all of one width. */
typedef struct Parts {
    int64_t width;
    LIST(Tensor *) at; /* a view of each, that of the first reader */
    LIST(int) readers; /* where that stands */
} Parts;

static bool add_part(const Plan *plan, const Tensor *whole, Tensor *view, int reader, Parts *parts) {
    const bool plain = view->columns && columns_of(tensor_rows(view)) == columns_of(whole) && !view->views;
    if (!parts->width) parts->width = columns_of(view);
    if (!plain || columns_of(view) != parts->width || view->column % parts->width) return false;
    for (int i = 0; i < parts->at.count; i++) {
        if (parts->at.at[i]->column != view->column) continue;
        if (parts->readers.at[i] > reader) parts->readers.at[i] = reader;
        return true;
    }
    list_push(plan->arena, &parts->at, view);
    list_push(plan->arena, &parts->readers, reader);
    return true;
}

/* By their first readers: in the order in which they are made. */
static void put_in_order(Parts *parts) {
    for (int i = 1; i < parts->at.count; i++)
        for (int j = i; j > 0 && parts->readers.at[j - 1] > parts->readers.at[j]; j--) {
            Tensor *const part = parts->at.at[j];
            const int reader = parts->readers.at[j];
            parts->at.at[j] = parts->at.at[j - 1];
            parts->readers.at[j] = parts->readers.at[j - 1];
            parts->at.at[j - 1] = part;
            parts->readers.at[j - 1] = reader;
        }
}

/* Whether others read nothing of a product but columns of it. */
static bool find_parts(const Plan *plan, const Program *program, const Op *op, Parts *parts) {
    *parts = (Parts){0};
    for (const Use *use = first_reader(program, op->out); use; use = next_use(use)) {
        if (use->op->loop != op->loop || use->op->phase != op->phase) return false;
        for (Access at = {.op = use->op}; access_next(&at);)
            if (tensor_storage(at.tensor) == op->out && !add_part(plan, op->out, at.tensor, use->op->at, parts))
                return false;
    }
    put_in_order(parts);
    return parts->at.count > 1;
}

static bool is_whole_weight(const Tensor *tensor, int rank) {
    return tensor->kind == TENSOR_WEIGHT && !tensor->base && tensor->shape.rank == rank;
}

/* The row of numbers that a weight, or one row of it, is. */
static bool is_row_of_weight(const Tensor *tensor) {
    return tensor->shape.rank == 1 && tensor_storage(tensor)->kind == TENSOR_WEIGHT && !tensor->columns &&
           !tensor->stepped;
}

/* What the sums of a part begin with. */
static Tensor *start_of_part(Builder *build, Tensor *start, int64_t column, int64_t width) {
    if (!is_row_of_weight(start)) return build_columns(build, start, column, width, start->word);
    Tensor *const storage = tensor_storage(start);
    const Slice slice = tensor_slice(start);
    const Shape rows = {.rank = 2, .dim = {shape_size(storage->shape, 1) / width, width}};
    return build_index(build, build_view(build, storage, rows, "parts"), (slice.index * slice.stride + column) / width,
                       storage->weight->name);
}

static Op *build_part(Builder *build, const Op *op, Tensor *out, int64_t width) {
    Op *const part = build_op(build, &op_matmul, "part");
    const int64_t column = out->column;
    part->name = op->name;
    part->loop = op->loop;
    *matmul_attrs(part) = *matmul_attrs(op);
    Tensor *const kernel = build_columns(build, op->in[1], 0, width, op->in[1]->weight->name);
    kernel->index = column / width;
    kernel->part = true;
    op_read(part, op->in[0]);
    op_read(part, kernel);
    if (op->in_count == 3) op_read(part, start_of_part(build, op->in[2], column, width));
    return part;
}

/* Lets all that read these columns read `made`. */
static void read_part(Plan *plan, const Program *program, const Op *op, Tensor *made) {
    const Ops readers = users_of(plan, program, op->out);
    for (int i = 0; i < readers.count; i++) {
        if (readers.at[i] == op) continue;
        LIST(Tensor *) same = {0};
        for (Access at = {.op = readers.at[i]}; access_next(&at);)
            if (tensor_storage(at.tensor) == op->out && at.tensor->column == made->column && at.tensor != made)
                list_push(plan->arena, &same, at.tensor);
        for (int j = 0; j < same.count; j++) op_replace(plan, readers.at[i], same.at[j], made);
    }
}

static bool may_be_split(const Op *op) {
    if (!op || !op->out || !is_sums(op->out) || !op->out->views || op->phase != PHASE_FORWARD) return false;
    if (!is_whole_weight(op->in[1], 2)) return false;
    return op->in_count < 3 || is_row_of_weight(op->in[2]) || is_sums(tensor_storage(op->in[2]));
}

static void split_product(Plan *plan, Program *program, Op *op, const Parts *parts, Moves *moves) {
    Builder build = {.plan = plan, .program = program, .layer = op->layer, .phase = op->phase};
    for (int i = 0; i < parts->at.count; i++) {
        Tensor *const made = parts->at.at[i];
        Op *const part = build_part(&build, op, made, parts->width);
        read_part(plan, program, op, made);
        tensor_part(plan, made);
        part->out = made;
        made->producer = part;
        op_index(plan, part);
        list_push(plan->arena, moves, ((Move){part, parts->readers.at[i]}));
    }
}

/* Splits products of which others read parts at places that are wanted; where there are no more, those that begin the
 * sums of parts have parts in their turn. */
static bool split_products(Plan *plan, Program *program, const bool *wanted) {
    Moves moves = {0};
    Ops whole = {0};
    const int count = program->ops.count;
    for (int i = 0; i < count; i++) {
        Op *const op = program->ops.at[i];
        Parts parts;
        if (!may_be_split(op) || !find_parts(plan, program, op, &parts) || parts.readers.at[0] >= count) continue;
        if (wanted && !wanted[parts.readers.at[0]]) continue;
        split_product(plan, program, op, &parts, &moves);
        list_push(plan->arena, &whole, op);
    }
    program_move(plan, program, &moves);
    for (int i = 0; i < whole.count; i++) program_drop(plan, program, whole.at[i]);
    program_close(program);
    return moves.count > 0;
}

/* Makes the columns of a product apart, each before the first that reads it, where that is all that reads them and
 * memory is wanted there.
 * Requires: all is fused. Guarantees: such products make one value for each part. Costs: the uses of products. */
void pass_split_columns(Plan *plan, Program *program) {
    if (plan->target->blocks || program->training) return;
    Arena *const scratch = arena_new();
    const MemoryTaken memory = memory_taken(plan, program, scratch);
    bool *const wanted = NEW_ARRAY(scratch, bool, program->ops.count + 1);
    int64_t most = 0;
    for (int i = 0; i < program->ops.count; i++)
        if (memory_at(&memory, i) > most) most = memory_at(&memory, i);
    for (int i = 0; i < program->ops.count; i++) wanted[i] = memory_at(&memory, i) >= most - most / NEAR;
    bool more = split_products(plan, program, wanted);
    arena_free(scratch);
    while (more) more = split_products(plan, program, NULL);
}

/* Elementwise work */

/* Whether a map is the only one to read a value, which takes memory. */
static bool is_read_by(const Program *program, const Tensor *value, const Op *map) {
    const Use *const reader = first_reader(program, value);
    return value->kind == TENSOR_VALUE && !value->base && !value->carry && !value->in_registers && reader &&
           reader->op == map && !next_use(reader);
}

/* Whether steps from `first` on, before `end`, read a value. */
static bool is_read_in(const Op *map, int first, int end, const Tensor *value) {
    for (int i = first; i < end; i++)
        for (int j = 0; j < map->steps.at[i].operand_count; j++)
            if (map->steps.at[i].operands[j].tensor == value) return true;
    return false;
}

/* Whether a step reads sums that none before it has read. */
static bool wants_sums(const Program *program, const Op *map, int at) {
    const Step *const step = &map->steps.at[at];
    for (int i = 0; i < step->operand_count; i++) {
        const Tensor *const value = step->operands[i].tensor;
        if (value && is_sums(value) && is_read_by(program, value, map) && value->producer->loop == map->loop &&
            !is_read_in(map, 0, at, value))
            return true;
    }
    return false;
}

/* Whether what the steps from `first` to `end` leave to others takes less memory than what they read for the last
 * time. */
static bool leaves_less(const Program *program, const Op *map, int first, int end) {
    int gone = 0, left = 0;
    for (int i = first; i < end; i++) {
        const Step *const step = &map->steps.at[i];
        for (int j = 0; j < step->operand_count; j++) {
            const Tensor *const value = step->operands[j].tensor;
            if (value && is_read_by(program, value, map) && !is_read_in(map, i + 1, map->steps.count, value)) gone++;
        }
        if (step->result->in_registers && is_read_in(map, end, map->steps.count, step->result)) left++;
    }
    return gone > left;
}

/* A product and what begins its sums go where their first reader is. */
static void move_sums(const Plan *plan, const Program *program, Tensor *sums, int to, Moves *moves) {
    Op *const op = sums->producer;
    Tensor *const start = op->in_count == 3 ? op->in[2] : NULL;
    if (start && is_sums(start) && is_read_by(program, start, op)) move_sums(plan, program, start, to, moves);
    list_push(plan->arena, moves, ((Move){op, to}));
}

/* Whether an operation reads what the steps before `end` change. */
static bool reads_changed(const Op *op, const Op *map, int end) {
    for (int i = 0; i < end; i++)
        if (!map->steps.at[i].result->in_registers && op_reads(op, map->steps.at[i].result)) return true;
    return false;
}

/* Moves what the steps from `first` to `end` want first. False: not all of it may be. */
static bool move_wanted(const Plan *plan, const Program *program, const Op *map, int first, int end, Moves *moves) {
    for (int i = first; i < end; i++)
        for (int j = 0; j < map->steps.at[i].operand_count; j++) {
            Tensor *const value = map->steps.at[i].operands[j].tensor;
            if (!value || !is_sums(value) || !is_read_by(program, value, map) || is_read_in(map, 0, i, value)) continue;
            if (value->producer->loop != map->loop || reads_changed(value->producer, map, first)) return false;
            move_sums(plan, program, value, map->at, moves);
        }
    return true;
}

/* A map of the steps from `first` to `end` of another one. */
static Op *map_of(Plan *plan, Program *program, const Op *map, int first, int end) {
    Builder build = {.plan = plan, .program = program, .layer = map->layer, .phase = map->phase};
    Op *const part = build_op(&build, &op_map, "part");
    part->name = map->name;
    part->loop = map->loop;
    for (int i = first; i < end; i++) {
        Step *const step = &map->steps.at[i];
        if (step->result->in_registers && is_read_in(map, end, map->steps.count, step->result))
            step->result->in_registers = false;
        op_add_step(plan->arena, part, *step);
        step->result->producer = part;
    }
    part->out = part->steps.at[0].result;
    return part;
}

/* Where the steps of a map are cut: ends[0 …], the last of which is their number. */
static int find_cuts(const Program *program, const Op *map, int ends[MAX_STEPS]) {
    int count = 0, first = 0;
    for (int i = 1; i < map->steps.count; i++) {
        if (!map->steps.at[i].result) return 0;
        if (!wants_sums(program, map, i) || !leaves_less(program, map, first, i)) continue;
        ends[count++] = first = i;
    }
    ends[count] = map->steps.count;
    return count;
}

static void split_map(Plan *plan, Program *program, Op *map) {
    int ends[MAX_STEPS];
    const int cuts = find_cuts(program, map, ends);
    Moves moves = {0};
    for (int i = 0; cuts && i <= cuts; i++)
        if (!move_wanted(plan, program, map, i ? ends[i - 1] : 0, ends[i], &moves)) return;
    if (!cuts) return;
    moves.count = 0;
    for (int i = 0; i <= cuts; i++) {
        const int first = i ? ends[i - 1] : 0;
        (void)move_wanted(plan, program, map, first, ends[i], &moves);
        if (i == cuts) break;
        Op *const part = map_of(plan, program, map, first, ends[i]);
        list_push(plan->arena, &moves, ((Move){part, map->at}));
    }
    const int kept = ends[cuts - 1];
    for (int i = kept; i < map->steps.count; i++) map->steps.at[i - kept] = map->steps.at[i];
    map->steps.count -= kept;
    map->out = map->steps.at[0].result;
    op_index(plan, map);
    for (int i = 0; i < moves.count; i++) op_index(plan, moves.at[i].op);
    program_move(plan, program, &moves);
}

/* Lets products of which a map reads the sums wait until they are wanted, with maps for what can be done before.
 * Requires: all is fused. Guarantees: the same steps in the same order. Costs: for each map, its steps times the
 * uses of their operands. */
void pass_split_maps(Plan *plan, Program *program) {
    if (plan->target->blocks || program->training) return;
    for (int i = 0; i < program->ops.count; i++)
        if (program->ops.at[i]->def == &op_map && program->ops.at[i]->phase == PHASE_FORWARD)
            split_map(plan, program, program->ops.at[i]);
}
