/* SPDX-License-Identifier: MIT-0 */
/* A file of Python in place of a model file: what of it belongs into one. Only lines that no model file can have count:
 * import, from … import, NAME.add(…), NAME = Sequential(…). */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/source.h"
#include "frontend/python.h"

typedef struct Found {
    Arena *arena;
    Text layers, statements; /* as a model file has them */
    int layer_count;
    Span first; /* of what is Python; NO_SPAN: nothing */
    const char *model; /* its name in Python; NULL: none was seen */
} Found;

static const char *skip_string(const char *at) {
    const char quote = *at++;
    while (*at != '\0' && *at != '\n' && *at != quote) at += *at == '\\' && at[1] != '\0' ? 2 : 1;
    return *at == quote ? at + 1 : at;
}

/* The bracket that closes the one at `at`, or the end of the text. */
static const char *closing(const char *at) {
    int depth = 0;
    while (*at != '\0') {
        if (*at == '\'' || *at == '"') {
            at = skip_string(at);
            continue;
        }
        if (*at == '#') {
            while (*at != '\0' && *at != '\n') at++;
            continue;
        }
        if (strchr("([{", *at)) depth++;
        if (strchr(")]}", *at) && --depth == 0) return at;
        at++;
    }
    return at;
}

/* keras.layers.Dense(3), on several lines, as one line: Dense(3). */
static void put_call(Text *out, const char *from, const char *end) {
    const char *name = from;
    for (const char *at = from; at < end && *at != '('; at++)
        if (*at == '.') name = at + 1;
    bool blank = false;
    for (const char *at = name; at < end; at++) {
        const bool space = isspace((unsigned char)*at) != 0;
        if (space && !blank) text_puts(out, " ");
        if (!space) text_append(out, at, 1);
        blank = space;
    }
}

static void add_layer(Found *found, const char *from, const char *end) {
    while (from < end && isspace((unsigned char)*from)) from++;
    while (end > from && isspace((unsigned char)end[-1])) end--;
    if (from == end || !isalpha((unsigned char)*from)) return;
    text_puts(&found->layers, found->layer_count++ > 0 ? "; " : "");
    put_call(&found->layers, from, end);
}

/* The entries of a list, from its bracket on. */
static void add_list(Found *found, const char *open) {
    const char *const end = closing(open), *from = open + 1;
    for (const char *at = from; at < end;) {
        if (*at == ',') {
            add_layer(found, from, at);
            from = ++at;
        } else if (*at == '\'' || *at == '"') {
            at = skip_string(at);
        } else {
            at = strchr("([{", *at) ? closing(at) + 1 : at + 1;
        }
    }
    add_layer(found, from, end);
}

static bool begins_with(const char *at, const char *word) { return strncmp(at, word, strlen(word)) == 0; }

/* In this line: looking further would look at a long file once for each of its lines. */
static bool has_word(const char *line, const char *word) {
    while (*line != '\0' && *line != '\n' && !begins_with(line, word)) line++;
    return *line != '\0' && *line != '\n';
}

static void is_python(Found *found, const char *text, const char *from, const char *end) {
    if (found->first.lo < 0) found->first = (Span){(int)(from - text), (int)(end - text)};
}

/* A line `NAME = keras.Sequential(…)`, `NAME.add(…)`, `NAME.compile(…)` or `NAME.fit(…)`; where to go on. */
static const char *read_line(Found *found, const char *text, const char *line) {
    const char *at = line;
    while (isalnum((unsigned char)*at) || *at == '_') at++;
    const char *const name_end = at;
    const char *const line_end = at + strcspn(at, "\n"), *const open = memchr(at, '(', (size_t)(line_end - at));
    if (at == line || open == NULL) return line_end;
    if (begins_with(at, ".add(") || begins_with(at, ".compile(") || begins_with(at, ".fit(")) {
        const char *const end = closing(open);
        if (at[1] == 'a') {
            is_python(found, text, line, open);
            add_layer(found, open + 1, end);
        } else {
            text_printf(&found->statements, " %.*s", (int)(open - at - 1), at + 1);
            put_call(&found->statements, open, *end == '\0' ? end : end + 1);
        }
        return end + strcspn(end, "\n");
    }
    while (*at == ' ' || *at == '=') at++;
    const char *word = at;
    for (const char *c = at; c < open; c++)
        if (*c == '.') word = c + 1;
    if (at == name_end || !begins_with(word, "Sequential(")) return line_end;
    is_python(found, text, line, open);
    found->model = arena_printf(found->arena, "%.*s", (int)(name_end - line), line);
    const char *first = open + 1;
    while (isspace((unsigned char)*first)) first++;
    if (*first == '[') add_list(found, first);
    const char *const end = closing(open);
    return end + strcspn(end, "\n");
}

bool report_python(Arena *arena, const Source *source, Diags *diags) {
    Found found = {.arena = arena, .layers.arena = arena, .statements.arena = arena, .first = NO_SPAN};
    const char *const text = source->text;
    bool has_block = false;
    for (const char *line = text; *line != '\0';) {
        const bool import = begins_with(line, "import ") || (begins_with(line, "from ") && has_word(line, " import "));
        if (import) is_python(&found, text, line, line + strcspn(line, "\n"));
        has_block = has_block || (begins_with(line, "model ") && isalpha((unsigned char)line[6]));
        const char *const end = import ? line + strcspn(line, "\n") : read_line(&found, text, line);
        line = *end == '\0' ? end : end + 1;
    }
    /* of both kinds: the grammar says what it stumbles over */
    if (found.first.lo < 0 || (has_block && found.model)) return false;
    diag(diags, D_python, found.first);
    if (found.layer_count > 0)
        diag_note(diags, NO_SPAN, "here they are: model %s { %s }%s",
                  found.model && strcmp(found.model, "model") != 0 ? found.model : "net", text_chars(&found.layers),
                  text_chars(&found.statements));
    return true;
}
