/* SPDX-License-Identifier: MIT-0 */
/* pad: element i of x becomes element o of y where o · pick = low + i · spread, in each dimension; the others are
 * zeros. Zeros at the ends and between elements, parts cut off, every n-th element: the gradient of each is another
 * one. */
#include <string.h>

#include "base/internal.h"
#include "ops/op.h"
#include "ops/pad.h"

static void attrs_key(const Op *op, Text *key);

static const AttrsKind attrs_kind = {"a pad", sizeof(Spacing), attrs_key};

Spacing *pad_spacing(const Op *op) { return op_attrs(op, &attrs_kind); }

static void attrs_key(const Op *op, Text *key) {
    const Spacing *const spacing = pad_spacing(op);
    for (int i = 0; i < op->out->shape.rank; i++) {
        key_word(key, (uint64_t)spacing->low[i]);
        key_word(key, (uint64_t)spacing->spread[i]);
        key_word(key, (uint64_t)spacing->pick[i]);
    }
}

Spacing spacing_none(void) {
    Spacing spacing;
    for (int i = 0; i < MAX_RANK; i++) spacing.low[i] = 0, spacing.spread[i] = spacing.pick[i] = 1;
    return spacing;
}

bool pad_surrounds(const Op *pad, int dims) {
    const Spacing *const spacing = pad_spacing(pad);
    const Shape image = pad->in[0]->shape, padded = pad->out->shape;
    const int first = image.rank - 1 - dims;
    for (int i = 0; i < image.rank; i++) {
        const bool place = i >= first && i < image.rank - 1;
        if (spacing->spread[i] != 1 || spacing->pick[i] != 1 || spacing->low[i] < 0) return false;
        if (!place && (spacing->low[i] != 0 || image.dim[i] != padded.dim[i])) return false;
        if (place && spacing->low[i] + image.dim[i] > padded.dim[i]) return false;
    }
    return true;
}

/* Places are counted in whole numbers from the last dimension to the first, which a batch in between is not. */
static bool begins_with_samples(Shape shape) {
    bool literal = false;
    for (int i = 0; i < shape.rank; i++) {
        if (shape.dim[i] < 0 && literal) return false;
        literal = literal || shape.dim[i] > 1;
    }
    return true;
}

Tensor *build_pad(Builder *build, Tensor *x, Spacing spacing, Shape shape, const char *role, const char *label) {
    bool nothing = shape_equal(x->shape, shape);
    for (int i = 0; i < shape.rank; i++) nothing = nothing && spacing.low[i] == 0;
    if (nothing) return x;
    if (!begins_with_samples(x->shape) || !begins_with_samples(shape))
        internal_error("%s pads what has its samples within another dimension", label);
    x = build_whole(build, x);
    Op *op = build_op(build, &op_pad, role);
    op_read(op, x);
    *pad_spacing(op) = spacing;
    return build_result(build, op, label, shape);
}

static void gradient(Builder *build, const Op *op, Tensor *d) {
    Tensor *x = op->in[0];
    const Spacing *const spacing = pad_spacing(op);
    Spacing back = *spacing;
    for (int i = 0; i < x->shape.rank; i++) {
        back.low[i] = -spacing->low[i];
        back.spread[i] = spacing->pick[i];
        back.pick[i] = spacing->spread[i];
    }
    if (gradient_needed(x)) gradient_add(build, x, build_pad(build, d, back, x->shape, "backward_pad", NULL));
}

static void describe_numbers(const char *what, const int64_t *numbers, int rank, int64_t usual, Text *out) {
    bool shown = false;
    for (int i = 0; i < rank; i++) shown = shown || numbers[i] != usual;
    for (int i = 0; i < rank && shown; i++)
        text_printf(out, "%s%lld", i ? ", " : arena_printf(out->arena, " %s (", what), (long long)numbers[i]);
    if (shown) text_puts(out, ")");
}

static void describe(const Op *op, Text *out) {
    describe_numbers("low", pad_spacing(op)->low, op->out->shape.rank, 0, out);
    describe_numbers("spread", pad_spacing(op)->spread, op->out->shape.rank, 1, out);
    describe_numbers("pick", pad_spacing(op)->pick, op->out->shape.rank, 1, out);
}

