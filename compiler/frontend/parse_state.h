/* SPDX-License-Identifier: MIT-0 */
/* What the scanner, the bracket repair and the grammar share: the state of one parse and the functions that build
 * trees. */
#ifndef NNC_FRONTEND_PARSE_STATE_H
#define NNC_FRONTEND_PARSE_STATE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/source.h"
#include "language/ast.h"

/* Lists that grow while the grammar reads them. */
typedef struct AstList {
    LIST(Ast *) items;
} AstList;

typedef struct AstArgs {
    LIST(AstArg) items;
} AstArgs;

typedef struct AstPairs {
    LIST(Ast *) keys;
    LIST(Ast *) values;
} AstPairs;

typedef struct Word {
    const char *text;
    Span span;
} Word;

typedef struct Bracket {
    char open; /* ( [ { */
    Span span;
    bool model; /* the brace of a model, not of a dict */
} Bracket;

/* How far to skip after a syntax error. */
typedef enum Recovery {
    RECOVERY_NONE,
    RECOVERY_BRACKET, /* to the end of the innermost bracket */
    RECOVERY_LAYER,   /* to the next layer of the model or its end */
    RECOVERY_HEADER,  /* after `model`: to its opening brace, or else like the next */
    RECOVERY_ITEM,    /* to the next item of the file */
} Recovery;

typedef struct Parse {
    Arena *arena;
    const Source *source;
    Diags *diags;
    int start_token; /* T_START_FILE or T_START_EXPRESSION, returned before the first token; then 0 */
    AstFile *file;   /* the results */
    Ast *expression;

    void *scanner;
    int offset;     /* of the next byte to scan */
    int tokens;     /* scanned so far */
    int token_error_line;  /* of the last error in a token: a syntax error on that line is a consequence; 0: none */
    int syntax_error_line; /* and the other way round, for strings that do not end */
    bool utf8_reported;

    bool stopped; /* reading ended before the end, which has been reported */
    struct Balance *balance; /* the state of brackets.c */
} Parse;

/** The scanner, in nnc.l: the next raw token, its value in *value (an NNC_STYPE), its place in *span. */
int scan_token(void *value, Span *span, Parse *parse);
/** Begins and ends reading the source. */
void scan_begin(Parse *parse);
void scan_end(Parse *parse);

/* Scanner actions. */
Ast *parse_number(Parse *parse, const char *text, int length, Span span);
Ast *parse_string(Parse *parse, const char *text, int length, Span span);
const char *parse_name(Parse *parse, const char *text, int length, Span span);
/** Reports characters that begin no token; false when they look like blanks, and can be taken for such. */
bool parse_stray(Parse *parse, const char *text, int length, Span span);
void parse_bad_number(Parse *parse, const char *text, int length, Span span);
/** Reports an unclosed string and returns how many of its bytes to take: what closes the brackets around it is left. */
int parse_unclosed_string(Parse *parse, const char *text, int length, Span span);

/* Errors of the grammar. Names of tokens are those of nnc.y. */
void parse_syntax_error(Parse *parse, const char *found, Span span, const char *const *expected, int count);
void parse_too_deep(Parse *parse, Span span);

/* brackets.c */
struct Balance *balance_new(Parse *parse);
/** Skips from the token just delivered to a place where the grammar can go on. */
void balance_recover(Parse *parse);
/** Whether the token just delivered stands for a missing one that has been reported. */
bool balance_inserted(const Parse *parse);

/* Grammar actions. */
Ast *ast_new(Parse *parse, AstKind kind, Span span);
/** (28): the brackets join the span, so that a message about the value shows them. */
Ast *ast_parenthesized(Ast *inner, Span span);
Ast *ast_boolean(Parse *parse, bool value, Span span);
Ast *ast_name(Parse *parse, const char *dotted, Span span);
Ast *ast_negate(Parse *parse, Ast *operand, Span span);
Ast *ast_binary(Parse *parse, AstOp op, Span op_span, Ast *left, Ast *right, Span span);
Ast *ast_call(Parse *parse, Word name, AstArgs *args, Span span);
Ast *ast_items(Parse *parse, AstKind kind, AstList *list, Span span);
Ast *ast_dict(Parse *parse, AstPairs *pairs, Span span);
/** `list` NULL: a new one. `item` NULL: nothing is added. */
AstList *ast_list_add(Parse *parse, AstList *list, Ast *item);
AstArgs *ast_args_add(Parse *parse, AstArgs *args, Word name, Ast *value);
AstPairs *ast_pairs_add(Parse *parse, AstPairs *pairs, Ast *key, Ast *value);
Word word_dotted(Parse *parse, Word front, Word last, Span span);
void file_add_constant(Parse *parse, Word name, Ast *value);
void file_add_model(Parse *parse, Word name, AstList *layers);
void file_add_statement(Parse *parse, Word name, AstArgs *args, Span span);
void file_add_error(Parse *parse);

#endif
