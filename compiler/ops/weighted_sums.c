/* SPDX-License-Identifier: MIT-0 */
/* Products row by row, the kernel read in place: loops around calls of weighted_sums (nnc_small.h). A window of an
 * image is a row in pieces; each but the first goes on from what those before it have made. */
#include "ops/conv_windows.h"
#include "ops/op.h"
#include "ops/weighted_sums.h"
#include "plan/form.h"
#include "plan/matmul_attrs.h"
#include "plan/tensor.h"
#include "plan/window.h"

bool makes_weighted_sums(const Op *op) { return op->def->by_rows && !is_matmul_transposed(op); }

int64_t greatest_sums(const Plan *plan, const Op *op) {
    (void)plan;
    const int64_t columns = op->out->shape.dim[op->out->shape.rank - 1];
    return columns > MOST_SUMS ? MOST_SUMS : columns;
}

Tensor *weighted_sums_start(const Op *op) { return op->in_count == 3 ? op->in[2] : NULL; }

/* One call, as texts. */
typedef struct Call {
    const char *count, *depth, *x, *kernel, *row, *start, *y;
} Call;

static const char *call_text(Emit *e, const Call *call) {
    return filled(e, e->plan->sums_columns ? "weighted_columns" : "weighted_sums",
                  (Hole[]){{"count", call->count},
                           {"depth", call->depth},
                           {"x", call->x},
                           {"kernel", call->kernel},
                           {"row", call->row},
                           {"start", call->start},
                           {"y", call->y},
                           {NULL, NULL}});
}

/* How often a loop turns; NULL: once, so that it is none. */
static const char *turns(Emit *e, int64_t count) { return count == 1 ? NULL : integer(e, count); }

static const char *turns_over(Emit *e, Shape shape, int first, int end) {
    return size_is_one(e, shape, first, end) ? NULL : size_text(e, shape, first, end);
}

static const char *loop(Emit *e, const char *var, const char *turns, const char *body) {
    if (!turns) return body;
    return filled(e, "map_loop", (Hole[]){{"var", var}, {"size", turns}, {"body", body}, {NULL, NULL}});
}

/* An index where it stands alone. */
static const char *or_zero(const char *index) { return index ? index : "0"; }

/* What the outputs at `at`, of rows that are so wide, begin with. */
static const char *start_at(Emit *e, const Op *op, const char *row_at, const char *column) {
    Tensor *const start = weighted_sums_start(op);
    const char *const at = matrix_text(e, start, param_tensor(e, start, false));
    if (start->shape.rank == 1 || !row_at) return plus(e, at, column); /* a bias, or the only row */
    return plus(e, plus(e, at, times(e, row_at, tensor_row_width(start))), column);
}

static const char *zeros(Emit *e, const char *y, const char *count) {
    return filled(e, "weighted_sums_zero", (Hole[]){{"y", y}, {"count", count}, {NULL, NULL}});
}

const char *matmul_right_name(Emit *e, const Op *op) {
    const Tensor *const b = tensor_storage(op->in[1]);
    if (b->kind == TENSOR_WEIGHT) return NULL;
    if (is_matmul_transposed(op)) return "d";
    const Tensor *const from = b->producer && b->producer->def == &op_permute ? tensor_storage(b->producer->in[0]) : b;
    if (from->kind == TENSOR_WEIGHT) return form_text(e->arena, FORM_TRANSPOSED, from->weight->name);
    return op->phase > PHASE_BACKWARD ? "other" : NULL;
}

void emit_matmul_sums(Emit *e, const Op *op) {
    Tensor *const a = op->in[0], *const b = op->in[1], *const y = op->out;
    const Shape space = y->shape;
    const char *const rows = turns_over(e, space, 0, space.rank - 1), *const row = rows ? "row" : NULL;
    const char *const x = matrix_text(e, a, param_named(e, a, false, op->phase == PHASE_BACKWARD ? "d" : "x"));
    const char *const wanted = matmul_right_name(e, op);
    const char *const kernel = matrix_text(e, b, wanted ? param_named(e, b, false, wanted) : param_tensor(e, b, false));
    Call call = {.count = integer(e, space.dim[space.rank - 1]),
                 .depth = integer(e, a->shape.dim[a->shape.rank - 1]),
                 .x = row ? plus(e, x, times(e, row, tensor_row_width(a))) : x,
                 .kernel = kernel,
                 .row = integer(e, tensor_row_width(b))};
    if (weighted_sums_start(op)) call.start = start_at(e, op, row, NULL);
    const char *const to = matrix_text(e, y, param_named(e, y, true, "y"));
    call.y = row ? plus(e, to, times(e, row, tensor_row_width(y))) : to;
    const char *begin = call.start ? "" : zeros(e, call.y, call.count);
    if (op->adds && call.start) call.start = formatted(e, "%s ? %s : %s", param_add(e), call.y, call.start);
    else if (op->adds) begin = filled(e, "first_only", (Hole[]){{"add", param_add(e)}, {"body", begin}, {NULL, NULL}});
    if (!call.start) call.start = call.y;
    emit_function(
        e, "body",
        (Hole[]){{"body", loop(e, "row", rows, formatted(e, "%s%s", begin, call_text(e, &call)))}, {NULL, NULL}});
}

