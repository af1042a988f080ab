/* SPDX-License-Identifier: MIT-0 */
/* --emit=ast: stable text for people and tests. */
#include "base/arena.h"
#include "base/source.h"
#include "frontend/dump.h"
#include "language/ast.h"
#include "language/describe.h"

typedef struct Dump {
    const Source *source;
    Text *out;
} Dump;

static void put_place(const Dump *dump, Span span) {
    int line, column;
    source_position(dump->source, span.lo, &line, &column);
    text_printf(dump->out, " %d:%d\n", line, column);
}

static void put_node(const Dump *dump, const Ast *ast, int depth, const char *label);

static void put_children(const Dump *dump, const Ast *ast, int depth) {
    switch (ast->kind) {
    case AST_CALL:
        for (int i = 0; i < ast->call.arg_count; i++) {
            put_node(dump, ast->call.args[i].value, depth, ast->call.args[i].name);
        }
        break;
    case AST_TUPLE:
    case AST_LIST:
        for (int i = 0; i < ast->items.count; i++) {
            put_node(dump, ast->items.at[i], depth, NULL);
        }
        break;
    case AST_DICT:
        for (int i = 0; i < ast->dict.count; i++) {
            put_node(dump, ast->dict.keys[i], depth, NULL);
            put_node(dump, ast->dict.values[i], depth + 1, NULL);
        }
        break;
    case AST_NEGATE:
        put_node(dump, ast->operand, depth, NULL);
        break;
    case AST_BINARY:
        put_node(dump, ast->binary.left, depth, NULL);
        put_node(dump, ast->binary.right, depth, NULL);
        break;
    case AST_NUMBER: case AST_STRING: case AST_BOOL: case AST_NONE: case AST_NAME: case AST_ERROR:
        break;
    }
}

static void put_node(const Dump *dump, const Ast *ast, int depth, const char *label) {
    Text *out = dump->out;
    text_printf(out, "%*s", 2 * depth, "");
    if (label != NULL) {
        text_printf(out, "%s = ", label);
    }
    switch (ast->kind) {
    case AST_NUMBER:
    case AST_BOOL:
    case AST_NONE:
        text_puts(out, ast_describe(out->arena, ast));
        break;
    case AST_STRING:
        text_puts(out, string_text(out->arena, ast->string.chars, ast->string.length));
        break;
    case AST_NAME:
        text_printf(out, "name %s", ast->name.dotted);
        break;
    case AST_CALL:
        text_printf(out, "call %s", ast->call.dotted);
        break;
    case AST_TUPLE:
        text_puts(out, "tuple");
        break;
    case AST_LIST:
        text_puts(out, "list");
        break;
    case AST_DICT:
        text_puts(out, "dict");
        break;
    case AST_NEGATE:
        text_puts(out, "negate");
        break;
    case AST_BINARY:
        text_puts(out, ast_op_text(ast->binary.op));
        break;
    case AST_ERROR:
        text_puts(out, "error");
        break;
    }
    put_place(dump, ast->span);
    put_children(dump, ast, depth + 1);
}

void ast_dump(const AstFile *file, const Source *source, Text *out) {
    const Dump dump = {source, out};
    for (int i = 0; i < file->constants.count; i++) {
        const AstConstant *constant = &file->constants.at[i];
        text_printf(out, "constant %s", constant->name);
        put_place(&dump, constant->name_span);
        put_node(&dump, constant->value, 1, NULL);
    }
    for (int i = 0; i < file->models.count; i++) {
        const AstModel *model = file->models.at[i];
        text_printf(out, "model %s", model->name == NULL ? "?" : model->name);
        put_place(&dump, model->name_span);
        for (int j = 0; j < model->layers.count; j++) {
            put_node(&dump, model->layers.at[j], 1, NULL);
        }
    }
    for (int i = 0; i < file->statements.count; i++) {
        put_node(&dump, file->statements.at[i], 0, NULL);
    }
}
