/* SPDX-License-Identifier: MIT-0 */
/* JSON by jansson. */
#include "import/json.h"

#include <string.h>

const Ast *json_get(const Ast *object, const char *key) {
    if (!object || object->kind != AST_DICT) return NULL;
    for (int i = 0; i < object->dict.count; i++)
        if (json_is_text(object->dict.keys[i], key))
            return object->dict.values[i]->kind == AST_NONE ? NULL : object->dict.values[i];
    return NULL;
}

const char *json_text(const Ast *object, const char *key) {
    const Ast *const value = json_get(object, key);
    return value && value->kind == AST_STRING ? value->string.chars : NULL;
}

int json_count(const Ast *list) {
    return list && (list->kind == AST_LIST || list->kind == AST_TUPLE) ? list->items.count : 0;
}

bool json_is_text(const Ast *value, const char *text) {
    return value && value->kind == AST_STRING && !strcmp(value->string.chars, text);
}

#ifdef NNC_IMPORT

#include <jansson.h>

static Ast *value_of(Arena *arena, const json_t *json) {
    Ast *const ast = NEW(arena, Ast);
    ast->span = NO_SPAN;
    switch (json_typeof(json)) {
    case JSON_NULL: ast->kind = AST_NONE; break;
    case JSON_TRUE:
    case JSON_FALSE:
        ast->kind = AST_BOOL;
        ast->boolean = json_is_true(json);
        break;
    case JSON_INTEGER:
        ast->kind = AST_NUMBER;
        ast->number.integer = true;
        ast->number.whole = json_integer_value(json);
        ast->number.value = (double)ast->number.whole;
        break;
    case JSON_REAL:
        ast->kind = AST_NUMBER;
        ast->number.value = json_real_value(json);
        break;
    case JSON_STRING:
        ast->kind = AST_STRING;
        ast->string.length = json_string_length(json);
        ast->string.chars = arena_strndup(arena, json_string_value(json), ast->string.length);
        break;
    case JSON_ARRAY:
        ast->kind = AST_LIST;
        ast->items.count = (int)json_array_size(json);
        ast->items.at = NEW_ARRAY(arena, Ast *, ast->items.count);
        for (int i = 0; i < ast->items.count; i++) ast->items.at[i] = value_of(arena, json_array_get(json, (size_t)i));
        break;
    case JSON_OBJECT: {
        int count = 0;
        ast->kind = AST_DICT;
        ast->dict.keys = NEW_ARRAY(arena, Ast *, json_object_size(json));
        ast->dict.values = NEW_ARRAY(arena, Ast *, json_object_size(json));
        const char *key;
        json_t *value;
        json_object_foreach((json_t *)(uintptr_t)json, key, value) {
            Ast *const text = NEW(arena, Ast);
            text->kind = AST_STRING;
            text->span = NO_SPAN;
            text->string.chars = arena_strdup(arena, key);
            text->string.length = strlen(key);
            ast->dict.keys[count] = text;
            ast->dict.values[count++] = value_of(arena, value);
        }
        ast->dict.count = count;
        break;
    }
    }
    return ast;
}

const Ast *json_parse(Import *import, const char *what, const char *text, size_t length) {
    enum { LONGEST = 1 << 26 };
    json_error_t error;
    json_t *const json = length <= LONGEST ? json_loadb(text, length, JSON_REJECT_DUPLICATES, &error) : NULL;
    if (!json) {
        if (length > LONGEST) import_fail(import, "has %zu bytes of %s, which is no model", length, what);
        else
            import_fail(import, "is damaged: %s is no JSON: line %d, column %d: %s", what, error.line, error.column,
                        import_quote(import, error.text));
        return NULL;
    }
    const Ast *const ast = value_of(import->arena, json);
    json_decref(json);
    return ast;
}

#endif