/* Windows */

static const char *const places[] = {"i", "j", "k"}, *const parts[] = {"u", "v", "w"};

/* Loops over samples and over the places of an image, which has `shape`, or of the line of it that is made. */
static const char *place_loops(Emit *e, Shape shape, int dims, const char *line, const char *body) {
    const int first = shape.rank - 1 - dims;
    for (int i = dims - 1; i >= (line ? 1 : 0); i--)
        body = loop(e, places[i], turns(e, shape.dim[first + i]), body);
    return loop(e, "sample", turns_over(e, shape, 0, first), body);
}

static const char *place_name(int dim, const char *line) { return dim == 0 && line ? line : places[dim]; }

/* Where the present place lies, each dimension `steps` apart: 0 where it moves in none; NULL: at the beginning. */
static const char *place_at(Emit *e, Shape shape, int dims, const char *line, const int64_t *steps, int64_t sample) {
    const int first = shape.rank - 1 - dims;
    const char *at = size_is_one(e, shape, 0, first) ? NULL : times(e, "sample", sample);
    for (int i = 0; i < dims; i++)
        if (shape.dim[first + i] > 1 && steps[i]) at = plus(e, at, times(e, place_name(i, line), steps[i]));
    return at;
}

/* The indices of nested loops, `steps` apart; NULL where none of them is longer than 1. */
static const char *index_of(Emit *e, const char *const *vars, const int64_t *sizes, const int64_t *steps, int count) {
    const char *at = NULL;
    for (int i = 0; i < count; i++)
        if (sizes[i] > 1 && steps[i]) at = plus(e, at, times(e, vars[i], steps[i]));
    return at;
}

/* The indices of loops added up, which are 0 where all of them have just begun: "u + v". */
static const char *begins(Emit *e, const char *const *vars, const int64_t *sizes, int count) {
    const int64_t ones[] = {1, 1, 1};
    return index_of(e, vars, sizes, ones, count);
}

/* A window whose first element is `x`, to `y`: piece after piece, group after group. `count` columns from `column` on
 * of all `columns`. */
typedef struct WindowSums {
    const Window *window;
    ConvPieces pieces;
    Shape image;
    ConvStrides strides; /* of the image */
    int64_t columns;     /* of the kernel */
    const char *count, *column;
    const char *x, *corner, *kernel, *start, *y; /* corner: where in x the window begins; start: NULL: zeros */
    const char *at[MAX_SPATIAL]; /* the same in each dimension, of those that reach beyond the image; NULL: inside */
    bool back;                   /* the other way: x is made, of y, place after place */
    const char *line;            /* where the window begins in the first one … */
    int64_t lines;               /* … of an image of which so many lines are kept, which the corner leaves out; or 0 */
} WindowSums;

/* Which of all lines row `part` of a window is. */
static const char *line_of(Emit *e, const WindowSums *sums, const char *part) {
    const int64_t low = sums->window->low[0];
    const char *const row = part ? times(e, part, sums->window->dilation[0]) : NULL;
    const char *const at = or_zero(plus(e, sums->line, row));
    return low ? formatted(e, "%s - %lld", at, (long long)low) : at;
}

/* Where that lies, of the lines that are kept; NULL where all are, for the corner says it then. */
static const char *kept_at(Emit *e, const WindowSums *sums, const char *part) {
    if (sums->lines < 2) return NULL;
    return times(e, formatted(e, "(%s) %% %lld", line_of(e, sums, part), (long long)sums->lines), sums->strides.at[0]);
}

