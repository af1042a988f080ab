/* SPDX-License-Identifier: MIT-0 */
/* Breaking long lines of C: where few brackets are open, as far to the right as there is place. */
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "emit/columns.h"

enum {
    COLUMNS = 120,
    FEW = 50, /* columns that a line should have at least */
    STEP = 4  /* a line that goes on begins so much further right */
};

typedef enum LineKind { LINE_CODE, LINE_COMMENT, LINE_DIRECTIVE } LineKind;

/* `continued`: the line before ends with a backslash. */
static LineKind kind_of(const char *line, size_t indent, bool continued) {
    if (line[indent] == '#' || continued) return LINE_DIRECTIVE;
    const bool comment = !strncmp(line + indent, "/*", 2) || (line[indent] == '*' && line[indent + 1] == ' ');
    return comment ? LINE_COMMENT : LINE_CODE;
}

/* Bytes from `from` to `to` that begin a character: a line's length is not that of its bytes. */
static size_t columns_of(const char *from, const char *to) {
    size_t columns = 0;
    for (; from < to; from++) columns += ((unsigned char)*from & 0xC0) != 0x80;
    return columns;
}

/* Where code may go on in the next line: behind a comma or an operator. */
static bool may_break(const char *line, const char *blank, LineKind kind) {
    if (kind != LINE_CODE) return true;
    return blank > line && blank[-1] && strchr(",+-*/&|?:=<>;", blank[-1]);
}

/* Where the next line begins, behind a blank, or without one behind the first bracket; NULL: nowhere. */
static const char *break_of(const char *line, const char *end, size_t indent, LineKind kind) {
    const char *best = NULL, *bracket = NULL;
    const size_t width = kind == LINE_DIRECTIVE ? COLUMNS - 2 : COLUMNS;
    int depth = 0, best_depth = 0;
    char quote = '\0';
    const char *counted = line; /* up to here there are so many columns: a string may be long */
    size_t columns = 0;
    for (const char *at = line + indent; at < end; at++) {
        columns += columns_of(counted, at);
        counted = at;
        if (columns > width && (best || bracket)) break;
        if (quote || ((*at == '"' || *at == '\'') && kind != LINE_COMMENT)) {
            if (quote && *at == '\\') at++;
            else if (!quote || *at == quote) quote = quote ? '\0' : *at;
            continue;
        }
        if (kind != LINE_COMMENT) depth += (strchr("([{", *at) != NULL) - (strchr(")]}", *at) != NULL);
        if (*at == '(' && kind == LINE_CODE && !bracket) bracket = at + 1;
        if (*at != ' ' || at == line + indent || !may_break(line, at, kind)) continue;
        const bool early = best && columns_of(line, best) < FEW;
        if (best && !early && depth > best_depth) continue;
        best = at + 1;
        best_depth = depth;
    }
    return best ? best : bracket;
}

/* What a line that goes on begins with. */
static const char *lead_of(Arena *arena, const char *line, size_t indent, LineKind kind) {
    if (kind != LINE_COMMENT) return arena_printf(arena, "%*s", (int)(indent + STEP), "");
    const size_t stars = indent + (line[indent] == '/'); /* a star stands below the star */
    return arena_printf(arena, "%*s* %*s", (int)stars, "", (int)strspn(line + stars + 1, " ") - 1 + STEP, "");
}

static void put_line(Arena *arena, Text *out, const char *line, size_t length, bool continued) {
    const char *end = line + length, *lead = "";
    const size_t indent = strspn(line, " ");
    const LineKind kind = kind_of(line, indent, continued);
    const char *const next = lead_of(arena, line, indent, kind);
    while (strlen(lead) + columns_of(line, end) > COLUMNS) {
        const char *const whole = arena_printf(arena, "%s%.*s", lead, (int)(end - line), line);
        const char *const at = break_of(whole, whole + strlen(whole), *lead ? strlen(lead) : indent, kind);
        if (!at) break;
        text_append(out, whole, (size_t)(at - whole) - (at[-1] == ' '));
        text_puts(out, kind == LINE_DIRECTIVE ? " \\\n" : "\n");
        line += (size_t)(at - whole) - strlen(lead);
        lead = next;
    }
    text_puts(out, lead);
    text_append(out, line, (size_t)(end - line));
}

const char *within_columns(Arena *arena, const char *text) {
    Text out = {.arena = arena};
    const char *kept = text; /* what has not been put yet needs no change */
    for (const char *line = text; *line;) {
        const char *const newline = strchr(line, '\n');
        const size_t length = newline ? (size_t)(newline - line) : strlen(line);
        if (length > COLUMNS && columns_of(line, line + length) > COLUMNS) {
            text_append(&out, kept, (size_t)(line - kept));
            put_line(arena, &out, line, length, line - text > 1 && line[-2] == '\\');
            kept = line + length;
        }
        line += length + (newline != NULL);
    }
    text_puts(&out, kept);
    return text_chars(&out);
}
