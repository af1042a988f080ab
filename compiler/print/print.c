/* SPDX-License-Identifier: MIT-0 */
/* Templates, names and literals: how texts get into the C file. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "print/print.h"

static void internal_error(const char *what, const char *name) {
    fprintf(stderr, "nnc: internal error: %s '%s'\n", what, name);
    abort();
}

/* The text of a template begins at the line after `//@ name`. */
static const char *template_search(const char *name) {
    const size_t name_length = strlen(name);
    for (const Embedded *file = embedded_files; file->name; file++) {
        for (const char *at = strstr(file->text, "//@ "); at; at = strstr(at + 1, "\n//@ ")) {
            at += *at == '\n';
            if (strncmp(at + 4, name, name_length) || at[4 + name_length] != '\n') continue;
            return at + 4 + name_length + 1;
        }
    }
    internal_error("no template", name);
    return NULL;
}

/* It ends at the next `//@` or the end of its file. */
static const char *template_find(Emit *emit, const char *name, size_t *length) {
    const char *text = names_find(&emit->templates, name);
    if (!text) { /* the name may be made for this call */
        text = template_search(name);
        *names_slot(&emit->templates, arena_strdup(emit->templates.arena, name)) = (void *)text;
    }
    const char *const end = strstr(text, "\n//@ ");
    *length = end ? (size_t)(end + 1 - text) : strlen(text);
    return text;
}

/* The text for the word after a $. The word may go on after the hole's name with an underscore ($prefix_params is the
 * hole prefix and then _params); the longest name that fits is meant. *length becomes that of the name. */
static const char *hole_text(Emit *emit, const Hole *holes, const char *word, size_t *length) {
    const size_t whole = strspn(word, "abcdefghijklmnopqrstuvwxyz_");
    for (size_t end = whole; end > 0; end--) {
        if (end < whole && word[end] != '_') continue;
        *length = end;
        if (end == 4 && !strncmp(word, "real", 4)) return emit->real;
        for (const Hole *hole = holes; hole->name; hole++)
            if (strlen(hole->name) == end && !strncmp(hole->name, word, end)) return hole->text;
    }
    internal_error("unbound hole in a template", arena_strndup(emit->arena, word, whole));
    return NULL;
}

/* Appends `text`, with the given indentation before each line but the first. */
static void print_indented(Text *out, const char *text, const char *indent, size_t indent_length) {
    for (const char *line = text; *line;) {
        const char *end = strchr(line, '\n');
        const size_t length = end ? (size_t)(end - line) + 1 : strlen(line);
        if (line != text && *line != '\n' && *line != '#') text_append(out, indent, indent_length);
        text_append(out, line, length);
        line += length;
    }
}

const char *indented(Emit *emit, const char *lines) {
    Text text = {.arena = emit->arena};
    text_puts(&text, "    ");
    print_indented(&text, lines, "    ", 4);
    return text_chars(&text);
}

static void print_line(Emit *emit, Text *out, const char *line, size_t length, const Hole *holes) {
    const size_t indent = strspn(line, " ");
    /* A hole alone on its line: drop the line when it is empty, and do not end the line twice. */
    if (line[indent] == '$') {
        size_t name;
        const char *text = hole_text(emit, holes, line + indent + 1, &name);
        if (indent + 1 + name == length - 1) {
            if (!*text) return;
            if (*text != '#') text_append(out, line, indent);
            print_indented(out, text, line, indent);
            if (text[strlen(text) - 1] != '\n') text_puts(out, "\n");
            return;
        }
    }
    for (size_t i = 0; i < length;) {
        if (line[i] != '$') {
            size_t run = 1;
            while (i + run < length && line[i + run] != '$') run++;
            text_append(out, line + i, run);
            i += run;
            continue;
        }
        size_t name;
        print_indented(out, hole_text(emit, holes, line + i + 1, &name), line, indent);
        i += 1 + name;
    }
}

void emit_template(Emit *emit, Text *out, const char *name, const Hole *holes) {
    size_t left;
    for (const char *line = template_find(emit, name, &left); left > 0;) {
        const char *end = memchr(line, '\n', left);
        const size_t length = end ? (size_t)(end - line) + 1 : left;
        print_line(emit, out, line, length, holes);
        line += length;
        left -= length;
    }
}

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

const char *literal(Emit *emit, double number) {
    const bool wide = !strcmp(emit->real, "double");
    char digits[40];
    if (!wide && (float)number == 0) number = 0; /* in the text, too: compilers warn of what they round to it */
    for (int precision = 1; precision <= 17; precision++) { /* the shortest that reads back the same */
        snprintf(digits, sizeof digits, "%.*g", precision, number);
        if (wide ? strtod(digits, NULL) == number : strtof(digits, NULL) == (float)number) break;
    }
    const char *point = strpbrk(digits, ".en") ? "" : ".0";
    return formatted(emit, number < 0 ? "(%s%s%s)" : "%s%s%s", digits, point, wide ? "" : "f");
}

const char *double_literal(Emit *emit, double number) {
    const char *const real = emit->real;
    emit->real = "double";
    const char *text = literal(emit, number);
    emit->real = real;
    return text;
}

const char *size_text(Emit *emit, Shape shape, int first, int end) {
    int64_t product = 1;
    bool batch = false;
    for (int i = first; i < end; i++) {
        if (shape.dim[i] < 0) batch = true;
        product *= dim_size(shape.dim[i], 1);
    }
    if (!batch) return integer(emit, product);
    return product == 1 ? "batch" : formatted(emit, "batch * %" PRId64, product);
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
