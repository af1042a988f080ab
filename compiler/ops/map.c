/* SPDX-License-Identifier: MIT-0 */
/* map: elementwise steps over tensors that broadcast together; update: the same, with steps that change weights in
 * place; sum: a sum over some dimensions, with steps on the result. All are loop nests. */
#include <stdlib.h>

#include "ops/map.h"
#include "ops/op.h"
#include "plan/access.h"
#include "plan/loops.h"
#include "plan/map_attrs.h"
#include "plan/share.h"

typedef struct SumAttrs {
    int terms;
} SumAttrs;

typedef struct UpdateAttrs {
    Shape space;
} UpdateAttrs;

static void sum_key(const Op *op, Text *key);
static void update_key(const Op *op, Text *key);

static const AttrsKind sum_kind = {"a sum", sizeof(SumAttrs), sum_key},
                       update_kind = {"an update", sizeof(UpdateAttrs), update_key};

static SumAttrs *sum_attrs(const Op *op) { return op_attrs(op, &sum_kind); }
static UpdateAttrs *update_attrs(const Op *op) { return op_attrs(op, &update_kind); }

static void sum_key(const Op *op, Text *key) { key_word(key, (uint64_t)sum_attrs(op)->terms); }
static void update_key(const Op *op, Text *key) { shape_key(update_attrs(op)->space, key); }

int op_terms(const Op *op) { return op->def == &op_sum ? sum_attrs(op)->terms : 0; }

void sum_set_terms(Op *op, int terms) { sum_attrs(op)->terms = terms; }

void update_set_space(Op *op, Shape space) { update_attrs(op)->space = space; }

Shape op_space(const Op *op) { return op->out ? op->out->shape : update_attrs(op)->space; }

/* How many lanes of the last vector of a loop are in use; nothing where all are. */
static const char *lanes_text(Emit *e, const Loop *loop, const char *end) {
    if (whole_vectors(e, loop->span.size)) return "";
    return lanes_left(e, end, loop->var);
}

static const char *lanes_loop(const Emit *e, const Loop *loop) {
    return whole_vectors(e, loop->span.size) ? "map_vectors" : "map_lanes";
}

static const char *lanes_of(const Emit *e, const Loop *loop) { return whole_vectors(e, loop->span.size) ? NULL : "n"; }

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

/* What the only step copies as it is; NULL: it computes something, or there are others. */
static Tensor *copied(const Op *op) {
    const Step *const step = &op->steps.at[0];
    if (op->steps.count != 1 || step->operand_count != 1 || !step->result || step->result->in_registers) return NULL;
    const Operand *const x = &step->operands[0];
    return x->tensor && !x->tensor->regenerated && !x->written && step_copies(step) ? x->tensor : NULL;
}

static OpForm form_of_map(const Plan *plan, const Op *op) {
    const Loops loops = loops_over(plan, op, op_space(op), NULL, NULL);
    const LoopSpan *const row = &loops.at[loops.count - 1];
    const Tensor *const from = copied(op);
    if (loops.drawn) return plan->target->blocks ? MAP_DRAWN : MAP_WORDS;
    if (!from || (row->size == 1 && !row->of_batch)) return MAP_ELEMENTS;
    if (*plan->target->constants && tensor_storage(from)->kind == TENSOR_WEIGHT) return MAP_ELEMENTS; /* out of reach */
    const bool neighbours = loops_run_along(&loops, from) && loops_run_along(&loops, op->steps.at[0].result);
    return neighbours ? MAP_COPY : MAP_ELEMENTS;
}

static const char *copy_body(Emit *e, const Op *op, Nest *nest) {
    Tensor *const from = copied(op), *const to = op->steps.at[0].result;
    Loop *const row = &nest->loops[nest->loop_count - 1];
    row->single = true;
    const char *const from_at = nest_index(e, nest, from), *const to_at = nest_index(e, nest, to);
    row->single = false;
    const char *const x = param_tensor(e, from, false);
    const char *const y = param_named(e, to, true, result_name(e, op, &op->steps.at[0]));
    return loops_text(e, nest, 0, nest->loop_count - 1,
                      copy_text(e, to->type, plus(e, y, to_at), plus(e, x, from_at), row->size));
}

