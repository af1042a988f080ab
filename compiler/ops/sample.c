/* SPDX-License-Identifier: MIT-0 */
/* sample: images whose pixels are taken from other places, perhaps between pixels, of an image. And its gradient. */

#include "ops/op.h"
#include "ops/sample.h"
#include "ops/window_loops.h"

const char *const beyond_words[] = {SAMPLE_BEYONDS(CHOICE_WORD) NULL};

static void attrs_key(const Op *op, Text *key);

static const AttrsKind attrs_kind = {"places of an image", sizeof(SampleAttrs), attrs_key};

static SampleAttrs *sample_attrs(const Op *op) { return op_attrs(op, &attrs_kind); }

static void attrs_key(const Op *op, Text *key) {
    key_word(key, sample_attrs(op)->places);
    key_word(key, sample_attrs(op)->nearest);
    key_word(key, sample_attrs(op)->beyond);
    key_real(key, sample_attrs(op)->fill_value);
}

static Tensor *sampled(Builder *build, const OpDef *def, Tensor *const *in, Shape shape, SampleAttrs attrs,
                       const char *role, const char *label) {
    Op *op = build_op(build, def, role);
    for (int i = 0; i < 3; i++) op_read(op, in[i]);
    *sample_attrs(op) = attrs;
    return build_result(build, op, label, shape);
}

Tensor *build_sample(Builder *build, Tensor *x, Tensor *a, Tensor *b, Shape shape, SampleAttrs attrs,
                     const char *label) {
    Tensor *const in[] = {build_whole(build, x), build_whole(build, a), build_whole(build, b)};
    return sampled(build, &op_sample, in, shape, attrs, "forward", label);
}

static void gradient(Builder *build, const Op *op, Tensor *d) {
    Tensor *const x = op->in[0];
    if (!gradient_needed(x)) return;
    Tensor *const in[] = {d, op->in[1], op->in[2]};
    gradient_add(build, x, sampled(build, &op_sample_gradient, in, x->shape, *sample_attrs(op), "backward", NULL));
}

static void describe(const Op *op, Text *out) {
    static const char *const places[] = {"shifted", "scaled", "turned"};
    const SampleAttrs *const attrs = sample_attrs(op);
    text_printf(out, " %s, %s, beyond the edge %s", places[attrs->places], attrs->nearest ? "nearest" : "bilinear",
                beyond_words[attrs->beyond - 1]);
}

/* The number of an image: of all images it is the same one. */
static const char *number_of(Emit *e, Tensor *tensor, const char *name) {
    return formatted(e, "%s[%s]", param_named(e, tensor, false, name), tensor->shape.dim[0] < 0 ? "sample" : "0");
}

static void emit(Emit *e, const Op *op) {
    static const char *const places[] = {"sample_shifted", "sample_scaled", "sample_turned"};
    static const char *const names[][2] = {
        {"row_shift", "column_shift"}, {"row_scale", "column_scale"}, {"sine", "cosine"}};
    const bool back = op->def == &op_sample_gradient;
    const SampleAttrs *const attrs = sample_attrs(op);
    const Shape whole = back ? op->out->shape : op->in[0]->shape, made = back ? op->in[0]->shape : op->out->shape;
    const bool filled_outside = attrs->beyond == BEYOND_CONSTANT && attrs->fill_value != 0;
    const Hole holes[] = {{"x", param_named(e, op->in[0], false, back ? "d" : "x")},
                          {"a", number_of(e, op->in[1], names[attrs->places][0])},
                          {"b", number_of(e, op->in[2], names[attrs->places][1])},
                          {"y", param_named(e, op->out, true, "y")},
                          {"samples", size_text(e, whole, 0, 1)},
                          {"rows", integer(e, whole.dim[1])},
                          {"columns", integer(e, whole.dim[2])},
                          {"channels", integer(e, whole.dim[3])},
                          {"new_rows", integer(e, made.dim[1])},
                          {"new_columns", integer(e, made.dim[2])},
                          {"middle_row", literal(e, (double)(whole.dim[1] - 1) / 2)},
                          {"middle_column", literal(e, (double)(whole.dim[2] - 1) / 2)},
                          {"beyond", beyond_words[attrs->beyond - 1]},
                          {"between", attrs->nearest ? "nearest" : "bilinear"},
                          {"outside", filled_outside
                                          ? formatted(e, "taps.outside * %s",
                                                      lanes_splat(e, literal(e, attrs->fill_value)))
                                          : lanes_zero(e)},
                          {NULL, NULL}};
    const Hole parts[] = {
        {"zeros", back ? filled(e, "pad_zeros", (Hole[]){{"y", param_named(e, op->out, true, "y")},
                                                         {"size", size_text(e, whole, 0, 4)},
                                                         {NULL, NULL}})
                       : ""},
        {"place", filled(e, places[attrs->places], holes)},
        {"pixel", filled(e, back ? "sample_back" : "sample_pixel", holes)},
        {NULL, NULL}};
    emit_function(e, "sample", with(e, holes, parts));
}

const OpDef op_sample = {.name = "sample",
                         .brief = "pixels from other places of an image",
                         .gradient = gradient,
                         .emit = emit,
                         .describe = describe,
                         .attrs = &attrs_kind};
const OpDef op_sample_gradient = {
    .name = "sample_gradient", .brief = "sample's gradient", .emit = emit, .describe = describe, .attrs = &attrs_kind};
