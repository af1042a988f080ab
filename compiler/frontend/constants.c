/* SPDX-License-Identifier: MIT-0 */
/* Constants and arithmetic. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/internal.h"
#include "base/names.h"
#include "base/source.h"
#include "base/suggest.h"
#include "frontend/arithmetic.h"
#include "frontend/constants.h"
#include "frontend/parser.h"
#include "language/ast.h"
#include "language/class.h"
#include "language/describe.h"
#include "language/registry.h"

typedef struct Constant {
    const char *name;
    Span name_span;
    const Ast *value; /* fully resolved; NULL: not yet */
    const char *override; /* -D NAME=EXPR as given, or NULL */
    bool used;
    bool names_class; /* as RNN = LSTM does; its value is the name as a string */
} Constant;

typedef struct Override {
    const char *name, *text; /* text: NAME=EXPR */
    Ast *value;
    bool used;
} Override;

struct Constants {
    Arena *arena;
    Diags *diags;
    LIST(Constant *) list;
    Names by_name;
    LIST(Override) overrides;
    Names defaults; /* by text, parsed */
};

static const Ast error_value = {.kind = AST_ERROR, .span = {-1, -1}, .height = 1, .size = 1};

Constants *constants_new(Arena *arena, Diags *diags) {
    Constants *constants = NEW(arena, Constants);
    constants->arena = arena;
    constants->diags = diags;
    constants->by_name.arena = arena;
    constants->defaults.arena = arena;
    return constants;
}

/* The first plain name in a value, NULL when there is none. */
static const char *first_name(const Ast *ast) {
    const char *name = NULL;
    switch (ast->kind) {
    case AST_NAME:
        return ast->name.dotted == ast->name.last ? ast->name.last : NULL;
    case AST_NEGATE:
        return first_name(ast->operand);
    case AST_BINARY:
        name = first_name(ast->binary.left);
        return name != NULL ? name : first_name(ast->binary.right);
    case AST_CALL:
        for (int i = 0; i < ast->call.arg_count && name == NULL; i++) {
            name = first_name(ast->call.args[i].value);
        }
        return name;
    case AST_TUPLE:
    case AST_LIST:
        for (int i = 0; i < ast->items.count && name == NULL; i++) {
            name = first_name(ast->items.at[i]);
        }
        return name;
    case AST_DICT:
        for (int i = 0; i < ast->dict.count && name == NULL; i++) {
            name = first_name(ast->dict.keys[i]);
            name = name != NULL ? name : first_name(ast->dict.values[i]);
        }
        return name;
    case AST_NUMBER: case AST_STRING: case AST_BOOL: case AST_NONE: case AST_ERROR:
        break;
    }
    return NULL;
}

/* Of what is called: relu is a string, Adam a class. */
static bool is_class(const char *name) {
    const Class *const class = class_find_any(name);
    return class != NULL && (class->kind == CLASS_SOURCE || isupper((unsigned char)*name));
}

bool constants_override(Constants *constants, const char *definition, const char **error) {
    Arena *arena = constants->arena;
    size_t length = 0;
    while (isalnum((unsigned char)definition[length]) || definition[length] == '_') {
        length++;
    }
    if (length == 0 || isdigit((unsigned char)definition[0]) || definition[length] != '=') {
        *error = "it takes NAME=VALUE";
        return false;
    }
    const char *name = arena_strndup(arena, definition, length), *message;
    Ast *value = parse_expression(arena, definition + length + 1, &message);
    if (value == NULL) {
        *error = message != NULL ? message : "there is no value";
        return false;
    }
    const char *other = first_name(value);
    if (other != NULL && !(value->kind == AST_NAME && is_class(other))) { /* -D Cell=GRU */
        *error = arena_printf(arena, "a value cannot name constants; for the string write -D \"%s='%s'\"", name, other);
        return false;
    }
    Override override = {name, arena_strdup(arena, definition), value, false};
    list_push(arena, &constants->overrides, override);
    return true;
}

