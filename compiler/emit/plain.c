/* SPDX-License-Identifier: MIT-0 */
/* Vectors of one lane are numbers: functions that load, store and spread them are written as what they do. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/internal.h"
#include "base/words.h"
#include "emit/emit.h"
#include "emit/plain.h"
#include "emit/text.h"

typedef enum Form {
    ELEMENT,    /* (address, …): the element there */
    ASSIGNMENT, /* (address, value, …) */
    VALUE       /* (value, …): itself */
} Form;

static const struct {
    const char *name;
    Form form;
} written[] = {
    {"v_load_all", ELEMENT},     {"v_load", ELEMENT},
    {"v_store_all", ASSIGNMENT}, {"v_store", ASSIGNMENT},
    {"v_splat", VALUE},          {"v_head", VALUE},     {"v_tail_fill", VALUE}, {"v_sum", VALUE},
};
enum { WRITTEN = sizeof written / sizeof *written, MOST_ARGUMENTS = 3 };

typedef struct Part {
    const char *at;
    size_t length;
} Part;

/* The arguments of a call, from behind its bracket on. Returns the end of the call. */
static const char *split_arguments(const char *at, Part *arguments, int *count) {
    int depth = 0;
    *count = 0;
    for (const char *begin = at;; at++) {
        if (depth == 0 && (*at == ',' || *at == ')')) {
            if (*count == MOST_ARGUMENTS) internal_error("a call of a vector's function has too many arguments");
            arguments[(*count)++] = (Part){begin, (size_t)(at - begin)};
            begin = at + 1 + (at[1] == ' ');
            if (*at == ')') return at + 1;
        }
        if (*at == '(' || *at == '[') depth++;
        if (*at == ')' || *at == ']') depth--;
    }
}

/* Where " + " or another operator first stands outside of brackets; the length: nowhere. */
static size_t first_operator(const char *text, const char *wanted) {
    int depth = 0;
    size_t i = 0;
    for (; text[i]; i++) {
        if (text[i] == '(' || text[i] == '[') depth++;
        if (text[i] == ')' || text[i] == ']') depth--;
        if (depth == 0 && !strncmp(text + i, wanted, strlen(wanted))) break;
    }
    return i;
}

/* base[index] of "base + index". */
static const char *element(Emit *emit, const char *address) {
    const size_t base = first_operator(address, " + ");
    if (first_operator(address, " ? ") != strlen(address) || first_operator(address, " - ") < base)
        return formatted(emit, "*(%s)", address);
    return address[base] ? formatted(emit, "%.*s[%s]", (int)base, address, address + base + strlen(" + "))
                         : formatted(emit, "%s[0]", address);
}

/* A value where operators may stand beside it; of an integer, a real. */
static const char *value(Emit *emit, const char *text) {
    if (strspn(text, "0123456789") == strlen(text)) return literal(emit, strtod(text, NULL));
    return strchr(text, ' ') || *text == '-' ? formatted(emit, "(%s)", text) : text;
}

static const char *plain_part(Emit *emit, Part part);

/* A call of one of them. Returns its end. */
static const char *put_call(Emit *emit, Text *out, Form form, const char *arguments) {
    Part parts[MOST_ARGUMENTS];
    int count;
    const char *const end = split_arguments(arguments, parts, &count);
    const char *const first = plain_part(emit, parts[0]);
    if (form == VALUE) text_puts(out, value(emit, first));
    else text_puts(out, element(emit, first));
    if (form == ASSIGNMENT) text_printf(out, " = %s", plain_part(emit, parts[1]));
    return end;
}

/* A word, and what belongs to it. Returns the end. */
static const char *put_word(Emit *emit, Text *out, const char *at, size_t length) {
    for (int i = 0; i < WRITTEN && at[length] == '('; i++)
        if (strlen(written[i].name) == length && !strncmp(at, written[i].name, length))
            return put_call(emit, out, written[i].form, at + length + 1);
    if (length == 3 && !strncmp(at, "vec", length)) {
        text_puts(out, emit->real);
        return at + length;
    }
    if (length == 6 && !strncmp(at, "v_zero", length)) {
        text_puts(out, "0");
        return at + strlen("v_zero()");
    }
    text_append(out, at, length);
    return at + length;
}

static const char *plain_part(Emit *emit, Part part) {
    static const char by_lanes[] = " += LANES";
    Text out = {.arena = emit->arena};
    for (const char *at = part.at; at < part.at + part.length;) {
        const size_t length = (size_t)word_length(at);
        if (length) {
            at = put_word(emit, &out, at, length);
        } else if (!strncmp(at, by_lanes, strlen(by_lanes))) {
            text_puts(&out, "++");
            at += strlen(by_lanes);
        } else {
            text_append(&out, at++, 1);
        }
    }
    return text_chars(&out);
}

/* Without the lines that say how many lanes are left, if nothing asks for it any more. */
static const char *without_counts(Emit *emit, const char *text) {
    static const char counts[] = "const size_t n = v_lanes(";
    int said = 0;
    for (const char *at = text; (at = strstr(at, counts)); at++) said++;
    if (!said || times_named(text, "n") > said) return text;
    Text out = {.arena = emit->arena};
    for (const char *line = text; *line;) {
        const char *const end = strchr(line, '\n') + 1;
        if (strncmp(line + strspn(line, " "), counts, strlen(counts)) != 0)
            text_append(&out, line, (size_t)(end - line));
        line = end;
    }
    return text_chars(&out);
}

const char *plain_text(Emit *emit, const char *text) {
    return without_counts(emit, plain_part(emit, (Part){text, strlen(text)}));
}