static const char *window_sums(Emit *e, const WindowSums *sums) {
    const int64_t *const counts = sums->pieces.counts, depth = sums->pieces.depth, groups = sums->window->groups;
    const int64_t piece = depth * sums->columns, filters = sums->columns / groups;
    const int64_t apart[] = {counts[1] * counts[2] * piece, counts[2] * piece, piece};
    const int64_t *const rows = sums->pieces.strides, strides[] = {sums->lines ? 0 : rows[0], rows[1], rows[2]};
    const char *const kept = kept_at(e, sums, counts[0] > 1 ? parts[0] : NULL);
    const char *const later = begins(e, parts, counts, 3);
    const char *const group = groups > 1 ? times(e, "group", filters) : NULL;
    const char *const y = plus(e, sums->y, group);
    const char *const start = sums->start ? plus(e, sums->start, group) : y;
    const Call call = {
        .count = groups > 1 ? integer(e, filters) : sums->count,
        .depth = integer(e, depth),
        .x = plus(e, plus(e, plus(e, plus(e, sums->x, kept), sums->corner),
                              index_of(e, parts, counts, strides, 3)),
                  groups > 1 ? times(e, "group", depth) : NULL),
        .kernel = plus(e, plus(e, plus(e, sums->kernel, sums->column), index_of(e, parts, counts, apart, 3)),
                         group),
        .row = integer(e, sums->columns),
        .start = sums->start && later ? formatted(e, "%s > 0 ? %s : %s", later, y, start) : start,
        .y = y};
    const char *body = call_text(e, &call);
    for (int i = 2; i >= 0; i--) body = loop(e, parts[i], turns(e, counts[i]), body);
    body = loop(e, "group", turns(e, groups), body);
    return sums->start ? body : formatted(e, "%s%s", zeros(e, sums->y, sums->count), body);
}

static const char *const firsts[] = {"u_first", "v_first", "w_first"}, *const ends[] = {"u_end", "v_end", "w_end"};

/* Which rows of a window, and how much of each, lie in the image, for each dimension that it may reach out of. */
static const char *bounds_text(Emit *e, const WindowSums *sums) {
    Text text = {.arena = e->arena};
    const Window *const window = sums->window;
    for (int i = 0; i < window->dims; i++) {
        if (!sums->at[i]) continue;
        const int64_t image = sums->image.dim[sums->image.rank - 1 - window->dims + i];
        emit_template(e, &text, "window_bounds",
                      (Hole[]){{"first", firsts[i]},
                               {"end", ends[i]},
                               {"at", sums->at[i]},
                               {"low", integer(e, window->low[i])},
                               {"size", integer(e, window->size[i])},
                               {"image", integer(e, image)},
                               {NULL, NULL}});
    }
    return text_chars(&text);
}

/* What a place adds to a row of its window: the kernel's rows there lie one after the other. */
static const char *back_text(Emit *e, const WindowSums *sums, const Call *call) {
    return filled(e, "add_dot_rows",
                  (Hole[]){{"count", call->depth},
                           {"depth", integer(e, sums->columns)},
                           {"x", call->y},
                           {"rows", call->kernel},
                           {"y", call->x},
                           {NULL, NULL}});
}

/* A window that may reach out of the image: what of it lies inside, row by row. */
static const char *clipped_sums(Emit *e, const WindowSums *sums) {
    const Window *const window = sums->window;
    const int last = window->dims - 1;
    const int64_t channels = sums->image.dim[sums->image.rank - 1];
    const char *x = sums->corner, *rows = NULL, *now = NULL, *first = NULL;
    int64_t back = 0;
    for (int i = 0; i <= last; i++) {
        const char *const begin = sums->at[i] ? firsts[i] : NULL, *const part = i < last ? parts[i] : begin;
        const bool kept = i == 0 && sums->lines;
        if (!kept) back += window->low[i] * sums->strides.at[i];
        rows = rows ? formatted(e, "(%s)", plus(e, times(e, rows, window->size[i]), part)) : part;
        if (part && !kept) x = plus(e, x, times(e, part, sums->strides.at[i]));
        if (i < last) now = plus(e, now, part), first = plus(e, first, begin);
    }
    const char *const kernel = rows ? times(e, rows, channels * sums->columns) : NULL;
    const char *const width = sums->at[last] ? formatted(e, "(%s - %s)", ends[last], firsts[last])
                                             : integer(e, window->size[last]);
    const Call call = {
        .count = sums->count,
        .depth = sums->at[last] ? times(e, width, channels) : integer(e, window->size[last] * channels),
        .x = plus(e, plus(e, sums->x, kept_at(e, sums, parts[0])),
                    back ? formatted(e, "(%s - %lld)", or_zero(x), (long long)back) : x),
        .kernel = plus(e, plus(e, sums->kernel, sums->column), kernel),
        .row = integer(e, sums->columns),
        .start = sums->start && last > 0
                     ? formatted(e, "%s > %s ? %s : %s", now, or_zero(first), sums->y, sums->start)
                 : sums->start           ? sums->start
                                         : sums->y,
        .y = sums->y};
    const char *body = sums->back ? back_text(e, sums, &call) : call_text(e, &call);
    for (int i = last - 1; i >= 0; i--)
        body = filled(e, "window_rows",
                      (Hole[]){{"row", parts[i]},
                               {"first", or_zero(sums->at[i] ? firsts[i] : NULL)},
                               {"end", sums->at[i] ? ends[i] : integer(e, window->size[i])},
                               {"body", body},
                               {NULL, NULL}});
    const bool begins = sums->start || sums->back;
    return formatted(e, "%s%s%s", bounds_text(e, sums), begins ? "" : zeros(e, sums->y, sums->count), body);
}