Place drawn_place(Emit *e, const Nest *nest) {
    const char *const lanes = lanes_of(e, &nest->loops[nest->loop_count - 1]);
    const char *const offset = drawn_lane(e) ? "(c - block) / NNC_RANDOM_LANES" : "(c - block)";
    return (Place){.nest = nest, .lanes = lanes, .draw_offset = offset};
}

const char *drawn_lane(const Emit *e) { return e->plan->target->blocks ? NULL : "lane"; }

const char *drawn_block(Emit *e, const Nest *nest) {
    const int last = nest->loop_count - 1;
    const char *const block = "block / NNC_RANDOM_BLOCK";
    const char *row = nest->loops[0].var;
    for (int i = 1; i < last; i++)
        row = formatted(e, i > 1 ? "(%s) * %s + %s" : "%s * %s + %s", row, nest->loops[i].size, nest->loops[i].var);
    return last ? block_number(e, row, nest->loops[last].span.size, block) : block;
}

const char *drawn_loops(Emit *e, const Nest *nest, const char *draws, const char *steps) {
    const int last = nest->loop_count - 1;
    const Loop *const loop = &nest->loops[last];
    return loops_text(e, nest, 0, last,
                      filled(e, drawn_lane(e) ? "map_words" : "map_blocks",
                             (Hole[]){{"size", loop->size},
                                      {"draws", draws},
                                      {"lanes", lanes_text(e, loop, "end")},
                                      {"steps", steps},
                                      {NULL, NULL}}));
}

static const char *drawn_body(Emit *e, const Op *op, const Nest *nest) {
    const Place place = drawn_place(e, nest);
    const char *const draws = draws_text(e, op, drawn_block(e, nest), drawn_lane(e));
    return drawn_loops(e, nest, draws, steps_text(e, op, &place));
}

static const char *elements_body(Emit *e, const Op *op, const Nest *nest) {
    const Place place = {.nest = nest, .lanes = lanes_of(e, &nest->loops[nest->loop_count - 1])};
    return loops_text(e, nest, 0, nest->loop_count, steps_text(e, op, &place));
}

/* The first loop of a map that is shared out by the first dimension, and of others that run on with it. */
static const char *outermost_size(Emit *e, const Op *op, const Loop *loop) {
    const char *const share = shared_size(e, op, "");
    return times(e, loop->span.of_batch && op->share.length > 0 ? formatted(e, "%s * batch", share) : share,
                 loop->span.size / llabs(op->share.length));
}

static void emit_map(Emit *e, const Op *op) {
    Nest nest = nest_for(e, op, op_space(op), NULL, NULL);
    Loop *const outermost = &nest.loops[0];
    outermost->size = op->share.kind == SHARE_STEPS ? outermost_size(e, op, outermost)
                                                    : shared_size(e, op, outermost->size);
    const char *const body = op->form == MAP_COPY    ? copy_body(e, op, &nest)
                             : op->form == MAP_DRAWN || op->form == MAP_WORDS ? drawn_body(e, op, &nest)
                                                     : elements_body(e, op, &nest);
    emit_function(e, "body", (Hole[]){{"body", body}, {NULL, NULL}});
}

/* Every element gets the gradient of the sum that it went into. */
static void sum_gradient(Builder *build, const Op *op, Tensor *d) {
    Tensor *x = op->in[0];
    if (!gradient_needed(x)) return;
    Step step = {.text = "d", .kind = FORMULA_COPY};
    step_add(build->plan->arena, &step, TENSOR_AS(ROLE_FIRST, "d", d));
    gradient_add(build, x, build_step_map(build, step, x->shape, "backward_spread"));
}

