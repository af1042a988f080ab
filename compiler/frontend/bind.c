/* SPDX-License-Identifier: MIT-0 */
/* The binder: from calls to Objects. Arguments are matched with the rows of the class's table; whatever does not match
 * is reported here, so that no class needs code for it. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/internal.h"
#include "base/source.h"
#include "base/suggest.h"
#include "frontend/bind.h"
#include "frontend/constants.h"
#include "language/ast.h"
#include "language/class.h"
#include "language/describe.h"
#include "language/habits.h"
#include "language/registry.h"

/* The arguments of one call against a class's rows and then the common ones. */
typedef struct Call {
    const Binder *binder;
    const Class *class;
    const ArgDef *extra;
    int rows, extra_rows;
    char *args, *extra_args;
    Span *spans;  /* of values, per row and then per common row; NO_SPAN: not given */
    Span *names;  /* of what says which argument it is: the name, or the value when it has none */
    bool *given;
    Span place;
    bool failed;
    bool misnamed; /* an argument was unknown: probably it is the one that is missing now */
} Call;

static int row_count(const ArgDef *rows) {
    int count = 0;
    while (rows != NULL && rows[count].name != NULL) {
        count++;
    }
    return count;
}

static const ArgDef *row_at(const Call *call, int index) {
    return index < call->rows ? &call->class->args[index] : &call->extra[index - call->rows];
}

/* A common argument that the class has itself is the class's. */
static int find_row(const Call *call, const char *name) {
    for (int i = 0; i < call->rows + call->extra_rows; i++) {
        if (strcmp(row_at(call, i)->name, name) == 0) {
            return i;
        }
    }
    return -1;
}

static void *field_of(const Call *call, int index) {
    return (index < call->rows ? call->args : call->extra_args) + row_at(call, index)->offset;
}

static Span place_of(Span span, Span otherwise) {
    return span.lo >= 0 ? span : otherwise;
}

static void report_unknown_argument(Call *call, const AstArg *arg) {
    const Binder *binder = call->binder;
    const Habit *habit = habit_of_argument(call->class, arg->name);
    Span span = place_of(arg->name_span, call->place);
    if (habit != NULL && habit->new_word == NULL) {
        diag(binder->diags, D_unsupported_argument, span, call->class->name, arg->name, habit->note);
        return;
    }
    diag(binder->diags, D_unknown_argument, span, call->class->name, arg->name);
    if (habit != NULL) {
        diag_did_you_mean(binder->diags, habit->new_word);
        if (habit->note != NULL) {
            diag_note(binder->diags, NO_SPAN, "%s", habit->note);
        }
    } else if (diags_errors(binder->diags) <= SUGGESTION_LIMIT) {
        const char **names = NEW_ARRAY(binder->arena, const char *, call->rows + call->extra_rows);
        for (int i = 0; i < call->rows + call->extra_rows; i++) {
            names[i] = row_at(call, i)->name;
        }
        diag_did_you_mean(binder->diags, nearest_name(arg->name, names, call->rows + call->extra_rows));
    }
}

static void report_too_many(Call *call, const AstArg *arg) {
    const Binder *binder = call->binder;
    Text names = {.arena = binder->arena};
    int places = 0;
    for (int i = 0; i < call->rows; i++) {
        if (!call->class->args[i].keyword_only) {
            text_printf(&names, "%s%s", places++ > 0 ? ", " : "", call->class->args[i].name);
        }
    }
    const char *count = places == 0   ? "no arguments"
                        : places == 1 ? "one argument"
                                      : arena_printf(binder->arena, "up to %d arguments", places);
    diag(binder->diags, D_too_many_arguments, place_of(arg->value->span, call->place), call->class->name, count);
    if (places > 0) {
        diag_note(binder->diags, NO_SPAN, "in this order: %s", text_chars(&names));
    }
}

static void bind_arg(Call *call, const AstArg *arg, int index) {
    const Binder *binder = call->binder;
    Span span = place_of(arg->value->span, call->place);
    Span name_span = arg->name != NULL ? place_of(arg->name_span, call->place) : span;
    if (call->given[index]) {
        diag(binder->diags, D_duplicate_argument, name_span, row_at(call, index)->name);
        diag_note(binder->diags, call->names[index], "the first is here");
        call->failed = true;
        return;
    }
    call->given[index] = true;
    call->spans[index] = span;
    call->names[index] = name_span;
    if (!bind_value(binder, call->class, row_at(call, index), arg->value, field_of(call, index))) {
        call->failed = true;
    }
}