static const Ast *new_number(Constants *constants, Span span, double value, const int64_t *whole) {
    if (!isfinite(value)) {
        diag(constants->diags, D_number_range, span);
        return &error_value;
    }
    Ast *ast = NEW(constants->arena, Ast);
    *ast = (Ast){.kind = AST_NUMBER, .span = span, .height = 1, .size = 1};
    ast->number.value = value;
    ast->number.integer = whole != NULL;
    ast->number.whole = whole != NULL ? *whole : 0;
    return ast;
}

/* Whether the value of `ast` is a number for arithmetic; reports what is none. */
static bool is_operand(Constants *constants, const Ast *ast, const Ast *value, AstOp op) {
    if (value->kind != AST_NUMBER && value->kind != AST_ERROR) {
        diag(constants->diags, D_not_a_number, ast->span, ast_op_text(op), ast_describe(constants->arena, value));
        constants_note(constants, ast);
    }
    return value->kind == AST_NUMBER;
}

/* The number that an operation makes of two. */
static const Ast *calculated(Constants *constants, const Ast *ast, const Ast *left, const Ast *right) {
    Number result;
    if (calculate(ast->binary.op, (Number){left->number.value, left->number.integer, left->number.whole},
                  (Number){right->number.value, right->number.integer, right->number.whole}, &result))
        return new_number(constants, ast->span, result.value, result.integer ? &result.whole : NULL);
    diag(constants->diags, D_number_range, ast->span);
    return &error_value;
}

/* 'folder/' + 'file': the two one after the other. */
static const Ast *joined_strings(Constants *constants, const Ast *ast, const Ast *left, const Ast *right) {
    enum { LONGEST = 1 << 16 };
    const size_t length = left->string.length + right->string.length;
    if (length > LONGEST) {
        diag(constants->diags, D_number_range, ast->span);
        return &error_value;
    }
    char *chars = NEW_ARRAY(constants->arena, char, length + 1);
    memcpy(chars, left->string.chars, left->string.length);
    memcpy(chars + left->string.length, right->string.chars, right->string.length);
    chars[length] = '\0';
    Ast *string = NEW(constants->arena, Ast);
    *string = (Ast){.kind = AST_STRING, .span = ast->span, .height = 1, .size = 1};
    string->string.chars = chars;
    string->string.length = length;
    return string;
}

/* Each operand is evaluated once: they nest. */
static const Ast *binary_value(Constants *constants, const Ast *ast) {
    const AstOp op = ast->binary.op;
    const Ast *const left = constants_value(constants, ast->binary.left, CLASS_KIND_COUNT);
    const Ast *const right = constants_value(constants, ast->binary.right, CLASS_KIND_COUNT);
    if (op == AST_ADD && left->kind == AST_STRING && right->kind == AST_STRING) {
        return joined_strings(constants, ast, left, right);
    }
    const bool is_left = is_operand(constants, ast->binary.left, left, op);
    if (!is_operand(constants, ast->binary.right, right, op) || !is_left) {
        return &error_value;
    }
    const bool divides = op == AST_DIVIDE || op == AST_FLOOR_DIVIDE;
    const bool inverts = op == AST_POWER && right->number.value < 0 && left->number.value == 0;
    if ((divides && right->number.value == 0) || inverts) {
        diag(constants->diags, D_division_by_zero, ast->binary.right->span);
        constants_note(constants, ast->binary.right);
        return &error_value;
    }
    return calculated(constants, ast, left, right);
}

static const Ast *negated_value(Constants *constants, const Ast *ast) {
    const Ast *const operand = constants_value(constants, ast->operand, CLASS_KIND_COUNT);
    if (!is_operand(constants, ast->operand, operand, AST_SUBTRACT)) {
        return &error_value;
    }
    int64_t whole = 0;
    if (operand->number.integer && __builtin_sub_overflow((int64_t)0, operand->number.whole, &whole)) {
        diag(constants->diags, D_number_range, ast->span);
        return &error_value;
    }
    return new_number(constants, ast->span, -operand->number.value, operand->number.integer ? &whole : NULL);
}

