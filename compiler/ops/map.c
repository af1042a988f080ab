/* SPDX-License-Identifier: MIT-0 */
/* map: elementwise steps over tensors that broadcast together; update: the same, with steps that change weights in
 * place; sum: a sum over some dimensions, with steps on the result. All are loop nests. */
#include <stdlib.h>

#include "ops/op.h"
#include "plan/access.h"
#include "plan/map_attrs.h"
#include "plan/share.h"

typedef struct SumAttrs {
    int terms;
} SumAttrs;

typedef struct UpdateAttrs {
    Shape space;
} UpdateAttrs;

static const AttrsKind sum_kind = {"a sum", sizeof(SumAttrs)}, update_kind = {"an update", sizeof(UpdateAttrs)};

static SumAttrs *sum_attrs(const Op *op) { return op_attrs(op, &sum_kind); }
static UpdateAttrs *update_attrs(const Op *op) { return op_attrs(op, &update_kind); }

int op_terms(const Op *op) { return op->def == &op_sum ? sum_attrs(op)->terms : 0; }

void sum_set_terms(Op *op, int terms) { sum_attrs(op)->terms = terms; }

void update_set_space(Op *op, Shape space) { update_attrs(op)->space = space; }

Shape op_space(const Op *op) { return op->out ? op->out->shape : update_attrs(op)->space; }

/* How many lanes of the last vector of a loop are in use; nothing where all are. */
static const char *lanes_text(Emit *e, const Loop *loop, const char *end) {
    return whole_vectors(e, loop->literal) ? "" : formatted(e, "const size_t n = v_lanes(%s - %s);\n", end, loop->var);
}

static const char *lanes_loop(const Emit *e, const Loop *loop) {
    return whole_vectors(e, loop->literal) ? "map_vectors" : "map_lanes";
}

static const char *lanes_of(const Emit *e, const Loop *loop) { return whole_vectors(e, loop->literal) ? NULL : "n"; }

/* Opens the loops first … end-1, outermost first. Indents the body by hand, as a person would. */
static const char *loops_text(Emit *e, const Nest *nest, int first, int end, const char *body) {
    const char *text = body;
    for (int i = end - 1; i >= first; i--) {
        const Loop *loop = &nest->loops[i];
        Text out = {.arena = e->arena};
        const bool lanes = i == nest->loop_count - 1;
        emit_template(e, &out, lanes ? lanes_loop(e, loop) : "map_loop",
                      (Hole[]){{"var", loop->var}, {"size", loop->size}, {"body", text}, {NULL, NULL}});
        text = text_chars(&out);
    }
    return text;
}

/* The gradient of an elementwise operation: one map for each operand, summed where the operand was broadcast. */
static void gradient(Builder *build, const Op *op, Tensor *d) {
    const Step *step = &op->steps.at[0]; /* plans are differentiated before they are fused */
    if (step->backward) step->backward(build, step, d);
    if (!step->formula) return;
    for (int i = 0; i < step->operand_count; i++) {
        Tensor *x = step->operands[i].tensor;
        const char *text = i < 4 ? step->formula->gradient[i] : NULL;
        if (!x || !text || !gradient_needed(x)) continue;
        Tensor *dx = formula_passes_gradient(step->kind) ? d : build_gradient_map(build, step, i, d, op->out->shape);
        gradient_add(build, x, dx);
    }
}

/* What one step copies as it is; NULL: it computes something. */
static Tensor *copied(const Op *op) {
    const Step *const step = &op->steps.at[0];
    if (op->steps.count != 1 || step->operand_count != 1 || !step->result || step->result->in_registers) return NULL;
    const Operand *const x = &step->operands[0];
    return x->tensor && !x->tensor->regenerated && !x->written && step_copies(step) ? x->tensor : NULL;
}

/* Neighbours are copied at once; NULL where there are none. */
static const char *copy_body(Emit *e, const Op *op, Nest *nest) {
    Tensor *const x = copied(op);
    Loop *const row = &nest->loops[nest->loop_count - 1];
    if (!x || (row->literal == 1 && !row->of_batch)) return NULL;
    bool x_together, y_together;
    Tensor *const y = op->steps.at[0].result;
    row->single = true;
    const char *const from = nest_index(e, nest, x, &x_together), *const to = nest_index(e, nest, y, &y_together);
    row->single = false;
    if (!x_together || !y_together) return NULL;
    const char *const x_name = param_tensor(e, x, false);
    const char *const y_name = param_named(e, y, true, result_name(e, op, &op->steps.at[0]));
    return loops_text(e, nest, 0, nest->loop_count - 1,
                      copy_text(e, address_text(e, y_name, to), address_text(e, x_name, from), row->size));
}

