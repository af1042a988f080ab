/* SPDX-License-Identifier: MIT-0 */
/* Values as the language writes them, and what they are, for messages. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/source.h"
#include "language/ast.h"
#include "language/describe.h"

const char *number_text(Arena *arena, double value) {
    if (value == floor(value) && fabs(value) < 1e15) {
        return arena_printf(arena, "%.0f", value == 0 ? 0.0 : value);
    }
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    return arena_strdup(arena, text);
}

const char *string_text(Arena *arena, const char *chars, size_t length) {
    enum { SHOWN = 60 };
    Text out = {.arena = arena};
    size_t end = length;
    if (length > SHOWN) {
        for (end = 0; end < SHOWN;) {
            uint32_t code;
            end += (size_t)utf8_decode(chars + end, length - end, &code);
        }
    }
    text_puts(&out, "'");
    for (size_t i = 0; i < end;) {
        uint32_t code;
        int size = utf8_decode(chars + i, length - i, &code);
        if (code == '\n' || code == '\t' || code == '\r') {
            text_puts(&out, code == '\n' ? "\\n" : code == '\t' ? "\\t" : "\\r");
        } else if (code < 0x20 || code == 0x7F) {
            text_printf(&out, "\\x%02x", (unsigned)code);
        } else {
            text_puts(&out, code == '\'' || code == '\\' ? "\\" : "");
            text_append(&out, chars + i, (size_t)size);
        }
        i += (size_t)size;
    }
    text_puts(&out, end < length ? "…'" : "'");
    return text_chars(&out);
}

const char *ast_describe(Arena *arena, const Ast *ast) {
    switch (ast->kind) {
    case AST_NUMBER:
        return arena_printf(arena, "%s",
                            ast->number.integer ? arena_printf(arena, "%" PRId64, ast->number.whole)
                                                : number_text(arena, ast->number.value));
    case AST_STRING:
        return arena_printf(arena, "the string %s", string_text(arena, ast->string.chars, ast->string.length));
    case AST_BOOL:
        return ast->boolean ? "True" : "False";
    case AST_NONE:
        return "None";
    case AST_CALL:
        return arena_printf(arena, "%s(…)", ast->call.last);
    case AST_TUPLE:
        return "a tuple";
    case AST_LIST:
        return "a list";
    case AST_DICT:
        return "a dict";
    case AST_NAME: case AST_NEGATE: case AST_BINARY: case AST_ERROR:
        break;
    }
    return "an expression";
}

const char *ast_op_text(AstOp op) {
    static const char *const texts[] = {"+", "-", "*", "/", "//", "**"};
    return texts[op];
}
