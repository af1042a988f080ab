/* SPDX-License-Identifier: MIT-0 */
/* Between scanner and grammar: brackets are made to balance, and after a syntax error tokens are skipped up to a place
 * where the grammar can go on. So one mistake is one message, and what follows it is still understood. */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/source.h"
#include "base/words.h"
#include "frontend/parse_state.h"
#include "nnc.tab.h"

enum {
    NESTING_LIMIT = 200,
    TOKEN_LIMIT = 1 << 18 /* a tree of so many takes some 30 MB */
};

typedef struct Token {
    int kind;
    Span span;
    NNC_STYPE value;
} Token;

typedef struct Balance {
    LIST(Bracket) open;
    Token last;       /* the token just delivered, */
    Bracket popped;   /* the bracket that it closed, */
    bool inserted;    /* and whether it stands for one that is missing and was reported */
    Token held;       /* comes next */
    bool holding;
    int unclosed;     /* of the open brackets this many are to be closed before the held token */
    bool header;      /* after `model`, before its brace; */
    bool last_in_header; /* the same when the last token came */
    int resumed;      /* where the last recovery ended */
    Recovery recovery;
} Balance;

Balance *balance_new(Parse *parse) {
    Balance *balance = NEW(parse->arena, Balance);
    balance->resumed = -1;
    return balance;
}

bool balance_inserted(const Parse *parse) {
    return parse->balance->inserted;
}

static char closer_of(char open) {
    return open == '(' ? ')' : open == '[' ? ']' : '}';
}

static bool in_model(const Balance *balance) {
    return balance->open.count == 1 && balance->open.at[0].model;
}

static bool is_opener(int kind) {
    return kind == '(' || kind == '[' || kind == '{';
}

static bool is_closer(int kind) {
    return kind == ')' || kind == ']' || kind == '}';
}

/* The first byte of the next token, without scanning it; *at is its offset. NUL at the end. */
static char peek(const Parse *parse, int *at) {
    const char *text = parse->source->text;
    int length = (int)parse->source->length;
    while (*at < length && (isspace((unsigned char)text[*at]) || text[*at] == '#')) {
        if (text[*at] == '#') {
            const char *end = memchr(text + *at, '\n', (size_t)(length - *at));
            *at = end == NULL ? length : (int)(end - text);
        } else {
            *at += 1;
        }
    }
    return *at < length ? text[*at] : '\0';
}

/* compile ( … or model NAME: what can only begin an item, even where brackets are open. */
static bool begins_statement(const Parse *parse, const Token *token) {
    int at = token->span.hi;
    char next = peek(parse, &at);
    return token->kind == T_MODEL ? is_word_char(next)
                                  : (token->kind == T_COMPILE || token->kind == T_FIT || token->kind == T_EVALUATE) &&
                                        next == '(';
}

static bool begins_item(const Parse *parse, const Token *token) {
    int at = token->span.hi;
    return token->kind == T_MODEL || begins_statement(parse, token) ||
           (token->kind == T_NAME && peek(parse, &at) == '=' && parse->source->text[at + 1] != '=');
}

/* NAME ( or NAME . NAME … ( */
static bool begins_call(const Parse *parse, const Token *token) {
    if (token->kind != T_NAME) {
        return false;
    }
    int at = token->span.hi;
    char next;
    while ((next = peek(parse, &at)) == '.') {
        at++;
        if (!is_word_char(peek(parse, &at))) {
            return false;
        }
        while (is_word_char(parse->source->text[at])) {
            at++;
        }
    }
    return next == '(';
}

/* Reports the closing brackets that are missing before `token`: those of the `count` innermost open ones. */
static void report_missing(Parse *parse, const Token *token, int count) {
    Balance *balance = parse->balance;
    const Bracket *open = balance->open.at;
    int top = balance->open.count - 1;
    Text closers = {.arena = parse->arena};
    for (int i = 0; i < count; i++) {
        char closer = closer_of(open[top - i].open);
        text_append(&closers, &closer, 1);
    }
    const char *before = token->kind == T_YYEOF ? "the end of the file"
                                                : arena_printf(parse->arena, "'%.*s'", token->span.hi - token->span.lo,
                                                               parse->source->text + token->span.lo);
    diag(parse->diags, D_missing_bracket, token->span, text_chars(&closers), before);
    for (int i = 0; i < count && i < 3; i++) {
        diag_note(parse->diags, open[top - i].span, "to close this '%c'", open[top - i].open);
    }
    parse->file->incomplete = true;
}

