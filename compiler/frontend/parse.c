/* SPDX-License-Identifier: MIT-0 */
/* Parsing a file or an expression, and the errors of the grammar. */
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/source.h"
#include "frontend/parse_state.h"
#include "frontend/parser.h"
#include "language/ast.h"
#include "nnc.tab.h"

/* The first byte that is no UTF-8 is one error; more of them are not worth a message. What has NULs is no text at
 * all. */
static bool check_text(Parse *parse) {
    const char *text = parse->source->text;
    int length = (int)parse->source->length;
    if (length > SOURCE_LIMIT) {
        diag(parse->diags, D_file_too_long, (Span){SOURCE_LIMIT, SOURCE_LIMIT}, SOURCE_LIMIT, "bytes");
        return false;
    }
    const char *nul = memchr(text, '\0', (size_t)length);
    if (nul != NULL) {
        bool utf16 = memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0;
        int at = utf16 ? 0 : (int)(nul - text);
        diag(parse->diags, D_not_text, (Span){at, at + 1},
             utf16 ? "the file is in UTF-16: save it as UTF-8" : "the file contains a NUL character, so it is no text");
        return false;
    }
    for (int i = 0; i < length;) {
        uint32_t code;
        int size = utf8_decode(text + i, (size_t)(length - i), &code);
        if (code == UTF8_INVALID) {
            diag(parse->diags, D_invalid_utf8, (Span){i, i + 1});
            parse->utf8_reported = true;
            break;
        }
        i += size;
    }
    return true;
}

static void parse_source(Parse *parse) {
    const int length = (int)parse->source->length;
    parse->file = NEW(parse->arena, AstFile);
    parse->file->end = (Span){length, length};
    parse->balance = balance_new(parse);
    parse->offset = source_has_bom(parse->source) ? UTF8_BOM_LENGTH : 0;
    if (check_text(parse)) {
        scan_begin(parse);
        nnc_parse(parse);
        scan_end(parse);
    } else {
        parse->file->incomplete = true;
    }
}

AstFile *parse_file(Arena *arena, const Source *source, Diags *diags) {
    Parse parse = {.arena = arena, .source = source, .diags = diags, .start_token = T_START_FILE};
    parse_source(&parse);
    if (parse.stopped) *parse.file = (AstFile){.end = parse.file->end, .incomplete = true}; /* not worth a look */
    return parse.file;
}

static void forget_spans(Ast *ast) {
    ast->span = NO_SPAN;
    switch (ast->kind) {
    case AST_CALL:
        ast->call.name_span = NO_SPAN;
        for (int i = 0; i < ast->call.arg_count; i++) {
            ast->call.args[i].name_span = NO_SPAN;
            forget_spans(ast->call.args[i].value);
        }
        break;
    case AST_TUPLE:
    case AST_LIST:
        for (int i = 0; i < ast->items.count; i++) {
            forget_spans(ast->items.at[i]);
        }
        break;
    case AST_DICT:
        for (int i = 0; i < ast->dict.count; i++) {
            forget_spans(ast->dict.keys[i]);
            forget_spans(ast->dict.values[i]);
        }
        break;
    case AST_NEGATE:
        forget_spans(ast->operand);
        break;
    case AST_BINARY:
        ast->binary.op_span = NO_SPAN;
        forget_spans(ast->binary.left);
        forget_spans(ast->binary.right);
        break;
    case AST_NUMBER: case AST_STRING: case AST_BOOL: case AST_NONE: case AST_NAME: case AST_ERROR:
        break;
    }
}

Ast *parse_expression(Arena *arena, const char *text, const char **error) {
    const Source *source = source_from_text(arena, "", text, strlen(text));
    Parse parse = {.arena = arena, .source = source, .diags = diags_new(arena, source),
                   .start_token = T_START_EXPRESSION};
    parse_source(&parse);
    *error = diags_first_error(parse.diags);
    if (*error != NULL || parse.expression == NULL) {
        return NULL;
    }
    forget_spans(parse.expression);
    return parse.expression;
}