/* The first loop of a map that is shared out by the first dimension, and of others that run on with it. */
static const char *outermost_size(Emit *e, const Op *op, const Loop *loop) {
    const char *const share = shared_size(e, op, "");
    return times(e, loop->of_batch && op->share.length > 0 ? formatted(e, "%s * batch", share) : share,
                 loop->literal / llabs(op->share.length));
}

/* A size that one function takes for all of its kind. */
static const char *sizes_text(Emit *e, const Loop *loop) {
    const char *const count = param_size(e, "count", loop->literal);
    return loop->of_batch && !is_of_one_sample(e) ? formatted(e, "batch * %s", count) : count;
}

static void emit_map(Emit *e, const Op *op) {
    const Shape space = op_space(op);
    Nest nest = nest_for(e, space, op, NULL, NULL);
    if (!e->plan->target->blocks && nest.loop_count == 1 && !nest.blocked && nest.loops[0].literal > 1)
        nest.loops[0].size = sizes_text(e, &nest.loops[0]);
    const int last = nest.loop_count - 1;
    if (op->share.kind == SHARE_STEPS) nest.loops[0].size = outermost_size(e, op, &nest.loops[0]);
    else nest.loops[0].size = shared_size(e, op, nest.loops[0].size);
    Place place = {.nest = &nest, .lanes = lanes_of(e, &nest.loops[last]), .draw_offset = "(c - block)"};
    const char *body = copy_body(e, op, &nest);
    if (nest.blocked) {
        const char *row = nest.loops[0].var; /* the number of the row that the blocks belong to */
        for (int i = 1; i < last; i++)
            row = formatted(e, i > 1 ? "(%s) * %s + %s" : "%s * %s + %s", row, nest.loops[i].size, nest.loops[i].var);
        const char *const block = "block / NNC_RANDOM_BLOCK", *const index =
                                                                  last == 0
                                                                      ? block
                                                                      : block_number(e, row, nest.loops[last].literal,
                                                                                     block);
        const char *draws = draws_text(e, op, index);
        Text out = {.arena = e->arena};
        emit_template(
            e, &out, "map_blocks",
            (Hole[]){
                {"size", nest.loops[last].size},
                {"draws", draws},
                {"lanes", lanes_text(e, &nest.loops[last], "end")},
                {"steps", steps_text(e, op, &place)},
                {NULL, NULL}});
        body = loops_text(e, &nest, 0, last, text_chars(&out));
    } else if (!body) {
        body = loops_text(e, &nest, 0, last + 1, steps_text(e, op, &place));
    }
    emit_function(e, "body", (Hole[]){{"body", body}, {NULL, NULL}});
}

/* Every element gets the gradient of the sum that it went into. */
static void sum_gradient(Builder *build, const Op *op, Tensor *d) {
    Tensor *x = op->in[0];
    if (!gradient_needed(x)) return;
    Step step = {.text = "d", .kind = FORMULA_COPY};
    step_add(build->plan->arena, &step, TENSOR("d", d));
    gradient_add(build, x, build_step_map(build, step, x->shape, "backward_spread"));
}

/* What follows a sum: it goes to memory, or into further steps. */
static const char *after_sum(Emit *e, const Op *op, const Nest *kept, const Place *place) {
    Text text = {.arena = e->arena};
    bool vector;
    if (!op->out->in_registers) {
        const char *to = address_text(e, param_named(e, op->out, true, "y"), nest_index(e, kept, op->out, &vector));
        text_puts(&text, lanes_store(e, to, place->value_name, place->lanes));
    }
    text_puts(&text, steps_text(e, op, place));
    return text_chars(&text);
}

/* The sum of all rows of a matrix, column by column, as for the gradient of a bias. */
static bool sums_columns(const Op *op, const Nest *nest) {
    const Loop *const rows = &nest->loops[0], *const columns = &nest->loops[1];
    if (op_terms(op) || nest->loop_count != 2 || !rows->reduced || columns->reduced) return false;
    return !columns->of_batch;
}

