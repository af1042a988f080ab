/* SPDX-License-Identifier: MIT-0 */
/* The scanner's tokens, and the comments that lie between them. */
#include <string.h>

#include "base/diag.h"
#include "frontend/parse_state.h"
#include "frontend/tokens.h"
#include "nnc.tab.h"

/* What lies between the last token and the next: nothing but blanks, line ends and comments. Returns whether an empty
 * line ends it. */
static bool read_gap(TokenList *tokens, Arena *arena, int from, int end) {
    const char *const text = tokens->source->text;
    int line_ends = tokens->tokens.count ? 0 : 1; /* the file's first line begins like any other */
    for (int at = from; at < end; at++) {
        if (text[at] == '\n') line_ends++;
        if (text[at] != '#') continue;
        const char *const line_end = memchr(text + at, '\n', (size_t)(end - at));
        int high = line_end ? (int)(line_end - text) : end;
        const Comment comment = {{at, high}, line_ends == 0, line_ends > 1};
        list_push(arena, &tokens->comments, comment);
        Span *const span = &tokens->comments.at[tokens->comments.count - 1].span;
        while (strchr(" \t\r\f\v", text[span->hi - 1])) span->hi--;
        line_ends = 0;
        at = high - 1;
    }
    return line_ends > 1;
}

static TokenKind kind_of(int token) {
    switch (token) {
    case T_NAME: case T_MODEL: case T_COMPILE: case T_FIT: case T_EVALUATE: case T_TRUE: case T_FALSE: case T_NONE:
        return TOKEN_WORD;
    case T_NUMBER: case T_STRING: return TOKEN_VALUE;
    case 0: return TOKEN_END;
    default: return TOKEN_MARK;
    }
}

TokenList *tokens_read(Arena *arena, const Source *source) {
    TokenList *const tokens = NEW(arena, TokenList);
    tokens->source = source;
    AstFile file = {.incomplete = false};
    Parse parse = {.arena = arena, .source = source, .diags = diags_new(arena, source), .file = &file,
                   .offset = source_has_bom(source) ? UTF8_BOM_LENGTH : 0};
    int behind = parse.offset, kind;
    scan_begin(&parse);
    do {
        NNC_STYPE value;
        Span span;
        kind = scan_token(&value, &span, &parse);
        if (!kind) span = (Span){(int)source->length, (int)source->length};
        Token token = {kind_of(kind), span, 0, false};
        token.blank_above = read_gap(tokens, arena, behind, span.lo);
        token.comments = tokens->comments.count;
        list_push(arena, &tokens->tokens, token);
        behind = span.hi;
    } while (kind);
    scan_end(&parse);
    return tokens;
}

bool token_is(const TokenList *tokens, int index, const char *text) {
    const Span span = tokens->tokens.at[index].span;
    const size_t length = strlen(text);
    return (size_t)(span.hi - span.lo) == length && !memcmp(tokens->source->text + span.lo, text, length);
}

char token_first(const TokenList *tokens, int index) { return tokens->source->text[tokens->tokens.at[index].span.lo]; }