static void hold(Balance *balance, const Token *token) {
    balance->held = *token;
    balance->holding = true;
}

/* Delivers the closer of the innermost open bracket in front of `token`, which is held. */
static void insert_closer(Balance *balance, Token *token) {
    Bracket top = balance->open.at[--balance->open.count];
    hold(balance, token);
    balance->popped = top;
    balance->inserted = true;
    token->kind = closer_of(top.open);
    token->span.hi = token->span.lo;
}

/* A closing bracket that does not match the innermost open one: either some are missing before it, or it is a slip for
 * the right one, or it is one too many (false: it is dropped). */
static bool repair_closer(Parse *parse, Token *token) {
    Balance *balance = parse->balance;
    int depth = balance->open.count, match = depth - 1;
    while (match >= 0 && closer_of(balance->open.at[match].open) != token->kind) {
        match--;
    }
    bool silent = balance->recovery != RECOVERY_NONE;
    if (match >= 0) {
        if (!silent) {
            report_missing(parse, token, depth - 1 - match);
        }
        balance->unclosed = depth - 1 - match - 1;
        insert_closer(balance, token);
        return true;
    }
    if (depth == 0 || in_model(balance) || silent) {
        if (!silent) {
            diag(parse->diags, D_unmatched_bracket, token->span, token->kind);
        }
        return false;
    }
    Bracket top = balance->open.at[--balance->open.count];
    char closer[2] = {closer_of(top.open), '\0'};
    diag(parse->diags, D_wrong_bracket, token->span, token->kind, top.open);
    diag_suggest(parse->diags, arena_strdup(parse->arena, closer));
    diag_note(parse->diags, top.span, "it was opened here");
    balance->popped = top;
    balance->inserted = true;
    token->kind = closer_of(top.open);
    return true;
}

/* The next token as it stands in the file, which ends where there are too many of them, or of errors. */
static Token scanned(Parse *parse) {
    Token token;
    token.kind = scan_token(&token.value, &token.span, parse);
    if (++parse->tokens > TOKEN_LIMIT && !parse->stopped)
        diag(parse->diags, D_file_too_long, token.span, TOKEN_LIMIT, "words, numbers and signs");
    if (parse->tokens > TOKEN_LIMIT || diags_full(parse->diags)) parse->stopped = true;
    return token;
}

/* The next token of a sequence whose brackets balance. */
static Token next_balanced(Parse *parse) {
    Balance *balance = parse->balance;
    for (;;) {
        Token token = balance->holding ? balance->held : scanned(parse);
        if (parse->stopped) {
            return token;
        }
        if (token.kind == T_YYEOF) {
            token.span = parse->file->end;
        }
        balance->holding = false;
        balance->inserted = false;
        int depth = balance->open.count;
        if (balance->unclosed > 0) {
            balance->unclosed--;
            insert_closer(balance, &token);
        } else if (is_opener(token.kind)) {
            if (depth == NESTING_LIMIT) {
                parse_too_deep(parse, token.span);
                parse->stopped = true;
            }
            Bracket bracket = {(char)token.kind, token.span, depth == 0 && balance->header};
            list_push(parse->arena, &balance->open, bracket);
        } else if (is_closer(token.kind)) {
            if (depth > 0 && closer_of(balance->open.at[depth - 1].open) == token.kind) {
                balance->popped = balance->open.at[--balance->open.count];
            } else if (!repair_closer(parse, &token)) {
                continue;
            }
        } else if (depth > 0 && (token.kind == T_YYEOF || begins_statement(parse, &token))) {
            if (balance->recovery == RECOVERY_NONE) {
                report_missing(parse, &token, depth);
            }
            balance->unclosed = depth - 1;
            insert_closer(balance, &token);
        }
        return token;
    }
}

