/* SPDX-License-Identifier: MIT-0 */
/* Parsing a file or an expression, and the errors of the grammar. */
#include "frontend/parse.h"

#include <string.h>

#include "nnc.tab.h"

enum { EXPECTED_SHOWN = 4 };

/* The first byte that is no UTF-8 is one error; more of them are not worth a message. What has NULs is no text at all. */
static bool check_text(Parse *parse) {
    const char *text = parse->source->text;
    int length = (int)parse->source->length;
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
    parse->file = NEW(parse->arena, AstFile);
    parse->balance = balance_new(parse);
    parse->offset = source_has_bom(parse->source) ? UTF8_BOM_LENGTH : 0;
    if (check_text(parse)) {
        parse_run(parse);
    } else {
        parse->file->incomplete = true;
    }
}

AstFile *parse_file(Arena *arena, const Source *source, Diags *diags) {
    Parse parse = {.arena = arena, .source = source, .diags = diags, .start_token = T_START_FILE};
    parse_source(&parse);
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

/* What can begin a value, or is a word as the name of an argument. */
static bool begins_value(const char *token) {
    static const char *const tokens[] = {"a number", "a string", "a name",     "'True'",    "'False'", "'None'",    "'('",
                                         "'['",      "'{'",      "'-'",        NULL};
    for (int i = 0; tokens[i] != NULL; i++) {
        if (strcmp(token, tokens[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_word(const char *token) {
    return strcmp(token, "'model'") == 0 || strcmp(token, "'compile'") == 0 || strcmp(token, "'fit'") == 0 ||
           strcmp(token, "'evaluate'") == 0;
}

/* What can go on with a value; true of almost every place, so not worth saying where something else can come. */
static bool continues_value(const char *token) {
    return token[0] == '\'' && strchr("+-*/.(=", token[1]) != NULL && token[2] == '\'';
}

static bool among(const char *const *tokens, int count, const char *token) {
    for (int i = 0; i < count; i++) {
        if (strcmp(tokens[i], token) == 0) {
            return true;
        }
    }
    return false;
}

/* The tokens that could have come as few words: those that begin a value as one. */
typedef struct Wanted {
    const char *word;
    bool (*covers)(const char *token); /* tokens that need not be named then */
} Wanted;

static bool covered_by_argument(const char *token) {
    return begins_value(token) || is_word(token);
}

static bool covered_by_layer(const char *token) {
    return strcmp(token, "a name") == 0 || strcmp(token, "','") == 0 || strcmp(token, "';'") == 0;
}

static bool covered_by_item(const char *token) {
    return strcmp(token, "a name") == 0 || is_word(token) || strcmp(token, "the end of the file") == 0;
}

static Wanted wanted_of(const char *const *expected, int count) {
    if (among(expected, count, "a number")) {
        return among(expected, count, "'model'") ? (Wanted){"an argument", covered_by_argument}
                                                 : (Wanted){"a value", begins_value};
    }
    if (among(expected, count, "'}'") && among(expected, count, "a name")) {
        return (Wanted){"a layer", covered_by_layer};
    }
    if (among(expected, count, "the end of the file") && among(expected, count, "a name")) {
        return (Wanted){"a constant, 'model', 'compile', 'fit' or 'evaluate'", covered_by_item};
    }
    return (Wanted){NULL, NULL};
}

/* "a value or ')'"; NULL when there are too many. */
static const char *expected_text(Parse *parse, const char *const *expected, int count) {
    Wanted wanted = wanted_of(expected, count);
    const char *shown[EXPECTED_SHOWN + 1];
    int shown_count = 0;
    if (wanted.word != NULL) {
        shown[shown_count++] = wanted.word;
    }
    bool others = false; /* than what can go on with almost any value */
    for (int i = 0; i < count; i++) {
        others |= !continues_value(expected[i]);
    }
    for (int i = 0; i < count && shown_count <= EXPECTED_SHOWN; i++) {
        bool covered = (wanted.word != NULL && wanted.covers(expected[i])) ||
                       (others && continues_value(expected[i])) || (count > 1 && strcmp(expected[i], "'.'") == 0);
        if (!covered) {
            shown[shown_count++] = expected[i];
        }
    }
    if (shown_count == 0 || shown_count > EXPECTED_SHOWN) {
        return NULL;
    }
    Text text = {.arena = parse->arena};
    for (int i = 0; i < shown_count; i++) {
        text_printf(&text, "%s%s", i == 0 ? "" : i + 1 == shown_count ? " or " : ", ", shown[i]);
    }
    return text_chars(&text);
}

/* "name 'x'", "'('": the token in the way. */
static const char *found_text(Parse *parse, const char *found, Span span) {
    const char *written = parse->source->text + span.lo;
    int length = span.hi - span.lo;
    if (found[0] == 'a') { /* a name, a number, a string */
        return length > 40 ? found + 2
               : strcmp(found, "a string") == 0
                   ? arena_printf(parse->arena, "string %.*s", length, written)
                   : arena_printf(parse->arena, "%s '%.*s'", found + 2, length, written);
    }
    return found;
}

/* Whether the word before a place is `word`. */
static bool stands_after(const Parse *parse, Span span, const char *word) {
    const char *text = parse->source->text;
    int end = span.lo, length = (int)strlen(word);
    while (end > 0 && (text[end - 1] == ' ' || text[end - 1] == '\t')) {
        end--;
    }
    return end >= length && strncmp(text + end - length, word, (size_t)length) == 0;
}

/* Frequent habits from Python that the grammar alone cannot explain. */
static void explain_habit(Parse *parse, const char *found, Span span, const char *const *expected, int count) {
    bool at_name_of_model = count == 1 && strcmp(expected[0], "a name") == 0;
    if (strcmp(found, "a name") == 0 && (stands_after(parse, span, "lambda") || stands_after(parse, span, "def"))) {
        diag_note(parse->diags, NO_SPAN,
                  "a function of Python cannot stand in a model file; LearningRateScheduler takes {0: 0.01, 10: 0.001} or a "
                  "list of rates");
    } else if (strcmp(found, "'('") == 0 && count == 1 && strcmp(expected[0], "'='") == 0) {
        diag_note(parse->diags, NO_SPAN, "layers stand between the braces of: model NAME { … }");
    } else if ((strcmp(found, "'='") == 0 || strcmp(found, "'{'") == 0 || strcmp(found, "a string") == 0) &&
               at_name_of_model) {
        diag_note(parse->diags, NO_SPAN, "a model is written: model NAME { Input(shape=(4,)) Dense(1) }");
    } else if (strcmp(found, "'-'") == 0 && count == 1 && strcmp(expected[0], "'{'") == 0) {
        diag_note(parse->diags, NO_SPAN, "names are made of letters, digits and _");
    } else if (strcmp(found, "'='") == 0 && among(expected, count, "'('")) {
        diag_note(parse->diags, NO_SPAN, "constants are defined outside of the model's braces");
    } else if (strcmp(found, "'='") == 0 && among(expected, count, "':'")) {
        diag_suggest(parse->diags, ":");
    } else if (strcmp(found, "':'") == 0 && among(expected, count, "'='")) {
        diag_suggest(parse->diags, "=");
    } else if (strcmp(found, "'='") == 0 && parse->source->text[span.hi] == '=') {
        diag_note(parse->diags, NO_SPAN, "there are no comparisons");
    }
}

void parse_syntax_error(Parse *parse, const char *found, Span span, const char *const *expected, int count) {
    int line = source_line(parse->source, span.lo);
    bool consequence = balance_inserted(parse) || parse->token_error_line == line;
    parse->file->incomplete = true;
    if (!consequence && !balance_stopped(parse)) {
        parse->syntax_error_line = line;
        const char *wanted = expected_text(parse, expected, count);
        const char *what = found_text(parse, found, span);
        diag(parse->diags, D_syntax, span,
             wanted == NULL ? arena_printf(parse->arena, "unexpected %s", what)
                            : arena_printf(parse->arena, "expected %s before %s", wanted, what));
        explain_habit(parse, found, span, expected, count);
    }
    balance_recover(parse);
}

void parse_too_deep(Parse *parse, Span span) {
    parse->file->incomplete = true;
    if (!balance_stopped(parse)) {
        diag(parse->diags, D_nested_too_deep, span);
    }
}