/* 'relu' for relu: a class of the wanted kind, or else of any; written as a string, or called where that is usual. */
static bool suggest_class(Constants *constants, const char *name, ClassKind wanted) {
    for (int i = -1; i < CLASS_KIND_COUNT; i++) {
        ClassKind kind = i < 0 ? wanted : (ClassKind)i;
        if (kind == CLASS_KIND_COUNT || class_find(kind, name) == NULL) {
            continue;
        }
        bool called =
            kind == CLASS_LAYER || kind == CLASS_SOURCE || kind == CLASS_STATEMENT || isupper((unsigned char)name[0]);
        diag_suggest(constants->diags, arena_printf(constants->arena, called ? "%s()" : "'%s'", name));
        diag_note(constants->diags, NO_SPAN, "there is %s %s of that name: write %s", class_kind_article(kind),
                  class_kind_name(kind, false), arena_printf(constants->arena, called ? "%s(…)" : "'%s'", name));
        return true;
    }
    return false;
}

static void report_unknown(Constants *constants, const Ast *ast, ClassKind wanted) {
    const char *name = ast->name.last;
    diag(constants->diags, D_unknown_constant, ast->span, name);
    static const char *const words[][2] = {{"true", "True"}, {"false", "False"}, {"none", "None"}, {"null", "None"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(name, words[i][0]) == 0) {
            diag_did_you_mean(constants->diags, words[i][1]);
            return;
        }
    }
    if (suggest_class(constants, name, wanted) || diags_errors(constants->diags) > SUGGESTION_LIMIT) {
        return;
    }
    const char **names = NEW_ARRAY(constants->arena, const char *, constants->list.count);
    int count = 0;
    for (int i = 0; i < constants->list.count; i++) {
        if (constants->list.at[i]->name_span.lo < ast->span.lo) {
            names[count++] = constants->list.at[i]->name;
        }
    }
    diag_did_you_mean(constants->diags, nearest_name(name, names, count));
}

/* 'relu' for tf.nn.relu. */
static const Ast *name_as_string(Constants *constants, const Ast *ast) {
    Ast *string = NEW(constants->arena, Ast);
    *string = (Ast){.kind = AST_STRING, .span = ast->span, .height = 1, .size = 1};
    string->string.chars = ast->name.last;
    string->string.length = strlen(ast->name.last);
    return string;
}

static const Ast *name_value(Constants *constants, const Ast *ast, ClassKind wanted) {
    if (ast->name.dotted != ast->name.last) return name_as_string(constants, ast);
    Constant *constant = names_find(&constants->by_name, ast->name.last);
    if (constant == NULL) {
        report_unknown(constants, ast, wanted);
        return &error_value;
    }
    constant->used = true;
    if (constant->value == NULL || ast->span.lo < constant->name_span.lo) {
        diag(constants->diags, D_used_before_definition, ast->span, ast->name.last);
        diag_note(constants->diags, constant->name_span, "it is defined here");
        return &error_value;
    }
    return constant->value;
}

/* range(end), range(first, end), range(first, end, step): the list of integers that Python makes of it. */
static const Ast *range_value(Constants *constants, const Ast *ast) {
    int64_t bounds[3] = {0, 0, 1}; /* first, end, step */
    bool good = ast->call.arg_count >= 1 && ast->call.arg_count <= 3;
    for (int i = 0; i < ast->call.arg_count && good; i++) {
        const Ast *value = constants_value(constants, ast->call.args[i].value, CLASS_KIND_COUNT);
        if (value->kind == AST_ERROR) {
            return &error_value;
        }
        good = ast->call.args[i].name == NULL && value->kind == AST_NUMBER && value->number.integer;
        bounds[ast->call.arg_count == 1 ? 1 : i] = value->number.whole;
    }
    enum { LONGEST = 1 << 16 };
    const int64_t first = bounds[0], end = bounds[1], step = bounds[2], far = INT32_MAX;
    good =
        good && step != 0 && first >= -far && first <= far && end >= -far && end <= far && step >= -far && step <= far;
    const int64_t span = good ? (step > 0 ? end - first : first - end) : 0;
    const int64_t width = step > 0 ? step : -step;
    const int64_t count = span > 0 ? (span + width - 1) / width : 0;
    if (!good || count > LONGEST) {
        diag(constants->diags, D_range, ast->span);
        return &error_value;
    }
    Ast *list = NEW(constants->arena, Ast);
    *list = (Ast){.kind = AST_LIST, .span = ast->span, .height = 2, .size = 1};
    list->items.count = (int)count;
    list->items.at = NEW_ARRAY(constants->arena, Ast *, count);
    for (int64_t i = 0; i < count; i++) {
        const int64_t whole = first + i * step;
        list->items.at[i] = (Ast *)new_number(constants, ast->span, (double)whole, &whole);
    }
    return list;
}

