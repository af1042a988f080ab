/* SPDX-License-Identifier: MIT-0 */
/* history: of one time step after another, the present one and those that a causal convolution meets before it. They
 * lie in a ring: the next step takes the place of the oldest. */
#include "ops/history.h"
#include "ops/op.h"

typedef struct HistoryAttrs {
    int64_t taps, dilation;
} HistoryAttrs;

static void attrs_key(const Op *op, Text *key);

static const AttrsKind attrs_kind = {"a history", sizeof(HistoryAttrs), attrs_key};

static HistoryAttrs *history_attrs(const Op *op) { return op_attrs(op, &attrs_kind); }

static void attrs_key(const Op *op, Text *key) {
    key_word(key, (uint64_t)history_attrs(op)->taps);
    key_word(key, (uint64_t)history_attrs(op)->dilation);
}

Tensor *build_history(Builder *build, Tensor *x, int64_t taps, int64_t dilation) {
    const int64_t channels = x->shape.dim[x->shape.rank - 1];
    const Shape past = shape_of(2, (int64_t[]){(taps - 1) * dilation, channels});
    Tensor *ring = build_lasting_state(build, build->layer, past, "history");
    Tensor *oldest = build_lasting_state(build, build->layer, shape_of(1, (int64_t[]){1}), "oldest");
    oldest->type = ELEMENT_INT32;
    Op *op = build_op(build, &op_history, "history");
    op_read(op, build_whole(build, x));
    op_read(op, ring);
    op_read(op, oldest);
    *history_attrs(op) = (HistoryAttrs){taps, dilation};
    return build_result(build, op, "window", shape_of(3, (int64_t[]){1, taps, channels}));
}

static void describe(const Op *op, Text *out) {
    text_printf(out, " %lld steps", (long long)history_attrs(op)->taps);
    if (history_attrs(op)->dilation > 1) text_printf(out, " %lld apart", (long long)history_attrs(op)->dilation);
}

static void emit(Emit *e, const Op *op) {
    const Shape ring = op->in[1]->shape;
    const char *const x = param_named(e, op->in[0], false, "x");
    emit_function(e, "history",
                  (Hole[]){{"x", x},
                           {"ring", param_named(e, op->in[1], true, "ring")},
                           {"oldest", param_named(e, op->in[2], true, "oldest")},
                           {"y", param_named(e, op->out, true, "y")},
                           {"taps", integer(e, history_attrs(op)->taps - 1)},
                           {"dilation", integer(e, history_attrs(op)->dilation)},
                           {"length", integer(e, ring.dim[0])},
                           {"channels", integer(e, ring.dim[1])},
                           {NULL, NULL}});
}

const OpDef op_history = {
    .name = "history", .brief = "the present time step and earlier ones", .emit = emit, .describe = describe,
    .attrs = &attrs_kind};
