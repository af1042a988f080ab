/* SPDX-License-Identifier: MIT-0 */
/* The layout of a model file: which blanks stand between tokens, and which calls and lists take several lines. */
#include <string.h>

#include "base/arena.h"
#include "base/source.h"
#include "format/format.h"
#include "format/lines.h"
#include "frontend/parser.h"
#include "frontend/python.h"
#include "frontend/tokens.h"

enum { COLUMNS = 100, INDENT = 4 };

typedef struct Format {
    Arena *arena;
    const TokenList *file;
    const Token *tokens;
    int count;      /* without the end */
    int *mate;      /* of a bracket that opens: the one that closes; else -1 */
    int *depth;     /* in how many brackets it stands, those of a model not counted */
    int *end;       /* columns up to its end, were all in one line */
    bool *dropped;  /* a separator of layers, a comma before a bracket: the layout has its own */
    int comment;    /* the next that is to be written */
    Lines lines;
} Format;

static const char *text_of(const Format *format, int token) {
    return format->file->source->text + format->tokens[token].span.lo;
}

static int length_of(const Format *format, int token) {
    return format->tokens[token].span.hi - format->tokens[token].span.lo;
}

/* A mark by its first character; 0: a word or a value. */
static char mark(const Format *format, int token) {
    return format->tokens[token].kind == TOKEN_MARK ? *text_of(format, token) : '\0';
}

static bool is_mark(const Format *format, int token, const char *marks) {
    const char found = mark(format, token);
    return found && strchr(marks, found);
}

/* A minus that has nothing on its left. */
static bool is_sign(const Format *format, int token) {
    return mark(format, token) == '-' && (token == 0 || is_mark(format, token - 1, "=([{,:+-*/"));
}

static bool is_call(const Format *format, int bracket) {
    return mark(format, bracket) == '(' && bracket > 0 && format->tokens[bracket - 1].kind == TOKEN_WORD;
}

/* Whether a blank stands before a token. Products are close together within brackets: scale=1/255. */
static bool is_apart(const Format *format, int token) {
    const int before = token - 1;
    if (token == 0 || is_mark(format, before, "([.") || is_mark(format, token, ")].,:;")) return false;
    if (mark(format, before) == '{' || mark(format, token) == '}') return false;
    if (is_mark(format, before, ",;:")) return true;
    if (is_call(format, token) || is_sign(format, before)) return false;
    for (int at = before; at <= token; at++) {
        if (!is_mark(format, at, "=*/")) continue;
        if (mark(format, at) == '*' && length_of(format, at) == 2) return false;
        return format->depth[at] == 0;
    }
    return true;
}

/* Which brackets belong together, and which commas are the layout's. */
static void find_brackets(Format *format) {
    LIST(int) open = {0};
    int models = 0;
    for (int i = 0; i < format->count; i++) {
        format->mate[i] = -1;
        if (is_mark(format, i, ")]}")) {
            const int opening = open.at[--open.count];
            format->mate[opening] = i;
            models -= mark(format, i) == '}' && models > 0 && open.count == 0;
        }
        format->depth[i] = open.count - models;
        if (!is_mark(format, i, "([{")) continue;
        models += mark(format, i) == '{' && open.count == 0 && i >= 2 && token_is(format->file, i - 2, "model");
        list_push(format->arena, &open, i);
    }
}

/* The only comma of a tuple of one element belongs to it. */
static bool makes_tuple(const Format *format, int opening, int comma) {
    if (mark(format, opening) != '(' || is_call(format, opening)) return false;
    for (int i = opening + 1; i < comma; i++)
        if (mark(format, i) == ',' && format->depth[i] == format->depth[comma]) return false;
    return true;
}

static void find_dropped(Format *format) {
    for (int i = 0; i < format->count; i++) {
        const int close = format->mate[i];
        if (close > i + 1 && mark(format, close - 1) == ',')
            format->dropped[close - 1] = !makes_tuple(format, i, close - 1);
        if (format->depth[i] == 0 && is_mark(format, i, ",;")) format->dropped[i] = true;
    }
}