/* What follows a sum: it goes to memory, or into further steps. */
static const char *after_sum(Emit *e, const Op *op, const Nest *kept, const Place *place) {
    Text text = {.arena = e->arena};
    if (!op->out->in_registers) {
        const char *to = plus(e, param_named(e, op->out, true, "y"), nest_index(e, kept, op->out));
        text_puts(&text, lanes_store(e, to, place->value_name, place->lanes));
    }
    text_puts(&text, steps_text(e, op, place));
    return text_chars(&text);
}

/* In columns where all rows of a matrix are added up, as for the gradient of a bias; else the lanes are those of the
 * last loop, which is kept or summed. */
static OpForm form_of_sum(const Plan *plan, const Op *op) {
    const Loops loops = loops_over(plan, op, op->in[0]->shape, op->in[0], &op->out->shape);
    const LoopSpan *const last = &loops.at[loops.count - 1];
    if (last->summed) return SUM_TOGETHER;
    return loops.count == 2 && loops.at[0].summed && !last->of_batch && !op_terms(op) ? SUM_COLUMNS : SUM_APART;
}

/* The sums of a block's column, and what the steps before have added up. */
static const char *sum_of_block(Emit *e, const Op *op, const Place *place) {
    const char *const sum = lanes_load(e, "block + c", NULL);
    if (!op->adds) return sum;
    const char *const y = formatted(e, "%s + col + c", param_named(e, op->out, true, "y"));
    return formatted(e, "%s ? %s + %s : %s", param_add(e), lanes_load(e, y, place->lanes), sum, sum);
}

/* What is summed on the way back is a gradient. */
static const char *summed_name(const Op *op) { return op->phase == PHASE_BACKWARD ? "d" : "x"; }

static void emit_columns(Emit *e, const Op *op) {
    Tensor *const x = op->in[0];
    const Nest nest = nest_for(e, op, x->shape, x, &op->out->shape);
    const Loop *const rows = &nest.loops[0], *const columns = &nest.loops[1];
    Nest kept = nest;
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
                           {"x_row", integer(e, x->columns ? tensor_row_width(x) : columns->span.size)},
                           {"lanes", place.lanes ? lanes_left(e, "cols", "c") : ""},
                           {"sum", place.value_name},
                           {"total", total},
                           {"steps", after_sum(e, op, &kept, &place)},
                           {NULL, NULL}});
    emit_function(e, "body", (Hole[]){{"body", text_chars(&text)}, {NULL, NULL}});
}

/* What is added up, as a vector, behind the statements that make it. */
static const char *summed_text(Emit *e, const Op *op, const Nest *nest, const char **terms) {
    Tensor *const x = op->in[0];
    const char *const lanes = lanes_of(e, &nest->loops[nest->loop_count - 1]);
    const Place here = {.nest = nest, .lanes = lanes};
    *terms = op_terms(op) ? terms_text(e, op, &here) : "";
    if (op_terms(op)) {
        const char *const local = names_of(e, x)->local;
        return op->form == SUM_APART || !lanes ? local : lanes_head(e, local, "n");
    }
    return lanes_load(e, plus(e, param_named(e, x, false, summed_name(op)), nest_index(e, nest, x)), lanes);
}

/* Inner loops, over what is summed. */
static const char *inner_loops(Emit *e, const Op *op, const Nest *nest, const char *body) {
    const int last = nest->loop_count - 1;
    for (int i = last; i >= 0; i--) {
        const Loop *const loop = &nest->loops[i];
        const bool lanes = op->form == SUM_TOGETHER && i == last;
        if (!loop->span.summed) continue;
        body = filled(e, lanes ? "sum_lanes" : "map_loop",
                      (Hole[]){{"var", loop->var},
                               {"size", loop->size},
                               {"lanes", lanes ? lanes_text(e, loop, loop->size) : ""},
                               {"body", body},
                               {NULL, NULL}});
    }
    return body;
}

/* Outer loops, over what is kept. */
static const char *outer_loops(Emit *e, const Op *op, const Nest *nest, const char *body) {
    const int last = nest->loop_count - 1;
    for (int i = last; i >= 0; i--) {
        const Loop *const loop = &nest->loops[i];
        const bool lanes = op->form == SUM_APART && i == last;
        if (loop->span.summed) continue;
        body = filled(e, lanes ? lanes_loop(e, loop) : "map_loop",
                      (Hole[]){{"var", loop->var}, {"size", loop->size}, {"body", body}, {NULL, NULL}});
    }
    return body;
}

