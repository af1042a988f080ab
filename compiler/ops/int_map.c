/* SPDX-License-Identifier: MIT-0 */
/* int_table, int_terms, int_fill: elementwise work on whole numbers; quantize, dequantize: where they begin and end. */
#include <math.h>
#include <stdlib.h>

#include "base/key.h"
#include "ops/int_map.h"
#include "ops/op.h"

static void terms_key(const Op *op, Text *key) {
    const IntTermsAttrs *const attrs = int_terms_attrs(op);
    key_word(key, (uint64_t)attrs->shift);
    for (int i = 0; i < attrs->count; i++) {
        key_word(key, (uint64_t)(attrs->terms[i].first + 1) << 8 | (uint64_t)(attrs->terms[i].second + 1));
        key_word(key, (uint64_t)attrs->terms[i].multiplier);
    }
    for (int i = 0; i < MAX_TERM_OPERANDS; i++) key_word(key, (uint64_t)attrs->zeros[i]);
    key_word(key, (uint64_t)attrs->zero);
    key_word(key, (uint64_t)attrs->low);
    key_word(key, (uint64_t)attrs->high);
}

static void end_key(const Op *op, Text *key) {
    key_real(key, end_attrs(op)->factor);
    key_real(key, end_attrs(op)->offset);
}

static const AttrsKind terms_kind = {"a sum of products", sizeof(IntTermsAttrs), terms_key};
static const AttrsKind end_kind = {"an end of whole numbers", sizeof(EndAttrs), end_key};

IntTermsAttrs *int_terms_attrs(const Op *op) { return op_attrs(op, &terms_kind); }
EndAttrs *end_attrs(const Op *op) { return op_attrs(op, &end_kind); }

/* Elements as rows of columns, in one loop where all that the operation reads and makes lies without gaps. */
static void emit_loop(Emit *e, const Op *op, int inputs, const char *template, const Hole *holes) {
    const Shape space = op->out->shape;
    const int last = space.rank - 1;
    bool gaps = op->out->columns;
    for (int i = 0; i < inputs; i++) gaps = gaps || op->in[i]->columns;
    const char *const body = filled(e, template, holes);
    emit_function(e, gaps ? "int_rows" : "int_elements",
                  (Hole[]){{"rows", size_text(e, space, 0, last)},
                           {"size", size_text(e, space, 0, space.rank)},
                           {"columns", size_text(e, space, last, space.rank)},
                           {"body", body},
                           {NULL, NULL}});
}

/* The element of a tensor in that loop: x[c], x[row * 12 + c]. */
static const char *element(Emit *e, const Op *op, int inputs, Tensor *tensor, const char *name) {
    bool gaps = op->out->columns;
    for (int i = 0; i < inputs; i++) gaps = gaps || op->in[i]->columns;
    const char *const at = gaps ? formatted(e, "%s + c", times(e, "row", tensor_row_width(tensor))) : "c";
    return matrix_element(e, tensor, param_named(e, tensor, tensor == op->out, name), at);
}

static const char *distance(Emit *e, const char *element, int32_t zero) {
    return zero ? formatted(e, "(%s %c %d)", element, zero > 0 ? '-' : '+', (int)(zero > 0 ? zero : -zero)) : element;
}

static void emit_table(Emit *e, const Op *op) {
    Tensor *const x = op->in[0];
    const bool wide = x->type == ELEMENT_INT16, narrows = wide && op->out->type == ELEMENT_INT8;
    const char *const from = element(e, op, 1, x, "x"), *const table = param_named(e, op->in[1], false, "table");
    emit_loop(e, op, 1, narrows ? "int_table_narrow" : wide ? "int_table_wide" : "int_table",
              (Hole[]){{"x", from},
                       {"table", table},
                       {"y", element(e, op, 1, op->out, "y")},
                       {"zero", integer(e, op->out->zero)},
                       {NULL, NULL}});
}

/* A factor is as wide as a sum of products of it may be: (int64_t)5 * a * b. */
static void emit_terms(Emit *e, const Op *op) {
    const IntTermsAttrs *const attrs = int_terms_attrs(op);
    static const char *const names[] = {"a", "b", "c_values"};
    const char *operands[MAX_TERM_OPERANDS];
    for (int i = 0; i < op->in_count; i++)
        operands[i] = distance(e, element(e, op, op->in_count, op->in[i], names[i]), attrs->zeros[i]);
    Text total = {.arena = e->arena};
    for (int i = 0; i < attrs->count; i++) {
        const IntTerm *const term = &attrs->terms[i];
        if (i) text_puts(&total, " + ");
        text_printf(&total, "INT64_C(%lld)", (long long)term->multiplier);
        if (term->second >= 0)
            text_printf(&total, " * ((int32_t)%s * %s)", operands[term->first], operands[term->second]);
        else if (term->first >= 0) text_printf(&total, " * %s", operands[term->first]);
    }
    emit_loop(e, op, op->in_count, "int_terms",
              (Hole[]){{"total", attrs->count ? text_chars(&total) : "0"},
                       {"y", element(e, op, op->in_count, op->out, "y")},
                       {"type", element_name(op->out->type)},
                       {"shift", integer(e, attrs->shift)},
                       {"zero", integer(e, attrs->zero)},
                       {"low", integer(e, attrs->low)},
                       {"high", integer(e, attrs->high)},
                       {NULL, NULL}});
}