/* Columns, were all in one line. */
static void measure(Format *format) {
    int column = 0;
    for (int i = 0; i < format->count; i++) {
        if (!format->dropped[i]) column += is_apart(format, i) + text_columns(text_of(format, i), length_of(format, i));
        format->end[i] = column;
    }
}

static bool has_comments(const Format *format, int from, int end) {
    return end > from && format->tokens[end - 1].comments > format->tokens[from].comments;
}

/* Whether the tokens fit into what is left of the line, with so many columns behind them. */
static bool fits(const Format *format, int from, int end, int indent, int behind) {
    if (has_comments(format, from, end)) return false;
    const int column = line_begun(&format->lines) ? format->lines.column : indent;
    const int before = from ? format->end[from - 1] : 0;
    return column + (format->end[end - 1] - before) + behind <= COLUMNS;
}

static const char *comment_text(const Format *format, const Comment *comment) {
    return arena_strndup(format->arena, format->file->source->text + comment->span.lo,
                         (size_t)(comment->span.hi - comment->span.lo));
}

/* The comments before a token: at the end of the line that is begun, each other in a line of its own. Empty lines
 * between them stay where `blanks` says so. */
static void put_comments(Format *format, int token, int indent, bool blanks) {
    while (format->comment < format->tokens[token].comments) {
        const Comment *const comment = &format->file->comments.at[format->comment++];
        const char *const text = comment_text(format, comment);
        if (line_begun(&format->lines)) {
            line_end(&format->lines, text);
            continue;
        }
        if (blanks && comment->blank_above) line_blank(&format->lines);
        line_put(&format->lines, indent, text, (int)strlen(text));
        line_end(&format->lines, NULL);
    }
}

/* Ends the line, with the comment that stood at its end. */
static void end_line(Format *format, int next) {
    const Comment *const comment = &format->file->comments.at[format->comment];
    const bool beside = format->comment < format->tokens[next].comments && comment->beside;
    if (beside) format->comment++;
    line_end(&format->lines, beside ? comment_text(format, comment) : NULL);
}

static void put_token(Format *format, int token, int indent) {
    if (format->dropped[token]) return;
    put_comments(format, token, indent, false);
    if (line_begun(&format->lines) && is_apart(format, token)) line_put(&format->lines, indent, " ", 1);
    line_put(&format->lines, indent, text_of(format, token), length_of(format, token));
}

static void put_tokens(Format *format, int from, int end, int indent) {
    for (int i = from; i < end; i++) put_token(format, i, indent);
}

static void put_range(Format *format, int from, int end, int indent, int behind);

/* Where the element that begins here ends: at a comma, or the closing bracket. */
static int element_end(const Format *format, int from, int close) {
    int at = from;
    while (at < close && mark(format, at) != ',') at = (format->mate[at] >= 0 ? format->mate[at] : at) + 1;
    return at;
}

static bool all_simple(const Format *format, int opening) {
    const int close = format->mate[opening];
    for (int i = opening + 1; i < close; i++)
        if (format->tokens[i].kind != TOKEN_VALUE && !is_mark(format, i, ",-")) return false;
    return true;
}

/* The elements of a bracket on lines of their own: all on one where they fit, numbers as many as fit, else each. */
static void put_elements(Format *format, int opening, int indent) {
    const int close = format->mate[opening];
    const bool call = is_call(format, opening), list = !call && !has_comments(format, opening, close + 1);
    const bool together = list && fits(format, opening + 1, close, indent, 0);
    const bool filled = together || (list && all_simple(format, opening));
    bool tuple = call; /* in brackets alone, a comma would change the meaning */
    for (int from = opening + 1, end; from < close; from = end + 1) {
        end = element_end(format, from, close);
        tuple = tuple || mark(format, opening) != '(' || end < close;
        const bool last = end == close || end + 1 == close, comma = !last || (tuple && !together) ||
                                                                    (end < close && !format->dropped[end]);
        if (filled && line_begun(&format->lines) && !fits(format, from, end, indent, comma))
            line_end(&format->lines, NULL);
        if (!filled) put_comments(format, from, indent, false);
        put_range(format, from, end, indent, comma);
        if (comma) line_put(&format->lines, indent, ",", 1);
        if (!filled) end_line(format, end < close ? end + 1 : end);
    }
    if (line_begun(&format->lines)) end_line(format, close);
    put_comments(format, close, indent, false);
}

