/* SPDX-License-Identifier: MIT-0 */
/* The words of vectors: as they are, or of numbers where there is one lane. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/internal.h"
#include "base/words.h"
#include "emit/emit.h"
#include "emit/text.h"
#include "emit/vectors.h"

typedef enum Form {
    ELEMENT,    /* (address, …): the element there */
    ASSIGNMENT, /* (address, value, …) */
    VALUE,      /* (value, …): itself */
    ZERO        /* () */
} Form;

typedef struct Word {
    const char *name;
    Form form;
} Word;

static const Word words[] = {
    {"v_load_all", ELEMENT},     {"v_load", ELEMENT}, {"v_store_all", ASSIGNMENT}, {"v_store", ASSIGNMENT},
    {"v_splat", VALUE},          {"v_head", VALUE},   {"v_sum", VALUE},            {"v_zero", ZERO},
};
enum { WORDS = sizeof words / sizeof *words, MOST_ARGUMENTS = 3 };

static const char counts[] = "const size_t n = v_lanes(", by_lanes[] = " += LANES", type[] = "vec";

static bool has_vectors(const Emit *emit) { return emit->plan->target->lanes > 1; }

/* Of numbers */

/* Where an operator first stands outside of brackets in an address; its length: nowhere. */
static size_t operator_at(const char *address, const char *wanted) {
    int depth = 0;
    size_t i = 0;
    for (; address[i]; i++) {
        depth += (address[i] == '(' || address[i] == '[') - (address[i] == ')' || address[i] == ']');
        if (depth == 0 && !strncmp(address + i, wanted, strlen(wanted))) break;
    }
    return i;
}

/* base[index] of "base + index", an address as plus() puts it together. */
static const char *element(Emit *emit, const char *address) {
    const size_t base = operator_at(address, " + "), length = strlen(address);
    if (operator_at(address, " ? ") != length || operator_at(address, " - ") < base)
        return formatted(emit, "*(%s)", address);
    return base < length ? formatted(emit, "%.*s[%s]", (int)base, address, address + base + strlen(" + "))
                         : formatted(emit, "%s[0]", address);
}

/* A value where operators may stand beside it; of an integer, a real. */
static const char *value_of(Emit *emit, const char *text) {
    if (strspn(text, "0123456789") == strlen(text)) return literal(emit, strtod(text, NULL));
    return strchr(text, ' ') || *text == '-' ? formatted(emit, "(%s)", text) : text;
}

static const char *of_number(Emit *emit, Form form, const char *first, const char *second) {
    switch (form) {
    case ELEMENT: return element(emit, first);
    case ASSIGNMENT: return formatted(emit, "%s = %s", element(emit, first), second);
    case VALUE: return value_of(emit, first);
    case ZERO: break;
    }
    return "0";
}

/* What the printer says */

const char *lanes_type(const Emit *emit) { return has_vectors(emit) ? type : emit->real; }

const char *lanes_load(Emit *emit, const char *address, const char *lanes) {
    if (!has_vectors(emit)) return of_number(emit, ELEMENT, address, NULL);
    return lanes ? formatted(emit, "v_load(%s, %s)", address, lanes) : formatted(emit, "v_load_all(%s)", address);
}

const char *lanes_store(Emit *emit, const char *address, const char *value, const char *lanes) {
    if (!has_vectors(emit)) return formatted(emit, "%s;\n", of_number(emit, ASSIGNMENT, address, value));
    return lanes ? formatted(emit, "v_store(%s, %s, %s);\n", address, value, lanes)
                 : formatted(emit, "v_store_all(%s, %s);\n", address, value);
}

const char *lanes_splat(Emit *emit, const char *value) {
    return has_vectors(emit) ? formatted(emit, "v_splat(%s)", value) : of_number(emit, VALUE, value, NULL);
}

const char *lanes_zero(const Emit *emit) { return has_vectors(emit) ? "v_zero()" : "0"; }

const char *lanes_head(Emit *emit, const char *value, const char *lanes) {
    return has_vectors(emit) ? formatted(emit, "v_head(%s, %s)", value, lanes) : of_number(emit, VALUE, value, NULL);
}

const char *lanes_sum(Emit *emit, const char *value) {
    return has_vectors(emit) ? formatted(emit, "v_sum(%s)", value) : of_number(emit, VALUE, value, NULL);
}

const char *lanes_left(Emit *emit, const char *end, const char *at) {
    return has_vectors(emit) ? formatted(emit, "%s%s - %s);\n", counts, end, at) : "";
}

/* What sources say */

typedef struct Saying {
    Emit *emit;
    VectorsPut *put;
    void *context;
} Saying;

static const char *said_text(const Saying *saying, const char *at, const char *end);

/* Fills in the arguments of a call, from behind its bracket on. Returns the end of the call. */
static const char *fill_arguments(const Saying *saying, const char *at, const char *arguments[MOST_ARGUMENTS]) {
    int depth = 0, count = 0;
    for (const char *begin = at;; at++) {
        if (depth == 0 && (*at == ',' || *at == ')')) {
            if (count == MOST_ARGUMENTS) internal_error("a word of vectors has too many arguments");
            arguments[count++] = said_text(saying, begin, at);
            begin = at + 1 + (at[1] == ' ');
            if (*at == ')') return at + 1;
        }
        if (*at == '(' || *at == '[') depth++;
        if (*at == ')' || *at == ']') depth--;
    }
}

static const Word *word_at(const char *at, size_t length) {
    for (int i = 0; i < WORDS && at[length] == '('; i++)
        if (strlen(words[i].name) == length && !strncmp(words[i].name, at, length)) return &words[i];
    return NULL;
}

/* What begins at `at` as said of numbers, and where it ends; NULL: no word. */
static const char *said_of_numbers(const Saying *saying, const char *at, const char **end) {
    const size_t length = (size_t)word_length(at);
    const Word *const word = length ? word_at(at, length) : NULL;
    if (word) {
        const char *arguments[MOST_ARGUMENTS] = {NULL};
        *end = fill_arguments(saying, at + length + 1, arguments);
        return of_number(saying->emit, word->form, arguments[0], arguments[1]);
    }
    if (length == strlen(type) && !strncmp(at, type, length)) {
        *end = at + length;
        return saying->emit->real;
    }
    *end = at + strlen(by_lanes);
    return !strncmp(at, by_lanes, strlen(by_lanes)) ? "++" : NULL;
}

static void put_said(const Saying *saying, Text *out, const char *at, const char *end) {
    const char *begin = at; /* of what is no word */
    while (at < end) {
        const char *behind;
        const char *const said = said_of_numbers(saying, at, &behind);
        if (said) {
            saying->put(saying->context, out, begin, (size_t)(at - begin));
            text_puts(out, said);
            begin = at = behind;
        } else {
            const int length = word_length(at);
            at += length ? length : 1;
        }
    }
    saying->put(saying->context, out, begin, (size_t)(end - begin));
}

static const char *said_text(const Saying *saying, const char *at, const char *end) {
    Text out = {.arena = saying->emit->arena};
    put_said(saying, &out, at, end);
    return text_chars(&out);
}

void vectors_put(Emit *emit, Text *out, const char *text, size_t length, VectorsPut *put, void *context) {
    if (has_vectors(emit)) put(context, out, text, length);
    else put_said(&(Saying){emit, put, context}, out, text, text + length);
}

bool vectors_skip(const Emit *emit, const char *line) {
    return !has_vectors(emit) && !strncmp(line, counts, strlen(counts));
}