/* A window over steps in one piece of an image of which some steps are kept: up to where the first of these lies, and
 * on from there. */
static const char *turning_sums(Emit *e, const WindowSums *sums) {
    const int64_t channels = sums->image.dim[sums->image.rank - 1];
    const char *const first = or_zero(sums->at[0] ? firsts[0] : NULL);
    const char *const end = sums->at[0] ? ends[0] : integer(e, sums->window->size[0]);
    const Call call = {.count = sums->count,
                       .depth = times(e, "w", channels),
                       .x = plus(e, sums->x, kept_at(e, sums, "u")),
                       .kernel = plus(e, plus(e, sums->kernel, sums->column),
                                        times(e, "u", channels * sums->columns)),
                       .row = integer(e, sums->columns),
                       .start = sums->start ? formatted(e, "u > %s ? %s : %s", first, sums->y, sums->start) : sums->y,
                       .y = sums->y};
    return formatted(e, "%s%s%s", bounds_text(e, sums), sums->start ? "" : zeros(e, sums->y, sums->count),
                     filled(e, "window_turns",
                            (Hole[]){{"first", first},
                                     {"end", end},
                                     {"lines", integer(e, sums->lines)},
                                     {"line", line_of(e, sums, "u")},
                                     {"body", call_text(e, &call)},
                                     {NULL, NULL}}));
}

static const char *sums_text(Emit *e, const WindowSums *sums) {
    const bool in_one = sums->pieces.counts[0] == 1 && sums->window->size[0] > 1;
    if (sums->lines > 1 && in_one) return turning_sums(e, sums);
    for (int i = 0; i < sums->window->dims; i++)
        if (sums->at[i]) return clipped_sums(e, sums);
    return window_sums(e, sums);
}

static const char *const taps[] = {"p", "q", "o"};

/* The greatest sums of a pooling window, whose first place the image's loops are at. */
static const char *greatest(Emit *e, const Window *pooling, WindowSums sums) {
    const char *const size = sums.columns > MOST_SUMS ? integer(e, MOST_SUMS) : sums.count, *const to = sums.y;
    const char *const first = begins(e, taps, pooling->size, pooling->dims);
    sums.y = "sums";
    const char *body = filled(e, "conv_greatest",
                              (Hole[]){{"size", size},
                                       {"sums", sums_text(e, &sums)},
                                       {"count", sums.count},
                                       {"first", formatted(e, "%s == 0", or_zero(first))},
                                       {"y", plus(e, to, sums.column)},
                                       {NULL, NULL}});
    for (int i = pooling->dims - 1; i >= 0; i--) body = loop(e, taps[i], turns(e, pooling->size[i]), body);
    if (sums.columns <= MOST_SUMS) return body;
    return filled(
        e, "conv_columns",
        (Hole[]){{"columns", integer(e, sums.columns)}, {"count", size}, {"body", body}, {NULL, NULL}});
}

/* Where in a dimension the present window begins, from the first window on; NULL: there. */
static const char *dimension_at(Emit *e, const Window *window, const Window *pooling, int i, const char *line,
                                Shape out) {
    const int64_t stride = window->stride[i];
    const bool moves = out.dim[out.rank - 1 - window->dims + i] > 1, taps_move = pooling && pooling->size[i] > 1;
    const char *const place = moves ? times(e, place_name(i, line), stride * (pooling ? pooling->stride[i] : 1)) : NULL;
    return plus(e, place, taps_move ? times(e, taps[i], stride) : NULL);
}

