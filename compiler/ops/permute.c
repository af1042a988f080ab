/* SPDX-License-Identifier: MIT-0 */
/* permute: the dimensions in another order. */
#include "emit/emit.h"
#include "lower.h"

static void gradient(Builder *build, const Op *op, Tensor *d) {
    int back[MAX_RANK] = {0};
    for (int i = 0; i < op->out->shape.rank; i++) back[op->axes[i]] = i;
    gradient_add(build, op->in[0], build_permute(build, d, back, "backward_permute", gradient_name(build, op->in[0])));
}

static void emit(Emit *e, const Op *op) {
    static const char *const vars[] = {"i", "j", "k", "l", "o", "c"};
    Tensor *x = op->in[0], *y = op->out;
    const char *from = param_named(e, x, false, "x"), *to = param_named(e, y, true, "y");
    const Shape in = x->shape, out = y->shape;
    if (in.rank == 2 && op->axes[0] == 1 && in.dim[0] != BATCH) {
        emit_function(e, "transpose", op,
                      (Hole[]){{"rows", integer(e, in.dim[0])},
                               {"columns", integer(e, in.dim[1])},
                               {"from", from},
                               {"to", to},
                               {NULL, NULL}});
        return;
    }
    Text index = {.arena = e->arena};
    int64_t stride[MAX_RANK], width = 1;
    for (int i = in.rank - 1; i >= 0; i--) {
        stride[i] = width;
        width *= in.dim[i] == BATCH ? 1 : in.dim[i];
    }
    Text out_index = {.arena = e->arena};
    int64_t out_width = 1;
    for (int i = 1; i < out.rank; i++) out_width *= out.dim[i];
    for (int i = 0; i < out.rank; i++) {
        text_printf(&index, "%s%s", i ? " + " : "", times(e, vars[i], stride[op->axes[i]]));
        text_printf(&out_index, "%s%s", i ? " + " : "", times(e, vars[i], out_width));
        if (i + 1 < out.rank) out_width /= out.dim[i + 1];
    }
    const char *body = formatted(e, "%s[%s] = %s[%s];\n", to, text_chars(&out_index), from, text_chars(&index));
    for (int i = out.rank - 1; i >= 0; i--) {
        Text loop = {.arena = e->arena};
        emit_template(e, &loop, "map_loop",
                      (Hole[]){{"var", vars[i]}, {"size", size_text(e, out, i, i + 1)}, {"body", body}, {NULL, NULL}});
        body = text_chars(&loop);
    }
    emit_function(e, "body", op, (Hole[]){{"body", body}, {NULL, NULL}});
}

const OpDef op_permute = {
    .name = "permute", .brief = "dimensions in another order", .gradient = gradient, .emit = emit};
