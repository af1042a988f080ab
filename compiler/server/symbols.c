/* SPDX-License-Identifier: MIT-0 */
/* Constants: where they are defined and used, and another name for them; the outline of a file. */
#include <string.h>

#include "model/prefix.h"
#include "server/answers.h"
#include "server/place.h"

/* SymbolKind */
enum { SYMBOL_MODULE = 2, SYMBOL_CLASS = 5, SYMBOL_FUNCTION = 12, SYMBOL_CONSTANT = 14 };

/* Whether a token is the name of a constant and not that of an argument, of a call, or a part of a dotted name. */
static bool names_constant(const Analysis *analysis, int token, const char *name) {
    const TokenList *const tokens = analysis->tokens;
    if (tokens->tokens.at[token].kind != TOKEN_WORD || !token_is(tokens, token, name)) return false;
    if (token_is(tokens, token + 1, ".") || (token > 0 && token_is(tokens, token - 1, "."))) return false;
    if (token > 0 && token_is(tokens, token - 1, "model")) return false;
    if (!token_is(tokens, token + 1, "=")) return true;
    return place_at(analysis, tokens->tokens.at[token].span.lo).bracket < 0; /* its definition */
}

/* The constant whose name stands there; NULL: none. */
static const AstConstant *constant_at(const Analysis *analysis, int offset, Span *span) {
    const int token = analysis_token(analysis, offset);
    if (token < 0) return NULL;
    *span = analysis->tokens->tokens.at[token].span;
    const char *const name = analysis_text(analysis, *span);
    return names_constant(analysis, token, name) ? analysis_constant(analysis, name) : NULL;
}

json_t *answer_definition(Document *document, int offset) {
    Span span;
    const AstConstant *const constant = constant_at(document_analysis(document), offset, &span);
    if (!constant) return json_null();
    return json_pack("{s:s, s:o}", "uri", document->uri, "range", document_range(document, constant->name_span));
}

/* All places of the constant's name, each as `make` has it. */
static json_t *places_of(Document *document, const AstConstant *constant, bool with_definition,
                         json_t *(*make)(Document *, Span, const void *), const void *with) {
    const Analysis *const analysis = document_analysis(document);
    json_t *const found = json_array();
    for (int i = 0; i < analysis->tokens->tokens.count - 1; i++) {
        const Span span = analysis->tokens->tokens.at[i].span;
        if (names_constant(analysis, i, constant->name) && (with_definition || span.lo != constant->name_span.lo))
            json_array_append_new(found, make(document, span, with));
    }
    return found;
}

static json_t *location(Document *document, Span span, const void *with) {
    (void)with;
    return json_pack("{s:s, s:o}", "uri", document->uri, "range", document_range(document, span));
}

static json_t *replacement(Document *document, Span span, const void *name) {
    return json_pack("{s:o, s:s}", "range", document_range(document, span), "newText", (const char *)name);
}

json_t *answer_references(Document *document, int offset, bool with_definition) {
    Span span;
    const AstConstant *const constant = constant_at(document_analysis(document), offset, &span);
    return constant ? places_of(document, constant, with_definition, location, NULL) : json_null();
}

json_t *answer_prepare_rename(Document *document, int offset) {
    Span span;
    return constant_at(document_analysis(document), offset, &span) ? document_range(document, span) : NULL;
}

/* Why a constant cannot have that name; NULL: it can. The file with it must still parse, and nothing else be called
 * so. */
static const char *name_problem(const Analysis *analysis, const char *name) {
    const Source *const source = source_from_text(analysis->arena, "", name, strlen(name));
    const TokenList *const tokens = tokens_read(analysis->arena, source);
    static const char *const words[] = {"model", "compile", "fit", "evaluate", "True", "False", "None"};
    if (tokens->tokens.count != 2 || tokens->tokens.at[0].kind != TOKEN_WORD || !token_is(tokens, 0, name))
        return "a name has letters, digits and _, and begins with no digit";
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(words[i], name)) return "that is a word of the language";
    if (analysis_constant(analysis, name)) return "there is a constant of that name";
    for (int i = 0; i < analysis->tokens->tokens.count - 1; i++)
        if (names_constant(analysis, i, name)) return "something else is called so in this file";
    return NULL;
}

json_t *answer_rename(Document *document, int offset, const char *name, const char **error) {
    Span span;
    const Analysis *const analysis = document_analysis(document);
    const AstConstant *const constant = constant_at(analysis, offset, &span);
    *error = constant ? name_problem(analysis, name) : "only constants can be given another name";
    if (*error) return NULL;
    return json_pack("{s:{s:o}}", "changes", document->uri,
                     places_of(document, constant, true, replacement, name));
}

static json_t *symbol(Document *document, const char *name, int kind, Span whole, Span part) {
    if (whole.lo < 0 || part.lo < 0) return NULL;
    return json_pack("{s:s, s:i, s:o, s:o}", "name", name, "kind", kind, "range", document_range(document, whole),
                     "selectionRange", document_range(document, part));
}

static json_t *model_symbol(Document *document, const AstModel *model) {
    Span whole = model->name_span;
    for (int i = 0; i < model->layers.count; i++)
        if (model->layers.at[i]->span.hi > whole.hi) whole.hi = model->layers.at[i]->span.hi;
    json_t *const found = symbol(document, model->name ? model->name : "?", SYMBOL_CLASS, whole, model->name_span);
    if (!found) return NULL;
    json_t *const children = json_array();
    for (int i = 0; i < model->layers.count; i++) {
        const Ast *const layer = model->layers.at[i];
        if (layer->kind != AST_CALL) continue;
        json_t *const child = symbol(document, layer->call.last, SYMBOL_MODULE, layer->span, layer->call.name_span);
        if (child) json_array_append_new(children, child);
    }
    json_object_set_new(found, "children", children);
    return found;
}

json_t *answer_symbols(Document *document) {
    const AstFile *const file = document_analysis(document)->file;
    json_t *const found = json_array();
    for (int i = 0; i < file->constants.count; i++) {
        const AstConstant *const constant = &file->constants.at[i];
        const Span whole = {constant->name_span.lo,
                            constant->value->span.hi > 0 ? constant->value->span.hi : constant->name_span.hi};
        json_array_append_new(found, symbol(document, constant->name, SYMBOL_CONSTANT, whole, constant->name_span));
    }
    for (int i = 0; i < file->models.count; i++)
        json_array_append_new(found, model_symbol(document, file->models.at[i]));
    for (int i = 0; i < file->statements.count; i++) {
        const Ast *const statement = file->statements.at[i];
        if (statement->kind == AST_CALL)
            json_array_append_new(found, symbol(document, statement->call.last, SYMBOL_FUNCTION, statement->span,
                                                statement->call.name_span));
    }
    return found;
}
