/* SPDX-License-Identifier: MIT-0 */
/* matmul: c[rows, columns] = a[rows, depth] · b[depth, columns], with elementwise steps on each block while it is in
 * the cache. a may be read transposed (the gradient of a kernel: xᵀ · d). Two more inputs are another a and b, whose
 * product is added: x · kernel + h · recurrent_kernel of a step (pass_join_products). */
#include "build/loop.h"
#include "ops/dot_rows.h"
#include "ops/op.h"
#include "ops/weighted_sums.h"
#include "plan/access.h"
#include "plan/matmul_attrs.h"
#include "plan/product.h"

static void attrs_key(const Op *op, Text *key);

static const AttrsKind attrs_kind = {"a product", sizeof(MatmulAttrs), attrs_key};

MatmulAttrs *matmul_attrs(const Op *op) { return op_attrs(op, &attrs_kind); }

static void attrs_key(const Op *op, Text *key) {
    key_word(key, matmul_attrs(op)->transpose_a);
}

bool is_matmul_transposed(const Op *op) { return op->def == &op_matmul && matmul_attrs(op)->transpose_a; }
bool is_matmul_straight(const Op *op) { return op->def == &op_matmul && !matmul_attrs(op)->transpose_a; }
bool is_matmul_deep(const Op *op) { return op->def == &op_matmul && op->form == PRODUCT_DEEP; }

static void describe(const Op *op, Text *out) {
    if (is_matmul_transposed(op)) text_puts(out, " transposed");
}

/* a . b, and what else is added. */
static const char *formula(Emit *e, const Op *op, const char *const *in) {
    const char *const product = formatted(e, is_matmul_transposed(op) ? "%s^T . %s" : "%s . %s", in[0], in[1]);
    if (op->in_count == 3) return formatted(e, "%s + %s", product, in[2]);
    return op->in_count == 4 ? formatted(e, "%s + %s . %s", product, in[2], in[3]) : product;
}

static void gradient(Builder *build, const Op *op, Tensor *d) {
    Tensor *x = op->in[0], *w = op->in[1];
    if (gradient_needed(x)) { /* d · wᵀ, before the update may change w */
        Tensor *transposed = build_permute(build, w, (int[]){1, 0}, 0, "backward_transpose", NULL);
        build_called(build, transposed, FORM_TRANSPOSED, w);
        gradient_add(build, x, build_matmul(build, d, transposed, false, x->shape, "backward_input", NULL));
    }
    if (!gradient_needed(w)) return;
    const bool after = build->after_loop;
    if (build->loop && !changes_with_step(w)) { /* one product for all steps */
        build->after_loop = true;
        x = loop_sequence(build, x);
        d = loop_sequence(build, d);
    }
    const char *const action = arena_printf(build->plan->arena, "backward_%s", own_name(build, w));
    gradient_add(build, w, build_matmul(build, x, d, true, w->shape, action, NULL));
    build->after_loop = after;
}

static const char *matrix(Emit *e, Tensor *tensor, bool written, const char *wanted) {
    return matrix_text(e, tensor,
                       wanted ? param_named(e, tensor, written, wanted) : param_tensor(e, tensor, written));
}

/* What is multiplied on the way back is a gradient. */
static const char *left_name(const Op *op) {
    return op->phase == PHASE_BACKWARD && !is_matmul_transposed(op) ? "d" : "x";
}

static const char *depth_text(Emit *e, const Op *op, int64_t depth) {
    return op->skips_first ? param_depth(e, depth) : integer(e, depth);
}

/* The product of two further inputs, which goes before the other. */
static const char *second_product(Emit *e, const Op *op) {
    Text text = {.arena = e->arena};
    if (op->in_count < 4) return "";
    const char *const a = matrix(e, op->in[2], false, "inputs"), *const packed =
                                                                     param_named(e, op->in[3], false, "kernel_packed");
    emit_template(e, &text, "matmul_second",
                  (Hole[]){{"a", a},
                           {"a_row", integer(e, tensor_row_width(op->in[2]))},
                           {"packed", packed},
                           {"depth", integer(e, op->in[3]->shape.dim[1])},
                           {NULL, NULL}});
    return text_chars(&text);
}

