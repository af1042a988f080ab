/* SPDX-License-Identifier: MIT-0 */
/* Sizes of trees. */
#include <limits.h>

#include "language/ast.h"

static void count_child(Ast *ast, const Ast *child) {
    if (child->height >= ast->height) {
        ast->height = child->height + 1;
    }
    ast->size = ast->size > INT_MAX - child->size ? INT_MAX : ast->size + child->size;
}

void ast_measure(Ast *ast) {
    ast->height = 1;
    ast->size = 1;
    switch (ast->kind) {
    case AST_CALL:
        for (int i = 0; i < ast->call.arg_count; i++) {
            count_child(ast, ast->call.args[i].value);
        }
        break;
    case AST_TUPLE:
    case AST_LIST:
        for (int i = 0; i < ast->items.count; i++) {
            count_child(ast, ast->items.at[i]);
        }
        break;
    case AST_DICT:
        for (int i = 0; i < ast->dict.count; i++) {
            count_child(ast, ast->dict.keys[i]);
            count_child(ast, ast->dict.values[i]);
        }
        break;
    case AST_NEGATE:
        count_child(ast, ast->operand);
        break;
    case AST_BINARY:
        count_child(ast, ast->binary.left);
        count_child(ast, ast->binary.right);
        break;
    case AST_NUMBER: case AST_STRING: case AST_BOOL: case AST_NONE: case AST_NAME: case AST_ERROR:
        break;
    }
}
