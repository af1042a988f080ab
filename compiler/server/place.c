/* SPDX-License-Identifier: MIT-0 */
/* The brackets that are open at a place, and what is known of each from the tables. The tree is no help here: what
 * somebody is about to write has errors. */
#include <string.h>

#include "language/common_args.h"
#include "language/registry.h"
#include "server/place.h"

/* A bracket that is open. */
typedef struct Open {
    int token;
    bool model;         /* the brace of the model */
    bool call;
    const Class *class; /* of a call */
    const ArgDef *arg;  /* of the call around, where it is no call itself */
    int position;       /* of the argument at hand, by commas */
    int name;           /* its name, or -1 */
} Open;

typedef struct Walk {
    const Analysis *analysis;
    LIST(Open) open;
} Walk;

const ArgDef *place_common_args(const Class *class) {
    size_t size;
    return class->kind == CLASS_LAYER ? common_layer_args : class_common_args(class->kind, &size);
}

static const ArgDef *row_named(const ArgDef *rows, const char *name) {
    for (; rows && rows->name; rows++)
        if (!strcmp(rows->name, name)) return rows;
    return NULL;
}

const ArgDef *place_arg(const Class *class, const char *name) {
    const ArgDef *const own = row_named(class->args, name);
    return own ? own : row_named(place_common_args(class), name);
}

const Class *place_class(ClassKind kind, const char *name) {
    if (kind == CLASS_KIND_COUNT) return class_find_any(name);
    const Class *const class = class_find(kind, name);
    return class ? class : class_find_string(kind, name);
}

static const ArgDef *positional(const Class *class, int position) {
    for (const ArgDef *row = class->args; row && row->name; row++) {
        if (row->keyword_only) break;
        if (position-- == 0) return row;
    }
    return NULL;
}

static bool takes_objects(const ArgDef *arg) {
    return arg->type == ARG_OBJECT || arg->type == ARG_OBJECTS || arg->type == ARG_PAIR || arg->type == ARG_RATES ||
           arg->type == ARG_NUMBER_OR_OBJECT;
}

/* The argument whose value stands directly in a bracket; NULL: nobody knows. */
static const ArgDef *arg_in(const Walk *walk, const Open *open) {
    if (!open->call) return open->arg;
    if (!open->class) return NULL;
    if (open->name < 0) return positional(open->class, open->position);
    const Span span = walk->analysis->tokens->tokens.at[open->name].span;
    return place_arg(open->class, analysis_text(walk->analysis, span));
}

static Open *innermost(const Walk *walk) { return walk->open.count ? &walk->open.at[walk->open.count - 1] : NULL; }

static bool is_word(const Analysis *analysis, int token) {
    return token >= 0 && analysis->tokens->tokens.at[token].kind == TOKEN_WORD;
}

/* What a call makes: the last word before its bracket, as what the place around wants. */
static const Class *class_called(const Walk *walk, int bracket) {
    const Analysis *const analysis = walk->analysis;
    const char *name = analysis_text(analysis, analysis->tokens->tokens.at[bracket - 1].span);
    const AstConstant *const constant = analysis_constant(analysis, name);
    if (constant && constant->value->kind == AST_NAME) name = constant->value->name.last; /* RNN = LSTM */
    const Open *const around = innermost(walk);
    if (!around) return place_class(CLASS_STATEMENT, name);
    if (around->model) return place_class(CLASS_LAYER, name);
    const ArgDef *const arg = arg_in(walk, around);
    const Class *const class = arg && takes_objects(arg) ? place_class(arg->class_kind, name) : NULL;
    return class ? class : place_class(CLASS_KIND_COUNT, name);
}

static void open_bracket(Walk *walk, int token) {
    const Analysis *const analysis = walk->analysis;
    const Open *const around = innermost(walk);
    Open open = {.token = token, .name = -1};
    open.call = token_is(analysis->tokens, token, "(") && is_word(analysis, token - 1);
    open.model = token_is(analysis->tokens, token, "{") && !around && token >= 1 && is_word(analysis, token - 1);
    if (open.call) open.class = class_called(walk, token);
    else if (around) open.arg = arg_in(walk, around);
    list_push(analysis->arena, &walk->open, open);
}

static void walk_token(Walk *walk, int token) {
    const TokenList *const tokens = walk->analysis->tokens;
    Open *const open = innermost(walk);
    if (tokens->tokens.at[token].kind != TOKEN_MARK) return;
    const char mark = token_first(tokens, token);
    if (strchr("([{", mark)) {
        open_bracket(walk, token);
    } else if (strchr(")]}", mark)) {
        if (open) walk->open.count--;
    } else if (open && mark == ',') {
        open->position++;
        open->name = -1;
    } else if (open && open->call && mark == '=' && is_word(walk->analysis, token - 1)) {
        open->name = token - 1;
    }
}

/* What is begun at the offset: a word up to its end, the inside of a string, or nothing. */
static void find_word(const Analysis *analysis, int offset, Place *place) {
    place->word = (Span){offset, offset};
    const int at = analysis_token(analysis, offset);
    if (at < 0) return;
    const Span span = analysis->tokens->tokens.at[at].span;
    const char *const text = analysis->source->text;
    const char first = text[span.lo];
    if (first == '\'' || first == '"') {
        const bool closed = span.hi - span.lo > 1 && text[span.hi - 1] == first;
        if (offset == span.lo || (closed && offset == span.hi)) return;
        place->string = true;
        place->word = (Span){span.lo + 1, closed ? span.hi - 1 : offset};
    } else if (analysis->tokens->tokens.at[at].kind == TOKEN_WORD) {
        place->word = span;
    }
}

static bool in_comment(const TokenList *tokens, int offset) {
    for (int i = 0; i < tokens->comments.count; i++)
        if (tokens->comments.at[i].span.lo < offset && offset <= tokens->comments.at[i].span.hi) return true;
    return false;
}

Place place_at(const Analysis *analysis, int offset) {
    Place place = {.kind = PLACE_FILE, .bracket = -1, .list = -1};
    Walk walk = {.analysis = analysis};
    find_word(analysis, offset, &place);
    const TokenList *const tokens = analysis->tokens;
    int last = -1;
    for (int i = 0; i < tokens->tokens.count - 1 && tokens->tokens.at[i].span.hi <= place.word.lo - place.string; i++)
        walk_token(&walk, last = i);
    const Open *const open = innermost(&walk);
    if (in_comment(tokens, offset)) place.kind = PLACE_ELSEWHERE;
    else if (!open) place.kind = last >= 0 && tokens->tokens.at[last].kind == TOKEN_MARK &&
                                 !strchr(")]}", token_first(tokens, last))
                                     ? PLACE_ELSEWHERE
                                     : PLACE_FILE;
    else if (open->model) place.kind = PLACE_LAYER;
    else {
        place.arg = arg_in(&walk, open);
        place.kind = open->call && open->name < 0 ? PLACE_ARGUMENT : PLACE_VALUE;
        if (!open->call) place.list = open->token;
        for (int i = walk.open.count - 1; i >= 0 && place.bracket < 0; i--)
            if (walk.open.at[i].call) {
                place.bracket = walk.open.at[i].token;
                place.class = walk.open.at[i].class;
            }
        if (place.bracket < 0) place.kind = PLACE_ELSEWHERE;
    }
    return place;
}
