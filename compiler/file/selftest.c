/* SPDX-License-Identifier: MIT-0 */
/* NAME_selftest. The texts are in selftest.t.c. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/options.h"
#include "emit/emit.h"
#include "emit/template.h"
#include "emit/text.h"
#include "file/selftest.h"
#include "model/model.h"
#include "model/shape.h"
#include "plan/plan.h"

enum {
    LINE = 108,         /* characters of numbers in a line */
    ROUNDINGS = 4096,   /* by so many units in the last place of the largest output another compiler's may differ */
    FLOAT_DIGITS = 24,  /* of the binary fractions */
    DOUBLE_DIGITS = 53
};

/* A number in lines of them: its digits, and whether a sign stands before them. */
static void put_number(Emit *emit, Text *text, size_t *column, double number) {
    const char *const digits = literal(emit, fabs(number));
    const size_t length = strlen(digits) + 2 + (signbit(number) != 0);
    if (text->length) text_puts(text, *column + length > LINE ? ",\n" : ", ");
    *column = *column + length > LINE ? length : *column + length;
    text_printf(text, "%s%s", signbit(number) ? "-" : "", digits);
}

/* Element i of the input: of all signs and sizes up to 1, or any index that there is. */
static double input_element(const Plan *plan, int64_t i) {
    const int64_t step = i % 4096 * 73 + 19;
    return plan->indices ? (double)(step % plan->indices) : (double)(step % 128 - 64) / 64;
}

static const char *inputs_text(Emit *emit) {
    const Shape input = emit->plan->model->input;
    const int64_t size = shape_size(shape_of(input.rank - 1, input.dim + 1), 1);
    Text text = {.arena = emit->arena};
    size_t column = 0;
    for (int64_t i = 0; i < size; i++) put_number(emit, &text, &column, input_element(emit->plan, i));
    return text_chars(&text);
}

static const char *outputs_text(Emit *emit) {
    const Options *const options = emit->plan->options;
    Text text = {.arena = emit->arena};
    size_t column = 0;
    for (int i = 0; i < options->selftest_outputs.count; i++)
        put_number(emit, &text, &column, options->selftest_outputs.at[i]);
    return text_chars(&text);
}

/* By how much outputs may differ: not at all where bits are the same everywhere. */
static double tolerance(const Plan *plan) {
    const Options *const options = plan->options;
    double largest = 0;
    if (options->portable) return 0;
    for (int i = 0; i < options->selftest_outputs.count; i++)
        largest = fmax(largest, fabs(options->selftest_outputs.at[i]));
    return ldexp(largest * ROUNDINGS, plan->real == ELEMENT_DOUBLE ? -DOUBLE_DIGITS : -FLOAT_DIGITS);
}

static const Hole *selftest_holes(Emit *emit, const Hole *holes) {
    const Plan *const plan = emit->plan;
    const bool is_double = plan->real == ELEMENT_DOUBLE;
    return with(emit, holes,
                (Hole[]){{"inputs", inputs_text(emit)},
                         {"outputs", outputs_text(emit)},
                         {"tolerance", literal(emit, tolerance(plan))},
                         {"meaning", plan->options->portable ? "the bits are the same everywhere"
                                                             : "4,096 roundings of the largest output"},
                         {"bits_type", is_double ? "uint64_t" : "uint32_t"},
                         {"not_finite", is_double ? "UINT64_C(0x7ff0000000000000)" : "UINT32_C(0x7f800000)"},
                         {"fresh_states", plan->states.count ? "memset(&w->states, 0, sizeof w->states);\n" : ""},
                         {NULL, NULL}});
}

void emit_selftest_header(Emit *emit, const Hole *holes, Text *out) {
    if (emit->plan->options->selftest) emit_template(emit, out, "header_selftest", selftest_holes(emit, holes));
}

void emit_selftest(Emit *emit, const Hole *holes, Text *out) {
    const Options *const options = emit->plan->options;
    if (!options->selftest) return;
    emit_template(emit, out, options->selftest_outputs.count ? "selftest" : "selftest_program",
                  selftest_holes(emit, holes));
}
