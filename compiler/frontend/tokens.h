/* SPDX-License-Identifier: MIT-0 */
/* A file as its tokens and comments, for those who care how it is written. */
#ifndef NNC_FRONTEND_TOKENS_H
#define NNC_FRONTEND_TOKENS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/source.h"

typedef enum TokenKind { TOKEN_WORD, TOKEN_VALUE /* a number, a string */, TOKEN_MARK, TOKEN_END } TokenKind;

typedef struct Comment {
    Span span;        /* without blanks at its end */
    bool beside;      /* something stands in front of it in its line */
    bool blank_above; /* an empty line */
} Comment;

typedef struct Token {
    TokenKind kind;
    Span span;
    int comments;     /* that stand before it in the file */
    bool blank_above; /* an empty line, behind the comments before it */
} Token;

typedef struct TokenList {
    const Source *source;
    LIST(Token) tokens; /* the last is TOKEN_END */
    LIST(Comment) comments;
} TokenList;

/** Of a file that parse_file() finds no error in. */
TokenList *tokens_read(Arena *arena, const Source *source);
/** Whether it is written so: "fit", "(". */
bool token_is(const TokenList *tokens, int index, const char *text);
/** Its first character. */
char token_first(const TokenList *tokens, int index);

#endif
