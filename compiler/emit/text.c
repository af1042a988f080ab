/* SPDX-License-Identifier: MIT-0 */
/* Templates, names and literals: how texts get into the C file. */
#include <ctype.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "model/shape.h"
#include "plan/plan.h"
#include "plan/sizes.h"
#include "emit/emit.h"
#include "emit/text.h"

const char *c_name(Arena *arena, const char *name) {
    char *copy = arena_strdup(arena, name);
    for (char *c = copy; *c; c++)
        if (!isalnum((unsigned char)*c)) *c = '_';
    return isdigit((unsigned char)*copy) ? arena_printf(arena, "_%s", copy) : copy;
}

const char *formatted(Emit *emit, const char *format, ...) {
    va_list args;
    va_start(args, format);
    const char *text = arena_vprintf(emit->arena, format, args);
    va_end(args);
    return text;
}

const char *integer(Emit *emit, int64_t number) { return formatted(emit, "%" PRId64, number); }

static const char *number_of(Emit *emit, ElementType type, double number) {
    const bool wide = type == ELEMENT_DOUBLE;
    char digits[40];
    if (!wide && (float)number == 0) number = 0; /* in the text, too: compilers warn of what they round to it */
    /* The shortest that reads back the same. So many digits are always kept, and zeros at their end left out, but of
     * numbers so small that they have fewer. */
    const bool normal = fabs(number) >= (wide ? DBL_MIN : (double)FLT_MIN);
    for (int precision = !normal ? 1 : wide ? DBL_DIG : FLT_DIG; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, number);
        if (wide ? strtod(digits, NULL) == number : strtof(digits, NULL) == (float)number) break;
    }
    const char *point = strpbrk(digits, ".en") ? "" : ".0";
    return formatted(emit, number < 0 ? "(%s%s%s)" : "%s%s%s", digits, point, wide ? "" : "f");
}

const char *literal(Emit *emit, double number) { return number_of(emit, emit->plan->real, number); }

const char *double_literal(Emit *emit, double number) { return number_of(emit, ELEMENT_DOUBLE, number); }

/* The product of these dimensions of one sample; *of_batch: times the batch. */
static int64_t size_of(const Emit *emit, Shape shape, int first, int end, bool *of_batch) {
    int64_t product = 1;
    *of_batch = false;
    for (int i = first; i < end; i++) {
        if (shape.dim[i] < 0) *of_batch = !makes_one_sample(emit->plan);
        product *= dim_size(shape.dim[i], 1);
    }
    return product;
}

bool size_is_one(const Emit *emit, Shape shape, int first, int end) {
    bool of_batch;
    return size_of(emit, shape, first, end, &of_batch) == 1 && !of_batch;
}

const char *size_text(Emit *emit, Shape shape, int first, int end) {
    bool of_batch;
    const int64_t product = size_of(emit, shape, first, end, &of_batch);
    if (!of_batch) return integer(emit, product);
    return product == 1 ? "batch" : formatted(emit, "batch * %" PRId64, product);
}

const char *offset(Emit *emit, int64_t number) { return number ? integer(emit, number) : NULL; }

const char *plus(Emit *emit, const char *to, const char *index) {
    return to && index ? formatted(emit, "%s + %s", to, index) : index ? index : to;
}

const char *times(Emit *emit, const char *factor, int64_t number) {
    return number == 1 ? factor : formatted(emit, "%s * %" PRId64, factor, number);
}

const char *described(Emit *emit, const Tensor *tensor) {
    return formatted(emit, "%s %s", tensor->name, shape_text(emit->arena, tensor->shape));
}

const char *wrap_from(Emit *emit, const char *text, size_t width, size_t indent) {
    Text out = {.arena = emit->arena};
    size_t column = 0;
    for (const char *word = text; *word;) {
        const char *end = strstr(word, ", ");
        const size_t length = end ? (size_t)(end - word) + 1 : strlen(word);
        if (column + length > width && word != text) {
            text_printf(&out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (word != text) {
            text_puts(&out, " ");
            column++;
        }
        text_append(&out, word, length);
        column += length;
        word += length + (end ? 1 : 0);
    }
    return text_chars(&out);
}

const char *wrap_line(Emit *emit, const char *text) { return wrap_from(emit, text, 118, 4); }

const char *upper(Arena *arena, const char *name) {
    char *copy = arena_strdup(arena, name);
    for (char *c = copy; *c; c++) *c = (char)toupper((unsigned char)*c);
    return copy;
}

enum { LITERAL_CHARACTERS = 100 }; /* of a string, in a line of C */

/* Lines of the text are lines of the C where `lines` says so, and long ones several. */
static const char *literal_of(Emit *emit, const char *text, bool lines) {
    static const char next_line[] = "\"\n    \"";
    Text out = {.arena = emit->arena};
    size_t begin = 0; /* of the line */
    text_puts(&out, "\"");
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (lines && c > (const unsigned char *)text && (c[-1] == '\n' || out.length - begin > LITERAL_CHARACTERS)) {
            text_puts(&out, next_line);
            begin = out.length;
        }
        if (*c == '\n' && lines) text_puts(&out, "\\n");
        else if (*c < ' ' || *c > '~' || *c == '"' || *c == '\\' || *c == '?') text_printf(&out, "\\%03o", *c);
        else text_append(&out, (const char *)c, 1);
    }
    text_puts(&out, "\"");
    return text_chars(&out);
}

const char *string_literal(Emit *emit, const char *text) { return literal_of(emit, text, true); }

const char *one_line_literal(Emit *emit, const char *text) { return literal_of(emit, text, false); }
