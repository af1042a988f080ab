/* SPDX-License-Identifier: MIT-0 */
/* The syntax tree, exactly as written: the parser builds it and looks nothing up. */
#ifndef NNC_LANGUAGE_AST_H
#define NNC_LANGUAGE_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/source.h"

/** Arithmetic, as in Python: // rounds down, ** is a power. */
typedef enum AstOp { AST_ADD, AST_SUBTRACT, AST_MULTIPLY, AST_DIVIDE, AST_FLOOR_DIVIDE, AST_POWER } AstOp;
/** "+", "//" */
const char *ast_op_text(AstOp op);

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
    int height; /* 1 for a leaf; bounded, so that walking a tree recursively is safe */
    int size;   /* nodes of the tree, at most INT_MAX; bounded for constants, with which small files make huge trees */
    union {
        struct { double value; bool integer; int64_t whole; } number; /* integer: `whole` is its exact value */
        struct { const char *chars; size_t length; } string;          /* length: it may hold NULs */
        bool boolean;
        struct { const char *dotted, *last; } name; /* tf.nn.relu, relu; the same pointer when there is no dot */
        struct { const char *dotted, *last; Span name_span; AstArg *args; int arg_count; } call;
        struct { Ast **at; int count; } items;                        /* tuple, list */
        struct { Ast **keys, **values; int count; } dict;
        struct { AstOp op; Span op_span; Ast *left, *right; } binary;
        Ast *operand;                                                 /* negate */
    };
};

enum { AST_HEIGHT_LIMIT = 1000, AST_SIZE_LIMIT = 1 << 20 /* of the value of a constant */ };

/** Height and size of a node from those of its children. */
void ast_measure(Ast *ast);

typedef struct AstConstant {
    const char *name;
    Span name_span;
    Ast *value;
} AstConstant;

/** A whole file. Parts that are missing are NULL or empty; model.c says what must be there. The grammar accepts a part
 *  more than once, so that model.c can point at both. */
typedef struct AstModel {
    const char *name;
    Span name_span;
    LIST(Ast *) layers; /* AST_CALL or AST_ERROR each */
} AstModel;

typedef struct AstFile {
    LIST(AstConstant) constants; /* in file order */
    LIST(AstModel *) models;
    LIST(Ast *) statements; /* AST_CALL of compile, fit, evaluate, or AST_ERROR */
    Span end;               /* behind its last byte */
    bool incomplete;        /* a syntax error may have hidden parts: that something is missing is no news */
} AstFile;

#endif