/* A bracket on several lines. */
static void put_apart(Format *format, int opening, int indent) {
    put_token(format, opening, indent);
    end_line(format, opening + 1);
    put_elements(format, opening, indent + INDENT);
    put_token(format, format->mate[opening], indent);
}

/* Of what does not fit into a line: the bracket that is to be opened, the widest; -1: there is none. */
static int widest_bracket(const Format *format, int from, int end) {
    int widest = -1;
    for (int i = from; i < end; i++) {
        const int close = format->mate[i];
        if (close < 0) continue;
        const bool wider = widest < 0 || format->end[close] - format->end[i] >
                                             format->end[format->mate[widest]] - format->end[widest];
        if (close > i + 1 && wider) widest = i;
        i = close;
    }
    return widest;
}

static void put_range(Format *format, int from, int end, int indent, int behind) {
    const int widest = fits(format, from, end, indent, behind) ? -1 : widest_bracket(format, from, end);
    for (int i = from; i < end; i++) {
        const int close = format->mate[i];
        const bool apart = close >= 0 && (i == widest || has_comments(format, i, close + 1));
        if (apart) put_apart(format, i, indent);
        else put_token(format, i, i == from ? indent : indent + INDENT);
        if (apart) i = close;
    }
}

/* Where a constant, a statement or a layer ends: behind an operand, a word begins something else. */
static int part_end(const Format *format, int from, int end) {
    int at = from + 1;
    for (; at < end; at++) {
        const bool operand = !is_mark(format, at - 1, "=+-*/.,;{");
        if (format->dropped[at] || (format->tokens[at].kind == TOKEN_WORD && operand)) break;
        if (format->mate[at] >= 0) at = format->mate[at];
    }
    return at;
}

/* What stands above a part: comments, and the empty lines of the file. */
static void put_above(Format *format, int token, int indent, bool apart) {
    if (apart) line_blank(&format->lines);
    put_comments(format, token, indent, true);
    if (format->tokens[token].blank_above) line_blank(&format->lines);
}

static void put_layers(Format *format, int opening) {
    const int close = format->mate[opening];
    put_tokens(format, opening - 2, opening + 1, 0);
    end_line(format, opening + 1);
    const int first = format->lines.done.count;
    for (int from = opening + 1, end; from < close; from = end) {
        if (format->lines.done.count == first) put_comments(format, from, INDENT, false);
        else put_above(format, from, INDENT, false);
        end = part_end(format, from, close);
        put_range(format, from, end, INDENT, 0);
        while (end < close && format->dropped[end]) end++;
        end_line(format, end);
    }
    put_comments(format, close, INDENT, true);
    put_token(format, close, 0);
}

static void put_file(Format *format) {
    bool behind_model = false;
    for (int from = 0, end; from < format->count; from = end) {
        const bool model = token_is(format->file, from, "model") && format->tokens[from + 1].kind == TOKEN_WORD;
        put_above(format, from, 0, model || behind_model);
        end = model ? format->mate[from + 2] + 1 : part_end(format, from, format->count);
        if (model) put_layers(format, from + 2);
        else put_range(format, from, end, 0, 0);
        end_line(format, end);
        behind_model = model;
    }
    put_comments(format, format->count, 0, true);
}

const char *format_text(Arena *arena, const Source *source, Diags *diags) {
    if (!report_python(arena, source, diags)) (void)parse_file(arena, source, diags);
    if (diags_errors(diags)) return NULL;
    const TokenList *const file = tokens_read(arena, source);
    const int count = file->tokens.count - 1;
    Format format = {.arena = arena, .file = file, .tokens = file->tokens.at, .count = count,
                     .mate = NEW_ARRAY(arena, int, count + 1), .depth = NEW_ARRAY(arena, int, count + 1),
                     .end = NEW_ARRAY(arena, int, count + 1), .dropped = NEW_ARRAY(arena, bool, count + 1),
                     .lines = {.arena = arena, .line.arena = arena}};
    find_brackets(&format);
    find_dropped(&format);
    measure(&format);
    put_file(&format);
    return lines_text(&format.lines);
}