/* What follows a sum sees the kept loops only; lanes that are added up leave one value. */
static Nest kept_loops(const Op *op, const Nest *nest) {
    Nest kept = *nest;
    kept.loop_count = 0;
    for (int i = 0; i < nest->loop_count; i++)
        if (!nest->loops[i].span.summed) kept.loops[kept.loop_count++] = nest->loops[i];
    if (op->form == SUM_TOGETHER)
        kept.loops[kept.loop_count++] = (Loop){.single = true, .span = {.size = 1, .present = ~UINT64_C(0)}};
    return kept;
}

static void emit_sum(Emit *e, const Op *op) {
    if (op->form == SUM_COLUMNS) {
        emit_columns(e, op);
        return;
    }
    Tensor *const x = op->in[0];
    const Nest nest = nest_for(e, op, x->shape, x, &op->out->shape), kept = kept_loops(op, &nest);
    const bool apart = op->form == SUM_APART;
    const char *terms, *const sum = local_name(e, "sum"), *const value = summed_text(e, op, &nest, &terms);
    const char *const add =
        filled(e, "sum_add", (Hole[]){{"terms", terms}, {"sum", sum}, {"value", value}, {NULL, NULL}});
    const Place place = {.nest = &kept,
                         .lanes = apart ? lanes_of(e, &nest.loops[nest.loop_count - 1]) : "1",
                         .value_name = apart ? sum : local_name(e, "value")};
    const char *const body = filled(e, apart ? "sum_rows_result" : "sum_lanes_result",
                                    (Hole[]){{"sum", sum},
                                             {"value", place.value_name},
                                             {"loops", inner_loops(e, op, &nest, add)},
                                             {"steps", after_sum(e, op, &kept, &place)},
                                             {NULL, NULL}});
    emit_function(e, "body", (Hole[]){{"body", outer_loops(e, op, &nest, body)}, {NULL, NULL}});
}

/* Of weights as many elements as one likes, where one loop runs over all; else steps of a sequence, or rows. */
static void share_elements(const Op *op, Share *share) {
    const Shape space = op_space(op);
    const int64_t size = shape_size(space, 1);
    if (size > 1 && steps_are_of_size(op, size)) *share = (Share){SHARE_ELEMENTS, size, "PANEL", {0}, 0};
    else share_steps(op, share);
}

/* Columns that are those of rows as they lie: each is added up by one. */
static void share_columns(const Op *op, Share *share) {
    const Shape in = op->in[0]->shape, out = op->out->shape;
    const int64_t columns = out.dim[out.rank - 1];
    if (op->form != SUM_COLUMNS || columns < 2 || in.dim[in.rank - 1] != columns || shape_size(out, 2) != columns ||
        !steps_are_of_size(op, columns))
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
    .name = "map", .brief = "elementwise", .lead = lead, .gradient = gradient, .form = form_of_map,
    .emit = emit_map, .only_steps = true, .takes_steps = true, .reads_constants = true,
    .reads_columns = true, .by_samples = true, .share = share_elements};
const OpDef op_update = {
    .name = "update", .brief = "the optimizer's step on a weight", .form = form_of_map, .emit = emit_map,
    .attrs = &update_kind, .only_steps = true, .takes_steps = true, .share = share_elements};
/* A block of columns. */
static int64_t sum_stack(const Plan *plan, const Op *op) {
    return op->form == SUM_COLUMNS ? plan->target->panel_columns : 0;
}

const OpDef op_sum = {
    .stack = sum_stack,
    .name = "sum", .brief = "sum over dimensions", .gradient = sum_gradient, .form = form_of_sum, .emit = emit_sum,
    .attrs = &sum_kind, .takes_steps = true, .reads_columns = true, .by_samples = true, .share = share_columns};