static void bind_given(Call *call, const Ast *ast) {
    int next = 0; /* the row of the next argument without a name */
    bool named = false;
    for (int i = 0; i < ast->call.arg_count; i++) {
        const AstArg *arg = &ast->call.args[i];
        if (arg->name != NULL) {
            named = true;
            int index = find_row(call, arg->name);
            if (index < 0) {
                report_unknown_argument(call, arg);
                call->failed = call->misnamed = true;
            } else {
                bind_arg(call, arg, index);
            }
            continue;
        }
        while (next < call->rows && call->class->args[next].keyword_only) {
            next++;
        }
        if (named) {
            diag(call->binder->diags, D_positional_after_named, place_of(arg->value->span, call->place));
            call->failed = true;
        } else if (next == call->rows) {
            report_too_many(call, arg);
            call->failed = true;
            return; /* one message for all that are too many */
        } else {
            bind_arg(call, arg, next++);
        }
    }
}

void bind_none(const ArgDef *row, void *field) {
    switch (row->type) {
    case ARG_INT:
        *(int64_t *)field = INT_NONE;
        break;
    case ARG_REAL:
    case ARG_SCALE:
        *(double *)field = NAN;
        break;
    case ARG_BOOL:
        *(bool *)field = false;
        break;
    case ARG_STRING:
        *(const char **)field = NULL;
        break;
    case ARG_CHOICE: *(unsigned *)field = 0; break;
    case ARG_INTS:
    case ARG_SHAPE:
        *(Ints *)field = (Ints){.count = -1};
        break;
    case ARG_COLUMNS:
        *(Columns *)field = (Columns){.index.count = -1};
        break;
    case ARG_NUMBER_OR_WORD:
        *(NumberOrWord *)field = (NumberOrWord){NAN, 0};
        break;
    case ARG_REALS:
        *(Reals *)field = (Reals){NULL, -1};
        break;
    case ARG_RATES:
        *(Rates *)field = (Rates){.count = 0};
        break;
    case ARG_WEIGHTS:
        *(Weights *)field = (Weights){.count = -1};
        break;
    case ARG_OBJECT:
        *(Object **)field = NULL;
        break;
    case ARG_NUMBER_OR_OBJECT:
        *(NumberOrObject *)field = (NumberOrObject){NAN, NULL};
        break;
    case ARG_OBJECTS:
    case ARG_PAIR:
        *(Objects *)field = (Objects){NULL, 0};
        break;
    case ARG_FIXED:
    case ARG_UNUSED:
        break;
    }
}

static void bind_defaults(Call *call, Span name_span, bool called) {
    const Binder *binder = call->binder;
    for (int i = 0; i < call->rows + call->extra_rows; i++) {
        const ArgDef *row = row_at(call, i);
        const char *const fallback = !called && row->of_string != NULL ? row->of_string : row->fallback;
        if (call->given[i]) {
            continue;
        }
        if (fallback == NULL) {
            if (!call->misnamed) {
                diag(binder->diags, D_missing_argument, name_span, call->class->name, row->name,
                     row->doc == NULL ? "it has no default" : row->doc);
            }
            call->failed = true;
        } else if (!bind_value(binder, call->class, row, constants_default(binder->constants, fallback),
                               field_of(call, i))) {
            internal_error("the default %s of '%s' of %s is not valid", fallback, row->name, call->class->name);
        }
    }
}

static Object *bind_call(const Binder *binder, const Class *class, const Ast *ast, Span place, const ArgDef *extra,
                         void *extra_args) {
    Arena *arena = binder->arena;
    Call call = {.binder = binder, .class = class, .extra = extra, .rows = row_count(class->args),
                 .extra_rows = row_count(extra), .extra_args = extra_args, .place = place};
    int rows = call.rows + call.extra_rows;
    call.args = arena_alloc(arena, class->args_size);
    call.spans = NEW_ARRAY(arena, Span, rows);
    call.names = NEW_ARRAY(arena, Span, rows);
    call.given = NEW_ARRAY(arena, bool, rows);
    for (int i = 0; i < rows; i++) {
        call.spans[i] = call.names[i] = NO_SPAN;
    }
    Object *object = NEW(arena, Object);
    object->class = class;
    object->args = call.args;
    object->span = place_of(ast->span, place);
    object->name_span = ast->kind == AST_CALL ? place_of(ast->call.name_span, place) : object->span;
    object->spelled = ast->kind == AST_CALL ? ast->call.last : ast->string.chars;
    object->called = ast->kind == AST_CALL;
    object->arg_spans = call.spans;
    object->extra = extra;
    object->extra_spans = call.spans + call.rows;
    object->extra_args = extra_args;
    if (ast->kind == AST_CALL) {
        bind_given(&call, ast);
    }
    bind_defaults(&call, object->name_span, object->called);
    if (call.failed) {
        return NULL;
    }
    if (class->check != NULL) {
        int errors = diags_errors(binder->diags);
        class->check(object, binder->diags);
        if (diags_errors(binder->diags) > errors) {
            return NULL;
        }
    }
    return object;
}

