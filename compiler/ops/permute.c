/* SPDX-License-Identifier: MIT-0 */
/* permute: the dimensions in another order, some of them from the end to the front. */
#include "ops/op.h"
#include "plan/permute_attrs.h"
#include "plan/share.h"

static void attrs_key(const Op *op, Text *key);

static const AttrsKind attrs_kind = {"a permutation", sizeof(PermuteAttrs), attrs_key};

PermuteAttrs *permute_attrs(const Op *op) { return op_attrs(op, &attrs_kind); }

static void attrs_key(const Op *op, Text *key) {
    for (int i = 0; i < op->out->shape.rank; i++) key_word(key, (uint64_t)permute_attrs(op)->axes[i]);
    key_word(key, permute_attrs(op)->flipped);
}

static void gradient(Builder *build, const Op *op, Tensor *d) {
    const PermuteAttrs *const attrs = permute_attrs(op);
    int back[MAX_RANK] = {0};
    unsigned flipped = 0;
    for (int i = 0; i < op->out->shape.rank; i++) {
        back[attrs->axes[i]] = i;
        if (attrs->flipped >> i & 1) flipped |= 1u << attrs->axes[i];
    }
    gradient_add(build, op->in[0], build_permute(build, d, back, flipped, "backward_permute", NULL));
}

/* "i * batch * 12" */
static const char *term(Emit *e, const char *index, const Tensor *tensor, int dim) {
    const Shape shape = tensor->shape;
    int64_t stride = 1;
    bool of_batch = false;
    for (int i = dim + 1; i < shape.rank; i++) {
        stride *= i == shape.rank - 1 ? tensor_row_width(tensor) : dim_size(shape.dim[i], 1);
        if (shape.dim[i] < 0) of_batch = true;
    }
    return times(e, of_batch && !makes_one_sample(e->plan) ? formatted(e, "%s * batch", index) : index, stride);
}

static bool is_transposition(const Op *op) {
    const PermuteAttrs *const attrs = permute_attrs(op);
    const Shape in = op->in[0]->shape;
    return in.rank == 2 && attrs->axes[0] == 1 && in.dim[0] > 0 && in.dim[1] > 0 && !attrs->flipped;
}

static OpForm form(const Plan *plan, const Op *op) {
    (void)plan;
    const PermuteAttrs *const attrs = permute_attrs(op);
    const int last = op->out->shape.rank - 1;
    const bool rows = attrs->axes[last] == last && !(attrs->flipped >> last & 1);
    return is_transposition(op) ? PERMUTE_TRANSPOSE : rows ? PERMUTE_ROWS : PERMUTE_ELEMENTS;
}

/* Rows of the result are columns of what is read. */
static void share(const Op *op, Share *share) {
    const PermuteAttrs *const attrs = permute_attrs(op);
    const Shape in = op->in[0]->shape, out = op->out->shape;
    if (op->form == PERMUTE_TRANSPOSE) *share = (Share){SHARE_RESULT, in.dim[1], "TRANSPOSE_STEP", {1}, in.dim[0]};
    else if (out.rank > 1 && !(attrs->flipped & 1))
        *share =
            (Share){SHARE_RESULT, out.dim[0], "1", {dim_stride(op->in[0], attrs->axes[0])}, dim_stride(op->out, 0)};
}

static void emit(Emit *e, const Op *op) {
    const PermuteAttrs *const attrs = permute_attrs(op);
    const char *vars[MAX_RANK], *sizes[MAX_RANK];
    Tensor *x = op->in[0], *y = op->out;
    const char *from = matrix_text(e, x, param_named(e, x, false, "x"));
    const char *to = matrix_text(e, y, param_named(e, y, true, "y"));
    const Shape in = x->shape, out = y->shape;
    const int last = out.rank - 1;
    for (int i = 0; i < out.rank; i++) {
        vars[i] = loop_variable(out, i, i + 1, i);
        sizes[i] = size_text(e, out, i, i + 1);
    }
    if (op->form == PERMUTE_TRANSPOSE) {
        emit_function(e, "transpose",
                      (Hole[]){{"rows", integer(e, in.dim[0])},
                               {"columns", shared_size(e, op, integer(e, in.dim[1]))},
                               {"from", from},
                               {"row", integer(e, tensor_row_width(x))},
                               {"to", to},
                               {NULL, NULL}});
        return;
    }
    sizes[0] = shared_size(e, op, sizes[0]);
    const bool rows = op->form == PERMUTE_ROWS;
    const int loops = rows ? last : out.rank;
    Text at_in = {.arena = e->arena}, at_out = {.arena = e->arena};
    for (int i = 0; i < loops; i++) {
        const char *const index =
            attrs->flipped >> i & 1 ? formatted(e, "(%s - 1 - %s)", size_text(e, out, i, i + 1), vars[i]) : vars[i];
        text_printf(&at_in, "%s%s", i ? " + " : "", term(e, index, x, attrs->axes[i]));
        text_printf(&at_out, "%s%s", i ? " + " : "", term(e, vars[i], y, i));
    }
    const char *body =
        rows ? copy_text(e, y->type, formatted(e, "%s + %s", to, text_chars(&at_out)),
                         formatted(e, "%s + %s", from, text_chars(&at_in)), size_text(e, out, last, out.rank))
             : formatted(e, "%s[%s] = %s[%s];\n", to, text_chars(&at_out), from, text_chars(&at_in));
    for (int i = loops - 1; i >= 0; i--) {
        Text loop = {.arena = e->arena};
        emit_template(e, &loop, "map_loop",
                      (Hole[]){{"var", vars[i]}, {"size", sizes[i]}, {"body", body}, {NULL, NULL}});
        body = text_chars(&loop);
    }
    emit_function(e, "body", (Hole[]){{"body", body}, {NULL, NULL}});
}

/* x^T; transpose(x, (1, 0, 2)) and flip(x, 0) as in numpy. */
static const char *formula(Emit *e, const Op *op, const char *const *in) {
    const char *const x = in[0];
    const PermuteAttrs *const attrs = permute_attrs(op);
    Text out = {.arena = e->arena};
    const int rank = op->out->shape.rank;
    bool moves = false;
    for (int i = 0; i < rank; i++) moves = moves || attrs->axes[i] != i;
    for (int i = 0; i < rank; i++)
        if (attrs->flipped >> i & 1) text_puts(&out, "flip(");
    if (moves && rank == 2) text_printf(&out, "%s^T", x);
    else text_printf(&out, moves ? "transpose(%s, (" : "%s", x);
    for (int i = 0; i < rank && moves && rank > 2; i++)
        text_printf(&out, "%s%d", i ? ", " : "", attrs->axes[i]);
    if (moves && rank > 2) text_puts(&out, "))");
    for (int i = rank - 1; i >= 0; i--)
        if (attrs->flipped >> i & 1) text_printf(&out, ", %d)", i);
    return text_chars(&out);
}

const OpDef op_permute = {.name = "permute",
                          .brief = "dimensions in another order",
                          .gradient = gradient,
                          .form = form,
                          .emit = emit,
                          .formula = formula,
                          .attrs = &attrs_kind,
                          .reads_columns = true,
                          .by_samples = true,
                          .share = share};
