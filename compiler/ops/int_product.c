/* SPDX-License-Identifier: MIT-0 */
/* int_matmul, int_conv, int_depthwise: int8 times int8, summed up in int32 and brought to the scale of the result. */
#include "base/key.h"
#include "ops/int_product.h"
#include "ops/op.h"
#include "ops/window_loops.h"

static void attrs_key(const Op *op, Text *key) {
    const IntProductAttrs *const attrs = int_product_attrs(op);
    window_key(&attrs->window, key);
    key_word(key, (uint64_t)attrs->zero);
    key_word(key, (uint64_t)attrs->low);
    key_word(key, (uint64_t)attrs->high);
}

static const AttrsKind attrs_kind = {"a product of whole numbers", sizeof(IntProductAttrs), attrs_key};

IntProductAttrs *int_product_attrs(const Op *op) { return op_attrs(op, &attrs_kind); }

static void describe(const Op *op, Text *out) {
    const IntProductAttrs *const attrs = int_product_attrs(op);
    if (attrs->window.dims) window_describe(&attrs->window, out);
    text_printf(out, " within %d..%d", (int)attrs->low, (int)attrs->high);
}

static const char *formula(Emit *e, const Op *op, const char *const *in) {
    const char *const text =
        op->def == &op_int_matmul ? "(%s . %s^T + %s) * %s / 2^%s" : "(%s * %s + %s) * %s / 2^%s";
    return formatted(e, text, in[0], in[1], in[2], in[3], in[4]);
}

/* How a sum becomes an element of the result; the parameters that this takes. */
static const Hole *scaling(Emit *e, const Op *op) {
    const IntProductAttrs *const attrs = int_product_attrs(op);
    const Hole holes[] = {{"bias", param_named(e, op->in[2], false, "bias")},
                          {"multiplier", param_named(e, op->in[3], false, "multiplier")},
                          {"shift", param_named(e, op->in[4], false, "shift")},
                          {"zero", integer(e, attrs->zero)},
                          {"low", integer(e, attrs->low)},
                          {"high", integer(e, attrs->high)},
                          {"type", element_name(op->out->type)},
                          {NULL, NULL}};
    return with(e, holes, (Hole[]){{NULL, NULL}});
}

static void emit_matmul(Emit *e, const Op *op) {
    Tensor *const x = op->in[0], *const y = op->out;
    const Shape space = y->shape;
    const char *const from = matrix_text(e, x, param_named(e, x, false, "x"));
    const char *const kernel = param_named(e, op->in[1], false, "kernel");
    const Hole *const scaled = scaling(e, op);
    const char *const at = formatted(e, "%s + c + u", times(e, "row", tensor_row_width(y)));
    emit_function(e, "int_matmul",
                  with(e, scaled,
                       (Hole[]){{"rows", size_text(e, space, 0, space.rank - 1)},
                                {"units", integer(e, space.dim[space.rank - 1])},
                                {"depth", integer(e, op->in[1]->shape.dim[1])},
                                {"x", plus(e, from, times(e, "row", tensor_row_width(x)))},
                                {"kernel", kernel},
                                {"y", matrix_element(e, y, param_named(e, y, true, "y"), at)},
                                {NULL, NULL}}));
}

/* Neighbours of a window's last dimension lie one after the other: they are one sum. */
static void emit_conv(Emit *e, const Op *op) {
    Tensor *const x = op->in[0], *const y = op->out;
    Window window = int_product_attrs(op)->window;
    const int last = window.dims - 1;
    int64_t run = x->shape.dim[x->shape.rank - 1], size = 1;
    if (window.dilation[last] == 1) {
        run *= window.size[last];
        window.size[last] = 1;
    }
    for (int i = 0; i < window.dims; i++) size *= window.size[i];
    const WindowLoops loops = window_loops(&window, x->shape, y->shape);
    const char *const from = param_named(e, x, false, "x"), *const kernel = param_named(e, op->in[1], false, "kernel");
    const Hole *const scaled = scaling(e, op);
    const char *const tap = size > 1 ? window_tap_at(e, &loops, run) : NULL;
    const char *const taps =
        filled(e, "int_conv_tap",
               (Hole[]){{"x", from},
                        {"at", window_image_at(e, &loops)},
                        {"kernel", plus(e, plus(e, kernel, times(e, "f", size * run)), tap)},
                        {"run", integer(e, run)},
                        {"size", integer(e, size * run)},
                        {NULL, NULL}});
    const char *const body =
        filled(e, "int_conv",
               with(e, scaled,
                    (Hole[]){{"filters", integer(e, y->shape.dim[y->shape.rank - 1])},
                             {"taps", window_taps(e, &loops, taps)},
                             {"y", param_named(e, y, true, "y")},
                             {"place", window_place_at(e, &loops)},
                             {NULL, NULL}}));
    emit_function(e, "body", (Hole[]){{"body", window_places(e, &loops, body)}, {NULL, NULL}});
}

static void emit_depthwise(Emit *e, const Op *op) {
    Tensor *const x = op->in[0], *const y = op->out;
    const WindowLoops loops = window_loops(&int_product_attrs(op)->window, x->shape, y->shape);
    const int64_t channels = x->shape.dim[x->shape.rank - 1];
    const char *const from = param_named(e, x, false, "x"), *const kernel = param_named(e, op->in[1], false, "kernel");
    const Hole *const scaled = scaling(e, op);
    const char *const tap = filled(e, "int_depthwise_tap",
                                   (Hole[]){{"x", from},
                                            {"at", window_image_at(e, &loops)},
                                            {"kernel", kernel},
                                            {"tap", window_tap_at(e, &loops, channels)},
                                            {NULL, NULL}});
    const char *const body = filled(e, "int_depthwise",
                                    with(e, scaled,
                                         (Hole[]){{"channels", integer(e, channels)},
                                                  {"taps", window_taps(e, &loops, tap)},
                                                  {"y", param_named(e, y, true, "y")},
                                                  {"place", window_place_at(e, &loops)},
                                                  {NULL, NULL}}));
    emit_function(e, "body", (Hole[]){{"body", window_places(e, &loops, body)}, {NULL, NULL}});
}

const OpDef op_int_matmul = {.name = "int_matmul", .brief = "product of whole numbers", .emit = emit_matmul,
                             .describe = describe, .formula = formula, .attrs = &attrs_kind, .reads_columns = true,
                             .by_samples = true};
const OpDef op_int_conv = {.name = "int_conv", .brief = "convolution of whole numbers", .emit = emit_conv,
                           .describe = describe, .formula = formula, .attrs = &attrs_kind, .by_samples = true};
const OpDef op_int_depthwise = {.name = "int_depthwise", .brief = "convolution of each channel, of whole numbers",
                                .emit = emit_depthwise, .describe = describe, .formula = formula,
                                .attrs = &attrs_kind, .by_samples = true};