/* The second input is packed, and the first is not transposed. */
static void emit_packed(Emit *e, const Op *op) {
    Tensor *a = op->in[0];
    const Shape space = op->out->shape;
    const char *const rows = shared_size(e, op, size_text(e, space, 0, space.rank - 1));
    const char *const x = matrix(e, a, false, left_name(op));
    const char *const packed = param_named(e, op->in[1], false, "packed"), *const second = second_product(e, op);
    const char *const depth = depth_text(e, op, op->in[1]->shape.dim[1]);
    const BlockText block = block_text(e, op, rows, "row + r");
    emit_function(e, "matmul_packed",
                  (Hole[]){{"a", x},
                           {"a_row", integer(e, tensor_row_width(a))},
                           {"packed", packed},
                           {"packed_depth", integer(e, op->in[1]->shape.dim[1])},
                           {"depth", depth},
                           {"second", second},
                           {"add", op->in_count < 4 ? "0" : "1"},
                           {"rows", rows},
                           {"columns", integer(e, space.dim[space.rank - 1])},
                           {"out", block.value},
                           {"draws", block.draws},
                           {"lanes", block.lanes},
                           {"steps", block.steps},
                           {NULL, NULL}});
}

static void emit_few(Emit *e, const Op *op) {
    Tensor *a = op->in[0], *b = op->in[1];
    const Shape space = op->out->shape;
    const char *const rows = shared_size(e, op, size_text(e, space, 0, space.rank - 1));
    const char *const x = matrix(e, a, false, left_name(op));
    const char *const w = matrix(e, b, false, matmul_right_name(e, op));
    const BlockText block = block_text(e, op, rows, "row");
    Text terms = {.arena = e->arena};
    for (int64_t k = 0; k < a->shape.dim[a->shape.rank - 1]; k++) {
        const char *const element = plus(e, times(e, "row", tensor_row_width(a)), offset(e, k));
        const char *const from = plus(e, formatted(e, "%s + col + c", w), offset(e, k * tensor_row_width(b)));
        text_printf(&terms, "%s += %s[%s] * %s;\n", block.value, x, element,
                    lanes_load(e, from, *block.lanes ? "n" : NULL));
    }
    emit_function(e, "matmul_few",
                  (Hole[]){{"rows", rows},
                           {"columns", integer(e, space.dim[space.rank - 1])},
                           {"out", block.value},
                           {"terms", text_chars(&terms)},
                           {"draws", block.draws},
                           {"lanes", block.lanes},
                           {"steps", block.steps},
                           {NULL, NULL}});
}

/* The first input is transposed; both are read once. */
static void emit_deep(Emit *e, const Op *op) {
    Tensor *a = op->in[0], *b = op->in[1];
    const char *const x = matrix(e, a, false, "x"), *const d = matrix(e, b, false, "d");
    emit_function(e, "matmul_deep",
                  (Hole[]){{"a", x},
                           {"a_row", integer(e, tensor_row_width(a))},
                           {"b", d},
                           {"b_row", integer(e, tensor_row_width(b))},
                           {"depth", size_text(e, a->shape, 0, a->shape.rank - 1)},
                           {"rows", shared_size(e, op, integer(e, op->out->shape.dim[0]))},
                           {"columns", integer(e, op->out->shape.dim[1])},
                           {"y", param_tensor(e, op->out, true)},
                           {"add", op->adds ? param_add(e) : "0"},
                           {NULL, NULL}});
}

/* In blocks, of which a row or a column has one dimension. */
static void emit_blocks(Emit *e, const Op *op) {
    Tensor *a = op->in[0], *b = op->in[1];
    const Shape space = op->out->shape;
    const int64_t columns = space.dim[space.rank - 1];
    const char *const a_row = integer(e, tensor_row_width(a));
    const char *const rows = shared_size(e, op, size_text(e, space, 0, space.rank - 1));
    const char *const x = matrix(e, a, false, left_name(op));
    const char *const w = matrix(e, b, false, matmul_right_name(e, op));
    const char *const depth = is_matmul_transposed(op) ? size_text(e, a->shape, 0, a->shape.rank - 1)
                                              : depth_text(e, op, a->shape.dim[a->shape.rank - 1]);
    const BlockText block = block_text(e, op, rows, "row + r");
    const Hole holes[] = {
        {"a", x},
        {"a_at", is_matmul_transposed(op) ? "row" : times(e, "row", tensor_row_width(a))},
        {"a_row", is_matmul_transposed(op) ? "1" : a_row},
        {"a_depth", is_matmul_transposed(op) ? a_row : "1"},
        {"b", w},
        {"b_row", integer(e, tensor_row_width(b))},
        {"depth", depth},
        {"rows", rows},
        {"columns", integer(e, columns)},
        {"out", block.value},
        {"sums", lanes_load(e, "block + c", *block.lanes ? "n" : NULL)},
        {"draws", block.draws},
        {"lanes", block.lanes},
        {"steps", block.steps},
        {NULL, NULL},
    };
    const char *const template = op->form == PRODUCT_ROW      ? "matmul_row"
                                 : op->form == PRODUCT_BLOCKS ? "matmul"
                                 : is_matmul_transposed(op)   ? "matmul_column_transposed"
                                                              : "matmul_column";
    emit_function(e, template, holes);
}