static int64_t max_of(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t min_of(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t rounded_up(int64_t a, int64_t b) { return a <= 0 ? 0 : (a + b - 1) / b; }

/* The elements of one dimension that are copied: `count` from `from` on to `to` on, in these steps. */
typedef struct Run {
    int64_t count, from, to, from_step, to_step;
} Run;

static Run run_of(const Spacing *spacing, int dim, int64_t size, int64_t out) {
    const int64_t low = spacing->low[dim], spread = spacing->spread[dim], pick = spacing->pick[dim];
    Run run = {.from_step = pick, .to_step = spread};
    if (pick == 1) {
        run.from = rounded_up(-low, spread);
        run.to = low + run.from * spread;
        run.count = out - 1 < low ? 0 : min_of(size - 1, (out - 1 - low) / spread) - run.from + 1;
    } else {
        run.to = rounded_up(low, pick);
        run.from = run.to * pick - low;
        run.count = size - 1 + low < 0 ? 0 : min_of(out - 1, (size - 1 + low) / pick) - run.to + 1;
    }
    run.count = max_of(run.count, 0);
    return run;
}

/* Which line of x becomes the line that is made; in whole numbers without a sign those before the first are large. */
static const char *line_of(Emit *e, const Op *op) {
    const int64_t low = pad_spacing(op)->low[LINE_DIM];
    return low ? formatted(e, "line - %lld", (long long)low) : "line";
}

/* Where that lies. */
static const char *line_at(Emit *e, const Op *op, const char *from) {
    const Tensor *const x = op->in[0];
    const char *at = line_of(e, op);
    if (x->lines == 1) return from;
    if (strcmp(at, "line") != 0) at = formatted(e, "(%s)", at);
    if (x->lines) at = formatted(e, "%s %% %lld", at, (long long)x->lines);
    return formatted(e, "%s + %s", from, times(e, at, shape_size(x->shape, 1) / x->shape.dim[LINE_DIM]));
}

static OpForm form(const Plan *plan, const Op *op) {
    (void)plan;
    if (op->out->shape.dim[0] >= 0) return PAD_WHOLE;
    for (int i = 1; i < op->out->shape.rank; i++) {
        const int64_t size = op->in[0]->shape.dim[i];
        if (size > 0 && run_of(pad_spacing(op), i, size, op->out->shape.dim[i]).count == 0) return PAD_WHOLE;
    }
    return PAD_SAMPLES;
}

/* Neighbours that stay neighbours are copied at once. */
static void emit(Emit *e, const Op *op) {
    const char *vars[MAX_RANK];
    Tensor *x = op->in[0], *y = op->out;
    const char *const line = param_line(e, op);
    const char *from = param_named(e, x, false, "x"), *to = param_named(e, y, true, "y");
    Shape in = x->shape;
    Spacing spacing = *pad_spacing(op);
    if (line) {
        from = line_at(e, op, from);
        in.dim[LINE_DIM] = 1;
        spacing.low[LINE_DIM] = 0;
    }
    Text at_from = {.arena = e->arena}, at_to = {.arena = e->arena};
    int64_t from_size = 1, to_size = 1, from_base = 0, to_base = 0, row = 1; /* row: what is copied at once */
    bool together = true, complete = !line, empty = false;
    const char *sizes[MAX_RANK] = {0};
    for (int i = 0; i < y->shape.rank; i++) vars[i] = loop_variable(y->shape, i, i + 1, i);
    for (int i = y->shape.rank - 1; i >= 0; i--) {
        const int64_t size = in.dim[i], out = y->shape.dim[i];
        Run run = {dim_size(size, 1), 0, 0, 1, 1};
        if (size > 0) run = run_of(&spacing, i, size, out);
        complete = complete && (size < 0 || run.count == out);
        empty = empty || run.count == 0;
        from_base += run.from * from_size;
        to_base += run.to * to_size;
        if (together && size > 0 && (run.count == 1 || (run.from_step == 1 && run.to_step == 1))) {
            row *= run.count;
            together = run.count == size && run.count == out;
        } else {
            together = false;
            sizes[i] = size < 0 ? size_text(e, in, i, i + 1) : integer(e, run.count);
            text_printf(&at_from, " + %s", times(e, vars[i], run.from_step * from_size));
            text_printf(&at_to, " + %s", times(e, vars[i], run.to_step * to_size));
        }
        from_size *= dim_size(size, 1);
        to_size *= dim_size(out, 1);
    }
    const char *first = plus(e, from, offset(e, from_base)),
               *second = plus(e, to, offset(e, to_base));
    const char *body = copy_text(e, y->type, formatted(e, "%s%s", second, text_chars(&at_to)),
                                 formatted(e, "%s%s", first, text_chars(&at_from)), integer(e, row));
    const bool by_sample = !line && op->form == PAD_SAMPLES;
    Text zeros = {.arena = e->arena};
    if (!complete)
        emit_template(
            e, &zeros, element_is_real(y->type) ? "pad_zeros" : "pad_whole_zeros",
            (Hole[]){
                {"y", by_sample ? plus(e, to, times(e, vars[0], to_size / dim_size(y->shape.dim[0], 1))) : to},
                {"size", size_text(e, y->shape, by_sample, y->shape.rank)},
                {"zero", integer(e, y->zero)},
                {"type", element_name(y->type)},
                {NULL, NULL}});
    for (int i = y->shape.rank - 1; i >= 0; i--) {
        if (!sizes[i]) continue;
        if (i == 0 && by_sample) body = formatted(e, "%s%s", text_chars(&zeros), body);
        Text outer = {.arena = e->arena};
        emit_template(e, &outer, "map_loop",
                      (Hole[]){{"var", vars[i]}, {"size", sizes[i]}, {"body", body}, {NULL, NULL}});
        body = text_chars(&outer);
    }
    if (line)
        body = filled(e, "pad_line",
                      (Hole[]){{"line", line_of(e, op)}, {"lines", integer(e, x->shape.dim[LINE_DIM])}, {"body", body},
                               {NULL, NULL}});
    emit_function(e, "pad",
                  (Hole[]){{"zeros", by_sample ? "" : text_chars(&zeros)}, {"copy", empty ? "" : body}, {NULL, NULL}});
}

/* Of a pad that puts zeros around the places of an image, and does nothing else. */
static LineWindow line_window(const Op *op) {
    return pad_surrounds(op, op->out->shape.rank - 2) ? (LineWindow){1, 1, pad_spacing(op)->low[LINE_DIM]}
                                                      : (LineWindow){0};
}

const OpDef op_pad = {.name = "pad", .line_window = line_window,
                      .brief = "zeros around and between elements, or elements left out",
                      .gradient = gradient,
                      .form = form,
                      .emit = emit,
                      .describe = describe,
                      .attrs = &attrs_kind,
                      .by_samples = true};