/* DTypePolicy('float32'), under which all is of one type: the string. */
static const Ast *policy_value(Constants *constants, const Ast *ast) {
    const bool one =
        ast->call.arg_count == 1 && (ast->call.args[0].name == NULL || strcmp(ast->call.args[0].name, "name") == 0);
    const Ast *value = one ? constants_value(constants, ast->call.args[0].value, CLASS_KIND_COUNT) : ast;
    return value->kind == AST_STRING || value->kind == AST_ERROR ? value : ast;
}

static const Ast *call_value(Constants *constants, const Ast *ast) {
    static const char *const policies[] = {"DTypePolicy", "FloatDTypePolicy", "Policy"};
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        if (strcmp(ast->call.last, policies[i]) == 0) {
            return policy_value(constants, ast);
        }
    }
    return strcmp(ast->call.last, "range") == 0 ? range_value(constants, ast) : ast;
}

const Ast *constants_value(Constants *constants, const Ast *ast, ClassKind wanted) {
    switch (ast->kind) {
    case AST_CALL:
        return call_value(constants, ast);
    case AST_NAME:
        return name_value(constants, ast, wanted);
    case AST_NEGATE:
        return negated_value(constants, ast);
    case AST_BINARY:
        return binary_value(constants, ast);
    case AST_NUMBER: case AST_STRING: case AST_BOOL: case AST_NONE: case AST_TUPLE: case AST_LIST:
    case AST_DICT: case AST_ERROR:
        break;
    }
    return ast;
}

void constants_note(Constants *constants, const Ast *ast) {
    if (ast->kind != AST_NAME || ast->name.dotted != ast->name.last) {
        return;
    }
    const Constant *constant = names_find(&constants->by_name, ast->name.last);
    if (constant == NULL) {
        return;
    }
    if (constant->override != NULL) {
        diag_note(constants->diags, NO_SPAN, "the value comes from -D %s", constant->override);
    } else {
        diag_note(constants->diags, constant->name_span, "'%s' is defined here", constant->name);
    }
}

static const Ast *resolve(Constants *constants, const Ast *ast);

static Ast **resolve_all(Constants *constants, Ast *const *items, int count) {
    Ast **resolved = NEW_ARRAY(constants->arena, Ast *, count);
    for (int i = 0; i < count; i++) {
        resolved[i] = (Ast *)resolve(constants, items[i]); /* trees are built mutable and read as const */
    }
    return resolved;
}

/* The value with everything inside resolved too, so that uses of the constant need no other. */
static const Ast *resolve(Constants *constants, const Ast *ast) {
    const Ast *value = constants_value(constants, ast, CLASS_KIND_COUNT);
    if (ast->kind == AST_NAME || value->height == 1) {
        return value;
    }
    Ast *copy = NEW(constants->arena, Ast);
    *copy = *value;
    if (value->kind == AST_CALL) {
        copy->call.args = NEW_ARRAY(constants->arena, AstArg, value->call.arg_count);
        for (int i = 0; i < value->call.arg_count; i++) {
            copy->call.args[i] = value->call.args[i];
            copy->call.args[i].value = (Ast *)resolve(constants, value->call.args[i].value);
        }
    } else if (value->kind == AST_DICT) {
        copy->dict.keys = resolve_all(constants, value->dict.keys, value->dict.count);
        copy->dict.values = resolve_all(constants, value->dict.values, value->dict.count);
    } else {
        copy->items.at = resolve_all(constants, value->items.at, value->items.count);
    }
    ast_measure(copy);
    return copy;
}

