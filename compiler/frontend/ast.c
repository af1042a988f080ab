/* SPDX-License-Identifier: MIT-0 */
/* Building the syntax tree: the actions of the grammar. */
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/source.h"
#include "frontend/parse_state.h"
#include "language/ast.h"

void parse_too_deep(Parse *parse, Span span) {
    parse->file->incomplete = true;
    if (!parse->stopped) diag(parse->diags, D_nested_too_deep, span);
}

Ast *ast_new(Parse *parse, AstKind kind, Span span) {
    Ast *ast = NEW(parse->arena, Ast);
    ast->kind = kind;
    ast->span = span;
    ast->height = ast->size = 1;
    return ast;
}

/* Every node with children ends here. */
static Ast *finish(Parse *parse, Ast *ast) {
    ast_measure(ast);
    if (ast->height > AST_HEIGHT_LIMIT) {
        parse_too_deep(parse, ast->span);
        return ast_new(parse, AST_ERROR, ast->span);
    }
    return ast;
}

Ast *ast_parenthesized(Ast *inner, Span span) {
    inner->span = span;
    return inner;
}

Ast *ast_boolean(Parse *parse, bool value, Span span) {
    Ast *ast = ast_new(parse, AST_BOOL, span);
    ast->boolean = value;
    return ast;
}

static const char *last_part(const char *dotted) {
    const char *dot = strrchr(dotted, '.');
    return dot == NULL ? dotted : dot + 1;
}

Ast *ast_name(Parse *parse, const char *dotted, Span span) {
    Ast *ast = ast_new(parse, AST_NAME, span);
    ast->name.dotted = dotted;
    ast->name.last = last_part(dotted);
    return ast;
}

Ast *ast_negate(Parse *parse, Ast *operand, Span span) {
    Ast *ast = ast_new(parse, AST_NEGATE, span);
    ast->operand = operand;
    return finish(parse, ast);
}

Ast *ast_binary(Parse *parse, AstOp op, Span op_span, Ast *left, Ast *right, Span span) {
    Ast *ast = ast_new(parse, AST_BINARY, span);
    ast->binary.op = op;
    ast->binary.op_span = op_span;
    ast->binary.left = left;
    ast->binary.right = right;
    return finish(parse, ast);
}

Ast *ast_call(Parse *parse, Word name, AstArgs *args, Span span) {
    Ast *ast = ast_new(parse, AST_CALL, span);
    ast->call.dotted = name.text;
    ast->call.last = last_part(name.text);
    ast->call.name_span = name.span;
    ast->call.args = args == NULL ? NULL : args->items.at;
    ast->call.arg_count = args == NULL ? 0 : args->items.count;
    return finish(parse, ast);
}

Ast *ast_items(Parse *parse, AstKind kind, AstList *list, Span span) {
    Ast *ast = ast_new(parse, kind, span);
    ast->items.at = list == NULL ? NULL : list->items.at;
    ast->items.count = list == NULL ? 0 : list->items.count;
    return finish(parse, ast);
}

Ast *ast_dict(Parse *parse, AstPairs *pairs, Span span) {
    Ast *ast = ast_new(parse, AST_DICT, span);
    if (pairs != NULL) {
        ast->dict.keys = pairs->keys.at;
        ast->dict.values = pairs->values.at;
        ast->dict.count = pairs->keys.count;
    }
    return finish(parse, ast);
}

AstList *ast_list_add(Parse *parse, AstList *list, Ast *item) {
    if (list == NULL) {
        list = NEW(parse->arena, AstList);
    }
    if (item != NULL) {
        list_push(parse->arena, &list->items, item);
    }
    return list;
}

AstArgs *ast_args_add(Parse *parse, AstArgs *args, Word name, Ast *value) {
    if (args == NULL) {
        args = NEW(parse->arena, AstArgs);
    }
    AstArg arg = {name.text, name.span, value};
    list_push(parse->arena, &args->items, arg);
    return args;
}

AstPairs *ast_pairs_add(Parse *parse, AstPairs *pairs, Ast *key, Ast *value) {
    if (pairs == NULL) {
        pairs = NEW(parse->arena, AstPairs);
    }
    list_push(parse->arena, &pairs->keys, key);
    list_push(parse->arena, &pairs->values, value);
    return pairs;
}

Word word_dotted(Parse *parse, Word front, Word last, Span span) {
    if (strlen(front.text) > 1000) { /* a chain of names would be copied again and again */
        parse_too_deep(parse, span);
        return last;
    }
    return (Word){arena_printf(parse->arena, "%s.%s", front.text, last.text), span};
}

void file_add_constant(Parse *parse, Word name, Ast *value) {
    AstConstant constant = {name.text, name.span, value};
    list_push(parse->arena, &parse->file->constants, constant);
}

void file_add_model(Parse *parse, Word name, AstList *layers) {
    AstModel *model = NEW(parse->arena, AstModel);
    model->name = name.text;
    model->name_span = name.span;
    for (int i = 0; i < layers->items.count; i++) {
        list_push(parse->arena, &model->layers, layers->items.at[i]);
    }
    list_push(parse->arena, &parse->file->models, model);
}

void file_add_statement(Parse *parse, Word name, AstArgs *args, Span span) {
    Ast *call = ast_call(parse, name, args, span);
    list_push(parse->arena, &parse->file->statements, call);
}

void file_add_error(Parse *parse) {
    parse->file->incomplete = true;
}