static void emit(Emit *e, const Op *op) {
    static void (*const printers[OP_FORMS])(Emit *, const Op *) = {
        [PRODUCT_BLOCKS] = emit_blocks, [PRODUCT_PACKED] = emit_packed,     [PRODUCT_FEW] = emit_few,
        [PRODUCT_ROW] = emit_blocks,    [PRODUCT_COLUMN] = emit_blocks,     [PRODUCT_DEEP] = emit_deep,
        [PRODUCT_OUTER] = emit_outer_sums, [PRODUCT_OUTER_SUMS] = emit_outer_sums, [PRODUCT_SUMS] = emit_matmul_sums,
    };
    printers[op->form](e, op);
}

/* Whether the output has one row, in which no random numbers are drawn: their blocks have another width. */
static bool is_row(const Plan *plan, const Op *op) {
    const Shape space = op->out->shape;
    const int64_t columns = space.dim[space.rank - 1];
    if (is_matmul_transposed(op) || columns == 1) return false;
    for (Access at = {.op = op}; access_next(&at);)
        if (at.operand && at.tensor->regenerated) return false;
    return shape_size(space, plan->model->batch) == columns;
}

static OpForm form(const Plan *plan, const Op *op) {
    const Shape a = op->in[0]->shape;
    if (!plan->target->blocks && makes_weighted_sums(op)) return PRODUCT_SUMS;
    if (!plan->target->blocks) /* its terms are the rows of the inputs */
        return shape_size(a, plan->model->batch) == a.dim[a.rank - 1] ? PRODUCT_OUTER : PRODUCT_OUTER_SUMS;
    if (op->in[1]->packed) return PRODUCT_PACKED;
    if (is_row(plan, op)) return PRODUCT_ROW;
    if (product_is_column(op, !is_matmul_transposed(op))) return PRODUCT_COLUMN;
    const bool few = is_matmul_straight(op) && a.dim[a.rank - 1] <= plan->target->shallow_depth;
    return few ? PRODUCT_FEW : PRODUCT_BLOCKS;
}

/* Row by row, each sum is stored when what it begins with has been read. */
static int64_t lead(const Plan *plan, const Op *op, const Access *read, const Tensor *made) {
    const bool begins = !plan->target->blocks && op->in_count == 3 && read->step < 0 && read->tensor == op->in[2] &&
                        read->tensor != op->in[0] && read->tensor != op->in[1];
    return begins && made == op->out && shape_equal(read->tensor->shape, made->shape) ? 0 : -1;
}

/* Whether steps run on whole rows: all that they read and make has the shape of the result, or of one
 * row of it, or is one number. */
static bool steps_of_rows(const Op *op, Shape space) {
    for (Access at = {.op = op}; access_next(&at);) {
        const Tensor *const tensor = at.tensor;
        if (at.step < 0 || tensor->in_registers || shape_equal(tensor->shape, space)) continue;
        const bool row = tensor->shape.rank == 1 && shape_size(tensor->shape, 2) == space.dim[space.rank - 1];
        if (at.writes || tensor->regenerated || (!row && shape_size(tensor->shape, 2) != 1)) return false;
    }
    return true;
}

/* A gradient of weights by their rows, so that what is summed, over samples, is not divided; others by those of the
 * result, which are not those of samples alone. */
static void share(const Op *op, Share *share) {
    const Shape space = op->out->shape;
    const int64_t rows = shape_size(shape_of(space.rank - 1, space.dim), 1);
    const bool of_batch = shape_size(space, 2) != shape_size(space, 1);
    if (!steps_of_rows(op, space) || (is_matmul_transposed(op) && space.rank != 2)) return;
    *share = (Share){SHARE_ROWS,
                     of_batch ? -rows : rows,
                     "TILE_ROWS",
                     {is_matmul_transposed(op) ? 1 : tensor_row_width(op->in[0])},
                     0};
}

/* Each element of a is multiplied with a row of b. */
static int64_t products(const Op *op) {
    return shape_size(op->in[0]->shape, 1) * op->out->shape.dim[op->out->shape.rank - 1];
}

const OpDef op_matmul = {
    .name = "matmul", .brief = "matrix product", .lead = lead, .gradient = gradient, .form = form, .emit = emit,
    .describe = describe, .formula = formula, .attrs = &attrs_kind, .products = products, .takes_steps = true,
    .blocks = true, .by_rows = true, .reads_constants = true, .reads_columns = true, .by_samples = true,
    .share = share};
