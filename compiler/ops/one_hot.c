/* SPDX-License-Identifier: MIT-0 */
/* one_hot: columns of categories become a 1 in the place of the category. It stands before all layers, and so has no
 * gradient. */
#include <inttypes.h>

#include "ops/one_hot.h"
#include "ops/op.h"

typedef struct OneHotAttrs {
    const int64_t *places; /* of each column */
} OneHotAttrs;

static void attrs_key(const Op *op, Text *key);

static const AttrsKind attrs_kind = {"a one-hot", sizeof(OneHotAttrs), attrs_key};

static OneHotAttrs *one_hot_attrs(const Op *op) { return op_attrs(op, &attrs_kind); }

static void attrs_key(const Op *op, Text *key) {
    const Shape shape = op->in[0]->shape;
    for (int64_t i = 0; i < shape.dim[shape.rank - 1]; i++) key_word(key, (uint64_t)one_hot_attrs(op)->places[i]);
}

Tensor *build_one_hot(Builder *build, Tensor *x, const int64_t *places, const char *label) {
    Op *op = build_op(build, &op_one_hot, label);
    Shape shape = x->shape;
    int64_t *const width = &shape.dim[shape.rank - 1];
    one_hot_attrs(op)->places = places;
    *width = 0;
    for (int i = 0; i < x->shape.dim[x->shape.rank - 1]; i++) *width += places[i] ? places[i] : 1;
    op_read(op, x);
    return build_result(build, op, label, shape);
}

static void describe(const Op *op, Text *out) {
    const int64_t *const places = one_hot_attrs(op)->places;
    const Shape shape = op->in[0]->shape;
    for (int i = 0; i < shape.dim[shape.rank - 1]; i++) text_printf(out, "%s%" PRId64, i ? ", " : " ", places[i]);
}

/* y[0] = x[0]; of three places, the category's; … */
static const char *columns_text(Emit *e, const Op *op, int64_t columns) {
    const int64_t *const places = one_hot_attrs(op)->places;
    Text text = {.arena = e->arena};
    int64_t to = 0;
    for (int64_t i = 0; i < columns; i++) {
        text_puts(&text, i ? "\n" : "");
        if (!places[i]) text_printf(&text, "to[%" PRId64 "] = from[%" PRId64 "];", to, i);
        else
            text_printf(&text, "if (from[%" PRId64 "] >= 0 && from[%" PRId64 "] < %" PRId64 ") to[%" PRId64
                        " + (size_t)from[%" PRId64 "]] = 1;", i, i, places[i], to, i);
        to += places[i] ? places[i] : 1;
    }
    return text_chars(&text);
}

static void emit(Emit *e, const Op *op) {
    Tensor *const x = op->in[0], *const y = op->out;
    const int last = x->shape.rank - 1;
    emit_function(e, "one_hot",
                  (Hole[]){{"x", param_named(e, x, false, "x")},
                           {"y", param_named(e, y, true, "y")},
                           {"rows", size_text(e, x->shape, 0, last)},
                           {"columns", integer(e, x->shape.dim[last])},
                           {"width", integer(e, y->shape.dim[last])},
                           {"each", columns_text(e, op, x->shape.dim[last])},
                           {NULL, NULL}});
}

const OpDef op_one_hot = {.name = "one_hot",
                          .brief = "a 1 in the place of each category",
                          .attrs = &attrs_kind,
                          .describe = describe,
                          .emit = emit,
                          .by_samples = true};