/* Takes the effect of the last token on the brackets back. */
static void undo(Parse *parse, const Token *token) {
    Balance *balance = parse->balance;
    if (is_opener(token->kind)) {
        balance->open.count--;
    } else if (is_closer(token->kind)) {
        list_push(parse->arena, &balance->open, balance->popped);
    }
}

void balance_recover(Parse *parse) {
    Balance *balance = parse->balance;
    Token offending = balance->last;
    if (parse->stopped || offending.kind == T_YYEOF) {
        return;
    }
    if (offending.kind == T_SYNC || offending.span.lo == balance->resumed) {
        parse->stopped = true; /* cannot happen as the grammar is; but if it could, this would go on for ever */
        return;
    }
    if (balance->last_in_header && offending.kind == '{') {
        return; /* the grammar goes on with this very token */
    }
    undo(parse, &offending);
    int depth = balance->open.count;
    balance->recovery = in_model(balance)         ? RECOVERY_LAYER
                        : depth > 0               ? RECOVERY_BRACKET
                        : balance->last_in_header ? RECOVERY_HEADER
                                                  : RECOVERY_ITEM;
    if (balance->recovery == RECOVERY_BRACKET && is_closer(offending.kind)) {
        balance->open.count--; /* with this one too */
        balance->recovery = RECOVERY_NONE;
    } else if (!balance->holding) {
        hold(balance, &offending);
    }
}

static bool ends_recovery(const Parse *parse, const Token *token, int depth_before) {
    const Balance *balance = parse->balance;
    switch (balance->recovery) {
    case RECOVERY_LAYER:
        return depth_before == 1 && (token->kind == '}' || begins_call(parse, token));
    case RECOVERY_HEADER:
        return depth_before == 0 && (token->kind == '{' || token->kind == T_YYEOF || begins_item(parse, token));
    case RECOVERY_ITEM:
        return depth_before == 0 && (token->kind == T_YYEOF || begins_item(parse, token));
    case RECOVERY_BRACKET:
    case RECOVERY_NONE:
        break;
    }
    return false;
}

/* Skips; returns the token with which the grammar goes on. */
static Token recover(Parse *parse) {
    Balance *balance = parse->balance;
    int depth = balance->recovery == RECOVERY_BRACKET ? balance->open.count : 0;
    for (;;) {
        int before = balance->open.count;
        Token token = next_balanced(parse);
        if (parse->stopped) {
            return token;
        }
        if (balance->recovery == RECOVERY_BRACKET) {
            if (balance->open.count < depth) {
                balance->recovery = RECOVERY_NONE;
                balance->inserted = false;
                return token;
            }
        } else if (ends_recovery(parse, &token, before)) {
            bool at_brace = balance->recovery == RECOVERY_HEADER && token.kind == '{';
            balance->recovery = RECOVERY_NONE;
            balance->resumed = token.span.lo;
            if (at_brace) {
                return token;
            }
            undo(parse, &token);
            if (!balance->holding) { /* else the token was inserted before the held one, and will be again */
                hold(balance, &token);
            }
            return (Token){.kind = T_SYNC, .span = {token.span.lo, token.span.lo}};
        }
    }
}

int nnc_lex(NNC_STYPE *value, Span *span, Parse *parse) {
    Balance *balance = parse->balance;
    if (parse->start_token != 0) {
        *span = (Span){parse->offset, parse->offset};
        int start = parse->start_token;
        parse->start_token = 0;
        return start;
    }
    int depth = balance->open.count;
    balance->last_in_header = balance->header;
    Token token = balance->recovery != RECOVERY_NONE ? recover(parse) : next_balanced(parse);
    if (parse->stopped) {
        token.kind = T_YYEOF;
    }
    if (depth == 0) {
        balance->header = token.kind == T_MODEL || (balance->header && token.kind != '{' && token.kind != T_SYNC);
    }
    balance->last = token;
    *value = token.value;
    *span = token.span;
    return token.kind;
}
