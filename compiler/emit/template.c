/* SPDX-License-Identifier: MIT-0 */
/* Templates: filling in their holes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/embedded.h"
#include "base/internal.h"
#include "base/names.h"
#include "emit/emit.h"
#include "emit/template.h"
#include "emit/vectors.h"

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
    internal_error("no template '%s'", name);
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

/* The text for the word after a $, or of the template behind $@. The word may go on after the hole's name with an
 * underscore ($prefix_params is the hole prefix and then _params); the longest name that fits is meant. *length becomes
 * that of the name. */
static const char *hole_text(Emit *emit, const Hole *holes, const char *word, size_t *length) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";
    const size_t whole = strspn(word, letters);
    if (*word == '@') {
        *length = 1 + strspn(word + 1, letters);
        return phrase(emit, arena_strndup(emit->arena, word + 1, *length - 1), holes);
    }
    for (size_t end = whole; end > 0; end--) {
        if (end < whole && word[end] != '_') continue;
        *length = end;
        if (end == 4 && !strncmp(word, "real", 4)) return emit->real;
        for (const Hole *hole = holes; hole->name; hole++)
            if (strlen(hole->name) == end && !strncmp(hole->name, word, end)) return hole->text;
    }
    internal_error("unbound hole in a template '%.*s'", (int)whole, word);
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

/* A line that is being printed. */
typedef struct Line {
    Emit *emit;
    const Hole *holes;
    const char *at;
    size_t indent;
} Line;

static void put_filled(void *context, Text *out, const char *piece, size_t length) {
    const Line *const line = context;
    for (size_t i = 0; i < length;) {
        if (piece[i] != '$') {
            size_t run = 1;
            while (i + run < length && piece[i + run] != '$') run++;
            text_append(out, piece + i, run);
            i += run;
            continue;
        }
        size_t name;
        print_indented(out, hole_text(line->emit, line->holes, piece + i + 1, &name), line->at, line->indent);
        i += 1 + name;
    }
}

static void print_line(Emit *emit, Text *out, const char *line, size_t length, const Hole *holes) {
    const size_t indent = strspn(line, " ");
    if (vectors_skip(emit, line + indent)) return;
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
    vectors_put(emit, out, line, length, put_filled, &(Line){emit, holes, line, indent});
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

const char *filled(Emit *emit, const char *name, const Hole *holes) {
    Text text = {.arena = emit->arena};
    emit_template(emit, &text, name, holes);
    return text_chars(&text);
}

const char *phrase(Emit *emit, const char *name, const Hole *holes) {
    const char *const text = filled(emit, name, holes);
    return arena_strndup(emit->arena, text, strlen(text) - 1);
}

const Hole *with(Emit *emit, const Hole *facts_holes, const Hole *more) {
    int count = 0, extra = 0;
    while (facts_holes[count].name) count++;
    while (more[extra].name) extra++;
    Hole *holes = NEW_ARRAY(emit->arena, Hole, count + extra + 1);
    memcpy(holes, more, (size_t)extra * sizeof *holes);
    memcpy(holes + extra, facts_holes, (size_t)count * sizeof *holes);
    return holes;
}

const char *indented(Emit *emit, const char *lines) {
    Text text = {.arena = emit->arena};
    text_puts(&text, "    ");
    print_indented(&text, lines, "    ", 4);
    return text_chars(&text);
}