/* How many columns of so many go on from `col`, of those that are made at once. */
static const char *columns_at_once(Emit *e, int64_t columns, bool all) {
    if (all || columns % MOST_SUMS == 0) return integer(e, all ? columns : MOST_SUMS);
    return formatted(e, "least(%lld - col, %d)", (long long)columns, MOST_SUMS);
}

void emit_window_sums(Emit *e, const Op *op, const Window *window, const Window *pooling) {
    Tensor *const x = op->in[0], *const kernel = op->in[1], *const y = op->out;
    const char *const line = param_line(e, op);
    const Shape in = x->shape, out = op_image(op);
    const int dims = window->dims;
    const ConvStrides strides = conv_strides(in, dims), own = conv_strides(out, dims);
    const int64_t columns = out.dim[out.rank - 1];
    const bool all = !pooling || columns <= MOST_SUMS;
    int64_t steps[MAX_SPATIAL] = {0}, within[MAX_SPATIAL] = {0}; /* of places, and of those in a pooling window */
    for (int i = 0; i < dims; i++) {
        within[i] = strides.at[i] * window->stride[i];
        steps[i] = within[i] * (pooling ? pooling->stride[i] : 1);
    }
    if (x->lines) steps[0] = within[0] = 0;
    const char *const from = param_named(e, x, false, "x"), *const weights = param_named(e, kernel, false, "kernel");
    const char *const column = all ? NULL : "col";
    const char *const start = weighted_sums_start(op) ? start_at(e, op, NULL, column) : NULL;
    const char *const to = param_named(e, y, true, "y");
    const char *const corner = place_at(e, out, dims, line, steps, strides.sample);
    int64_t own_steps[MAX_SPATIAL] = {own.at[0], own.at[1], own.at[2]};
    if (line) own_steps[0] = 0; /* it is told where its line is */
    WindowSums sums = {
        .window = window,
        .pieces = conv_pieces(window, &strides, in.dim[in.rank - 1] / window->groups),
        .image = in,
        .strides = strides,
        .columns = columns,
        .count = columns_at_once(e, columns, all),
        .column = column,
        .x = from,
        .corner = pooling ? plus(e, corner, index_of(e, taps, pooling->size, within, dims)) : corner,
        .kernel = weights,
        .start = start,
        .y = plus(e, to, place_at(e, out, dims, line, own_steps, own.sample)),
        .line = dimension_at(e, window, pooling, 0, line, out),
        .lines = x->lines};
    for (int i = 0; i < dims; i++)
        if (window_leaves(window, pooling, i, in, out))
            sums.at[i] = or_zero(dimension_at(e, window, pooling, i, line, out));
    const char *const body = pooling ? greatest(e, pooling, sums) : sums_text(e, &sums);
    emit_function(e, "body", (Hole[]){{"body", place_loops(e, out, dims, line, body)}, {NULL, NULL}});
}

void emit_transposed_sums(Emit *e, const Op *op) {
    Tensor *const x = op->in[0], *const kernel = op->in[1], *const y = op->out;
    const Window *const window = op_window(op);
    const int dims = window->dims;
    const Shape image = y->shape, in = x->shape;
    const ConvStrides strides = conv_strides(image, dims), own = conv_strides(in, dims);
    int64_t steps[MAX_SPATIAL] = {0};
    for (int i = 0; i < dims; i++) steps[i] = strides.at[i] * window->stride[i];
    const char *const from = param_named(e, x, false, "x"), *const weights = param_named(e, kernel, false, "kernel");
    const char *const to = param_named(e, y, true, "y");
    WindowSums sums = {.window = window,
                       .image = image,
                       .strides = strides,
                       .columns = in.dim[in.rank - 1],
                       .x = to,
                       .corner = place_at(e, in, dims, NULL, steps, strides.sample),
                       .kernel = weights,
                       .y = plus(e, from, place_at(e, in, dims, NULL, own.at, own.sample)),
                       .back = true};
    for (int i = 0; i < dims; i++)
        if (window_leaves(window, NULL, i, image, in)) sums.at[i] = or_zero(dimension_at(e, window, NULL, i, NULL, in));
    emit_function(e, "rows_gradient",
                  (Hole[]){{"y", to},
                           {"size", size_text(e, image, 0, image.rank)},
                           {"places", place_loops(e, in, dims, NULL, clipped_sums(e, &sums))},
                           {NULL, NULL}});
}