/* The sums of a block's column, and what the steps before have added up. */
static const char *sum_of_block(Emit *e, const Op *op, const Place *place) {
    if (!op->adds) return "v_load_all(block + c)";
    const char *const y = formatted(e, "%s + col + c", param_named(e, op->out, true, "y"));
    return formatted(e, "%s ? %s + v_load_all(block + c) : v_load_all(block + c)", param_add(e),
                     lanes_load(e, y, place->lanes));
}

/* What is summed on the way back is a gradient. */
static const char *summed_name(const Op *op) { return op->phase == PHASE_BACKWARD ? "d" : "x"; }

static void emit_sum_columns(Emit *e, const Op *op, const Nest *nest) {
    Tensor *x = op->in[0];
    const Loop *const rows = &nest->loops[0], *const columns = &nest->loops[1];
    Nest kept = *nest;
    kept.loop_count = 1;
    kept.loops[0] = *columns;
    kept.loops[0].var = "col + c";
    const Step *const step = op->steps.count == 1 ? &op->steps.at[0] : NULL;
    const bool stored = step && step_copies(step) && step->result && !step->result->columns; /* whatever it is of */
    const char *const sum = stored ? "sum" : own_role(e, op, op->out);
    const Place place = {.nest = &kept, .lanes = lanes_of(e, columns), .value_name = local_name(e, sum)};
    const char *const matrix = matrix_text(e, x, param_named(e, x, false, summed_name(op)));
    const char *const total = sum_of_block(e, op, &place);
    Text text = {.arena = e->arena};
    emit_template(e, &text, "sum_columns",
                  (Hole[]){{"size", shared_size(e, op, columns->size)},
                           {"rows", rows->size},
                           {"x", matrix},
                           {"x_row", integer(e, x->columns ? tensor_row_width(x) : columns->literal)},
                           {"lanes", place.lanes ? "const size_t n = v_lanes(cols - c);\n" : ""},
                           {"sum", place.value_name},
                           {"total", total},
                           {"steps", after_sum(e, op, &kept, &place)},
                           {NULL, NULL}});
    emit_function(e, "body", (Hole[]){{"body", text_chars(&text)}, {NULL, NULL}});
}

/* Outer loops run over what is kept, inner ones over what is summed. Where the kept part ends the space, its last loop
 * runs over lanes, and each lane has its own sum; else the lanes of one sum are added at the end. */
