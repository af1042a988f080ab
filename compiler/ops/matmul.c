/* SPDX-License-Identifier: MIT-0 */
/* matmul: c[rows, columns] = a[rows, depth] · b[depth, columns], with elementwise steps on each block while it is in the
 * cache. a may be read transposed (the gradient of a kernel: xᵀ · d). */
#include "emit/emit.h"
#include "lower.h"

static void gradient(Builder *build, const Op *op, Tensor *d) {
    Tensor *x = op->in[0], *w = op->in[1];
    if (gradient_needed(x)) { /* d · wᵀ, before the update may change w */
        const char *label = arena_printf(build->plan->arena, "%s_transposed", w->weight->name);
        Tensor *transposed = build_permute(build, w, (int[]){1, 0}, "backward_transpose", label);
        gradient_add(build, x,
                     build_matmul(build, d, transposed, false, x->shape, "backward_input", gradient_name(build, x)));
    }
    if (gradient_needed(w))
        gradient_add(build, w,
                     build_matmul(build, x, d, true, w->shape,
                                  arena_printf(build->plan->arena, "backward_%s", w->weight->name),
                                  gradient_name(build, w)));
}

static void emit(Emit *e, const Op *op) {
    Tensor *a = op->in[0], *b = op->in[1];
    const Shape space = op->out->shape;
    const int64_t columns = space.dim[space.rank - 1];
    const int64_t a_columns = a->shape.dim[a->shape.rank - 1];
    const char *const rows = size_text(e, space, 0, space.rank - 1);
    /* The space of the steps is (row, column), so operands are full, or one value per column. */
    Place place = {.value_name = "sum", .lanes = "n", .draw_offset = "c"};
    Nest nest = nest_for(e, space, op, NULL, NULL);
    nest.loop_count = 2;
    nest.loops[0] = (Loop){.var = "(row + r)", .size = rows};
    nest.loops[1] = (Loop){.var = "col + c", .size = integer(e, columns), .literal = columns};
    for (int i = 0; i < nest.tensor_count; i++) {
        nest.loops[1].present |= 1u << i;
        if (shape_equal(nest.tensors[i]->shape, space)) nest.loops[0].present |= 1u << i;
    }
    place.nest = &nest;
    Hole holes[] = {
        {"a", param_named(e, a, false, "x")},
        {"a_at", op->transpose_a ? "row" : times(e, "row", a_columns)},
        {"a_row", op->transpose_a ? "1" : integer(e, a_columns)},
        {"a_depth", op->transpose_a ? integer(e, a_columns) : "1"},
        {"b", b->kind == TENSOR_WEIGHT ? param_tensor(e, b, false)
                                       : param_named(e, b, false, op->transpose_a ? "d" : "transposed")},
        {"depth", op->transpose_a ? size_text(e, a->shape, 0, a->shape.rank - 1) : integer(e, a_columns)},
        {"rows", rows},
        {"columns", integer(e, columns)},
        {"out", ""},
        {"draws", ""},
        {"steps", ""},
        {NULL, NULL},
    };
    if (op->steps.count == 0) {
        holes[8].text = param_named(e, op->out, true, "y");
        emit_function(e, "matmul", op, holes);
        return;
    }
    place.value_name = local_name(e, "sum");
    holes[8].text = place.value_name;
    holes[9].text = draws_text(
        e, op,
        columns <= 64 ? "row + r" : formatted(e, "(row + r) * %lld + col / PANEL", (long long)((columns + 63) / 64)));
    const char *store = "";
    if (!op->out->in_registers)
        store = formatted(e, "v_store(%s + %s + col + c, %s, n);\n", param_named(e, op->out, true, "sum_out"),
                          times(e, "(row + r)", columns), place.value_name);
    holes[10].text = formatted(e, "%s%s", store, steps_text(e, op, &place));
    emit_function(e, "matmul_steps", op, holes);
}

const OpDef op_matmul = {
    .name = "matmul", .brief = "matrix product", .gradient = gradient, .emit = emit, .takes_steps = true};