/* All names and aliases of a kind, for suggestions. */
static const char *nearest_class(Arena *arena, ClassKind kind, const char *word) {
    LIST(const char *) names = {0};
    for (const Class *const *at = classes(kind); *at != NULL; at++) {
        list_push(arena, &names, (*at)->name);
        for (const char *const *alias = (*at)->aliases; alias != NULL && *alias != NULL; alias++) {
            list_push(arena, &names, *alias);
        }
    }
    return nearest_name(word, names.at, names.count);
}

/* 'train.csv' where csv('train.csv') is meant. */
static void report_path(const Binder *binder, const Ast *value, Span span) {
    Arena *arena = binder->arena;
    const char *path = string_text(arena, value->string.chars, value->string.length);
    diag(binder->diags, D_not_a_source, span, path);
    static const char *const endings[][2] = {{".csv", "csv"}, {".npy", "npy"}, {".npz", "npz"}, {"ubyte", "idx"}};
    size_t length = value->string.length;
    if (length > 3 && strcmp(value->string.chars + length - 3, ".gz") == 0) {
        length -= 3;
    }
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t ending = strlen(endings[i][0]);
        if (length > ending && strncmp(value->string.chars + length - ending, endings[i][0], ending) == 0) {
            diag_suggest(binder->diags, arena_printf(arena, "%s(%s)", endings[i][1], path));
        }
    }
}

/* The replacement stands in quotes where the word did. */
static void did_you_mean_class(const Binder *binder, const char *name, bool quoted) {
    diag_did_you_mean(binder->diags, name);
    if (name != NULL && quoted) {
        diag_suggest(binder->diags, arena_printf(binder->arena, "'%s'", name));
    }
}

static void report_unknown_class(const Binder *binder, ClassKind kind, const char *word, bool quoted, Span span) {
    const char *name = class_kind_name(kind, false);
    const char *habit = habit_of_class(kind, word);
    const char *reason = keras_class_refused(kind, word);
    if (reason != NULL) {
        diag(binder->diags, D_keras_only, span, name, word, reason);
        return;
    }
    for (int other = 0; other < CLASS_KIND_COUNT && habit == NULL; other++) {
        if ((ClassKind)other != kind && class_find((ClassKind)other, word) != NULL) {
            const char *other_name = class_kind_name((ClassKind)other, false);
            diag(binder->diags, D_wrong_kind, span, word,
                 arena_printf(binder->arena, "%s %s", class_kind_article((ClassKind)other), other_name),
                 arena_printf(binder->arena, "%s %s", class_kind_article(kind), name));
            if (kind == CLASS_LAYER && other == CLASS_ACTIVATION) {
                diag_suggest(binder->diags, arena_printf(binder->arena, "Activation('%s')", word));
            }
            return;
        }
    }
    diag(binder->diags, D_unknown_name, span, name, word);
    if (habit != NULL) {
        did_you_mean_class(binder, habit, quoted);
    } else if (diags_errors(binder->diags) <= SUGGESTION_LIMIT) {
        did_you_mean_class(binder, nearest_class(binder->arena, kind, word), quoted);
    }
}

Object *bind_class(const Binder *binder, const Ast *value, ClassKind kind, Span place, const ArgDef *extra,
                   void *extra_args) {
    if (value->kind != AST_CALL && value->kind != AST_STRING) {
        return NULL; /* AST_ERROR; anything else the caller reports */
    }
    bool called = value->kind == AST_CALL;
    Span span = place_of(called ? value->call.name_span : value->span, place);
    if (!called && kind == CLASS_SOURCE) {
        report_path(binder, value, span);
        return NULL;
    }
    const char *name = called ? constants_called(binder->constants, value) : value->string.chars;
    const Class *class = called ? class_find(kind, name) : class_find_string(kind, name);
    if (class == NULL) {
        const char *shown = strlen(name) > 60 ? arena_printf(binder->arena, "%.60s…", name) : name;
        report_unknown_class(binder, kind, shown, !called, span);
        return NULL;
    }
    return bind_call(binder, class, value, place, extra, extra_args);
}

Object *bind_object(Arena *arena, const Ast *ast, ClassKind kind, Constants *constants, Diags *diags,
                    const ArgDef *extra, void *extra_args) {
    const Binder binder = {arena, constants, diags};
    return bind_class(&binder, constants_value(constants, ast, kind), kind, ast->span, extra, extra_args);
}

