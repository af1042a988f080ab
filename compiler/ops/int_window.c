/* SPDX-License-Identifier: MIT-0 */
/* int_pool: the greatest or the mean of windows; int_softmax: over the last axis. Of whole numbers. */
#include "ops/int_window.h"
#include "ops/op.h"
#include "ops/window_loops.h"
#include "plan/window.h"

static void describe(const Op *op, Text *out) {
    text_puts(out, op_window(op)->pool == POOL_AVERAGE ? " average" : " max");
    op_window_describe(op, out);
}

static void emit_pool(Emit *e, const Op *op) {
    Tensor *const x = op->in[0], *const y = op->out;
    const WindowLoops loops = window_loops(op_window(op), x->shape, y->shape);
    const bool is_mean = op_window(op)->pool == POOL_AVERAGE;
    const char *const from = param_named(e, x, false, "x"), *const to = param_named(e, y, true, "y");
    const char *const tap = filled(e, is_mean ? "int_mean_tap" : "int_max_tap",
                                   (Hole[]){{"x", from}, {"at", window_image_at(e, &loops)}, {NULL, NULL}});
    const char *const body = filled(e, is_mean ? "int_mean" : "int_max",
                                    (Hole[]){{"edges", window_edges(e, &loops)},
                                             {"taps", window_taps(e, &loops, tap)},
                                             {"channels", integer(e, x->shape.dim[x->shape.rank - 1])},
                                             {"count", window_positions(e, &loops)},
                                             {"y", to},
                                             {"place", window_place_at(e, &loops)},
                                             {NULL, NULL}});
    emit_function(e, "body", (Hole[]){{"body", window_places(e, &loops, body)}, {NULL, NULL}});
}

static void emit_softmax(Emit *e, const Op *op) {
    const Shape shape = op->out->shape;
    const char *const from = param_named(e, op->in[0], false, "x"),
                     *const table = param_named(e, op->in[1], false, "table");
    emit_function(e, "int_softmax",
                  (Hole[]){{"x", from},
                           {"table", table},
                           {"y", param_named(e, op->out, true, "y")},
                           {"rows", size_text(e, shape, 0, shape.rank - 1)},
                           {"columns", integer(e, shape.dim[shape.rank - 1])},
                           {NULL, NULL}});
}

static const char *softmax_formula(Emit *e, const Op *op, const char *const *in) {
    (void)op;
    return formatted(e, "256 softmax(%s) - 128", in[0]);
}

const OpDef op_int_pool = {.name = "int_pool", .brief = "maximum or mean of windows, of whole numbers",
                           .emit = emit_pool, .describe = describe, .attrs = &window_attrs, .by_samples = true};
const OpDef op_int_softmax = {.name = "int_softmax", .brief = "over the last axis, of whole numbers",
                              .emit = emit_softmax, .formula = softmax_formula, .by_samples = true};