static void describe_terms(const Op *op, Text *out) {
    const IntTermsAttrs *const attrs = int_terms_attrs(op);
    for (int i = 0; i < attrs->count; i++) {
        text_printf(out, "%s%lld", i ? " + " : " ", (long long)attrs->terms[i].multiplier);
        if (attrs->terms[i].first >= 0) text_printf(out, " [%d]", attrs->terms[i].first);
        if (attrs->terms[i].second >= 0) text_printf(out, " [%d]", attrs->terms[i].second);
    }
    text_printf(out, " over 2^%d", attrs->shift);
}

static const char *terms_formula(Emit *e, const Op *op, const char *const *in) {
    const IntTermsAttrs *const attrs = int_terms_attrs(op);
    Text text = {.arena = e->arena};
    text_puts(&text, "(");
    for (int i = 0; i < attrs->count; i++) {
        const IntTerm *const term = &attrs->terms[i];
        text_printf(&text, "%s%lld", i ? " + " : "", (long long)term->multiplier);
        if (term->first >= 0) text_printf(&text, " * %s", distance(e, in[term->first], attrs->zeros[term->first]));
        if (term->second >= 0) text_printf(&text, " * %s", distance(e, in[term->second], attrs->zeros[term->second]));
    }
    text_printf(&text, ") / 2^%d", attrs->shift);
    if (attrs->zero) text_printf(&text, " %c %d", attrs->zero < 0 ? '-' : '+', (int)labs(attrs->zero));
    return text_chars(&text);
}

static const char *table_formula(Emit *e, const Op *op, const char *const *in) {
    (void)op;
    return formatted(e, "%s[%s]", in[1], in[0]);
}

static const char *fill_formula(Emit *e, const Op *op, const char *const *in) {
    (void)in;
    return integer(e, op->out->zero);
}

static const char *end_formula(Emit *e, const Op *op, const char *const *in) {
    const EndAttrs *const attrs = end_attrs(op);
    if (op->def == &op_dequantize)
        return formatted(e, "%s * %g", distance(e, in[0], op->in[0]->zero), attrs->factor);
    return attrs->offset == 0 ? formatted(e, "%s * %g", in[0], attrs->factor)
                              : formatted(e, "%s * %g + %g", in[0], attrs->factor, attrs->offset);
}

static void emit_fill(Emit *e, const Op *op) {
    emit_loop(e, op, 0, "int_fill",
              (Hole[]){{"y", element(e, op, 0, op->out, "y")}, {"zero", integer(e, op->out->zero)}, {NULL, NULL}});
}

static void emit_end(Emit *e, const Op *op) {
    const EndAttrs *const attrs = end_attrs(op);
    const char *const x = element(e, op, 1, op->in[0], "x");
    const char *const to = element(e, op, 1, op->out, "y");
    const char *const scaled = formatted(e, "%s * %s", x, literal(e, attrs->factor)),
                     *const sign = attrs->offset < 0 ? "-" : "+";
    emit_loop(e, op, 1, op->def->name,
              (Hole[]){{"number", attrs->offset == 0 ? scaled
                                                     : formatted(e, "%s %s %s", scaled, sign,
                                                                 literal(e, fabs(attrs->offset)))},
                       {"distance", distance(e, x, op->in[0]->zero)},
                       {"factor", literal(e, attrs->factor)},
                       {"half", literal(e, 128.5)},
                       {"y", to},
                       {NULL, NULL}});
}

static void describe_end(const Op *op, Text *out) {
    text_printf(out, " * %.9g", end_attrs(op)->factor);
    if (end_attrs(op)->offset != 0) text_printf(out, " + %.9g", end_attrs(op)->offset);
}

const OpDef op_int_table = {.name = "int_table", .brief = "a function of whole numbers", .emit = emit_table,
                            .formula = table_formula, .reads_columns = true, .by_samples = true};
const OpDef op_int_terms = {.name = "int_terms", .brief = "a sum of products of whole numbers", .emit = emit_terms,
                            .describe = describe_terms, .formula = terms_formula, .attrs = &terms_kind,
                            .reads_columns = true, .by_samples = true};
const OpDef op_int_fill = {.name = "int_fill", .brief = "the whole number of 0", .emit = emit_fill,
                           .formula = fill_formula, .by_samples = true};
const OpDef op_quantize = {.name = "quantize", .brief = "reals become whole numbers", .emit = emit_end,
                           .describe = describe_end, .formula = end_formula, .attrs = &end_kind,
                           .reads_columns = true, .by_samples = true};
const OpDef op_dequantize = {.name = "dequantize", .brief = "whole numbers become reals", .emit = emit_end,
                             .describe = describe_end, .formula = end_formula, .attrs = &end_kind,
                           .reads_columns = true, .by_samples = true};