/* The way back: what a place adds */

/* Where in the image the window of the present place begins. */
static const char *corner_of(Emit *e, const Window *window, Shape image, Shape d) {
    const ConvStrides strides = conv_strides(image, window->dims);
    int64_t steps[MAX_SPATIAL] = {0};
    for (int i = 0; i < window->dims; i++) steps[i] = strides.at[i] * window->stride[i];
    return place_at(e, d, window->dims, NULL, steps, strides.sample);
}

static const char *piece_loops(Emit *e, const ConvPieces *pieces, const char *body) {
    for (int i = 2; i >= 0; i--) body = loop(e, parts[i], turns(e, pieces->counts[i]), body);
    return body;
}

/* What the windows of `image`, which are `x`, and `d` add to each other's rows, filter by filter: rows that lie one
 * after another, or, of a kernel that is not transposed, `apart`. */
typedef struct RowsGradient {
    const Window *window;
    Shape image, d;
    const char *x, *back, *rows;
    bool to_image, apart;
} RowsGradient;

static void emit_rows_gradient(Emit *e, const Op *op, const RowsGradient *g) {
    const ConvStrides strides = conv_strides(g->image, g->window->dims), own = conv_strides(g->d, g->window->dims);
    const ConvPieces pieces = conv_pieces(g->window, &strides, g->image.dim[g->image.rank - 1]);
    const int64_t *const counts = pieces.counts, depth = pieces.depth, filters = g->d.dim[g->d.rank - 1];
    const int64_t piece = depth * (g->apart ? filters : 1), all = counts[0] * counts[1] * counts[2] * depth;
    const int64_t between[] = {counts[1] * counts[2] * piece, counts[2] * piece, piece};
    const char *const filter = filters > 1 ? times(e, "filter", g->apart ? 1 : all) : NULL;
    const char *const row = plus(e, plus(e, g->rows, filter), index_of(e, parts, counts, between, 3));
    const char *const at = plus(e, plus(e, g->x, corner_of(e, g->window, g->image, g->d)),
                                  index_of(e, parts, counts, pieces.strides, 3));
    const char *const add = filled(e, g->apart ? "add_apart" : "add_scaled",
                                   (Hole[]){{"depth", integer(e, depth)},
                                            {"from", g->to_image ? row : at},
                                            {"to", g->to_image ? at : row},
                                            {"apart", integer(e, filters)},
                                            {NULL, NULL}});
    const char *const place = plus(e, place_at(e, g->d, g->window->dims, NULL, own.at, own.sample),
                                   filters > 1 ? "filter" : NULL);
    const char *const body = filled(e, "sparse_row",
                                    (Hole[]){{"d", formatted(e, "%s[%s]", g->back, or_zero(place))},
                                             {"pieces", piece_loops(e, &pieces, add)},
                                             {NULL, NULL}});
    emit_function(e, "rows_gradient",
                  (Hole[]){{"y", g->to_image ? g->x : g->rows},
                           {"size", size_text(e, op->out->shape, 0, op->out->shape.rank)},
                           {"places", place_loops(e, g->d, g->window->dims, NULL,
                                                  loop(e, "filter", turns(e, filters), body))},
                           {NULL, NULL}});
}

void emit_sparse_rows(Emit *e, const Op *op, const Window *window, Tensor *image, Tensor *rows, Tensor *d) {
    const bool to_image = image == op->out;
    const char *const x = param_named(e, image, to_image, to_image ? "y" : "x");
    const char *const transposed = to_image ? param_tensor(e, rows, false) : param_named(e, rows, true, "y");
    const RowsGradient gradient = {.window = window, .image = image->shape, .d = d->shape, .x = x, .rows = transposed,
                                   .back = param_named(e, d, false, "d"), .to_image = to_image};
    emit_rows_gradient(e, op, &gradient);
}

void emit_kernel_rows(Emit *e, const Op *op, const Window *window) {
    Tensor *const image = op->in[0], *const d = op->in[1];
    const char *const x = param_named(e, image, false, "x"), *const back = param_named(e, d, false, "d");
    const RowsGradient gradient = {.window = window, .image = image->shape, .d = d->shape, .x = x, .back = back,
                                   .rows = param_named(e, op->out, true, "y"), .apart = true};
    emit_rows_gradient(e, op, &gradient);
}