/* Whether a value is no more than the name of a class, or of a constant that stands for one. */
static bool names_class(const Constants *constants, const Ast *value) {
    if (value->kind != AST_NAME) return false;
    const Constant *const constant = names_find(&constants->by_name, value->name.last);
    if (constant != NULL && value->name.dotted == value->name.last) return constant->names_class;
    return is_class(value->name.last);
}

/* The value of a constant, which may be a class. */
static const Ast *constant_value(Constants *constants, Constant *constant, const Ast *written) {
    constant->names_class = names_class(constants, written);
    const bool plain = constant->names_class && names_find(&constants->by_name, written->name.last) == NULL;
    return plain ? name_as_string(constants, written) : resolve(constants, written);
}

static const Ast *resolve_constant(Constants *constants, Constant *constant, const AstConstant *definition) {
    const Ast *value = constant_value(constants, constant, definition->value);
    if (value->height > AST_HEIGHT_LIMIT || value->size > AST_SIZE_LIMIT) {
        diag(constants->diags, D_value_too_large, definition->name_span, definition->name);
        return &error_value;
    }
    return value;
}

static void apply_overrides(Constants *constants, Constant *constant) {
    for (int i = 0; i < constants->overrides.count; i++) {
        Override *override = &constants->overrides.at[i]; /* the last one wins */
        if (strcmp(override->name, constant->name) == 0) {
            override->used = true;
            int errors = diags_errors(constants->diags);
            constant->value = constant_value(constants, constant, override->value);
            constant->override = override->text;
            if (diags_errors(constants->diags) > errors) {
                diag_note(constants->diags, NO_SPAN, "it is in -D %s: give '%s' another value there", override->text,
                          override->name);
            }
        }
    }
}

void constants_define(Constants *constants, const AstFile *file) {
    Arena *arena = constants->arena;
    Diags *diags = constants->diags;
    for (int i = 0; i < file->constants.count; i++) {
        const AstConstant *definition = &file->constants.at[i];
        void **slot = names_slot(&constants->by_name, definition->name);
        if (*slot != NULL) {
            continue;
        }
        Constant *constant = NEW(arena, Constant);
        constant->name = definition->name;
        constant->name_span = definition->name_span;
        *slot = constant;
        list_push(arena, &constants->list, constant);
    }
    for (int i = 0; i < file->constants.count; i++) {
        const AstConstant *definition = &file->constants.at[i];
        Constant *constant = names_find(&constants->by_name, definition->name);
        const Constant before = *constant;
        const Ast *value = resolve_constant(constants, constant, definition);
        if (before.value != NULL) {
            *constant = before;
            diag(diags, D_duplicate_constant, definition->name_span, definition->name);
            diag_note(diags, constant->name_span, "it was defined here");
        } else {
            constant->value = value;
            apply_overrides(constants, constant);
        }
    }
    for (int i = 0; i < constants->overrides.count; i++) {
        const Override *override = &constants->overrides.at[i];
        if (!override->used) {
            diag(diags, D_override_unknown, NO_SPAN, override->name);
            const char **names = NEW_ARRAY(arena, const char *, constants->list.count);
            for (int j = 0; j < constants->list.count; j++) {
                names[j] = constants->list.at[j]->name;
            }
            diag_did_you_mean(diags, nearest_name(override->name, names, constants->list.count));
        }
    }
}

const char *constants_called(Constants *constants, const Ast *call) {
    Constant *const constant =
        call->call.dotted == call->call.last ? names_find(&constants->by_name, call->call.last) : NULL;
    if (constant == NULL || !constant->names_class || call->span.lo < constant->name_span.lo) return call->call.last;
    constant->used = true;
    return constant->value->string.chars;
}

void constants_warn_unused(Constants *constants) {
    for (int i = 0; i < constants->list.count; i++) {
        const Constant *constant = constants->list.at[i];
        if (!constant->used) diag(constants->diags, D_unused_constant, constant->name_span, constant->name);
    }
}

const Ast *constants_default(Constants *constants, const char *text) {
    void **slot = names_slot(&constants->defaults, text);
    if (*slot == NULL) {
        const char *error;
        *slot = parse_expression(constants->arena, text, &error);
        if (*slot == NULL) {
            internal_error("default %s: %s", text, error == NULL ? "no value" : error);
        }
    }
    return *slot;
}
