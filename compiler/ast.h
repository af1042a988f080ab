/* SPDX-License-Identifier: MIT-0 */
/* The syntax tree, exactly as written: the parser builds it and looks nothing up. */
#ifndef NNC_AST_H
#define NNC_AST_H

#include <stdbool.h>

#include "diag.h"

typedef enum AstKind {
    AST_NUMBER, AST_STRING, AST_BOOL, AST_NONE, AST_NAME, AST_CALL,
    AST_TUPLE, AST_LIST, AST_DICT, AST_NEGATE, AST_BINARY,
    AST_ERROR /* stands where the parser recovered; whoever meets it stays silent */
} AstKind;

typedef struct Ast Ast;

typedef struct AstArg {
    const char *name; /* NULL: positional */
    Span name_span;
    Ast *value;
} AstArg;

struct Ast {
    AstKind kind;
    Span span;
    union {
        struct { double value; bool integer; const char *text; } number; /* text: as written */
        struct { const char *chars; size_t length; } string;             /* length: it may hold NULs */
        bool boolean;
        struct { const char *dotted, *last; } name; /* tf.nn.relu, relu */
        struct { const char *dotted, *last; Span name_span; AstArg *args; int arg_count; } call;
        struct { Ast **at; int count; } items;                /* tuple, list */
        struct { Ast **keys, **values; int count; } dict;
        struct { char op; Ast *left, *right; } binary;        /* + - * / */
        Ast *operand;                                         /* negate */
    };
};

typedef struct AstConstant {
    const char *name;
    Span name_span;
    Ast *value;
} AstConstant;

/** A whole file. Parts that are missing are NULL or empty; model.c says what must be there. */
typedef struct AstFile {
    LIST(AstConstant) constants; /* in file order */
    const char *model_name;
    Span model_span; /* of the name */
    LIST(Ast *) layers; /* AST_CALL each */
    Ast *compile, *fit, *evaluate;
} AstFile;

/** Parses a file. Never NULL; syntax errors are in `diags`, and what could be understood is in the tree. */
AstFile *parse_file(Arena *arena, const Source *source, Diags *diags);
/** Parses one expression, as -D NAME=EXPR and the defaults of arguments need it; NULL when it is none. */
Ast *parse_expression(Arena *arena, const char *text, Diags *diags);
/** --emit=ast: one node a line, indented, with line:column. */
void ast_dump(const AstFile *file, const Source *source, Text *out);

#endif