static void emit_sum(Emit *e, const Op *op) {
    Tensor *x = op->in[0];
    Nest nest = nest_for(e, x->shape, op, x, &op->out->shape);
    if (sums_columns(op, &nest)) {
        emit_sum_columns(e, op, &nest);
        return;
    }
    Nest outer = nest, inner = nest;
    outer.loop_count = inner.loop_count = 0;
    for (int i = 0; i < nest.loop_count; i++) {
        if (nest.loops[i].reduced) inner.loops[inner.loop_count++] = nest.loops[i];
        else outer.loops[outer.loop_count++] = nest.loops[i];
    }
    const Loop *const last = &nest.loops[nest.loop_count - 1];
    const bool lanes_kept = !last->reduced;
    const char *sum = local_name(e, "sum");
    bool vector;
    const char *terms = "", *value, *const lanes_used = lanes_of(e, last);
    if (op_terms(op)) {
        const Place here = {.nest = &nest, .lanes = lanes_used};
        terms = terms_text(e, op, &here);
        const char *const local = names_of(e, x)->local;
        value = lanes_kept || !lanes_used ? local : formatted(e, "v_head(%s, n)", local);
    } else {
        const char *const from = param_named(e, x, false, summed_name(op));
        value = lanes_load(e, address_text(e, from, nest_index(e, &nest, x, &vector)), lanes_used);
    }
    Text add = {.arena = e->arena};
    emit_template(e, &add, "sum_add", (Hole[]){{"terms", terms}, {"sum", sum}, {"value", value}, {NULL, NULL}});
    const char *body = text_chars(&add);
    for (int i = inner.loop_count - 1; i >= 0; i--) {
        Text out = {.arena = e->arena};
        const bool lanes = !lanes_kept && i == inner.loop_count - 1;
        emit_template(
            e, &out, lanes ? "sum_lanes" : "map_loop",
            (Hole[]){{"var", inner.loops[i].var},
                     {"size", inner.loops[i].size},
                     {"lanes", lanes ? lanes_text(e, last, last->size) : ""},
                     {"body", body},
                     {NULL, NULL}});
        body = text_chars(&out);
    }
    /* What follows the sum sees the kept loops only; a sum over lanes leaves one value. */
    if (!lanes_kept) outer.loops[outer.loop_count++] = (Loop){.single = true, .literal = 1, .present = ~UINT64_C(0)};
    Place place = {.nest = &outer,
                   .lanes = lanes_kept ? lanes_of(e, last) : "1",
                   .value_name = lanes_kept ? sum : local_name(e, "value")};
    const char *const steps = after_sum(e, op, &outer, &place);
    Text whole = {.arena = e->arena};
    emit_template(
        e, &whole, lanes_kept ? "sum_rows_result" : "sum_lanes_result",
        (Hole[]){
            {"sum", sum}, {"value", place.value_name}, {"loops", body}, {"steps", steps}, {NULL, NULL}});
    body = text_chars(&whole);
    for (int i = outer.loop_count - 1 - !lanes_kept; i >= 0; i--) {
        Text out = {.arena = e->arena};
        const bool lanes = lanes_kept && i == outer.loop_count - 1;
        emit_template(
            e, &out, lanes ? lanes_loop(e, last) : "map_loop",
            (Hole[]){{"var", outer.loops[i].var}, {"size", outer.loops[i].size}, {"body", body}, {NULL, NULL}});
        body = text_chars(&out);
    }
    emit_function(e, "body", (Hole[]){{"body", body}, {NULL, NULL}});
}

/* Of weights as many elements as one likes, where one loop runs over all; else steps of a sequence, or rows. */
static void share_elements(const Op *op, Share *share) {
    const Shape space = op_space(op);
    const int64_t size = shape_size(space, 1);
    if (size > 1 && steps_are_of_size(op, size)) *share = (Share){SHARE_ELEMENTS, size, "PANEL", {0}, 0};
    else share_steps(op, share);
}

/* The sums of a matrix's columns: each is added up by one. */
static void share_columns(const Op *op, Share *share) {
    const Shape in = op->in[0]->shape, out = op->out->shape;
    const int64_t columns = dim_size(in.dim[in.rank - 1], 1);
    if (op_terms(op) || in.dim[in.rank - 1] < 0 || columns < 2 || shape_size(out, 2) != columns ||
        shape_size(in, 2) == columns || out.dim[out.rank - 1] != columns || !steps_are_of_size(op, columns))
        return;
    *share = (Share){SHARE_ELEMENTS, columns, "LANES", {1}, 0};
}

/* Each element is read before its result is stored, if what is read is read no more behind it. */
static int64_t lead(const Plan *plan, const Op *op, const Access *read, const Tensor *made) {
    (void)plan;
    if (read->step < 0 || copied(op) || !shape_equal(read->tensor->shape, op_space(op))) return -1;
    for (int i = 0; i < op->steps.count; i++)
        if (op->steps.at[i].result == made) return i >= read->step && shape_equal(made->shape, op_space(op)) ? 0 : -1;
    return -1;
}

const OpDef op_map = {
    .name = "map", .brief = "elementwise", .lead = lead, .gradient = gradient, .emit = emit_map, .only_steps = true,
    .takes_steps = true, .reads_constants = true,
    .reads_columns = true, .by_samples = true, .share = share_elements};
const OpDef op_update = {
    .name = "update", .brief = "the optimizer's step on a weight", .emit = emit_map,
    .attrs = &update_kind, .only_steps = true, .takes_steps = true, .share = share_elements};
/* A block of columns. */
static int64_t sum_stack(const Plan *plan, const Op *op) {
    (void)op;
    return plan->target->panel_columns;
}

const OpDef op_sum = {
    .stack = sum_stack,
    .name = "sum", .brief = "sum over dimensions", .gradient = sum_gradient, .emit = emit_sum,
    .attrs = &sum_kind, .takes_steps = true, .reads_columns = true, .by_samples = true, .share = share_columns};
